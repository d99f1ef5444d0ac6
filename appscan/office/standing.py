"""How things stand on a day: the reports that stand, with what the office granted laid over them. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from appscan.gate.exemptions import Claim, claim_of, grant
from appscan.model.folding import fold
from appscan.model.judgement import Verdict
from appscan.office.matching import UNLISTED, Register, keys_of_stored
from appscan.store import Event, EventKind, Step, Store, StoredReport


@dataclass(frozen=True, slots=True)
class Stood:
    """What stood for one appearance of an entry on a day. `entry` is the one that the report belongs to by then: a
    report of an app that was not in the registry yet finds its entry later. `verdicts` and `overall` are those after
    the exemptions of that day; `is_exempted` says that they differ from what was judged."""

    entry: str
    report: StoredReport
    verdicts: Mapping[str, str]
    overall: Verdict
    is_exempted: bool = False


def granted(store: Store, as_of: date) -> tuple[Claim, ...]:
    """What the office had granted and not withdrawn by that day."""
    return tuple(claim_of(one.record) for one in store.exemptions(as_of))


def stood(store: Store, as_of: date, only: Collection[str] | None = None) -> Iterator[Stood]:
    """What stood on that day, by entry and appearance; apps that the registry does not have come last. Documents are
    opened only where an exemption names the app. `only`: no verdicts but those that are one of these words."""
    claims = granted(store, as_of)
    before, claims_of = _names_before(store, claims, as_of), _by_app(claims)
    register: Register | None = None
    strays: list[StoredReport] = []
    taken: set[tuple[str, str]] = set()
    for report in store.reports(as_of=as_of, verdicts=True, only=only):
        if report.entry.startswith(UNLISTED):
            strays.append(report)
            continue
        taken.add((report.entry, report.appearance))
        yield _stood(report.entry, report, before.get(report.entry, ()), claims_of, as_of, only)
    for report in strays:
        register = register or Register(store.entries(as_of))
        found = register.match(keys_of_stored(report)).entry
        entry = found.id if found else report.entry
        if (entry, report.appearance) not in taken:
            taken.add((entry, report.appearance))
            yield _stood(entry, report, before.get(entry, ()), claims_of, as_of, only)


def _names_before(store: Store, claims: Iterable[Claim], as_of: date) -> Mapping[str, set[str]]:
    """Entry → what it was called in exemptions of the time when the registry did not have it yet."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    asked = {claim.app for claim in claims if claim.app.startswith(UNLISTED)}
    if asked:
        register = Register(store.entries(as_of))
        for report in store.reports(as_of=as_of, entries=asked):
            if (entry := register.match(keys_of_stored(report)).entry) is not None:
                found[entry.id].add(report.entry)
    return found


def history_of(store: Store, entry: str) -> list[Step]:
    """What stood for an entry, with what was kept of the app while the registry did not have it; oldest first."""
    own = store.history(entry)
    since: dict[str, datetime] = {}
    for step in own:
        since.setdefault(step.appearance, step.since)
    kept = [step for name in _strays_of(store, entry) for step in store.history(name)
            if step.appearance not in since or step.since < since[step.appearance]]
    return sorted([*own, *kept], key=lambda step: (step.since, step.report.id))


def _strays_of(store: Store, entry: str) -> list[str]:
    """Names of apps that the registry did not have when their report came, and that are this entry."""
    register = Register(store.entries())
    if entry not in register.by_id:
        return []
    kept = [one for one in store.reports() if one.entry.startswith(UNLISTED)]
    found = ((one.entry, register.match(keys_of_stored(one)).entry) for one in kept)
    return list(dict.fromkeys(name for name, match in found if match is not None and match.id == entry))


def on_day(store: Store, report: StoredReport, as_of: date, entry: str = "") -> dict[str, Any]:
    """The document of a report with the exemptions of a day laid over it. `entry` where the registry has the app under
    another name than the report was kept under."""
    names = _names(report, entries_of(store, report, entry))
    return grant(report.document, _own(names, _by_app(granted(store, as_of))), as_of)


def exempted(store: Store, document: dict[str, Any], as_of: date) -> dict[str, Any]:
    """A report document from a file with the office's exemptions of a day laid over it."""
    return grant(document, [claim for claim in granted(store, as_of) if claim.is_of(document)], as_of)


def acts_on(store: Store, report: StoredReport, entry: str = "") -> Iterator[Event]:
    """What was granted or withdrawn for the app of a report, oldest first. `entry` as for `on_day`."""
    names = _names(report, entries_of(store, report, entry))
    return (event for event in store.events(EventKind.EXEMPTION_GRANTED, EventKind.EXEMPTION_WITHDRAWN)
            if fold(event.subject) in names)


def entries_of(store: Store, report: StoredReport, entry: str = "") -> set[str]:
    """The entry of a report, with what its app was called in the lists before it had one."""
    strays = store.lists.strays()
    own = entry or strays.get(report.entry, report.entry)
    return {own, report.entry, *(stray for stray, now in strays.items() if now == own)}


def _by_app(claims: Iterable[Claim]) -> Mapping[str, list[Claim]]:
    by_app: dict[str, list[Claim]] = {}
    for claim in claims:
        by_app.setdefault(fold(claim.app), []).append(claim)
    return by_app


def _own(names: Collection[str], claims: Mapping[str, list[Claim]]) -> Sequence[Claim]:
    return [claim for name in sorted(names) for claim in claims.get(name, ())] if claims else ()


def _names(report: StoredReport, entries: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(name) for name in (*entries, report.product, report.app, *report.packages) if name)


def _stood(entry: str, report: StoredReport, before: Collection[str], claims: Mapping[str, list[Claim]], as_of: date,
           only: Collection[str] | None) -> Stood:
    own = _own(_names(report, (entry, report.entry, *before)), claims)
    if not own:
        return Stood(entry, report, report.verdicts, Verdict(report.overall))
    document = grant(report.document, own, as_of)
    verdicts = {row["check_id"]: str(row["verdict"]) for row in document["verdicts"]
                if only is None or row["verdict"] in only}
    return Stood(entry, report, verdicts, Verdict(document["overall"]), verdicts != report.verdicts)


