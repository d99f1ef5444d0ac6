"""What pages and the API show of the registry. Knows no template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appscan.model.registry import Entry
from appscan.office.entries import SOURCE
from appscan.office.products import acts_on
from appscan.portfolio.changes import differing
from appscan.portfolio.flat import document_of, fields_of, written
from appscan.portfolio.grouping import Product
from appscan.portfolio.owners import OwnerMatch, Owners
from appscan.portfolio.proposals import Proposal
from appscan.serve.register import Grouped, Registered, RegisterRow
from appscan.store import Event, Store
from appscan.texts import Language, say


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of an entry for people, with where it came from and how sure it is."""

    column: str
    value: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Version:
    """What an import made of an entry: `columns` differ from the version before; `is_there` False where it was taken
    out."""

    since: datetime
    columns: tuple[str, ...]
    is_there: bool
    is_first: bool


def entry_line(row: RegisterRow) -> dict[str, Any]:
    """One entry of a list as JSON."""
    entry, match = row.entry, row.match
    return {"id": entry.id, "name": entry.name, "owner": entry.owner, "owner_name": row.owner_name,
            "owner_standing": match.standing.value, "level": entry.level.value if entry.level else "",
            "region": entry.region, "platforms": [one.value for one in row.platforms], "status": entry.status.value}


def entry_document(row: RegisterRow, owners: Owners, product: Product | None, events: list[Event],
                   versions: list[Version]) -> dict[str, Any]:
    """One entry whole, as JSON."""
    return {"entry": document_of(row.entry), "owner": owner_document(row.match, owners),
            "product": product.id if product else "",
            "together": [one.id for one in product.entries if one.id != row.entry.id] if product else [],
            "links": [{"kind": one.kind.value, "key": one.key, "entry": one.entry}
                      for one in (product.links if product else ())],
            "decisions": [event_document(event) for event in events],
            "versions": [{"since": one.since, "columns": list(one.columns), "there": one.is_there}
                         for one in versions]}


def owner_document(match: OwnerMatch, owners: Owners) -> dict[str, Any]:
    """What one owner as written stands for."""
    return {"written": match.written, "owner": match.owner, "name": owners.name(match.owner) if match.owner else "",
            "standing": match.standing.value, "by": match.by.value, "confidence": match.confidence.value,
            "parent": match.parent, "doubt": match.doubt,
            "candidates": [{"owner": one, "name": owners.name(one)} for one in match.candidates]}


def event_document(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    return {"id": event.id, "kind": event.kind.value, "subject": event.subject, "who": event.who, "when": event.when,
            "reason": event.reason, "content": dict(event.content)}


def proposal_document(one: Proposal) -> dict[str, Any]:
    """Two products that may be one, as JSON."""
    return {"kind": one.kind.value, "products": list(one.products), "entries": list(one.entries),
            "reasons": {reason.value: share for reason, share in one.reasons.items()}, "strength": one.strength}


def fields_told(entry: Entry, lang: Language) -> Iterator[FieldLine]:
    """All filled fields but the id."""
    for column, value in list(fields_of(entry).items())[1:]:
        origin = entry.origins.get(column)
        sure = origin.confidence.value if origin and origin.confidence.value != "unknown" else ""
        source = origin.source if origin else ""
        yield FieldLine(column, str(written(column, value, lang)),
                        say(lang, "desk.edit.source") if source == SOURCE else source, sure)


def versions_of(store: Store, entry: str) -> list[Version]:
    """What imports made of an entry, the last first."""
    found, before = [], None
    for since, version in store.versions(entry):
        found.append(Version(since, differing(before, version) if version else (), version is not None,
                             before is None))
        before = version
    return found[::-1]


def product_of(seen: Grouped, entry: str) -> Product | None:
    """The product of an entry; None for one that came in just now."""
    return seen.grouping.product_of.get(entry)


def decided(store: Store, product: Product | None) -> list[Event]:
    """What was decided about a product, the last first."""
    return acts_on(store, product)[::-1] if product else []


def doubt_told(match: OwnerMatch, owners: Owners, lang: Language) -> str:
    """Why an owner needs a person; "" where it does not."""
    key = match.doubt or ("" if match.standing.value in ("central", "local") else match.standing.value)
    if not key:
        return ""
    near = say(lang, "desk.sign.comma").join(map(owners.name, near_to(match, owners)))
    return say(lang, f"registry_faults.owner_{key}", owner=match.written, near=near, hint="")


def near_to(match: OwnerMatch, owners: Owners) -> tuple[str, ...]:
    """Ids of bodies that an owner may be, for a person; looked for anew, so ask only of what is shown."""
    return match.candidates or (owners.near(match.written) if match.standing.value == "unknown" else ())


@dataclass(frozen=True, slots=True)
class UnknownOwner:
    """An owner that nobody can place, and the entries that name it."""

    match: OwnerMatch
    entries: tuple[Entry, ...]


def unknown_owners(seen: Registered) -> list[UnknownOwner]:
    """All of them, those of most entries first."""
    by_owner: dict[str, list[RegisterRow]] = {}
    for row in seen.rows:
        if row.match.standing.value not in ("central", "local") or row.match.doubt:
            by_owner.setdefault(row.entry.owner, []).append(row)
    found = [UnknownOwner(rows[0].match, tuple(row.entry for row in rows)) for rows in by_owner.values()]
    return sorted(found, key=lambda one: (-len(one.entries), one.match.written))
