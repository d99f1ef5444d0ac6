"""Captures of the fixture sites that all tests of a run share, whichever process they run in: one of each site, as a
user captures it, made when the first test asks for it."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

PAGES = Path(__file__).resolve().parents[1] / "fixtures" / "pages"
SERVER = "fixture_pages_server"
WIDE = {"max_minutes": 20, "pictures": False, "stall_seconds": 90, "load_seconds": 60}
BOUNDED = {"hostile": {"max_minutes": 2, "stall_seconds": 12, "load_seconds": 8}}
"""Times so wide that a busy machine does not reach them, but for a site that is there to reach them."""


@dataclass(frozen=True)
class SiteCapture:
    """The recording of a site, and how often its capture changed something on the server."""

    recording: Path
    effects: int


@dataclass
class SiteCaptures:
    """Captures kept in a folder that all processes of a run know."""

    folder: Path
    _known: dict[str, SiteCapture] = field(default_factory=dict)

    @cached_property
    def server(self) -> ModuleType:
        """The module that serves fixture sites; its `serve` gives one of them."""
        spec = importlib.util.spec_from_file_location(SERVER, PAGES / "server.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[SERVER] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def of(self, site: str, actors: Sequence[str] = (), *, robots: bool = True) -> SiteCapture:
        """A site as a visitor sees it, or as each of the actors does; another process that asks meanwhile waits."""
        name = "-".join([site, *actors, *([] if robots else ["ignoring-robots"])])
        if name not in self._known:
            recording, effects = self.folder / f"{name}.recording.zip", self.folder / f"{name}.effects"
            with (self.folder / f"{name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not effects.exists():
                    effects.write_text(str(self._capture(site, actors, robots, recording)), "utf-8")
            self._known[name] = SiteCapture(recording, int(effects.read_text("utf-8")))
        return self._known[name]

    def _capture(self, site: str, actors: Sequence[str], robots: bool, recording: Path) -> int:
        from appscan.capture import Actor, CaptureOptions, capture

        with self.server.serve(site) as served:
            starts = [served.url + entry for entry in (served.site["entry"], *served.site.get("more_entries", []))]
            options = CaptureOptions(**{**WIDE, "robots": robots, **BOUNDED.get(site, {})})
            if actors:
                walkers = [Actor(name, storage_state=self._session(recording.stem, name, served)) for name in actors]
                options = replace(options, actors=tuple(walkers))
            capture(starts, recording, options)
            return int(served.effects.total)

    def _session(self, capture: str, actor: str, served: Any) -> Path:
        state = self.folder / f"{capture}-{actor}.json"
        state.write_text(json.dumps(served.storage_state(actor)), "utf-8")
        return state


def captures_of_run(base: Path) -> SiteCaptures:
    """Those of this run, by the folder of this process; where tests run side by side the one above is shared."""
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "sites"
    folder.mkdir(exist_ok=True)
    return SiteCaptures(folder)
