"""A small pack that is right, written into a folder, so that a test can make one thing wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from appscan.checks import CheckSet, load
from appscan.errors import PackError

TEXT = {"zh": "文字", "en": "text"}

CHECK: dict[str, Any] = {
    "id": "whistle", "title": TEXT, "question": TEXT, "notice": TEXT, "clauses": ["RULE-1"],
    "words": {"act": ["吹哨", "whistlenow"]},
    "presence": {"mentioned": {"prose": ["吹哨"]},
                 "reachable": {"any": [{"control": "$act"}, {"all": [{"text": ["哨子"]}, {"call": ["location"]}],
                                                             "within": "screen"}]}},
    "force": {"consequence": {"text": ["$fines"]}}, "not": ["football"],
    "examples": {"found": [{"control": ["吹哨"], "presence": "reachable"}, {"control": ["Whistle now"]}],
                 "not_found": [{"control": ["登录"]}, {"text": ["哨子"]}]},
}
LIMIT: dict[str, Any] = {
    "id": "wrapped", "kind": "limit", "title": TEXT, "advice": TEXT, "blinds": ["text", "call"],
    "marks": {"strong": [{"name": "wrap", "component": ["com.wrap.Stub"]}],
              "weak": [{"name": "file", "entry": ["lib/*/libwrap.so"]}, {"name": "few", "structure": "few_classes"}]},
}
DOCUMENTS: dict[str, Any] = {
    "pack.yaml": {"version": "test.1"},
    "features/whistle.yaml": CHECK,
    "limits/wrapped.yaml": LIMIT,
    "regulations/rule.yaml": {"id": "RULE", "title": TEXT, "date": "2024-01-01", "jurisdiction": "CN", "text": "whole",
                              "clauses": {"RULE-1": {"article": "1", "summary": TEXT}}},
    "vocabulary/calls.yaml": {"groups": {"location": {
        "what": TEXT, "methods": ["Landroid/location/LocationManager;->requestLocationUpdates"], "strings": [],
        "scripts": ["uni.getLocation"]}}},
    "vocabulary/contexts.yaml": {"football": {"what": TEXT, "words": ["裁判"], "unless": ["考核"],
                                              "examples": {"cancels": ["裁判吹哨"], "keeps": ["考核吹哨"]}}},
    "vocabulary/words.yaml": {"lists": {"fines": ["扣分", "罚款"]}},
    "vocabulary/libraries.yaml": {"prefixes": {"com.lib": "Lib"}, "scripts": [{"file": "lib\\.js$", "library": "Lib"}],
                                  "modules": ["node_modules/"]},
    "vocabulary/audience.yaml": {"audiences": {"public": ["市民"]}},
}


def documents() -> dict[str, Any]:
    """A copy that a test may change."""
    return copy.deepcopy(DOCUMENTS)


def write(folder: Path, changed: dict[str, Any] | None = None) -> Path:
    """Write the pack; a string is written as it is, None leaves a file out."""
    write_files(folder, documents() | (changed or {}))
    return folder


def write_files(folder: Path, files: dict[str, Any]) -> None:
    """Write some files of a pack."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink(missing_ok=True)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)  # JSON is YAML
            path.write_text(text, encoding="utf-8")


def with_check(**changes: Any) -> dict[str, Any]:
    """The pack's documents with keys of the check changed; None removes a key."""
    check = copy.deepcopy(CHECK) | changes
    return {"features/whistle.yaml": {key: value for key, value in check.items() if value is not None}}


def loaded(folder: Path, changed: dict[str, Any] | None = None) -> CheckSet:
    """The pack with changes, loaded."""
    return load(write(folder, changed))


def error_of(folder: Path, changed: dict[str, Any]) -> PackError:
    """The error with which a changed pack is refused."""
    write(folder, changed)
    try:
        load(folder)
    except PackError as error:
        return error
    raise AssertionError("the pack was accepted")
