"""The store: the one door to the office's database and blobs. Every write is one transaction; nothing is ever
changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from appscan.model.registry import Entry
from appscan.store import events, exemptions, listing, registry
from appscan.store.blobs import Blobs
from appscan.store.database import Database
from appscan.store.reports import Taking, add_report
from appscan.store.schema import prepare
from appscan.store.values import (
    Added,
    Counts,
    Document,
    Event,
    EventKind,
    Exemption,
    Moment,
    Standing,
    StoredReport,
)


class Store:
    """Reports, events, registry and blobs of one office. Made by `Store.open`; may be used by several threads.

    Any method raises UnavailableError where the database or the folder of blobs is not there now: nothing was kept, and
    the same call may be made again. Writing the same thing twice keeps it once.
    """

    def __init__(self, database: Database, blobs: str) -> None:
        self._database = database
        self._address = blobs
        self._opened: Blobs | None = None

    @classmethod
    def open(cls, url: str, blobs: str = "", *, create: bool = True) -> Self:
        """The store at `url`: a path or `sqlite:///…` of a SQLite file, or `postgresql://…`. `blobs` is an fsspec URL;
        without one the folder FILE.blobs beside a SQLite file. `create` makes what is not there and brings an older
        one up to date. Raises UsageError for what cannot be reached, is none of ours, or belongs to a newer version."""
        database = Database(url)
        prepare(database, create=create)
        return cls(database, blobs or (f"{database.file}.blobs" if database.file else ""))

    def close(self) -> None:
        """Let go of all connections; the store opens new ones if it is used again."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def name(self) -> str:
        """The address for people, without secrets."""
        return self._database.name

    # Blobs

    @property
    def _blobs(self) -> Blobs:
        if self._opened is None:
            self._opened = Blobs(self._address)
        return self._opened

    def put_blob(self, content: bytes | Path) -> str:
        """Keep bytes, or those of a file, under their SHA-256; the digest."""
        return self._blobs.put(content)

    def get_blob(self, digest: str) -> bytes:
        """The bytes, proved against the digest. Raises UsageError `blob_missing`, `blob_damaged`."""
        return self._blobs.get(digest)

    def has_blob(self, digest: str) -> bool:
        """Whether the bytes are there."""
        return self._blobs.has(digest)

    def open_blob(self, digest: str) -> AbstractContextManager[IO[bytes]]:
        """The bytes as a file to read from, not proved. Raises UsageError `blob_missing`."""
        return self._blobs.open(digest)

    # Reports

    def add_report(self, document: Document, *, product: str, entry: str, standing: Standing, recorded: datetime,
                   readings: Mapping[str, str] | None = None, sweep: str = "", appearance: str = "",
                   seen: bool = True) -> Added:
        """Keep a report for an entry of the registry, once for its artifacts, readers, checks, options and standing.

        `readings` maps digests of artifacts to blobs. `appearance` names which of the entry's artifacts this is, over
        all versions; without it, kind and package or start page. `seen` False where the artifact was not met again now
        but judged from the store: it says nothing about what the app consists of today. The document must fit the
        schema. """
        return add_report(self._database, document, Taking(entry, product, standing, recorded, readings or {}, sweep,
                                                           appearance, seen))

    def reports(self, *, as_of: Moment | None = None, latest: bool = True, entries: Collection[str] | None = None,
                standing: Standing | None = None, sweep: str = "", verdicts: bool = False) -> Iterator[StoredReport]:
        """Reports by entry, appearance and time. `latest`: only the one that stands for each appearance of an entry, on
        the artifacts seen last, the office's own before a claim. `verdicts` fetches the verdicts along with them."""
        return listing.reports(self._database, listing.Wanted(as_of, latest, entries, standing, sweep, verdicts))

    def report(self, report: int) -> StoredReport | None:
        """One report; None where there is none."""
        return listing.report(self._database, report)

    # Events

    def record(self, event: Event) -> int:
        """Add an event; its id. One with a `key` that is there already adds nothing."""
        return events.record(self._database, event)

    def events(self, *kinds: EventKind, subject: str | None = None, as_of: Moment | None = None) -> Iterator[Event]:
        """Events of some kinds, or all, oldest first."""
        return events.events(self._database, kinds, subject, as_of)

    def merges(self, as_of: Moment | None = None) -> list[Event]:
        """Confirmations that entries are one product, oldest first."""
        return list(self.events(EventKind.PRODUCTS_MERGED, as_of=as_of))

    def splits(self, as_of: Moment | None = None) -> list[Event]:
        """Confirmations that entries are not one product, oldest first."""
        return list(self.events(EventKind.PRODUCT_SPLIT, as_of=as_of))

    # Registry

    def put_entries(self, entries: Sequence[Entry], *, who: str, when: datetime, source: str, digest: str = "",
                    reason: str = "") -> Counts:
        """Import entries, all or none, under one event; entries that are not named stay as they are."""
        return registry.put_entries(self._database, entries, registry.Act(who, when, source, digest, reason))

    def remove_entries(self, ids: Collection[str], *, who: str, when: datetime, reason: str) -> int:
        """Take entries out of the registry; earlier days still have them. How many were there."""
        return registry.remove_entries(self._database, ids, registry.Act(who, when, reason=reason))

    def entries(self, as_of: Moment | None = None) -> list[Entry]:
        """The registry as it stood, by id."""
        return registry.entries(self._database, as_of)

    def versions(self, entry: str) -> list[tuple[datetime, Entry | None]]:
        """What the registry said of an entry and since when, oldest first; None where it was taken out."""
        return registry.versions(self._database, entry)

    # Exemptions

    def exemptions(self, as_of: Moment | None = None) -> tuple[Exemption, ...]:
        """What the office granted and had not withdrawn by then."""
        return exemptions.exemptions(self._database, as_of)
