"""Scans a bundled fixture site as a user would: serves it on 127.0.0.1, runs `appscan scan` on its address."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "fixtures" / "pages" / "server.py"


def main(site: str, *options: str) -> int:
    specification = importlib.util.spec_from_file_location("fixture_server", SERVER)
    assert specification is not None
    assert specification.loader is not None
    fixtures = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = fixtures
    specification.loader.exec_module(fixtures)
    if site not in fixtures.names():
        print(f"no such site: {site}; there are: {', '.join(fixtures.names())}", file=sys.stderr)
        return 2
    with fixtures.serve(site) as served:
        starts = [served.url + served.site["entry"]]
        done = subprocess.run([Path(sys.executable).with_name("appscan"), "scan", *starts, *options], check=False)
        print(f"对网站服务器的写入 effects on the server: {served.effects.total}")
    return done.returncode or int(served.effects.total > 0)


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["checkin-forced"])))
