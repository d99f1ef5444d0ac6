"""Reports kept once: the document compressed, and beside it the columns that lists and counts need."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from appscan.model.artifact import App
from appscan.store.database import Database
from appscan.store.events import record_in
from appscan.store.moments import written
from appscan.store.plain import canonical, named, storable
from appscan.store.stale import StaleKind, note_stale
from appscan.store.tables import ArtifactRow, DocumentRow, ReportRow, SightingRow, VerdictRow, table
from appscan.store.tasks import finish_in
from appscan.store.values import Added, Document, Event, Standing

LEVEL = 6
JUDGED_BY = ("readers", "checks_digest", "options_digest", "about", "complete")
"""Columns of what a report rests on beside its artifacts."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How a report goes in: for which entry of the registry, by whom it was judged, and when it was recorded.
    `readings` maps digests of artifacts to blobs. `seen` False where the artifacts were not met again just now but
    taken out of the store, so that nothing is said about what the app consists of today. `task` is (sweep, key) of a
    task that ends with it, `event` is recorded with it where it is new. `own` says that the
    office read the artifacts itself, and did not judge a reading that came from elsewhere. `stands`: it was judged just
    now, so that it stands even where the same was found before and something else since.
    """

    entry: str
    product: str
    standing: Standing
    recorded: datetime
    readings: Mapping[str, str]
    sweep: str = ""
    appearance: str = ""
    seen: bool = True
    task: tuple[str, str] | None = None
    event: Event | None = None
    own: bool = True
    outcome: Document = field(default_factory=dict)
    stands: bool = False


def add_report(database: Database, document: Document, taking: Taking) -> Added:
    """Keep the report unless one with its key is there."""
    packed = pack(document)  # before the transaction: writers wait for each other as short as can be
    row = _columns(document, taking)
    reports = table(ReportRow)
    with database.writing() as connection:
        if taking.stands:
            row["key"] = _key_of_now(connection, row)
        new = database.add_once(connection, reports, row, ["key"])
        if taking.seen:
            note_sighting(connection, {name: row[name] for name in ("entry", "appearance", "artifacts", "office")},
                          taking.recorded)
        if new is None:
            there = connection.execute(select(reports.c.id, reports.c.said).where(reports.c.key == row["key"])).one()
            added = Added(there.id, is_new=False, differs=there.said != row["said"])
        else:
            connection.execute(insert(DocumentRow), {"report": new, "content": packed})
            note_stale(connection, StaleKind.REPORTS, [row["entry"]])
            _add_rows(connection, new, document, taking)
            added = Added(new, is_new=True)
            if taking.event is not None:
                record_in(database, connection, replace(taking.event, content={**taking.event.content, "report": new}))
        if taking.task is not None:
            finish_in(connection, *taking.task, taking.recorded, {**taking.outcome, "report": added.id})
        return added


def _add_rows(connection: Connection, new: int, document: Document, taking: Taking) -> None:
    verdicts = {one["check_id"]: one["verdict"] for one in document["verdicts"]}
    if verdicts:
        connection.execute(insert(VerdictRow), [{"report": new, "check_id": check, "verdict": verdict}
                                                for check, verdict in verdicts.items()])
    if document["artifacts"]:
        connection.execute(insert(ArtifactRow), [
            {"report": new, "position": position, "digest": one["sha256"], "kind": one["kind"],
             "name": storable(one["name"]), "package": storable(one["package"]), "reader": storable(one["reader"]),
             "reading_digest": one["reading_digest"],
             "reading": taking.readings.get(one["sha256"], "")}
            for position, one in enumerate(document["artifacts"])])


def note_sighting(connection: Connection, row: Mapping[str, Any], seen: datetime) -> bool:
    """Write down that an appearance consisted of these artifacts, if it did not just before; whether it was written."""
    sightings = table(SightingRow)
    same = [sightings.c[name] == row[name] for name in ("entry", "appearance", "office")]
    before = connection.execute(
        select(sightings.c.artifacts).where(*same, sightings.c.seen <= written(seen))
        .order_by(sightings.c.seen.desc(), sightings.c.id.desc()).limit(1)).scalar()
    if before == row["artifacts"]:
        return False
    connection.execute(insert(sightings), {**row, "seen": written(seen)})
    note_stale(connection, StaleKind.REPORTS, [row["entry"]])
    return True


def saw(database: Database, entry: str, appearance: str, digests: Collection[str], seen: datetime) -> bool:
    """Write down what the office saw an appearance consist of, if that changed."""
    row = {"entry": named(entry), "appearance": named(appearance), "artifacts": set_digest(digests), "office": 1}
    with database.writing() as connection:
        return note_sighting(connection, row, seen)


def pack(document: Document) -> bytes:
    """A document compressed."""
    return zlib.compress(canonical(document), LEVEL)


def unpack(content: bytes) -> dict[str, Any]:
    """The document in `pack`'s bytes."""
    document: dict[str, Any] = json.loads(zlib.decompress(content))
    return document


def set_digest(digests: Collection[str]) -> str:
    """One digest for a set of artifacts."""
    return hashlib.sha256("\n".join(sorted(set(digests))).encode()).hexdigest()


def appearance_of(document: Document) -> str:
    """What stays the same of a report's artifacts over all their versions: kind and package of a package, the start
    pages of a site, the name of anything else."""
    return "\n".join(sorted({_appearance(one) for one in document["artifacts"]}))


def _appearance(artifact: Mapping[str, Any]) -> str:
    kind = "apk" if artifact["kind"] == "split_set" else artifact["kind"]
    starts = artifact.get("crawl", {}).get("start_urls", ())
    return f"{kind}:{artifact['package'] or ' '.join(starts) or artifact['name']}"


def _columns(document: Document, taking: Taking) -> dict[str, Any]:
    digests = sorted({one["sha256"] for one in document["artifacts"]})
    readers = sorted({one["reader"] for one in document["artifacts"]})
    row = {
        "entry": named(taking.entry), "product": storable(taking.product),
        "app": storable(document["app"]["name"]), "owner": storable(document["app"]["owner"]),
        "packages": storable("\n".join(sorted({one["package"] for one in document["artifacts"]} - {""}))),
        "appearance": named(taking.appearance or appearance_of(document)),
        "office": int(taking.standing is Standing.OFFICE), "own": int(_is_own(taking)),
        "artifacts": set_digest(digests), "digests": "\n".join(digests), "readers": storable("\n".join(readers)),
        "checks_digest": storable(document["tool"]["checks_digest"]),
        "options_digest": storable(document["options_digest"]), "about": about(document["app"]),
        "recorded": written(taking.recorded), "sweep": named(taking.sweep), "overall": document["overall"],
        "stage": document["stage"], "complete": int(document["complete"]), "errors": len(document["errors"]),
        "said": said(document),
    }
    return {**row, "key": _key(document, row, digests, readers)}


def _is_own(taking: Taking) -> bool:
    return taking.own and taking.standing is Standing.OFFICE


def _key(document: Document, row: Mapping[str, Any], digests: Collection[str], readers: Collection[str]) -> str:
    """The digest of what makes two reports the same: nothing that a verdict depends on differs. What was judged from a
    stranger's reading is not the same as what the office read: a reading can be forged. Of a claim it also matters
    which reading and which program it came from, since the office knows neither."""
    told = [row[name] for name in ("office", "own", "entry", "checks_digest", "options_digest", "about", "complete")]
    claimed = [] if row["office"] else [document["tool"]["version"],
                                        sorted(one["reading_digest"] for one in document["artifacts"])]
    return hashlib.sha256(canonical([told, list(digests), list(readers), claimed])).hexdigest()


def _key_of_now(connection: Connection, row: Mapping[str, Any]) -> str:
    """The key of a report that was judged just now. Where the same was judged before and something else since, it is
    another one, named after what it takes the place of: who goes back to earlier checks has their verdicts again."""
    rows = table(ReportRow)
    of_same = [rows.c[name] == row[name] for name in ("entry", "appearance", "artifacts", "office", "own")]
    last = connection.execute(select(rows.c.id, rows.c.key, *(rows.c[name] for name in JUDGED_BY)).where(*of_same)
                              .order_by(rows.c.recorded.desc(), rows.c.id.desc()).limit(1)).one_or_none()
    if last is None:
        return str(row["key"])
    if all(getattr(last, name) == row[name] for name in JUDGED_BY):
        return str(last.key)
    is_there = connection.execute(select(rows.c.id).where(rows.c.key == row["key"])).one_or_none() is not None
    return hashlib.sha256(f"{row['key']} after {last.id}".encode()).hexdigest() if is_there else str(row["key"])


def about(app: Mapping[str, Any]) -> str:
    """Digest of what verdicts depend on beside the artifacts: what was declared of the app, and whether required
    features are asked of it. `app` is that of a report document."""
    told = App(level=app["level"], audience=tuple(app["audience"]), approval=app["approval"])
    return hashlib.sha256(canonical([told.is_of_government, app["declared"]])).hexdigest()


def said(document: Document) -> str:
    """Digest of what a report found: two with one key that differ in it cannot both be true."""
    verdicts = sorted((one["check_id"], one["verdict"]) for one in document["verdicts"])
    places = sorted((one["check_id"], place["fingerprint"]) for one in document["findings"]
                    for place in one["occurrences"])
    return hashlib.sha256(canonical([verdicts, places])).hexdigest()


def document_of(database: Database, report: int) -> dict[str, Any]:
    """The document of a report that is there."""
    documents = table(DocumentRow)
    with database.reading() as connection:
        content = connection.execute(select(documents.c.content).where(documents.c.report == report)).scalar_one()
    return unpack(content)
