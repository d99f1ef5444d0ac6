"""Fingerprints of occurrences: made of what survives a rebuild, never of line numbers, obfuscated names or versions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from appscan.judge.hits import Hit
from appscan.model.coverage import Kind
from appscan.model.folding import fold

_BLANK = re.compile(r"[\W_]+")
_OPAQUE = re.compile(r"(?:[^/]*[.$])?(?:[a-z]{1,3}|[A-Z])\d?|res/[^/]{1,4}\.xml")


def anchor_of(hits: Iterable[Hit], screen_title: str, component: str) -> tuple[str, str]:
    """(kind, anchor): endpoint path, else folded control text with the screen's title, else the manifest component,
    else other folded text."""
    hits = list(hits)
    endpoints = sorted({hit.value.split("?")[0].lower().rstrip("/") for hit in hits if hit.kind is Kind.ENDPOINT})
    if endpoints:
        return "endpoint", endpoints[0]
    controls = sorted({_BLANK.sub("", fold(hit.value)) for hit in hits if hit.kind is Kind.CONTROL})
    if controls:
        return "control", f"{controls[0]}@{_BLANK.sub('', fold(screen_title))}"
    if component:
        return "component", component
    texts = sorted({_BLANK.sub("", fold(hit.value)) for hit in hits if hit.kind in (Kind.TEXT, Kind.TITLE, Kind.FIELD)})
    if texts:
        return "text", texts[0][:80]
    calls = sorted({f"{hit.role}" for hit in hits})
    return "call", calls[0] if calls else ""


def fingerprint(check_id: str, kind: str, anchor: str) -> str:
    """16 hex digits of SHA-256 over check, kind and anchor."""
    return hashlib.sha256(f"{check_id}|{kind}|{anchor}".encode()).hexdigest()[:16]


def is_opaque(name: str) -> bool:
    """Whether a name looks as if a shrinker had given it: a class a.b.c, a layout res/-a.xml."""
    return bool(_OPAQUE.fullmatch(name))
