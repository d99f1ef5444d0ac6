"""The findings of a paper: one table each, with clause, evidence, picture and demand; and the list of all places. Knows
neither Word nor HTML."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from appscan.model.judgement import Verdict
from appscan.report.album import Album, Shot, figure_of
from appscan.report.exempted import Exempted
from appscan.report.finding_view import FindingView, OccurrenceView
from appscan.report.paper.blocks import (
    Block,
    Cell,
    Figure,
    Grid,
    Heading,
    Line,
    Look,
    NewPage,
    Span,
    Text,
    cell,
    facts,
    plain,
)
from appscan.report.paper.layout import PaperKind
from appscan.report.paper.recheck import ITEMS
from appscan.report.places import place_told
from appscan.report.quotation import Quotation
from appscan.report.view import Page
from appscan.report.words import Json, check_title
from appscan.texts import Language, say

PLACES_OPEN = 5
EVIDENCE_OPEN = 3
QUOTES_OPEN = 3
TRIALS_OPEN = 3
PLACES_LISTED = 300
SEARCHED = 40
"""Occurrences in which a picture is looked for."""


def findings_section(document: Json, page: Page, kind: PaperKind, deadline: str, album: Album,
                     lang: Language) -> list[Block]:
    """All findings that the paper is about, the worst first."""
    wanted = _wanted(kind)
    blocks: list[Block] = []
    figures = 0
    for view in page.findings:
        if Verdict(view.badge.key) not in wanted:
            continue
        blocks.append(Heading(say(lang, "paper.finding", title=view.title, verdict=view.badge.word), 2))
        blocks.append(_table(view, deadline if kind is PaperKind.NOTICE else "", lang))
        found = _shot(document, view, album)
        if found:
            figures += 1
            blocks.append(Figure(found[0].picture, _caption(view, *found, figures, lang)))
        elif _is_unpictured(view):
            blocks.append(Text(plain(say(lang, "paper.no_picture")), Look.NOTE))
    blocks += _missing(document, page, wanted, lang)
    if not blocks:
        blocks.append(Text(plain(say(lang, f"paper.no_findings_{kind.value}"))))
    return [Heading(say(lang, "paper.section.findings"), 1), *blocks]


def _wanted(kind: PaperKind) -> frozenset[Verdict]:
    return ITEMS if kind is PaperKind.NOTICE else ITEMS | {Verdict.EXEMPT, Verdict.INFO}


def _missing(document: Json, page: Page, wanted: frozenset[Verdict], lang: Language) -> Iterator[Block]:
    """Checks that ask for something although no finding is spelled out: required features that are missing."""
    spelled_out = {view.check_id for view in page.findings}
    notices = {one["id"]: one for one in document["checks"]}
    for verdict in document["verdicts"]:
        if Verdict(verdict["verdict"]) in wanted and verdict["check_id"] not in spelled_out:
            word = say(lang, f"verdicts.{verdict['verdict']}")
            title = check_title(document, verdict["check_id"], lang)
            yield Heading(say(lang, "paper.finding", title=title, verdict=word), 2)
            notice = notices.get(verdict["check_id"], {}).get("notice", {}).get(lang, "")
            yield facts([(say(lang, "paper.row.judgement"), cell(say(lang, f"verdict_means.{verdict['verdict']}"))),
                         (say(lang, "paper.row.demand"), cell(notice))])


def _table(view: FindingView, deadline: str, lang: Language) -> Grid:
    """One finding as names and what stands beside them."""
    quotable = tuple(f"{one.source}{_colon(lang)}{one.summary}" for one in view.clauses if one.quotable)
    reference = tuple(f"{one.source}{_colon(lang)}{one.summary}".rstrip(_colon(lang)) for one in view.clauses
                      if not one.quotable)
    only = (say(lang, "paper.reference_only"),) if reference else ()
    ladders = tuple(f"{one.label}{_colon(lang)}{one.words}" for one in view.ladders)
    declared = tuple(part for part in (view.declaration, view.declared_reason) if part)
    return facts([
        (say(lang, "paper.row.clauses"), cell(*quotable)),
        (say(lang, "paper.row.reference"), cell(*reference, *only)),
        (say(lang, "paper.row.artifact"), cell(view.artifact)),
        (say(lang, "paper.row.judgement"), cell(*ladders, *view.why[:6])),
        (say(lang, "paper.row.declaration"), cell(*declared)),
        (say(lang, "paper.row.tags"), cell(*(f"{tag.word}{_colon(lang)}{tag.meaning}" for tag in view.tags))),
        (say(lang, "paper.row.places"), cell(*_places(view, lang))),
        (say(lang, "paper.row.evidence"), tuple(_evidence(view, lang))),
        (say(lang, "paper.row.demand"), cell(view.notice)),
        (say(lang, "paper.row.deadline"), cell(deadline if view.notice else "")),
    ], 15)


def _places(view: FindingView, lang: Language) -> Iterator[str]:
    if not view.places:
        return
    yield say(lang, "paper.places", count=view.places)
    for number, one in enumerate(islice(_views(view), PLACES_OPEN), 1):
        yield say(lang, "paper.place", number=number, place=one.way or one.screen or say(lang, "report.screen_unknown"),
                  fingerprint=one.fingerprint)
    if view.places > PLACES_OPEN:
        yield say(lang, "paper.more_places", count=view.places - PLACES_OPEN)


def _views(view: FindingView) -> Iterator[OccurrenceView]:
    yield from view.occurrences.first
    yield from view.occurrences.folded


def _evidence(view: FindingView, lang: Language) -> Iterator[Line]:
    """Quotations of the first places, and what was tried there."""
    number = 0
    for one in islice(_views(view), EVIDENCE_OPEN):
        for quote in one.quotations.first[:QUOTES_OPEN]:
            number += 1
            space = " " if lang == "en" else ""
            yield (Span(f"{number}. {quote.role}{space}"), *_quoted(quote, lang))
        for trial in (one.web.trials[:TRIALS_OPEN] if one.web else ()):
            number += 1
            yield plain(f"{number}. {trial}")


def _quoted(quote: Quotation, lang: Language) -> Iterator[Span]:
    """The quotation with its hit in bold, and where it stands."""
    left, right = ("“", "”") if lang == "zh" else ('"', '"')
    yield Span(left + quote.before)
    yield Span(quote.hit, bold=True)
    yield Span(quote.after + right)
    place = " · ".join(part for part in (quote.file, quote.element) if part)
    if quote.context:
        place = f"{quote.context}{'；' if lang == 'zh' else '; '}{place}" if place else quote.context
    if place:
        yield Span(f"（{place}）" if lang == "zh" else f" ({place})")


def _shot(document: Json, view: FindingView, album: Album) -> tuple[Shot, str] | None:
    """One picture of a finding: that of its first occurrence which has one, with the occurrence's fingerprint."""
    shown_here = {one.fingerprint for one in islice(_views(view), SEARCHED)}
    for finding in document["findings"]:
        if finding["check_id"] != view.check_id:
            continue
        for occurrence in finding["occurrences"][:SEARCHED]:
            figure = figure_of(document, occurrence) if occurrence["fingerprint"] in shown_here else None
            shot = album.shot(figure) if figure else None
            if shot:
                return shot, str(occurrence["fingerprint"])
    return None


def _is_unpictured(view: FindingView) -> bool:
    """Whether a crawl took screenshots of this finding that are not beside the report."""
    return any(one.web is not None for one in _views(view))


def _caption(view: FindingView, shot: Shot, fingerprint: str, number: int, lang: Language) -> str:
    place = next((one.way or one.screen for one in _views(view) if one.fingerprint == fingerprint), "")
    return say(lang, "paper.caption", number=number, title=view.title, place=place, fingerprint=fingerprint,
               digest=shot.sha256[:16], covered=shot.covered)


def places_section(document: Json, kind: PaperKind, lang: Language) -> list[Block]:
    """The annex: every place of what the paper is about, bounded; what is beyond is counted."""
    wanted, exempted = _wanted(kind), Exempted(document)
    pairs = [(finding, place) for finding in document["findings"] if Verdict(finding["verdict"]) in wanted
             for place in finding["occurrences"]]
    if not pairs:
        return []
    rows = tuple(_row(document, number, pair, exempted, lang) for number, pair in enumerate(pairs[:PLACES_LISTED], 1))
    head = tuple(say(lang, f"paper.column.{name}") for name in ("number", "check", "place", "evidence", "fingerprint"))
    blocks: list[Block] = [NewPage(), Heading(say(lang, "paper.section.places"), 1, numbered=False),
                           Grid((7, 14, 30, 26, 23), rows, head)]
    if len(pairs) > PLACES_LISTED:
        blocks.append(Text(plain(say(lang, "paper.places_left_out", count=len(pairs) - PLACES_LISTED)), Look.NOTE))
    return blocks


def _row(document: Json, number: int, pair: tuple[Json, Json], exempted: Exempted, lang: Language) -> tuple[Cell, ...]:
    told = place_told(*pair, exempted, lang, 1)
    state = (say(lang, f"verdicts.{told.exemption.state.value}"),) if told.exemption else ()
    return (cell(str(number)), cell(check_title(document, pair[0]["check_id"], lang), *state), cell(told.where),
            cell(*told.quotes), cell(told.fingerprint, exact=True))


def _colon(lang: Language) -> str:
    return "：" if lang == "zh" else ": "
