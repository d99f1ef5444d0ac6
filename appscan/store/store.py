"""The store: the one door to the office's database and blobs. Every write is one transaction; nothing is ever
changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from appscan.model.registry import Entry
from appscan.store import events, exemptions, listing, registry, tasks, traits
from appscan.store.accounts import Accounts
from appscan.store.blobs import Blobs
from appscan.store.database import Database
from appscan.store.history import Step, history
from appscan.store.lists import Lists
from appscan.store.reports import Taking, about, add_report, saw
from appscan.store.reviews import record_reviews
from appscan.store.schema import prepare
from appscan.store.tasks import Plan, QueuedTask, SweepState, TaskState
from appscan.store.values import (
    Added,
    Counts,
    Document,
    Event,
    EventKind,
    Exemption,
    KeptReading,
    Moment,
    Standing,
    StoredReport,
    Summary,
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
    def open(cls, url: str, blobs: str = "", *, create: bool = True, update: bool | None = None) -> Self:
        """The store at `url`: a path or `sqlite:///…` of a SQLite file, or `postgresql://…`. `blobs` is an fsspec URL;
        without one the folder FILE.blobs beside a SQLite file. `create` makes what is not there; `update` brings an
        older one up to this version, and does so with `create` unless told not to. Raises UsageError for what cannot be
        reached, is none of ours, or belongs to a newer version."""
        database = Database(url)
        try:
            prepare(database, create=create, update=create if update is None else update)
        except BaseException:
            database.close()
            raise
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

    @property
    def addresses(self) -> tuple[str, str]:
        """Those of the database and of the blobs, as `open` takes them, with secrets: for another process of ours,
        never for people."""
        return self._database.address, self._address

    def mark(self) -> tuple[int, int] | None:
        """Equal to an earlier one where nothing was written in the database between both, by this process or another:
        what was read after the earlier one is so still. None where the database cannot say so at once."""
        return self._database.mark()

    def summary(self) -> Summary:
        """How much of everything there is."""
        return listing.summary(self._database)

    @property
    def accounts(self) -> Accounts:
        """Who may use the desk, and who does now."""
        return Accounts(self._database)

    @property
    def lists(self) -> Lists:
        """Apps and findings as lists show them."""
        return Lists(self._database)

    # Blobs

    def reach_blobs(self) -> None:
        """Make sure that blobs can be reached, before work begins. Raises UsageError."""
        self._blobs.reach()

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
                   seen: bool = True, task: str = "", outcome: Document | None = None, event: Event | None = None,
                   own: bool = True, stands: bool = False) -> Added:
        """Keep a report for an entry of the registry, once for its artifacts, readers, checks, options and standing.

        `readings` maps digests of artifacts to blobs. `appearance` names which of the entry's artifacts this is, over
        all versions; without it, kind and package or start page. `seen` False where the artifact was not met again now
        but judged from the store: it says nothing about what the app consists of today. `task` is the key of a task of
        `sweep` that ends with this report, in the same transaction, with `outcome` beside the report's id; so is
        `event`, recorded where the report is new. `own` False where the office judged a reading that it did not make
        itself. `stands` where the office judged just now: an equal report that another judgement took the place of
        since is then kept once more, and stands again. The document must fit the schema.
        """
        ended = (sweep, task) if task else None
        return add_report(self._database, document, Taking(entry, product, standing, recorded, readings or {}, sweep,
                                                           appearance, seen, ended, event, own, outcome or {}, stands))

    def has_report(self, *, entry: str, digests: Collection[str], readers: Collection[str], checks_digest: str,
                   options_digest: str, standing: Standing = Standing.OFFICE, own: bool = True,
                   app: Document | None = None, stands: bool = False) -> int:
        """The id of the last complete report judged from that; 0 where there is none. With `app` (that of a report
        document) only one made under the same declaration, and with required features asked or not as now. `stands`:
        only where nothing else was made of the artifacts since."""
        return listing.report_like(self._database, listing.Sought(
            entry, digests, readers, checks_digest, options_digest, standing, own, about(app) if app else "", stands))

    def saw(self, *, entry: str, appearance: str, digests: Collection[str], when: datetime) -> bool:
        """Say that an appearance of an entry consists of these artifacts now, where nothing is judged because that was
        done before; whether that is a change."""
        return saw(self._database, entry, appearance, digests, when)

    def reading(self, artifact: str, reader: str) -> str:
        """The blob of the reading that the office made of an artifact with a reader; "" where none is kept. Readings
        that came from elsewhere are none: they can be forged."""
        return listing.reading_of(self._database, artifact, reader)

    def readings(self, reports: Collection[int]) -> list[tuple[int, str, str]]:
        """The readings that reports were judged from and that are kept: (report, digest of the artifact, blob)."""
        return traits.readings_of(self._database, reports)

    def newest_readings(self, most: int) -> list[KeptReading]:
        """The kept readings of the last reports, the last first, each once."""
        return traits.newest_readings(self._database, most)

    def traits(self, version: str) -> dict[str, Document]:
        """What one version of the program worked out of kept readings, by the blob of the reading."""
        return traits.traits(self._database, version)

    def put_traits(self, version: str, worked_out: Mapping[str, Document]) -> None:
        """Keep what was worked out of readings, by their blobs; what is there stays."""
        traits.put_traits(self._database, version, worked_out)

    def history(self, entry: str) -> list[Step]:
        """What stood for an entry, since when, and why it changed; oldest first."""
        return history(self._database, entry)

    def reports(self, *, as_of: Moment | None = None, latest: bool = True, entries: Collection[str] | None = None,
                standing: Standing | None = None, sweep: str = "", verdicts: bool = False,
                only: Collection[str] | None = None) -> Iterator[StoredReport]:
        """Reports by entry, appearance and time. `latest`: only the one that stands for each appearance of an entry:
        the office's own on the artifacts it saw last; a claim only where the office has none, or where `standing` asks
        for claims. `verdicts` fetches the verdicts along with them, `only` those that are one of these words."""
        return listing.reports(self._database, listing.Wanted(
            as_of, latest, entries, standing, sweep, verdicts, only))

    def count_reports(self) -> tuple[int, int, int, int]:
        """How many reports there are and the number of the last, and the same of notes of what appearances consist of:
        they differ once any came in."""
        return listing.count(self._database)

    def report(self, report: int) -> StoredReport | None:
        """One report; None where there is none."""
        return listing.report(self._database, report)

    # Events

    def record(self, event: Event) -> int:
        """Add an event; its id. One with a `key` that is there already adds nothing."""
        return events.record_all(self._database, [event])[0]

    def record_all(self, several: Sequence[Event]) -> list[int]:
        """Add several events, all or none; their ids."""
        return events.record_all(self._database, several)

    def events(self, *kinds: EventKind, subject: str | Collection[str] | None = None,
               as_of: Moment | None = None) -> Iterator[Event]:
        """Events of some kinds, or all, about something, one of several things, or anything; oldest first."""
        return events.events(self._database, kinds, subject, as_of)

    def newest_events(self, most: int, beyond: int = 0, *kinds: EventKind, subject: str | None = None,
                      who: str | None = None) -> list[Event]:
        """The last events of some kinds, or all, by one user or all, the last first, beyond the first `beyond`."""
        return events.newest(self._database, most, beyond, events.Asked(kinds, subject, who))

    def event(self, number: int) -> Event | None:
        """One event; None where there is none."""
        return events.one(self._database, number)

    def count_events(self, *kinds: EventKind, subject: str | None = None) -> tuple[int, int]:
        """How many events of some kinds there are, and the number of the last: the pair differs once any came in."""
        return events.count(self._database, kinds, subject)

    def owner_names(self, as_of: Moment | None = None) -> Mapping[str, Event]:
        """What people said last of whose each owner as written is, by what is written; taken back where the content
        names no `owner`."""
        last = {event.subject: event for event in self.events(EventKind.OWNER_NAMED, as_of=as_of)}
        return {written: event for written, event in last.items() if event.content.get("owner")}

    def merges(self, as_of: Moment | None = None) -> list[Event]:
        """Confirmations that entries are one product, oldest first."""
        return list(self.events(EventKind.PRODUCTS_MERGED, as_of=as_of))

    def splits(self, as_of: Moment | None = None) -> list[Event]:
        """Confirmations that entries are not one product, oldest first."""
        return list(self.events(EventKind.PRODUCT_SPLIT, as_of=as_of))

    def reviews(self, entries: Collection[str] | None = None,
                as_of: Moment | None = None) -> Mapping[tuple[str, str], Event]:
        """The decision that stands on each occurrence of some entries, or of all, by entry and fingerprint: the last
        one, unless that is `undo`. Apps share fingerprints: the same endpoint in two apps is one."""
        found = self.events(EventKind.REVIEWED, subject=entries, as_of=as_of)
        last = {(event.subject, str(event.content.get("fingerprint", ""))): event for event in found}
        return {place: event for place, event in last.items() if event.content.get("decision") != "undo"}

    def record_reviews(self, several: Sequence[Event], over: Mapping[tuple[str, str], int]) -> bool:
        """Record decisions on places of findings, all or none; False, and none is, where the one that stands on a place
        (entry, fingerprint) is not the event in `over` (0 for none): somebody else decided meanwhile. Those that are
        recorded already, by their keys, are not recorded again."""
        return record_reviews(self._database, several, over)

    # Registry

    def put_entries(self, entries: Sequence[Entry], *, who: str, when: datetime, source: str, digest: str = "",
                    reason: str = "") -> Counts:
        """Import entries, all or none, under one event; entries that are not named stay as they are."""
        return registry.put_entries(self._database, entries, registry.Act(who, when, source, digest, reason))

    def add_entry(self, entry: Entry, app: str, *, who: str, when: datetime, source: str, reason: str = "") -> bool:
        """Put in an entry for an app that the lists had without one (`app`); False where there is one with this id."""
        return registry.add_entry(self._database, entry, app, registry.Act(who, when, source, reason=reason))

    def entries_of(self, event: int, most: int) -> list[str]:
        """Ids of the entries that came in or changed under an event."""
        return registry.entries_of(self._database, event, most)

    def edit_entry(self, entry: Entry, over: str, event: Event) -> int:
        """Another version of one entry, under the event of its edit; the event's id, 0 where the registry no longer has
        the version with the mark `over`."""
        return registry.edit_entry(self._database, entry, over, event)

    def remove_entries(self, ids: Collection[str], *, who: str, when: datetime, reason: str) -> int:
        """Take entries out of the registry; earlier days still have them. How many were there."""
        return registry.remove_entries(self._database, ids, registry.Act(who, when, reason=reason))

    def entries(self, as_of: Moment | None = None, only: Collection[str] | None = None) -> list[Entry]:
        """The registry as it stood, by id; `only` some entries."""
        return registry.entries(self._database, as_of, only)

    def versions(self, entry: str) -> list[tuple[datetime, Entry | None]]:
        """What the registry said of an entry and since when, oldest first; None where it was taken out."""
        return registry.versions(self._database, entry)

    # Exemptions

    def exemptions(self, as_of: Moment | None = None) -> tuple[Exemption, ...]:
        """What the office granted and had not withdrawn by then."""
        return exemptions.exemptions(self._database, as_of)

    def withdraw(self, grant: int, *, who: str, when: datetime, reason: str) -> int:
        """End an exemption. Raises UsageError `exemption_unknown` where none with that number is in force."""
        return self.record(exemptions.withdrawal(self._database, grant, who, when, reason))

    # Tasks of sweeps

    def plan(self, sweep: str, plans: Iterable[Plan], *, who: str, when: datetime,
             content: Document | None = None) -> int:
        """Add the tasks that a sweep does not have yet, and the sweep itself; how many were added."""
        return tasks.plan(self._database, sweep, plans, who=who, when=when, content=content or {})

    def hold(self, sweep: str, holder: str, *, now: datetime, until: datetime, over: str = "") -> str:
        """Become or stay the sweep's coordinator; the name of who it is then. `over` names a former one known to be
        dead. Tasks that a former one had given out wait again."""
        return tasks.hold(self._database, sweep, holder, now=now, until=until, over=over)

    def let_go(self, sweep: str, holder: str) -> None:
        """End being the coordinator; what was given out waits again."""
        tasks.let_go(self._database, sweep, holder)

    def claim(self, sweep: str, *, now: datetime, limit: int, busy_hosts: Collection[str] = (),
              turn: int | None = None) -> list[QueuedTask]:
        """Give out the next tasks in order: none to a busy host, at most one to any other host. Tasks of turn 0 come
        before those of turn 1."""
        return tasks.claim(self._database, sweep, now=now, limit=limit, busy_hosts=busy_hosts, turn=turn)

    def finish(self, sweep: str, task: str, *, when: datetime, outcome: Document | None = None) -> bool:
        """A task ended without a new report being added; False where it had ended before."""
        return tasks.finish(self._database, sweep, task, when=when, outcome=outcome or {})

    def fail(self, sweep: str, task: str, *, when: datetime, fault: Document, again: datetime | None = None,
             turn: int = 0) -> bool:
        """A task failed: it comes again at `again` in `turn`, or, without, has ended. False where it had ended
        before."""
        return tasks.fail(self._database, sweep, task, when=when, fault=fault, again=again, turn=turn)

    def next_try(self, sweep: str) -> datetime | None:
        """From when on a waiting task may be given out; None where none waits."""
        return tasks.next_try(self._database, sweep)

    def tasks(self, sweep: str, *states: TaskState) -> Iterator[QueuedTask]:
        """The tasks of a sweep in the order planned, of some states or all."""
        return tasks.tasks(self._database, sweep, states)

    def task(self, sweep: str, key: str) -> QueuedTask | None:
        """One task; None where there is none."""
        return tasks.task(self._database, sweep, key)

    def secret(self, sweep: str, task: str) -> Document:
        """What only the worker of a task may see; empty after its end."""
        return tasks.secret(self._database, sweep, task)

    def newest_tasks(self, sweep: str, most: int, beyond: int = 0) -> list[QueuedTask]:
        """The tasks planned last, the last first, beyond the first `beyond`."""
        return tasks.newest(self._database, sweep, most, beyond)

    def sweep(self, sweep: str) -> SweepState | None:
        """One sweep with its counts; None where there is none."""
        return next(iter(tasks.sweeps(self._database, sweep)), None)

    def sweeps(self) -> list[SweepState]:
        """All sweeps with their counts, the last planned first."""
        return tasks.sweeps(self._database)
