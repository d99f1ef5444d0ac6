"""What a gate decided, as JUnit: red is what stops the release and nothing else. Knows no file and no command."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from appscan.gate.decide import Entry, GateResult, Kind, Outcome
from appscan.model.judgement import Verdict
from appscan.report.junit import Case, Ruling, Rulings, to_junit
from appscan.report.words import Json, reasons_of
from appscan.texts import Language, say

TOLD = 5
Told = Callable[[Entry], str]
"""One entry in words."""


def gate_junit(documents: Sequence[Json], results: Sequence[GateResult], told: Told, lang: Language) -> str:
    """Reports as one JUnit file, each with what the gate decided of it alone: what stops is a failure, what stops only
    because nobody saw it is an error, what a baseline or an accepted exemption lets through is skipped with the
    reason."""
    return to_junit(documents, lang, [_rulings(*pair, told, lang) for pair in zip(documents, results, strict=True)])


def _rulings(document: Json, result: GateResult, told: Told, lang: Language) -> Rulings:
    telling = [entry for entry in result.entries if entry.kind not in (Kind.GONE, Kind.EXEMPTION)]
    of_checks = {row["check_id"]: _ruling([one for one in telling if one.check_id == row["check_id"]], row, document,
                                          told, lang) for row in document["verdicts"]}
    others = tuple((entry.kind.value, Ruling(_case([entry]), told(entry))) for entry in telling if not entry.check_id)
    return Rulings(of_checks, others)


def _ruling(entries: Sequence[Entry], row: Json, document: Json, told: Told, lang: Language) -> Ruling:
    case = _case(entries)
    if case is Case.PASSED and row["verdict"] == Verdict.INCONCLUSIVE:
        reasons = reasons_of(document, row["check_id"], lang) or (say(lang, "verdict_means.inconclusive"),)
        return Ruling(Case.SKIPPED, reasons[0])
    deciding = [one for one in entries if _case([one]) is case]
    lines = [told(one) for one in deciding[:TOLD]]
    if len(deciding) > TOLD:
        lines.append(say(lang, "gate.more", count=len(deciding) - TOLD))
    return Ruling(case, "\n".join(lines))


def _case(entries: Sequence[Entry]) -> Case:
    """What the worst of the entries makes of a case; something accepted is skipped, not passed."""
    outcomes = {entry.outcome for entry in entries}
    for outcome, case in ((Outcome.FAIL, Case.FAILURE), (Outcome.UNSEEN, Case.ERROR), (Outcome.ACCEPT, Case.SKIPPED)):
        if outcome in outcomes:
            return case
    return Case.PASSED
