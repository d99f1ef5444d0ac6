"""The words of counting: what is in scope and why not, ranges, states, and what was examined. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appscan.model.judgement import Verdict
from appscan.model.registry import Confidence
from appscan.portfolio.grouping import Product
from appscan.portfolio.owners import Standing

LIMIT = 1
"""Products for grassroots staff that a central body runs at most, in principle (CEN24, article 12)."""


FOUND = frozenset({Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW, Verdict.MISSING, Verdict.EXEMPT,
                   Verdict.EXEMPT_CLAIMED})
"""Verdicts by which something was found, exempted or not."""
EXEMPT = frozenset({Verdict.EXEMPT, Verdict.EXEMPT_CLAIMED})


class Scope(StrEnum):
    """Whether a product counts. `undetermined`: the registry does not say what decides it."""

    CONFIRMED = "confirmed"
    UNDETERMINED = "undetermined"
    OUT = "out"


class Reason(StrEnum):
    """Why a product does not count, or why nobody can tell."""

    NOT_RUNNING = "not_running"
    OTHER_AUDIENCE = "other_audience"
    COUNTS_FOR_HOST = "counts_for_host"
    STATUS_UNKNOWN = "status_unknown"
    AUDIENCE_UNKNOWN = "audience_unknown"
    OWN_ENTRY_UNKNOWN = "own_entry_unknown"


class State(StrEnum):
    """What the range says of the limit; `exceeds_principle` is no verdict of a violation."""

    EXCEEDS = "exceeds_principle"
    UNDETERMINED = "undetermined"
    WITHIN = "within"


class Tested(StrEnum):
    """What the reports that stand say of a product, the worst first."""

    FOUND = "found"
    INCONCLUSIVE = "inconclusive"
    NOT_FOUND = "not_found"
    NOT_SCANNED = "not_scanned"


@dataclass(frozen=True, slots=True)
class Examined:
    """What stands for one product. `is_partial`: some of its artifacts have a report and some have none, which is why
    nothing found is not enough. `is_claimed`: the office judged none of it itself. `is_exempt`: what was found is
    exempted. `found` are checks with their verdicts, `reports` ids in the store, `actors` user roles that saw it."""

    tested: Tested = Tested.NOT_SCANNED
    reports: tuple[int, ...] = ()
    is_partial: bool = False
    is_claimed: bool = False
    is_exempt: bool = False
    found: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """A product with the owner that it counts for (empty where it counts for none), and whether it is in scope.
    `is_arm`: its owner as written is a local arm. `has_own_entry`: a module of a host platform with an entry of its
    own."""

    product: Product
    owner: str
    standing: Standing
    scope: Scope
    reasons: tuple[Reason, ...] = ()
    is_arm: bool = False
    has_own_entry: bool = False
    examined: Examined = Examined()

    @property
    def id(self) -> str:
        """Id of the product."""
        return self.product.id

    @property
    def is_sure(self) -> bool:
        """Whether nothing about its owner as written is doubtful; how sure the owner itself is, is another matter."""
        return not self.product.owner.doubt


@dataclass(frozen=True, slots=True)
class Range:
    """From what is sure to what is possible."""

    confirmed: int = 0
    undetermined: int = 0

    @property
    def most(self) -> int:
        """The highest that it can turn out to be."""
        return self.confirmed + self.undetermined

    def __add__(self, other: Range) -> Range:
        return Range(self.confirmed + other.confirmed, self.undetermined + other.undetermined)

    @property
    def state(self) -> State:
        """What it says of the limit."""
        if self.confirmed > LIMIT:
            return State.EXCEEDS
        return State.UNDETERMINED if self.most > LIMIT else State.WITHIN


def range_of(placed: Iterable[Placed]) -> Range:
    """The range of some products."""
    scopes = [one.scope for one in placed]
    return Range(scopes.count(Scope.CONFIRMED), scopes.count(Scope.UNDETERMINED))


@dataclass(frozen=True, slots=True)
class Denominator:
    """Apps = found + not found + inconclusive + not scanned. `exempt`, `claimed` and `partial` are parts of these."""

    apps: int = 0
    found: int = 0
    not_found: int = 0
    inconclusive: int = 0
    not_scanned: int = 0
    exempt: int = 0
    claimed: int = 0
    partial: int = 0


def denominator_of(placed: Iterable[Placed]) -> Denominator:
    """What stands for some products."""
    seen = [one.examined for one in placed]
    tested = [one.tested for one in seen]
    return Denominator(
        apps=len(seen), found=tested.count(Tested.FOUND), not_found=tested.count(Tested.NOT_FOUND),
        inconclusive=tested.count(Tested.INCONCLUSIVE), not_scanned=tested.count(Tested.NOT_SCANNED),
        exempt=sum(one.is_exempt for one in seen), claimed=sum(one.is_claimed for one in seen),
        partial=sum(one.is_partial for one in seen))


@dataclass(frozen=True, slots=True)
class OwnerCount:
    """One central body. `products` are all that count for it, in scope or not; `own` its range, `without_arms` the one
    without local arms where it has any; `bureaus` the state bureaus it manages that have products, `with_bureaus` the
    other number where there are any. `for_review`: within the limit alone, not with them."""

    owner: str
    name: str
    confidence: Confidence
    parent: str
    products: tuple[Placed, ...]
    own: Range
    exceptions: tuple[str, ...] = ()
    without_arms: Range | None = None
    bureaus: tuple[str, ...] = ()
    with_bureaus: Range | None = None

    @property
    def state(self) -> State:
        """What its own range says."""
        return self.own.state

    @property
    def for_review(self) -> bool:
        """Whether only the count with its bureaus is above the limit, or may be."""
        return (self.with_bureaus is not None and self.state is State.WITHIN and self.with_bureaus.most > LIMIT)
