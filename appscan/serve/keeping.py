"""What a hand answered → the store: report, reading, recording and pictures of the evidence, under the entry that the
registry has. Knows no process and no page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from appscan.office.matching import Register, keys_of_document, unlisted
from appscan.store import QueuedTask, Standing, Store
from appscan.sweep.frames import Frame


def keep(store: Store, job: QueuedTask, answer: Frame) -> None:
    """Keep the report with what it was made from and end the job, in one step. A reading that was handed in could be
    forged: its report gives way to one on the office's own reading."""
    document = json.loads(answer.parts[answer.header["report"]])
    readings = {}
    if "reading" in answer.header:
        readings = {document["artifacts"][0]["sha256"]: store.put_blob(answer.parts[answer.header["reading"]])}
    others = [answer.header["recording"]] if "recording" in answer.header else []
    for part in (*others, *answer.header.get("pictures", ())):
        store.put_blob(answer.parts[part])
    entry, product = _place(store, str(job.content["entry"]), document)
    store.add_report(document, product=product, entry=entry, standing=Standing.OFFICE, recorded=datetime.now(UTC),
                     readings=readings, sweep=job.sweep, task=job.key, own=not answer.header.get("given"),
                     stands=True)


def _place(store: Store, asked: str, document: Mapping[str, Any]) -> tuple[str, str]:
    """Entry and product: as asked, else as the registry has it. Two that fit equally well are not guessed between: the
    report stands beside the registry until somebody says which it is."""
    register = Register(store.entries())
    entry = register.by_id.get(asked) or register.match(keys_of_document(document)).entry
    if entry is None:
        return unlisted(document), str(document["product"])
    return entry.id, entry.product or str(document["product"])
