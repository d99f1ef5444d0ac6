"""What entries say against each other, and owners that nobody can place. Knows no file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from appscan.model.registry import AppStatus, Entry
from appscan.portfolio.cells import Problem
from appscan.portfolio.owners import OwnerMatch, Owners, Standing

NAMED = 3
ENDED = (AppStatus.SUSPENDED, AppStatus.CLOSED)


class Address(Protocol):
    """Where a field of an entry stands, for people; `key` is what stands there, if the entry has several of them."""

    def __call__(self, entry: Entry, column: str, key: str = "") -> str:
        """The address."""


def contradictions(entries: Sequence[Entry], owners: Owners, at: Address, known: Iterable[Entry] = ()) -> list[Problem]:
    """Problems that keep entries out: one package, mini-program or artifact under two owners. `known` are entries that
    the registry has already; one that comes again replaces itself."""
    ids = {entry.id for entry in entries}
    before = [entry for entry in known if entry.id not in ids]
    found: list[Problem] = []
    for column in ("package", "miniprogram", "digest"):
        for key, holders in _holders((*before, *entries), column).items():
            if len({owners.resolve(entry.owner, entry.level).identity for entry in holders}) < 2:
                continue
            others = {entry.id: entry.owner for entry in holders}
            found += [Problem(at(entry, column, key), f"two_owners_{column}", {
                "key": key, "others": ", ".join(f"{other} ({owner})" for other, owner in others.items()
                                               if other != entry.id)[:300]}, column, entry=entry.id)
                for entry in holders if entry.id in ids]
    return found


def doubts(entries: Sequence[Entry], owners: Owners, at: Address, today: date | None = None) -> Iterator[Problem]:
    """What is to be looked at: owners that are unknown or doubtful, days in the wrong order or after `today`, one
    product id under two owners."""
    products: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        match = owners.resolve(entry.owner, entry.level)
        yield from _owner_doubt(entry, match, owners, at)
        if entry.online and entry.last_update and entry.last_update < entry.online:
            yield Problem(at(entry, "last_update"), "updated_before_online", {
                "online": entry.online.isoformat(), "updated": entry.last_update.isoformat()}, "last_update", False,
                entry.id)
        yield from _days_to_come(entry, at, today)
        if entry.product:
            first = products.setdefault(entry.product, {}).setdefault(match.identity, entry)
            if len(products[entry.product]) > 1 and first is entry:
                named = ", ".join(one.owner for one in products[entry.product].values())[:300]
                yield Problem(at(entry, "product"), "product_two_owners", {"key": entry.product, "owners": named},
                              "product", False, entry.id)


def _days_to_come(entry: Entry, at: Address, today: date | None) -> Iterator[Problem]:
    """Days of what is said to have happened; an app that is planned may be online later."""
    days = {"approval_day": entry.approval.day, "first_seen": entry.first_seen, "last_update": entry.last_update,
            "online": entry.online if entry.status in (AppStatus.RUNNING, *ENDED) else None}
    for column, day in days.items() if today is not None else ():
        if day is not None and today is not None and day > today:
            yield Problem(at(entry, column), "day_to_come", {"given": day.isoformat(), "today": today.isoformat()},
                          column, False, entry.id)


def _owner_doubt(entry: Entry, match: OwnerMatch, owners: Owners, at: Address) -> Iterator[Problem]:
    if match.standing in (Standing.CENTRAL, Standing.LOCAL) and not match.doubt:
        return
    near = match.candidates or (owners.near(entry.owner) if match.standing is Standing.UNKNOWN else ())
    hosts = {owners.hinted(_host(key.url)) for key in entry.artifacts if key.url} - {""}
    yield Problem(at(entry, "owner"), f"owner_{match.doubt or match.standing.value}", {
        "owner": entry.owner, "near": ", ".join(owners.name(one) for one in near[:NAMED]),
        "hint": ", ".join(owners.name(one) for one in sorted(hosts)[:NAMED])}, "owner", False, entry.id)


def _holders(entries: Iterable[Entry], column: str) -> Mapping[str, list[Entry]]:
    """Key → entries that have it. A module of a host platform without an entry of its own names the host's keys."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.host_platform and entry.own_entry is not True:
            continue
        for key in {getattr(artifact, column) for artifact in entry.artifacts} - {""}:
            found.setdefault(key, []).append(entry)
    return {key: holders for key, holders in found.items() if len(holders) > 1}


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
