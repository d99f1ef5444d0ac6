"""Products → a count for each central body: alone, without its local arms, and with the bureaus it manages. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from appscan.count.values import OwnerCount, Placed, Range, Scope, State, range_of
from appscan.portfolio.owners import Owners

RANK = (State.EXCEEDS, State.UNDETERMINED, State.WITHIN)


def owner_counts(placed: Iterable[Placed], owners: Owners) -> tuple[OwnerCount, ...]:
    """A row for each body that has products, and for each that manages a bureau with products that count; those that
    exceed first."""
    by_owner: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        if one.owner:
            by_owner[one.owner].append(one)
    bureaus: dict[str, list[str]] = defaultdict(list)
    for owner in sorted(by_owner):
        parent = owners.bodies[owner].parent
        if parent and range_of(by_owner[owner]).most:
            bureaus[parent].append(owner)
    counts = [_count(owner, by_owner.get(owner, []), [by_owner[one] for one in bureaus.get(owner, ())],
                     bureaus.get(owner, []), owners) for owner in sorted({*by_owner, *bureaus})]
    return tuple(sorted(counts, key=lambda one: (RANK.index(one.state), not one.for_review, -one.own.most,
                                                 -one.own.confirmed, one.owner)))


def _count(owner: str, products: Sequence[Placed], of_bureaus: Sequence[Sequence[Placed]], bureaus: Sequence[str],
           owners: Owners) -> OwnerCount:
    body = owners.bodies[owner]
    own = range_of(products)
    exceptions = dict.fromkeys(entry.exception for one in products if one.scope is not Scope.OUT
                               for entry in one.product.entries if entry.exception)
    arms = [one for one in products if one.is_arm and one.scope is not Scope.OUT]
    return OwnerCount(
        owner, body.name, body.confidence, body.parent, tuple(products), own, tuple(exceptions),
        range_of(one for one in products if not one.is_arm) if arms else None, tuple(bureaus),
        sum((range_of(one) for one in of_bureaus), Range()) + own if bureaus else None)
