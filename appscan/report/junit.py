"""Reports as JUnit XML: one suite per app, one case per check; who decides what is red may be given. Knows no file, no
policy and no command.

The form is the one that build servers read: testsuites, testsuite with properties, testcase with failure or skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from appscan.model.judgement import Verdict
from appscan.report.exempted import Exempted
from appscan.report.exemption_words import record_line, records_told
from appscan.report.places import place_told
from appscan.report.plain import counts_line
from appscan.report.summary import is_blinding, ranked, summarise
from appscan.report.words import (
    Json,
    app_name,
    check_title,
    gap_reason,
    in_language,
    message,
    reasons_of,
    web_place_named,
)
from appscan.texts import Language, say, shown

PLACES_TOLD = 20
RECORDS_TOLD = 200
GAPS_TOLD = 100
MESSAGE_SHOWN = 300

_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) cannot hold, not even as a reference."""


class Case(StrEnum):
    """What becomes of a case; the values are the elements of JUnit."""

    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"
    PASSED = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one case, and why."""

    case: Case
    message: str = ""


@dataclass(frozen=True, slots=True)
class Rulings:
    """What becomes of the checks of one report, by id, and of what is no check, by name."""

    of_checks: Mapping[str, Ruling]
    others: tuple[tuple[str, Ruling], ...] = ()

    def count(self, case: Case) -> int:
        return sum(one.case is case for one in (*self.of_checks.values(), *(one for _, one in self.others)))


def to_junit(documents: Sequence[Json], lang: Language = "zh", rulings: Sequence[Rulings] = ()) -> str:
    """Reports as one JUnit file. Without `rulings` a likely violation is a failure and an inconclusive check is skipped
    with its reason; every case says its verdict."""
    decided = rulings or [_by_verdict(document, lang) for document in documents]
    root = Element("testsuites", {"name": "appscan"})
    totals = {"tests": 0, "failures": 0, "skipped": 0, "errors": 0}
    for document, ruled in zip(documents, decided, strict=True):
        suite = _suite(root, document, ruled, lang)
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    for name, count in totals.items():
        root.set(name, str(count))
    indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _by_verdict(document: Json, lang: Language) -> Rulings:
    def ruling(verdict: Json) -> Ruling:
        value = Verdict(verdict["verdict"])
        if value is Verdict.LIKELY_VIOLATION:
            return Ruling(Case.FAILURE)
        if value is not Verdict.INCONCLUSIVE:
            return Ruling(Case.PASSED)
        why = reasons_of(document, verdict["check_id"], lang)
        return Ruling(Case.SKIPPED, why[0] if why else say(lang, "verdict_means.inconclusive"))

    return Rulings({verdict["check_id"]: ruling(verdict) for verdict in document["verdicts"]})


def _suite(root: Element, document: Json, ruled: Rulings, lang: Language) -> Element:
    numbers = summarise(document)
    suite = SubElement(root, "testsuite", {
        "name": _xml(app_name(document, lang)), "tests": str(numbers.checks + len(ruled.others)),
        "failures": str(ruled.count(Case.FAILURE)), "errors": str(ruled.count(Case.ERROR)),
        "skipped": str(ruled.count(Case.SKIPPED)), "time": f"{sum(document['timings'].values()):.3f}",
        **({"timestamp": document["started"][:19]} if document["started"] else {})})
    properties = SubElement(suite, "properties")
    told = [("overall", document["overall"]), ("complete", str(document["complete"]).lower()),
            ("tool", f"{document['tool']['name']} {document['tool']['version']}"), ("packs", document["tool"]["packs"]),
            ("checks_digest", document["tool"]["checks_digest"]), ("profile", document["profile"]),
            *((f"artifact.{number}", f"{one['name']} sha256:{one['sha256']}")
              for number, one in enumerate(document["artifacts"], 1)),
            *((key, str(count)) for key, count in numbers.numbers())]
    for name, value in told:
        SubElement(properties, "property", {"name": name, "value": _xml(shown(value, 300))})
    for verdict in ranked(document):
        _case(suite, document, verdict, ruled.of_checks[verdict["check_id"]], lang)
    for name, ruling in ruled.others:
        _decide(_new_case(suite, document, name, lang), ruling, name, (), lang)
    exemptions = [record_line(one, lang) for one in records_told(document, lang)[:RECORDS_TOLD]]
    SubElement(suite, "system-out").text = _xml("\n".join([counts_line(numbers, lang), *exemptions]))
    unseen = "\n".join(_unseen(document, lang))
    if unseen:
        SubElement(suite, "system-err").text = _xml(unseen)
    return suite


def _new_case(suite: Element, document: Json, name: str, lang: Language) -> Element:
    return SubElement(suite, "testcase", {"classname": _xml(f"appscan.{app_name(document, lang)}"), "name": _xml(name),
                                          "time": "0"})


def _case(suite: Element, document: Json, verdict: Json, ruling: Ruling, lang: Language) -> None:
    title, word = check_title(document, verdict["check_id"], lang), say(lang, f"verdicts.{verdict['verdict']}")
    case = _new_case(suite, document, f"{verdict['check_id']} {title}", lang)
    properties = SubElement(case, "properties")
    SubElement(properties, "property", {"name": "verdict", "value": verdict["verdict"]})
    lines = [*reasons_of(document, verdict["check_id"], lang), *_places(document, verdict["check_id"], lang)]
    _decide(case, ruling, f"{title}{_colon(lang)}{word}", lines, lang)


def _decide(case: Element, ruling: Ruling, head: str, lines: Sequence[str], lang: Language) -> None:
    """Say in a case what became of it."""
    mark = _colon(lang)
    said = shown(ruling.message, MESSAGE_SHOWN)
    if ruling.case in (Case.FAILURE, Case.ERROR):
        stopped = SubElement(case, ruling.case.value, {"type": ruling.case.value, "message": _xml(
            head if not said else f"{head}{mark}{said}")})
        stopped.text = _xml("\n".join([*ruling.message.splitlines(), *lines]))
        return
    if ruling.case is Case.SKIPPED:
        SubElement(case, "skipped", {"message": _xml(f"{head}{mark}{said}")})
    told = [*ruling.message.splitlines(), *lines]
    if told:
        SubElement(case, "system-out").text = _xml("\n".join([head, *told]))


def _colon(lang: Language) -> str:
    return ": " if lang == "en" else "："


def _places(document: Json, check_id: str, lang: Language) -> Iterator[str]:
    """A line for each place, and one that says how many more there are."""
    exempted = Exempted(document)
    pairs = [(finding, place) for finding in document["findings"] if finding["check_id"] == check_id
             for place in finding["occurrences"]]
    for finding, place in pairs[:PLACES_TOLD]:
        told = place_told(finding, place, exempted, lang, 1)
        exempt = say(lang, f"verdicts.{told.exemption.state.value}") if told.exemption else ""
        yield " · ".join(part for part in (told.where, *told.quotes, told.fingerprint, exempt) if part)
    if len(pairs) > PLACES_TOLD:
        yield say(lang, "markdown.more_places", count=len(pairs) - PLACES_TOLD)


def _unseen(document: Json, lang: Language) -> Iterator[str]:
    """What was not read, the worst first."""
    if not document["complete"]:
        yield say(lang, "report.incomplete")
    for error in document["errors"]:
        yield message(lang, "errors", error["id"], error["params"])
    gaps = sorted(document["coverage"]["gaps"], key=lambda gap: not is_blinding(gap))
    for gap in gaps[:GAPS_TOLD]:
        yield say(lang, "sarif.gap", place=web_place_named(gap["place"], lang), reason=gap_reason(gap, lang),
                  advice=in_language(gap["advice"], lang) if is_blinding(gap) else "")
    if len(gaps) > GAPS_TOLD:
        yield say(lang, "report.more_gaps", count=len(gaps) - GAPS_TOLD)


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
