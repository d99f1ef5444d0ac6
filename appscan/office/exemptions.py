"""Exemptions that the office grants: proved records become events of the store, which alone give `exempt`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from appscan.errors import UsageError
from appscan.gate.exemptions import Claim, claim_of, read_claims
from appscan.model.folding import fold
from appscan.model.registry import Entry
from appscan.portfolio.owners import plain
from appscan.store import Event, EventKind, Exemption, Store


@dataclass(frozen=True, slots=True)
class Granted:
    """One record with its number; `is_new` False where it was in force already."""

    number: int
    record: Mapping[str, str]
    is_new: bool


class Phase(StrEnum):
    """Where in its life a grant is on a day."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    EXPIRED = "expired"


def grant_all(store: Store, path: Path, *, who: str, when: datetime, reason: str = "",
              document: Path | None = None, document_name: str = "") -> list[Granted]:
    """Grant the records of a file (`exemptions-1`), all or none. `document` is the approval's file: it is kept, and its
    digest must be the one that the records name, where they name one; `document_name` is what its sender called it.
    Raises UsageError for a file that is wrong, and for a record that speaks of the same places on the same days as one
    in force."""
    claims = read_claims(path)
    digest = _proved(document, claims)
    kept = {"document": digest, "document_name": document_name or (document.name if document else "")} if digest else {}
    there = store.exemptions()
    entries = store.entries()
    for claim in claims:
        _refuse_overlap(claim, there, path)
        _refuse_shared_name(claim, entries, path)
    if document is not None:
        store.put_blob(document)
    same = [next((one for one in there if dict(one.record) == dict(claim.told)), None) for claim in claims]
    new = [_event(store, claim, Event(EventKind.EXEMPTION_GRANTED, claim.app, who, when, reason), kept)
           for claim, one in zip(claims, same, strict=True) if one is None]
    numbers = iter(store.record_all(new))
    return [Granted(one.event, claim.told, is_new=False) if one else Granted(next(numbers), claim.told, is_new=True)
            for claim, one in zip(claims, same, strict=True)]


def _proved(document: Path | None, claims: Sequence[Claim]) -> str:
    """The digest of the approval's file; "" without one."""
    if document is None:
        return ""
    try:
        with document.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError("approval_unreadable", file=str(document), reason=error.strerror or "") from None
    for claim in claims:
        if claim.told.get("document_sha256", digest) != digest:
            raise UsageError("approval_differs", file=str(document), document=claim.told["document"], digest=digest)
    return digest


def _refuse_overlap(claim: Claim, there: Sequence[Exemption], path: Path) -> None:
    for one in there:
        if dict(one.record) != dict(claim.told) and claim_of(one.record).overlaps(claim):
            raise UsageError("exemption_overlaps_grant", file=str(path), check=claim.check_id, app=claim.app,
                             grant=one.event)


def _refuse_shared_name(claim: Claim, entries: Sequence[Entry], path: Path) -> None:
    """A name that apps of several owners bear is none of one app: the exemption of one would be everybody's."""
    app = fold(claim.app)
    keyed = [one for one in entries if app in _folded(one.id, one.product, *(key.package for key in one.artifacts))]
    named = [one for one in entries if app in _folded(one.name, *one.names) and one not in keyed]
    owners, others = ({plain(one.owner) for one in several} for several in (keyed, named))
    if others - owners if keyed else len(others) > 1:  # one product may have several owners, and is one all the same
        raise UsageError("exemption_app_shared", file=str(path), app=claim.app,
                         entries=", ".join(f"{one.id} ({one.owner})" for one in (*keyed, *named))[:300])


def _folded(*names: str) -> set[str]:
    return {fold(name) for name in names if name}


def _event(store: Store, claim: Claim, event: Event, document: Mapping[str, str]) -> Event:
    record = dict(claim.told)
    # Numbered by the withdrawals before it: two who grant the same at once grant it once, and what was withdrawn can be
    # granted again.
    ended = sum(1 for _ in store.events(EventKind.EXEMPTION_WITHDRAWN, subject=claim.app))
    mark = hashlib.sha256(json.dumps([record, ended], sort_keys=True).encode()).hexdigest()
    content = {"record": record, **document}
    return replace(event, content=content, key=f"granted {mark}")


def phase(record: Mapping[str, str], day: date) -> Phase:
    """Where a grant is on a day, its first and last day included."""
    if day.isoformat() < record["from"]:
        return Phase.NOT_YET
    return Phase.EXPIRED if day.isoformat() > record["expires"] else Phase.IN_FORCE
