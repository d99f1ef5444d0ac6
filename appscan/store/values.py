"""What goes into the office's store and comes out of it. Knows no table and no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]
"""Plain JSON values: a report as published, or the content of an event."""


class Standing(StrEnum):
    """Who judged: the office itself, or somebody else whose report is only a claim."""

    OFFICE = "office"
    CLAIMED = "claimed"


class EventKind(StrEnum):
    """What events say. Nothing in the store is changed but by adding one of these or a report."""

    REGISTRY_IMPORTED = "registry_imported"
    ENTRIES_REMOVED = "entries_removed"
    PRODUCTS_MERGED = "products_merged"
    PRODUCT_SPLIT = "product_split"
    EXEMPTION_GRANTED = "exemption_granted"
    EXEMPTION_WITHDRAWN = "exemption_withdrawn"
    REVIEWED = "reviewed"
    REPORT_TAKEN_IN = "report_taken_in"
    SWEEP_PLANNED = "sweep_planned"
    ACCOUNT_CHANGED = "account_changed"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SCAN_ASKED = "scan_asked"
    SCAN_CANCELLED = "scan_cancelled"
    REGISTRY_GIVEN = "registry_given"
    OWNER_NAMED = "owner_named"
    PAPER_MADE = "paper_made"
    ENTRY_EDITED = "entry_edited"


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what, when and why. `subject` is what it is about (an entry, a product, a fingerprint). `key`, where
    given, makes the event happen once: the same key again adds nothing. `id` is 0 until the event is recorded."""

    kind: EventKind
    subject: str
    who: str
    when: datetime
    reason: str = ""
    content: Document = field(default_factory=dict)
    key: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a report that was added: `is_new` False where the store had one with the same key; `differs` then
    says that the one it has, which stays, found something else."""

    id: int
    is_new: bool
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Entries of one import."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """One artifact of a stored report. `reading` is the digest under which the reading itself lies among the blobs,
    empty where it is not kept; `reading_digest` is what the report says."""

    digest: str
    kind: str
    name: str
    package: str
    reader: str
    reading_digest: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report in the store. The columns are those that lists and counts need; `document` and `verdicts` are fetched
    when they are asked for. Verdicts are as judged: exemptions depend on a day and are laid over later.

    `app`, `owner` and `packages` are what the report says. `appearance` tells the artifacts of one entry apart (its
    APK, its site) over all their versions. `about` is a digest of what was declared of the app. `own` says that the
    office read the artifacts itself. `confirmed` is the office's own report on the same artifacts where this one is a
    claim, 0 where the office has not judged them. """

    id: int
    entry: str
    product: str
    app: str
    owner: str
    packages: tuple[str, ...]
    appearance: str
    standing: Standing
    own: bool
    recorded: datetime
    sweep: str
    overall: str
    stage: str
    complete: bool
    errors: int
    readers: tuple[str, ...]
    digests: tuple[str, ...]
    checks_digest: str
    options_digest: str
    about: str
    confirmed: int
    _document: Callable[[], dict[str, Any]] = field(repr=False, compare=False)
    _verdicts: Callable[[], Mapping[str, str]] = field(repr=False, compare=False)
    _artifacts: Callable[[], tuple[StoredArtifact, ...]] = field(repr=False, compare=False)

    @property
    def document(self) -> dict[str, Any]:
        """The published report."""
        return self._document()

    @property
    def verdicts(self) -> Mapping[str, str]:
        """Check → verdict."""
        return self._verdicts()

    @property
    def artifacts(self) -> tuple[StoredArtifact, ...]:
        """What was read."""
        return self._artifacts()


@dataclass(frozen=True, slots=True)
class Summary:
    """How much a store holds. `reports` counts the office's own and claims, `claims` the latter; `apps` are entries
    with any report; `last` is when the last report was recorded. `revision` is that of the tables."""

    revision: str
    entries: int
    apps: int
    reports: int
    claims: int
    events: int
    exemptions: int
    sweeps: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exemption record that the office granted: `record` is one of `exemptions-1`, `event` the grant."""

    event: int
    record: Mapping[str, str]
    who: str
    when: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeptReading:
    """A reading among the blobs, and the last report that was judged from it."""

    reading: str
    report: int
    entry: str
    app: str


Moment = datetime | date
"""As-of: a moment, or a whole day as it is in Beijing."""
