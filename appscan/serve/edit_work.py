"""An edit of a pack tried on saved readings in a process of its own (`aside`). Opens no database. What it has found
lies in the folder line by line, so that what is done by the end of its time is not lost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from appscan.bench.edit import difference_document, differences, edit_of
from appscan.bench.examples import run_examples
from appscan.checks import CheckSet, load
from appscan.checks.load import shipped_folder
from appscan.checks.overlay import edited_packs
from appscan.checks.reference.wording import example
from appscan.errors import UnreadableError
from appscan.readers.saved import load_reading
from appscan.texts import Language

_MARKS = re.compile(r"\\([\\`*_\[\]<>|#])")
"""What Markdown escapes, which this is not shown as."""
READINGS, FOUND, HEAD = "readings", "found.jsonl", "head.json"


def try_edit(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Judge each reading with and without the edit. Raises PackError where the edit is wrong, with its line."""
    base = Path(asked["checks"]) if asked["checks"] else None
    with edited_packs(base or shipped_folder(), folder / asked["file"]) as edited:
        after = load(edited)
        edit = edit_of(load(base), after, asked["place"])
    head = {"touched": list(edit.touched), "everything": edit.everything,
            "surprises": surprises(after, edit.touched, asked["lang"])}
    (folder / HEAD).write_text(json.dumps(head, ensure_ascii=False), "utf-8")
    with (folder / FOUND).open("w", encoding="utf-8", errors="replace") as lines:
        for path in sorted((folder / READINGS).iterdir()) if edit.touched else ():
            try:
                found = [difference_document(one) for one in differences(load_reading(path), edit)]
                line: dict[str, Any] = {"reading": path.stem, "differences": found}
            except UnreadableError as error:
                line = {"reading": path.stem, "fault": error.key}
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            lines.flush()
    return {}


def surprises(checks: CheckSet, touched: tuple[str, ...], lang: Language) -> list[dict[str, Any]]:
    """Examples of the touched checks that do not come out as the pack says."""
    alone = replace(checks, checks=tuple(check for check in checks.checks if check.id in touched))
    return [{"check": one.check_id, "group": one.group, "line": one.line,
             "example": _MARKS.sub(r"\1", example(one.example, checks.vocabulary.calls, lang)),
             "got": [one.got[0].value, one.got[1].value]} for one in run_examples(alone).surprises]
