"""Reports as Markdown for the summary of a build. Everything from an app is made harmless: no link, no mention, no
markup of its own. Knows no file and no command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from appscan.model.judgement import Verdict
from appscan.report.badge import SIGNS
from appscan.report.declared import compared, declaration_named
from appscan.report.exempted import Exempted
from appscan.report.exemption_words import record_line, records_told
from appscan.report.places import discreet, place_told
from appscan.report.plain import counts_line
from appscan.report.summary import is_blinding, ranked, summarise
from appscan.report.words import (
    Json,
    app_name,
    check_title,
    gap_reason,
    in_language,
    message,
    overall_meaning,
    reason_in_short,
    uses_custom_checks,
    web_place_named,
)
from appscan.texts import Language, say, shown

PLACES_TOLD = 8
RECORDS_TOLD = 50
GAPS_TOLD = 20
LARGEST = 900_000
"""Bytes of a summary; build servers take 1 MiB."""

SPELLED = {Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW, Verdict.MISSING, Verdict.EXEMPT, Verdict.EXEMPT_CLAIMED}
"""Verdicts whose places are listed."""

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|~^$-])")


def to_markdown(documents: Sequence[Json], lang: Language = "zh") -> str:
    """Reports as one summary. Where it would grow beyond what build servers take, it ends with a line that says so."""
    lines: list[str] = []
    size = 0
    for document in documents:
        part = "\n".join(_app(document, lang))
        size += len(part.encode("utf-8", "replace"))
        if size > LARGEST:
            left = say(lang, "markdown.left_out", count=len(documents) - len(lines))
            return "\n\n".join([*lines, left]).encode("utf-8", "replace").decode() + "\n"
        lines.append(part)
    return "\n\n".join(lines).encode("utf-8", "replace").decode() + "\n"


def _app(document: Json, lang: Language) -> Iterator[str]:
    numbers = summarise(document)
    yield (f"## {SIGNS[numbers.overall]} {_safe(app_name(document, lang))} — "
           f"{say(lang, f'verdicts.{numbers.overall.value}')}")
    yield ""
    yield _safe(overall_meaning(document, lang)) + "  "
    yield _safe(counts_line(numbers, lang))
    for warning, holds in (("incomplete", not numbers.complete), ("custom_checks", uses_custom_checks(document))):
        if holds:
            yield f"\n> **{_safe(say(lang, f'report.{warning}'))}**"
    for error in document["errors"]:
        yield f"\n> {_safe(message(lang, 'errors', error['id'], error['params']))}"
    yield ""
    yield from _verdicts(document, lang)
    yield from _findings(document, lang)
    records = records_told(document, lang)
    if records:
        yield f"\n### {say(lang, 'exemption.title')}\n"
        yield from (f"- {_safe(record_line(one, lang))}" for one in records[:RECORDS_TOLD])
    yield from _gaps(document, lang)
    yield from _numbers(document, lang)


def _verdicts(document: Json, lang: Language) -> Iterator[str]:
    columns = [say(lang, f"report.column.{name}") for name in ("check", "verdict", "declaration", "places")]
    yield "| " + " | ".join(columns) + " |"
    yield "|---|---|---|---:|"
    for verdict in ranked(document):
        value = Verdict(verdict["verdict"])
        places = sum(len(one["occurrences"]) for one in document["findings"]
                     if one["check_id"] == verdict["check_id"])
        declaration = declaration_named(compared(document, verdict["check_id"], value), lang)
        reason = reason_in_short(document, verdict["check_id"], lang)
        title = _safe(check_title(document, verdict["check_id"], lang)) + (f"<br>{_safe(reason)}" if reason else "")
        cells = (title,
                 f"{SIGNS[value]} {say(lang, f'verdicts.{value.value}')}", declaration, str(places))
        yield "| " + " | ".join(cells) + " |"


def _findings(document: Json, lang: Language) -> Iterator[str]:
    exempted = Exempted(document)
    for finding in document["findings"]:
        if Verdict(finding["verdict"]) not in SPELLED or not finding["occurrences"]:
            continue
        yield f"\n### {_safe(check_title(document, finding['check_id'], lang))}\n"
        for place in finding["occurrences"][:PLACES_TOLD]:
            told = place_told(finding, place, exempted, lang)
            exempt = f" — {say(lang, f'verdicts.{told.exemption.state.value}')}" if told.exemption else ""
            quotes = "".join(f"<br>{_safe(quote)}" for quote in told.quotes)
            yield f"- {_safe(told.where)} (`{told.fingerprint}`){exempt}{quotes}"
        more = len(finding["occurrences"]) - PLACES_TOLD
        if more > 0:
            yield f"- {say(lang, 'markdown.more_places', count=more)}"
        notice = next((in_language(one["notice"], lang) for one in document["checks"]
                       if one["id"] == finding["check_id"]), "")
        if notice:
            yield f"\n{say(lang, 'report.what_to_do')}{'：' if lang == 'zh' else ': '}{_safe(notice)}"


def _gaps(document: Json, lang: Language) -> Iterator[str]:
    blinding = [gap for gap in document["coverage"]["gaps"] if is_blinding(gap)]
    if not blinding:
        return
    yield f"\n### {say(lang, 'report.blinding', count=len(blinding))}\n"
    for gap in blinding[:GAPS_TOLD]:
        yield "- " + _safe(say(lang, "sarif.gap", place=web_place_named(gap["place"], lang),
                               reason=gap_reason(gap, lang), advice=in_language(gap["advice"], lang)))
    if len(blinding) > GAPS_TOLD:
        yield f"- {say(lang, 'report.more_gaps', count=len(blinding) - GAPS_TOLD)}"


def _numbers(document: Json, lang: Language) -> Iterator[str]:
    """All numbers, and what the report was made from and with."""
    tool = document["tool"]
    yield f"\n<details><summary>{say(lang, 'report.section.record')}</summary>\n"
    yield f"| {say(lang, 'numbers.number')} | {say(lang, 'numbers.count')} |"
    yield "|---|---:|"
    for key, count in summarise(document).numbers():
        yield f"| {say(lang, key)} | {count} |"
    yield ""
    yield f"- {_safe(shown(tool['name'], 40))} {_safe(shown(tool['version'], 40))} · {_safe(shown(tool['packs'], 40))}"
    for one in document["artifacts"]:
        named = [_safe(shown(one[part], limit)) for part, limit in (("name", 120), ("version_name", 40)) if one[part]]
        yield "- " + " · ".join([*named, *([f"`{one['sha256']}`"] if one["sha256"] else [])])
    yield "\n</details>"


def _safe(text: str) -> str:
    """A text that stays a text: Markdown's signs escaped, tags, links, mentions and references broken."""
    plain = _SIGNS.sub(r"\\\1", discreet(text))
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    return plain.replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
