"""Apps and findings as lists show them, and what is asked of lists. Knows no table and no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appscan.model.judgement import Verdict


class ReviewState(StrEnum):
    """What people have decided on one place of a finding."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    ASKED = "asked"
    EXEMPTED = "exempted"


class Decision(StrEnum):
    """What a review says, in an event. `undo` takes back the one before."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    ASK = "ask"
    UNDO = "undo"

    @property
    def state(self) -> ReviewState:
        """The state that it leaves."""
        return {Decision.CONFIRM: ReviewState.CONFIRMED, Decision.DISMISS: ReviewState.DISMISSED,
                Decision.ASK: ReviewState.ASKED, Decision.UNDO: ReviewState.OPEN}[self]


REVIEWED = (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW, Verdict.MISSING, Verdict.EXEMPT_CLAIMED, Verdict.EXEMPT)
"""Verdicts of findings that people decide on, or have exempted."""
UNJUDGED = 9
MOST_FORCE = 9


def urgency(verdict: str, force_rank: int = 0) -> int:
    """Sorts the most urgent first: by verdict, then by force."""
    worst = max(one.severity for one in Verdict)
    return (worst - Verdict(verdict).severity) * 10 + (MOST_FORCE - force_rank)


@dataclass(frozen=True, slots=True)
class ListedApp:
    """One app. `body` is the canonical owner, where what is written names one. `overall` is "" where nobody judged it.
    `listed` False where the registry does not have it; `claimed` says that only others judged it. `recorded` None where
    there is no report. The last five count places of findings by their state."""

    entry: str
    name: str
    owner: str
    body: str
    product: str
    level: str
    region: str
    platforms: tuple[str, ...]
    status: str
    overall: str
    urgency: int
    listed: bool
    claimed: bool
    recorded: datetime | None
    open: int
    confirmed: int
    dismissed: int
    asked: int
    exempted: int


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """One place of a finding. `id` stays the same as long as entry and fingerprint do. `screen` is "" where none is
    known; `who` and `at` are those of the decision that stands, `event` its number, 0 for none."""

    id: str
    entry: str
    report: int
    fingerprint: str
    check_id: str
    verdict: str
    urgency: int
    presence: str
    force: str
    screen: str
    app: str
    body: str
    state: ReviewState = ReviewState.OPEN
    who: str = ""
    at: datetime | None = None
    event: int = 0


@dataclass(frozen=True, slots=True)
class ListedGap:
    """Why something of an app could not be seen, in words."""

    entry: str
    reason: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Blinding:
    """One reason why apps could not be judged: how many apps, and how many of them have no other verdict."""

    reason: str
    zh: str
    en: str
    apps: int
    inconclusive: int


@dataclass(frozen=True, slots=True)
class AppsAsked:
    """Filters of the list of apps; "" for none. `text` is searched in names, owners, packages and ids, `owner` in
    owners, `region` in regions; `body` is the whole name of a body. `verdict` may be `none` for apps that nobody
    judged; `state` asks for apps with any finding in that state; `reason` for apps with that gap."""

    text: str = ""
    owner: str = ""
    level: str = ""
    region: str = ""
    verdict: str = ""
    platform: str = ""
    state: str = ""
    reason: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class FindingsAsked:
    """Filters of the list of findings; "" for none. `text` is searched as for apps."""

    text: str = ""
    state: str = ""
    check: str = ""
    verdict: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list: at most `most` after the row with the key `after`, or before the one with `before`, sorted
    by `sort`, the other way round where it begins with "-"."""

    sort: str = "urgency"
    after: tuple[str | int, ...] | None = None
    before: tuple[str | int, ...] | None = None
    most: int = 50
