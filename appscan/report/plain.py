"""The report in a few lines, as the command line prints them. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from appscan.model.judgement import Verdict
from appscan.report.badge import SIGNS
from appscan.report.crawl_view import crawl_line
from appscan.report.declared import compared, declaration_named
from appscan.report.summary import Summary, is_blinding, ranked, summarise
from appscan.report.words import (
    Json,
    app_name,
    check_title,
    gap_reason,
    in_language,
    interval_in_short,
    jurisdiction_named,
    message,
    nothing_read,
    overall_meaning,
    presence_of,
    reason_in_short,
    uses_custom_checks,
    web_place_named,
)
from appscan.texts import Language, enumerated, say

GAPS_LISTED = 8
"""Gaps that are listed one by one; the page lists all of them."""


def to_text(document: dict[str, Any], lang: Language, saved: Sequence[str] = ()) -> list[str]:
    """The short text of one report: verdict, one line per check, gaps and errors, where the report was `saved`."""
    numbers = summarise(document)
    overall = numbers.overall
    lines = [f"{SIGNS[overall]} {app_name(document, lang)} — {say(lang, f'verdicts.{overall.value}')}",
             "  " + overall_meaning(document, lang)]
    if not numbers.complete:
        lines.append("  ! " + say(lang, "report.incomplete"))
    unread = _error_lines(document, lang)
    if nothing_read(document):
        lines += unread
        unread = []
    if uses_custom_checks(document):
        lines.append("  ! " + say(lang, "report.custom_checks"))
    lines += [_check_line(document, verdict, lang) for verdict in ranked(document)]
    lines += unread
    lines += ["  " + crawl_line(one["crawl"], lang) for one in document["artifacts"] if "crawl" in one]
    lines += _gap_lines(document, numbers, lang)
    hint = document.get("jurisdiction_from", "") in ("default", "unknown_region")
    lines.append("  " + say(lang, "report.rules_of", place=jurisdiction_named(document, lang))
                 + (say(lang, "report.rules_hint") if hint else ""))
    lines += ["  " + say(lang, "report.saved_at", path=path) for path in saved]
    return lines


def counts_line(numbers: Summary, lang: Language) -> str:
    """The counts per verdict on one line; verdicts that did not occur are left out."""
    counted = [say(lang, "report.count_of", verdict=say(lang, f"verdicts.{verdict.value}"), count=count)
               for verdict, count in numbers.by_verdict if count]
    return say(lang, "report.counts", checks=numbers.checks,
               verdicts=enumerated(lang, counted), occurrences=numbers.occurrences)


def _check_line(document: Json, verdict: Json, lang: Language) -> str:
    findings = [one for one in document["findings"] if one["check_id"] == verdict["check_id"]]
    line = (f"  {SIGNS[Verdict(verdict['verdict'])]} {say(lang, 'verdicts.' + verdict['verdict'])}  "
            f"{check_title(document, verdict['check_id'], lang)}")
    declaration = declaration_named(compared(document, verdict["check_id"], verdict["verdict"]), lang)
    places = sum(len(finding["occurrences"]) for finding in findings)
    details = [*(_ladders(findings, lang) if places else ()), declaration,
               say(lang, "report.places", count=places) if places else ""]
    told = [one for one in (*details, reason_in_short(document, verdict["check_id"], lang)) if one]
    if not told:
        return line
    return line + ("：" + "，".join(told) if lang == "zh" else ": " + ", ".join(told))


def _ladders(findings: list[Json], lang: Language) -> list[str]:
    """Presence and force of the worst finding of a check."""
    worst = max(findings, key=lambda one: (Verdict(one["verdict"]).severity, len(one["occurrences"])))
    return [interval_in_short(lang, presence_of(worst), worst["presence"], worst["presence_at_most"]),
            interval_in_short(lang, "force", worst["force"], worst["force_at_most"])]


def _error_lines(document: Json, lang: Language) -> list[str]:
    return ["  ! " + message(lang, "errors", error["id"], error["params"]) for error in document["errors"]]


def _gap_lines(document: Json, numbers: Summary, lang: Language) -> list[str]:
    blinding = [gap for gap in document["coverage"]["gaps"] if is_blinding(gap)]
    lines = []
    for gap in blinding[:GAPS_LISTED]:
        reason = gap_reason(gap, lang)
        advice = in_language(gap["advice"], lang)
        place = web_place_named(gap["place"], lang, 120)
        lines.append("  " + say(lang, "report.gap_line", place=place, reason=reason, advice=advice))
    rest = numbers.gaps - len(lines)
    if rest:
        lines.append("  " + say(lang, "report.more_gaps", count=rest))
    return lines
