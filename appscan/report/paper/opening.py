"""The sentence with which a notice opens: what was found, what is asked, by when. Knows neither Word nor HTML."""

from __future__ import annotations

from collections.abc import Iterator

from appscan.model.judgement import Verdict
from appscan.report.paper.choosing import Reviewed
from appscan.report.paper.grounds import items_of
from appscan.report.paper.recheck import Json
from appscan.report.paper.reviews import are_confirmed
from appscan.report.words import in_language
from appscan.texts import Language, enumerated, say


def notice_opening(document: Json, app: str, version: str, deadline: str, lang: Language,
                   reviewed: Reviewed | None = None) -> str:
    """What a notice says first. It orders by a deadline only what rests on a clause that was read whole; where it
    orders nothing it asks, and where it asks nothing it only tells. What no person confirmed is said to be likely."""
    ordered, asked = items_of(document)
    told = ("，" if lang == "zh" else "; ").join(_told(document, ordered, asked, lang, reviewed))
    end = "rectify" if ordered else "explain" if asked else "recheck"
    return say(lang, "paper.opening_notice", app=app, version=version, told=told) + say(
        lang, f"paper.opening_end.{end}", deadline=deadline)


def _told(document: Json, ordered: list[str], asked: list[str], lang: Language,
          reviewed: Reviewed | None) -> Iterator[str]:
    still_open = sum(one["verdict"] == Verdict.INCONCLUSIVE for one in document["verdicts"])
    if ordered:
        key = "ordered" if are_confirmed(document, ordered, reviewed) else "likely"
        yield say(lang, f"paper.opening_part.{key}", count=len(ordered), rules=_rules(document, ordered, lang))
    if asked:
        yield say(lang, "paper.opening_part.asked", count=len(asked))
    if not ordered and not asked:
        yield say(lang, "paper.opening_part.open" if still_open else "paper.opening_part.nothing", count=still_open)


def _rules(document: Json, ordered: list[str], lang: Language) -> str:
    """The rules that the orders rest on, only those whose text was read whole."""
    used = {key for finding in document["findings"] if finding["check_id"] in ordered for key in finding["clauses"]}
    names = dict.fromkeys(in_language(clause["document"], lang) for clause in document["clauses"]
                          if clause["id"] in used and clause["quotable"])
    return enumerated(lang, [say(lang, "paper.rule", rule=name) for name in names])
