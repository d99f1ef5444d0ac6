"""The words of judgement: presence, force, verdict, findings. Values only; how they come about is judge/'s business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appscan.model.coverage import Kind
from appscan.model.sighting import Sighting


class _Ladder(StrEnum):
    """A closed set whose order of definition is its order of rank."""

    def __init__(self, _value: str) -> None:
        self._rank = len(type(self).__members__)

    @property
    def rank(self) -> int:
        """Its place in that order, from 0."""
        return self._rank


class Presence(_Ladder):
    """How much of a feature is there (judgement.md)."""

    NONE = "none"
    MENTIONED = "mentioned"
    BUNDLED = "bundled"
    REACHABLE = "reachable"
    EXERCISED = "exercised"


class Force(_Ladder):
    """How hard it is to stay out of it (judgement.md)."""

    NONE = "none"
    NUDGE = "nudge"
    CONSEQUENCE = "consequence"
    NO_OPT_OUT = "no_opt_out"
    BLOCK = "block"
    ORDER = "order"


class Verdict(StrEnum):
    """Proposed verdicts. `missing` is the earned absence of a required feature."""

    LIKELY_VIOLATION = "likely_violation"
    NEEDS_REVIEW = "needs_review"
    MISSING = "missing"
    INCONCLUSIVE = "inconclusive"
    EXEMPT = "exempt"
    EXEMPT_CLAIMED = "exempt_claimed"
    INFO = "info"
    NOT_FOUND = "not_found"

    @property
    def severity(self) -> int:
        """Rank for ordering, higher is worse (seams.md: likely_violation > needs_review > inconclusive > exempt > info
        > not_found; missing ranks with needs_review, exempt_claimed with exempt)."""
        match self:
            case Verdict.LIKELY_VIOLATION:
                return 5
            case Verdict.NEEDS_REVIEW | Verdict.MISSING:
                return 4
            case Verdict.INCONCLUSIVE:
                return 3
            case Verdict.EXEMPT | Verdict.EXEMPT_CLAIMED:
                return 2
            case Verdict.INFO:
                return 1
            case Verdict.NOT_FOUND:
                return 0


class Declaration(StrEnum):
    """What app.yaml said against what was found; stands beside the verdict."""

    MATCHES = "matches"
    UNDECLARED = "undeclared"
    DECLARED_NOT_FOUND = "declared_not_found"
    CANNOT_TELL = "cannot_tell"
    NO_DECLARATION = "no_declaration"


class Tag(StrEnum):
    """Known borderlines, for the person who decides."""

    WORKPLACE_ATTENDANCE = "workplace_attendance"
    EVENT = "event"
    STATUTORY_TRAINING = "statutory_training"
    POINTS_ONLY = "points_only"
    CITIZEN_FACING = "citizen_facing"
    SPECIAL_SCENE_HINT = "special_scene_hint"


@dataclass(frozen=True, slots=True)
class Message:
    """A catalogue entry with its parameters, so that a report says the same in every language."""

    id: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where: `file` inside the artifact, `screen` (empty when unknown), `element` (id, class.method, key or offset)."""

    file: str = ""
    screen: str = ""
    element: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """One observed fact with no judgement. `origin` is "" for first party, else the library's name; `live` is False
    where the code or layout was shown dead; `actor` is the role of the user who saw it (crawls)."""

    kind: Kind
    value: str
    place: Place
    role: str = ""
    actor: str = ""
    origin: str = ""
    excerpt: str = ""
    live: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal that supports one rung of a ladder: `supports` is a `Presence` or `Force` value. `seen` is what a crawl
    saw around it, None where there was no crawl."""

    signal: Signal
    supports: str
    seen: Sighting | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One screen or endpoint where the feature stands. `path` is the call path from an entry point, outermost first;
    `fingerprint` is 16 hex digits made of stable anchors only (seams.md, "Findings and fingerprints")."""

    screen: str
    fingerprint: str
    evidence: tuple[Evidence, ...]
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """check × artifact: intervals of presence and force, occurrences with evidence, and what was cancelled.

    `clauses` are those it rests on; `beside` are shown with it: clauses that allow the feature, that a later rule sets
    aside, or that hold for a narrower subject. `stage` is planned for what a document plans; built and planned are
    never merged."""

    check_id: str
    artifact: str
    presence: Presence
    presence_at_most: Presence
    force: Force
    force_at_most: Force
    verdict: Verdict
    declaration: Declaration
    tags: tuple[Tag, ...]
    clauses: tuple[str, ...]
    occurrences: tuple[Occurrence, ...]
    why: tuple[Message, ...]
    cancelled: tuple[Evidence, ...] = ()
    beside: tuple[str, ...] = ()
    stage: str = "built"


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """The verdict on one check for the whole app, with the reasons in words."""

    check_id: str
    verdict: Verdict
    why: tuple[Message, ...] = ()
