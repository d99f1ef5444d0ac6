"""The process that scans one file: `python -m appscan.serve.work` reads the job as one line of JSON, says how far it is
line by line, and leaves report.json and *.reading in the job's folder. It opens no database, and ends when whoever
started it does."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from appscan.errors import AppscanError

READING = ".reading"
REPORT = "report.json"


def main() -> None:
    """Do the job of standard input."""
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_other_side, daemon=True).start()
    try:
        _do(asked, Path(asked["folder"]))
    except AppscanError as error:
        _say({"fault": {"key": error.key, "params": {name: str(value) for name, value in error.params.items()}}})
        return
    _say({"done": True})


class _Telling:
    """Says each stage."""

    def stage(self, target_name: str, stage: str, done: float) -> None:  # noqa: ARG002 (as scan.Progress asks)
        """Say it; the name is known."""
        _say({"stage": stage, "share": round(done, 3)})


def _do(asked: dict[str, Any], folder: Path) -> None:
    from appscan.checks import load
    from appscan.model.artifact import App
    from appscan.readers.limits import Limits
    from appscan.readers.saved import load_reading, save_reading
    from appscan.report.document import to_document
    from appscan.scan import ScanOptions, Target, judge_readings, scan_app

    told = asked["app"]
    app = App(**{**told, "audience": tuple(told["audience"])})
    options = ScanOptions(operator=asked["operator"], limits=Limits(seconds=asked["seconds"]))
    checks, path = load(Path(asked["checks"]) if asked["checks"] else None), Path(asked["path"])
    if path.name.lower().endswith(READING):
        report = judge_readings([load_reading(path)], app, checks, options)
    else:
        result = scan_app([Target(path, asked["name"])], app, checks, options, _Telling())
        report = result.report
        if not report.artifacts:
            error = report.errors[0].message
            raise AppscanError(error.id, **error.params)
        for reading in result.readings:
            save_reading(reading, folder / f"{reading.artifact.sha256}{READING}")
    (folder / REPORT).write_text(json.dumps(to_document(report), ensure_ascii=False), "utf-8")


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 (to the process that asked)


def _end_with_the_other_side() -> None:
    sys.stdin.read()
    os._exit(3)


if __name__ == "__main__":
    main()
