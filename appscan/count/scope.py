"""Which products count, for whom, and why not. Pure; three-valued: what is unknown is neither in nor out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from appscan.count.values import Examined, Placed, Reason, Scope
from appscan.model.registry import AppStatus, Audience, Entry
from appscan.portfolio.grouping import Product
from appscan.portfolio.owners import By, OwnerMatch, Standing

ORDER = (Scope.OUT, Scope.UNDETERMINED, Scope.CONFIRMED)


def placed(product: Product, matches: Mapping[str, OwnerMatch], examined: Examined, *,
           arms_apart: bool = False) -> Placed:
    """Where a product belongs. `matches` are the owners of entries; `arms_apart` counts local arms of central systems
    as local."""
    scopes = {entry.id: scope_of(entry) for entry in product.entries}
    best = max((one[0] for one in scopes.values()), key=ORDER.index)
    reasons = dict.fromkeys(chain.from_iterable(why for scope, why in scopes.values() if scope is best))
    counting = [entry for entry in product.entries if scopes[entry.id][0] is best]
    owner, standing, is_arm = _owner(product, matches)
    if is_arm and arms_apart:
        owner, standing = "", Standing.LOCAL
    return Placed(product, owner, standing, best, tuple(reasons), is_arm,
                  best is not Scope.OUT and any(one.host_platform and one.own_entry for one in counting), examined)


def scope_of(entry: Entry) -> tuple[Scope, tuple[Reason, ...]]:
    """Whether one entry runs, for grassroots staff, and on its own; the reasons are those that decide."""
    out, unknown = set(_against(entry)), tuple(_unknown(entry))
    if out:
        return Scope.OUT, tuple(one for one in Reason if one in out)
    return (Scope.UNDETERMINED, unknown) if unknown else (Scope.CONFIRMED, ())


def _against(entry: Entry) -> Iterator[Reason]:
    if entry.status not in (AppStatus.RUNNING, AppStatus.UNKNOWN):
        yield Reason.NOT_RUNNING
    if entry.audience and Audience.GRASSROOTS_INTERNAL not in entry.audience:
        yield Reason.OTHER_AUDIENCE
    if entry.host_platform and entry.own_entry is False:
        yield Reason.COUNTS_FOR_HOST


def _unknown(entry: Entry) -> Iterator[Reason]:
    if entry.status is AppStatus.UNKNOWN:
        yield Reason.STATUS_UNKNOWN
    if not entry.audience:
        yield Reason.AUDIENCE_UNKNOWN
    if entry.host_platform and entry.own_entry is None:
        yield Reason.OWN_ENTRY_UNKNOWN


def _owner(product: Product, matches: Mapping[str, OwnerMatch]) -> tuple[str, Standing, bool]:
    """The one central body of a product; none where a person joined entries of several, since nobody said whose it is
    then."""
    of_entries = [matches[entry.id] for entry in product.entries]
    central = {match.owner for match in of_entries if match.owner}
    if len(central) > 1:
        return "", Standing.SEVERAL, False
    if central:
        owner = central.pop()
        is_arm = all(match.by is By.ARM for match in of_entries if match.owner == owner)
        return owner, Standing.CENTRAL, is_arm
    return "", product.owner.standing, False
