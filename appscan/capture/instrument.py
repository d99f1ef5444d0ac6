"""The script that runs in every frame before anything else, put together from its parts. Knows no policy."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from appscan.model.margin import words_for_page

PARTS = (
    *("answering", "core", "clock", "act", "network", "exchange", "doors", "workers"),
    *("abilities", "stubs", "margin", "look", "attempt", "day"),
)
WORKER_PARTS = ("answering", "worker")
NAME = "appscan-instrument"
ECHO = "/__appscan-echo"
"""A path that a living page asks for to be sure that what it asked for before is known outside; it is never sent."""


@cache
def part(name: str) -> str:
    """Source of one part."""
    return files("appscan.capture").joinpath("scripts", f"{name}.js").read_text("utf-8")


def script(**settings: Any) -> str:
    """The whole instrument as one classic script; `settings` are read by its parts as SETTINGS."""
    settings["margin"] = words_for_page()
    settings["worker"] = "(() => {\n" + "\n".join(part(name) for name in WORKER_PARTS) + "\n})();"
    body = "\n".join(part(name) for name in PARTS)
    return (
        f"(() => {{ if (window.__appscan) return; const SETTINGS = {json.dumps(settings)};\n{body}\n}})();\n"
        f"//# sourceURL={NAME}"
    )
