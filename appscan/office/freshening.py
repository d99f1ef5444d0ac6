"""Makes the lists anew where something changed since they were made. Knows no page; what a row says is `listing`'s."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from appscan.errors import AppscanError
from appscan.gate.exemptions import Claim
from appscan.model.days import beijing_day
from appscan.model.folding import fold
from appscan.office.listing import FAULT, Material, Rows, rows_of, rows_without
from appscan.office.matching import UNLISTED, Register, keys_of_stored
from appscan.office.owners import owners_of
from appscan.office.standing import granted
from appscan.portfolio.owner_names import OwnerNames
from appscan.store import AppsAsked, Event, Made, Stale, StaleKind, Store, StoredReport, Window

BATCH = 200
"""Changes that are worked in at once: a short transaction, and never more documents open than this."""
MOST_ASKED = 400
"""Entries that are asked for by name; of more, the whole registry and all reviews are read."""
MOST_TRIED_AGAIN = 1000
_LOG = logging.getLogger(__name__)


def freshen(store: Store, now: datetime, most: int = BATCH, about: Collection[str] = ()) -> int:
    """Work in the oldest changes, at most so many, `about` some entries or apps, or anything; how many changes are
    left. Several may do so at once, threads or
    processes: what one has worked in, another drops. `now` is the desk's moment, with its zone."""
    _turn_day(store, now)
    lists = store.lists
    stale = lists.stale(most, about)
    if stale:
        lists.settle(_made(store, stale, beijing_day(now)), stale)
    return lists.condition().stale if len(stale) == most else 0


def _turn_day(store: Store, now: datetime) -> None:
    """On a new day, exemptions that began or ran out since the last one change how their apps stand; and what could not
    be listed is tried again."""
    before, day = store.lists.condition().day, beijing_day(now)
    if before == day.isoformat():
        return
    last = date.fromisoformat(before) if before else date.min
    turned = {claim.app for claim in granted(store, day)
              if last < claim.from_day <= day or last <= claim.expires < day} if before else set()
    failed = store.lists.apps(AppsAsked(reason=FAULT), Window(most=MOST_TRIED_AGAIN)) if before else ()
    store.lists.turn_day(day.isoformat(), turned | {one.entry for one in failed}, now)


def _made(store: Store, stale: Sequence[Stale], day: date) -> Made:
    of_kind: defaultdict[StaleKind, set[str]] = defaultdict(set)
    for one in stale:
        of_kind[one.kind].add(one.about)
    strays = store.lists.strays()
    moved = _moved_strays(store, of_kind, strays)
    wanted = of_kind[StaleKind.REPORTS] | of_kind[StaleKind.REGISTRY]
    wanted |= _named(store, of_kind[StaleKind.EXEMPTIONS], strays | moved)
    wanted |= {one for stray, entry in moved.items() for one in (stray, entry, strays.get(stray, stray))}
    strays |= moved
    wanted |= {strays[one] for one in wanted if one in strays}
    every = list(_rows(store, wanted, strays, day))
    made, failed = ([one for one, is_whole in every if is_whole is asked] for asked in (True, False))
    return Made(wanted - {one.app.entry for one in failed}, [(one.app, one.search) for one in made],
                [row for one in made for row in one.findings], [row for one in made for row in one.gaps], moved,
                [(one.app, one.search) for one in failed], [row for one in failed for row in one.gaps])


def _named(store: Store, apps: Collection[str], strays: Mapping[str, str]) -> set[str]:
    """Entries that an exemption may mean by these names."""
    sought = {fold(app) for app in apps}
    return {entry for entry, names in store.lists.named()
            if sought & {fold(name) for name in (entry, strays.get(entry, ""), *names) if name}} if sought else set()


def _moved_strays(store: Store, of_kind: Mapping[StaleKind, Collection[str]],
                  strays: Mapping[str, str]) -> dict[str, str]:
    """Apps that the registry did not have when their report came → the entry that is theirs now; where that changed."""
    new = {one for one in of_kind.get(StaleKind.REPORTS, ()) if one.startswith(UNLISTED)}
    sought = new | (strays.keys() if of_kind.get(StaleKind.REGISTRY) else set())
    if not sought:
        return {}
    register = Register(store.entries())
    now: dict[str, str] = {}
    for report in store.reports(entries=sought):
        found = register.match(keys_of_stored(report)).entry
        now.setdefault(report.entry, found.id if found else report.entry)
    return {stray: entry for stray, entry in now.items() if strays.get(stray) != entry}


def material_of(store: Store, entry: str, day: date) -> Material:
    """What the rows of one app are made of, with what was kept of it while the registry did not have it."""
    return next(iter(_materials(store, [entry], store.lists.strays(), day)))


def _rows(store: Store, wanted: Collection[str], strays: Mapping[str, str],
          day: date) -> Iterator[tuple[Rows, bool]]:
    """The rows of each app, and whether they are whole: a fault in one must not keep all others from being listed."""
    owners = OwnerNames(owners_of(store))
    own = [entry for entry in wanted if strays.get(entry, entry) == entry]
    for material in _materials(store, own, strays, day):
        try:
            made, is_whole = rows_of(material, day, owners), True
        except AppscanError:
            raise  # the store's own
        except Exception:  # noqa: BLE001 (whatever is wrong with one app)
            _LOG.exception("app %s cannot be listed", material.id)
            made, is_whole = rows_without(material, owners), False
        if made is not None:
            yield made, is_whole


def _materials(store: Store, wanted: Collection[str], strays: Mapping[str, str], day: date) -> Iterator[Material]:
    of_entry: defaultdict[str, list[str]] = defaultdict(list)
    for stray, entry in strays.items():
        if entry != stray:
            of_entry[entry].append(stray)
    names = {entry: [entry, *of_entry[entry]] for entry in wanted}
    everything = {name for several in names.values() for name in several}
    reports: defaultdict[str, list[StoredReport]] = defaultdict(list)
    for report in store.reports(entries=everything):
        reports[report.entry].append(report)
    some = everything if len(everything) <= MOST_ASKED else None
    entries = {one.id: one for one in store.entries(only=some)}
    reviews, claims = _reviews(store, some), _claims(store, day)
    for entry, several in sorted(names.items()):
        standing = _standing([one for name in several for one in reports[name]])
        yield Material(entry, entries.get(entry), standing, _own(claims, several, standing),
                       {mark: event for name in several for mark, event in reviews.get(name, {}).items()})


def _standing(reports: Iterable[StoredReport]) -> list[StoredReport]:
    """One report for each appearance; those of the entry itself come before those of its strays."""
    first: dict[str, StoredReport] = {}
    for report in reports:
        first.setdefault(report.appearance, report)
    return list(first.values())


def _reviews(store: Store, entries: Collection[str] | None) -> Mapping[str, Mapping[str, Event]]:
    found: defaultdict[str, dict[str, Event]] = defaultdict(dict)
    for (entry, mark), event in store.reviews(entries).items():
        found[entry][mark] = event
    return found


def _claims(store: Store, day: date) -> Mapping[str, list[Claim]]:
    by_app: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in granted(store, day):
        by_app[fold(claim.app)].append(claim)
    return by_app


def _own(claims: Mapping[str, list[Claim]], entries: Collection[str], reports: Sequence[StoredReport]) -> list[Claim]:
    """What was granted to an app: to its entry, or to what it was called before it had one (`entries`), or by a name
    that its reports say."""
    names = {fold(name) for report in reports for name in (report.product, report.app, *report.packages) if name}
    return [claim for name in sorted(names | set(map(fold, entries))) for claim in claims.get(name, ())]
