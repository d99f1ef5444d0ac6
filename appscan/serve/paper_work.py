"""A paper made in a process of its own (`aside`): PDF by the browser, DOCX without one. Opens no database."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from appscan.office.papers import PaperForm, on, prove, require, written
from appscan.report.paper.layout import PaperKind
from appscan.report.paper.paper import PaperWish

REPORT, PREVIOUS, EVIDENCE = "report.json", "previous.json", "evidence"


def make(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The paper on report.json, with the pictures beside it. Raises UsageError where it would say nothing or something
    is missing on this machine, and CaptureError where the browser fails."""
    form = PaperForm(asked["form"])
    require(form)
    document = json.loads((folder / REPORT).read_text("utf-8"))
    earlier = folder / PREVIOUS
    wish = PaperWish(
        PaperKind(asked["kind"]), date.fromisoformat(asked["deadline"]) if asked["deadline"] else None,
        json.loads(earlier.read_text("utf-8")) if earlier.is_file() else None, "",
        frozenset((check, mark) for check, mark in asked["chosen"]), asked["office"], asked["number"], asked["signer"],
        {(check, mark): state for check, mark, state in asked["reviewed"]}, asked["advice"])
    prove(document, wish, asked["name"])
    path = folder / f"paper.{form}"
    path.write_bytes(written(on(document, wish, folder, asked["lang"]), form))
    return {"file": path.name, "size": path.stat().st_size}
