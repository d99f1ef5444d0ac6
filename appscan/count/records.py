"""Gaps of records: approvals, filings, apps that should be closed and answer, apps that nobody uses. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from appscan.count.gathering import Material
from appscan.count.profile import ZombieBounds
from appscan.count.values import Placed
from appscan.model.days import beijing_day
from appscan.model.registry import AppStatus, Entry
from appscan.portfolio.owners import Owners, Standing

RUNS = (AppStatus.RUNNING, AppStatus.UNKNOWN)
ENDED = (AppStatus.CLOSED, AppStatus.SUSPENDED)


class Gap(StrEnum):
    """What a record lacks or says against what runs."""

    NO_RECORD = "no_record"
    ONLINE_BEFORE = "online_before"
    OTHER_OWNER = "other_owner"
    OWNER_UNCLEAR = "owner_unclear"
    OTHER_FUNCTION = "other_function"
    UNFILED = "unfiled"
    CLOSED_WITH_ADDRESS = "closed_with_address"
    CLOSED_BUT_ANSWERS = "closed_but_answers"


@dataclass(frozen=True, slots=True)
class RecordGap:
    """One gap of one product, with the values it rests on."""

    gap: Gap
    product: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Zombie:
    """An app that nobody uses by the bounds of the profile: each measure that holds, with its value."""

    product: str
    measures: Mapping[str, str]


def gaps(placed: Iterable[Placed], material: Material, owners: Owners) -> tuple[RecordGap, ...]:
    """All gaps, by kind and product."""
    found = [gap for one in placed for gap in (*_of_approval(one, owners), *_of_closing(one, material))]
    kinds = list(Gap)
    return tuple(sorted(found, key=lambda gap: (kinds.index(gap.gap), gap.product)))


def _of_approval(one: Placed, owners: Owners) -> Iterator[RecordGap]:
    running = [entry for entry in one.product.entries if entry.status in RUNS]
    if not running:
        return
    approved = [entry for entry in one.product.entries if entry.approval.number or entry.approval.day]
    if not approved:
        yield RecordGap(Gap.NO_RECORD, one.id, {})
    yield from _before(one, running, approved)
    yield from _of_owner(one, approved, owners)
    yield from _of_features(one, approved)
    if not any(entry.cac for entry in one.product.entries):
        yield RecordGap(Gap.UNFILED, one.id, {})


def _before(one: Placed, running: Iterable[Entry], approved: Iterable[Entry]) -> Iterator[RecordGap]:
    """The first day that it was online or seen against the first approval."""
    online = min((day for entry in running for day in (entry.online, entry.first_seen) if day), default=None)
    day = min((entry.approval.day for entry in approved if entry.approval.day), default=None)
    if online and day and online < day:
        yield RecordGap(Gap.ONLINE_BEFORE, one.id, {"online": online.isoformat(), "approved": day.isoformat()})


def _of_owner(one: Placed, approved: Iterable[Entry], owners: Owners) -> Iterator[RecordGap]:
    """An approval for another body; by another name of the same it is none."""
    for entry in approved:
        if not entry.approval.owner:
            continue
        given, own = owners.resolve(entry.approval.owner), owners.resolve(entry.owner, entry.level)
        if given.identity == own.identity:
            continue
        sure = {given.standing, own.standing} <= {Standing.CENTRAL, Standing.LOCAL}
        yield RecordGap(Gap.OTHER_OWNER if sure else Gap.OWNER_UNCLEAR, one.id, {
            "entry": entry.id, "owner": entry.owner, "approved": entry.approval.owner})
        return


def _of_features(one: Placed, approved: Iterable[Entry]) -> Iterator[RecordGap]:
    """Features that are declared or were found, and are not among those approved, where the record names any."""
    allowed = {feature for entry in approved for feature in entry.approval.features}
    declared = {check for entry in one.product.entries for check in (entry.declared or {})} - allowed
    found = {check for check, verdict in one.examined.found.items() if verdict != "missing"} - allowed - declared
    if allowed and (declared or found):
        yield RecordGap(Gap.OTHER_FUNCTION, one.id, {
            "declared": ", ".join(sorted(declared)), "found": ", ".join(sorted(found)),
            "approved": ", ".join(sorted(allowed))})


def _of_closing(one: Placed, material: Material) -> Iterator[RecordGap]:
    """Closed in the register and still answering: a crawl of its pages after the day on which the register said so. One
    with an address that no crawl has been to is listed too."""
    for entry in one.product.entries:
        if entry.status not in ENDED:
            continue
        since = material.closed_since.get(entry.id)
        crawled = [stood.report for stood in material.stood.get(entry.id, ())
                   if stood.report.appearance.startswith("recording:")]
        answered = [(when, report) for report in crawled
                    if since and (when := material.crawled.get(report.id)) and when > since]
        address = next((key.url for key in entry.artifacts if key.url), "")
        if answered:
            when, report = max(answered, key=lambda pair: (pair[0], pair[1].id))
            yield RecordGap(Gap.CLOSED_BUT_ANSWERS, one.id, {
                "entry": entry.id, "address": address, "day": beijing_day(when).isoformat(),
                "report": str(report.id)})
        elif address:
            yield RecordGap(Gap.CLOSED_WITH_ADDRESS, one.id, {"entry": entry.id, "address": address})


def zombies(placed: Iterable[Placed], material: Material, bounds: ZombieBounds | None) -> tuple[Zombie, ...]:
    """Running apps of which enough measures hold; none without bounds, since no rule names any."""
    if bounds is None:
        return ()
    rows = [(one, dict(_measures(one, material, bounds))) for one in placed
            if any(entry.status is AppStatus.RUNNING for entry in one.product.entries)]
    return tuple(Zombie(one.id, measures) for one, measures in rows if len(measures) >= bounds.measures)


def _measures(one: Placed, material: Material, bounds: ZombieBounds) -> Iterator[tuple[str, str]]:
    """What is known of a product and holds; what is not known does not."""
    entries = one.product.entries
    updated: date | None = max((entry.last_update for entry in entries if entry.last_update), default=None)
    if bounds.days_without_update is not None and updated is not None:
        days = (material.as_of - updated).days
        if days >= bounds.days_without_update:
            yield "days_without_update", str(days)
    active = [entry.usage.active for entry in entries if entry.usage.active is not None]
    if bounds.active_below is not None and active and sum(active) < bounds.active_below:
        yield "active_below", str(sum(active))
    built = [int(traits["target_sdk"]) for entry in entries for seen in material.seen.get(entry.id, ())
             for traits in seen.traits if traits["target_sdk"].isdecimal()]
    if bounds.target_sdk_below is not None and built and max(built) < bounds.target_sdk_below:
        yield "target_sdk_below", str(max(built))
