"""Reports as JUnit XML: one suite per app, one case per check. Knows no file and no command.

The form is the one that build servers read: testsuites, testsuite with properties, testcase with failure or skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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

_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) cannot hold, not even as a reference."""


def to_junit(documents: Sequence[Json], lang: Language = "zh") -> str:
    """Reports as one JUnit file. A likely violation is a failure, an inconclusive check is skipped with its reason;
    every case says its verdict."""
    root = Element("testsuites", {"name": "appscan"})
    totals = {"tests": 0, "failures": 0, "skipped": 0, "errors": 0}
    for document in documents:
        suite = _suite(root, document, lang)
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    for name, count in totals.items():
        root.set(name, str(count))
    indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, document: Json, lang: Language) -> Element:
    numbers = summarise(document)
    suite = SubElement(root, "testsuite", {
        "name": _xml(app_name(document, lang)), "tests": str(numbers.checks),
        "failures": str(numbers.count(Verdict.LIKELY_VIOLATION)), "errors": "0",
        "skipped": str(numbers.count(Verdict.INCONCLUSIVE)), "time": f"{sum(document['timings'].values()):.3f}",
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
        _case(suite, document, verdict, lang)
    exemptions = [record_line(one, lang) for one in records_told(document, lang)[:RECORDS_TOLD]]
    SubElement(suite, "system-out").text = _xml("\n".join([counts_line(numbers, lang), *exemptions]))
    unseen = "\n".join(_unseen(document, lang))
    if unseen:
        SubElement(suite, "system-err").text = _xml(unseen)
    return suite


def _case(suite: Element, document: Json, verdict: Json, lang: Language) -> None:
    value = Verdict(verdict["verdict"])
    title, word = check_title(document, verdict["check_id"], lang), say(lang, f"verdicts.{value.value}")
    case = SubElement(suite, "testcase", {
        "classname": _xml(f"appscan.{app_name(document, lang)}"), "name": _xml(f"{verdict['check_id']} {title}"),
        "time": "0"})
    properties = SubElement(case, "properties")
    SubElement(properties, "property", {"name": "verdict", "value": value.value})
    lines = [*reasons_of(document, verdict["check_id"], lang), *_places(document, verdict["check_id"], lang)]
    if value is Verdict.LIKELY_VIOLATION:
        failure = SubElement(case, "failure", {"type": value.value, "message": _xml(f"{title}: {word}")})
        failure.text = _xml("\n".join(lines))
    elif value is Verdict.INCONCLUSIVE:
        why = lines[0] if lines else say(lang, "verdict_means.inconclusive")
        SubElement(case, "skipped", {"message": _xml(f"{word}: {why}")})
    if lines and value is not Verdict.LIKELY_VIOLATION:
        SubElement(case, "system-out").text = _xml("\n".join([f"{title}: {word}", *lines]))


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
