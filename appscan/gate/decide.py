"""Reports against a policy: what stops the release, what is only told, what was accepted, and what nobody saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from appscan.gate.apps import key_of
from appscan.gate.baseline import LOOKED_AT, Baseline, Held, force_of, marks_in
from appscan.gate.exemptions import wrong_records
from appscan.gate.policy import Act, Policy
from appscan.model.judgement import Declaration, Verdict
from appscan.report.exempted import EXEMPTING, Exempted
from appscan.report.paper.recheck import Sight, Why
from appscan.report.places import absence_mark
from appscan.report.summary import is_blinding

Json = Mapping[str, Any]


class Kind(StrEnum):
    """What an entry of the result is about."""

    FINDING = "finding"
    WORSE = "worse"
    MISSING = "missing"
    CLAIMED = "claimed"
    EXEMPT = "exempt"
    INCONCLUSIVE = "inconclusive"
    UNREAD = "unread"
    UNDECLARED = "undeclared"
    DECLARED_NOT_FOUND = "declared_not_found"
    CUSTOM_CHECKS = "custom_checks"
    EXEMPTION = "exemption"
    ACCEPTED = "accepted"
    GONE = "gone"
    NOT_SEEN = "not_seen"
    UNPLACED = "unplaced"


class Outcome(StrEnum):
    """What an entry does, worst first."""

    FAIL = "fail"
    UNSEEN = "unseen"
    WARN = "warn"
    ACCEPT = "accept"

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the gate has to say of one app; `detail` is a screen, a reason or a state of a record;
    `record` tells which: the number of its document and its days."""

    app: str
    kind: Kind
    outcome: Outcome
    check_id: str = ""
    verdict: str = ""
    fingerprint: str = ""
    detail: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class GateResult:
    """Everything the gate has to say, worst first, and what was not seen of each app: (app, blinding gaps, errors)."""

    entries: tuple[Entry, ...]
    unseen: tuple[tuple[str, int, int], ...]

    def count(self, outcome: Outcome) -> int:
        """Entries of an outcome; what is gone is counted apart: nobody had to accept it."""
        return sum(entry.outcome is outcome and entry.kind is not Kind.GONE for entry in self.entries)

    @property
    def gone(self) -> int:
        """Places that a baseline holds and that are no longer there."""
        return sum(entry.kind is Kind.GONE for entry in self.entries)

    @property
    def outcome(self) -> Outcome:
        """The worst of all; ACCEPT where nothing was said."""
        return min((entry.outcome for entry in self.entries), key=lambda one: one.rank, default=Outcome.ACCEPT)


def decide(documents: Sequence[Json], policy: Policy, baseline: Baseline | None = None) -> GateResult:
    """Judge reports, exemptions already laid over them."""
    entries = [entry for document in documents for entry in _of_app(document, policy, baseline or Baseline())]
    entries.sort(key=lambda entry: (entry.outcome.rank, entry.app, entry.check_id, entry.fingerprint))
    unseen = tuple((key_of(one), sum(map(is_blinding, one["coverage"]["gaps"])), len(one["errors"]))
                   for one in documents)
    return GateResult(tuple(entries), unseen)


def _of_app(document: Json, policy: Policy, baseline: Baseline) -> Iterator[Entry]:
    app, held = key_of(document), baseline.of(document)
    for row in document["verdicts"]:
        yield from _of_check(app, document, row, policy, held)
    for finding in document["findings"]:
        yield from _of_declaration(app, finding, policy)
    if not document["complete"] or document["errors"]:
        yield from _acted(policy.unread, Entry(app, Kind.UNREAD, Outcome.UNSEEN, detail="incomplete" if not document[
            "complete"] else document["errors"][0]["artifact"]))
    if document["tool"].get("custom_checks"):
        yield from _acted(policy.custom_checks, Entry(app, Kind.CUSTOM_CHECKS, Outcome.FAIL))
    for record in wrong_records(document):
        yield Entry(app, Kind.EXEMPTION, Outcome.WARN, record["check_id"], detail=record["state"],
                    record=f"{record['document']} {record.get('from', '')}/{record['expires']}".strip())
    there, sight = set(marks_in(document)), Sight(document)
    for one in (one for mark, one in held.items() if mark not in there):
        gone = sight.why_open(one.check_id) is Why.NONE
        yield Entry(app, Kind.GONE if gone else Kind.NOT_SEEN, Outcome.ACCEPT if gone else Outcome.WARN, one.check_id,
                    one.verdict.value, one.fingerprint, one.screen)


def _of_check(app: str, document: Json, row: Json, policy: Policy,
              held: Mapping[tuple[str, str], Held]) -> Iterator[Entry]:
    check_id, verdict, exempted = row["check_id"], Verdict(row["verdict"]), Exempted(document)
    least = policy.severity_for(document, check_id)
    findings = [finding for finding in document["findings"] if finding["check_id"] == check_id]
    # The worst finding gives the verdict: beside it another file may hide anything.
    if Verdict.INCONCLUSIVE in (verdict, *(Verdict(finding["verdict"]) for finding in findings)):
        yield from _acted(policy.inconclusive, Entry(app, Kind.INCONCLUSIVE, Outcome.UNSEEN, check_id,
                                                     Verdict.INCONCLUSIVE.value))
    if verdict is Verdict.MISSING:
        mark = absence_mark(check_id)
        entry = Entry(app, Kind.MISSING, Outcome.FAIL if verdict.severity >= least else Outcome.WARN, check_id,
                      verdict.value, mark)
        yield _changed(entry, Kind.ACCEPTED, Outcome.ACCEPT) if (check_id, mark) in held else entry
    for finding in findings:
        yield from _of_finding(app, finding, least, policy, held, exempted)
    if verdict in LOOKED_AT and _beneath(row).severity >= least and not any(
            Verdict(finding["verdict"]) in LOOKED_AT and finding["occurrences"] for finding in findings):
        yield Entry(app, Kind.UNPLACED, Outcome.FAIL, check_id, verdict.value)


def _of_finding(app: str, finding: Json, least: int, policy: Policy,
                held: Mapping[tuple[str, str], Held], exempted: Exempted) -> Iterator[Entry]:
    check_id, verdict = finding["check_id"], Verdict(finding["verdict"])
    if verdict not in LOOKED_AT:
        return
    beneath = _beneath(finding)
    for place in finding["occurrences"]:
        mark = place["fingerprint"]
        known, record = held.get((check_id, mark)), exempted.listed(finding, place)
        entry = Entry(app, Kind.FINDING, Outcome.FAIL, check_id, verdict.value, mark, place["screen"])
        if record is not None and (record.state is Verdict.EXEMPT or policy.accept_claimed):
            yield _changed(entry, Kind.EXEMPT if record.state is Verdict.EXEMPT else Kind.CLAIMED, Outcome.ACCEPT)
        elif known and not _is_worse(known, beneath, place):
            yield _changed(entry, Kind.ACCEPTED, Outcome.ACCEPT)
        else:
            kind = Kind.WORSE if known else Kind.CLAIMED if record else Kind.FINDING
            yield _changed(entry, kind, Outcome.FAIL if beneath.severity >= least else Outcome.WARN)


def _beneath(judged: Json) -> Verdict:
    """What a finding or a check is without its exemption; the worst where it calls itself exempt and does not say."""
    verdict = Verdict(judged["verdict"])
    unsaid = Verdict.LIKELY_VIOLATION if verdict in EXEMPTING else verdict
    return Verdict(judged.get("beneath", unsaid))


def _is_worse(known: Held, verdict: Verdict, place: Json) -> bool:
    """An accepted place counts anew where both its verdict and its own force have risen."""
    return verdict.severity > known.verdict.severity and force_of(place).rank > known.force.rank


def _of_declaration(app: str, finding: Json, policy: Policy) -> Iterator[Entry]:
    match Declaration(finding["declaration"]):
        case Declaration.UNDECLARED:
            entry = Entry(app, Kind.UNDECLARED, Outcome.FAIL, finding["check_id"], finding["verdict"])
            yield from _acted(policy.undeclared, entry)
        case Declaration.DECLARED_NOT_FOUND:
            entry = Entry(app, Kind.DECLARED_NOT_FOUND, Outcome.FAIL, finding["check_id"], finding["verdict"])
            yield from _acted(policy.declared_not_found, entry)
        case _:
            return


def _acted(act: Act, entry: Entry) -> Iterator[Entry]:
    match act:
        case Act.FAIL:
            yield entry
        case Act.WARN:
            yield _changed(entry, entry.kind, Outcome.WARN)
        case Act.IGNORE:
            return


def _changed(entry: Entry, kind: Kind, outcome: Outcome) -> Entry:
    return Entry(entry.app, kind, outcome, entry.check_id, entry.verdict, entry.fingerprint, entry.detail, entry.record)
