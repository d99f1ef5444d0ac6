"""The findings of a paper: one table each, with clause, evidence, picture and demand; and the list of all places. Knows
neither Word nor HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from appscan.model.judgement import Verdict
from appscan.report.album import Album
from appscan.report.exempted import Exempted
from appscan.report.finding_view import ClauseView, FindingView
from appscan.report.paper.blocks import (
    Block,
    Cell,
    Figure,
    Grid,
    Heading,
    Look,
    NewPage,
    Text,
    cell,
    facts,
    plain,
)
from appscan.report.paper.choosing import Reviewed
from appscan.report.paper.evidence import Pictured, Quoted, evidence_lines, pictured, places_of, quoted
from appscan.report.paper.grounds import is_ordered, items_of
from appscan.report.paper.layout import PaperKind
from appscan.report.paper.recheck import ITEMS
from appscan.report.paper.reviews import told as review_told
from appscan.report.places import place_told
from appscan.report.view import Page
from appscan.report.words import Json, check_title, reason_in_short
from appscan.texts import Language, enumerated, say

PLACES_OPEN = 5
PLACES_LISTED = 300
BESIDE = frozenset({Verdict.EXEMPT, Verdict.INFO})
TOLD_OF = ITEMS | BESIDE
"""What an opinion speaks of; a notice speaks of items only."""


def findings_section(document: Json, page: Page, kind: PaperKind, deadline: str, album: Album,
                     lang: Language, reviewed: Reviewed | None = None) -> list[Block]:
    """All findings that the paper is about, the worst first. A notice has two lists: what it orders, on clauses that
    were read whole, and what it only asks about. So has an opinion: problems, and what is told beside them, which is
    none."""
    if kind is PaperKind.OPINION:
        return _opinion(document, page, album, lang, reviewed)
    return _notice(document, page, deadline, album, lang, reviewed)


def _opinion(document: Json, page: Page, album: Album, lang: Language, reviewed: Reviewed | None) -> list[Block]:
    blocks: list[Block] = []
    for verdicts, section in ((ITEMS, "findings"), (BESIDE, "beside")):
        figures = sum(isinstance(block, Figure) for block in blocks)
        views = [view for view in page.findings if Verdict(view.badge.key) in verdicts]
        part = [*_told(document, views, PaperKind.OPINION, "", album, figures, lang, reviewed),
                *_unplaced(document, page, verdicts, lang, reviewed)]
        if section == "findings" and not part:
            part = [Text(plain(say(lang, "paper.no_findings_opinion")))]
        blocks += [Heading(say(lang, f"paper.section.{section}"), 1), *part] if part else []
    return blocks


def _notice(document: Json, page: Page, deadline: str, album: Album, lang: Language,
            reviewed: Reviewed | None) -> list[Block]:
    _, asked_ids = items_of(document)
    views = [view for view in page.findings if Verdict(view.badge.key) in ITEMS]
    ordered = [view for view in views if is_ordered(document, view.check_id, view.badge.key)]
    asked = [view for view in views if view not in ordered]
    blocks: list[Block] = []
    if ordered or not (asked or asked_ids):
        still_open = sum(one["verdict"] == Verdict.INCONCLUSIVE for one in document["verdicts"])
        nothing = say(lang, "paper.no_findings_open" if still_open else "paper.no_findings_notice", count=still_open)
        blocks += [Heading(say(lang, "paper.section.findings"), 1),
                   *(_told(document, ordered, PaperKind.NOTICE, deadline, album, 0, lang, reviewed)
                     or [Text(plain(nothing))])]
    if ordered:
        blocks.append(Text(plain(say(lang, "paper.own_words")), Look.NOTE))
    if asked or asked_ids:
        figures = sum(isinstance(block, Figure) for block in blocks)
        blocks += [Heading(say(lang, "paper.section.asked"), 1), Text(plain(say(lang, "paper.asked_means"))),
                   *_told(document, asked, PaperKind.NOTICE, "", album, figures, lang, reviewed)]
        spelled_out = {view.check_id for view in page.findings}
        for check_id in asked_ids:
            if check_id not in spelled_out:
                blocks += _without_view(document, check_id, lang, reviewed, asks=True)
    return blocks


def _told(document: Json, views: Sequence[FindingView], kind: PaperKind, deadline: str, album: Album, figures: int,
          lang: Language, reviewed: Reviewed | None) -> list[Block]:
    """One table for each finding, and its picture; `figures` are numbered on."""
    blocks: list[Block] = []
    names = frozenset({document["app"]["name"], *(one["label"] for one in document["artifacts"])})
    for view in views:
        told = quoted(view, names)
        blocks += [Heading(say(lang, "paper.finding", title=view.title, verdict=view.badge.word), 2),
                   _table(document, view, told, kind, deadline, lang, reviewed)]
        shown = pictured(view, told, album)
        if shown is not None:
            figures += 1
            blocks.append(Figure(shown.shot.picture, _caption(view, shown, figures, lang)))
        elif any(place.web is not None for place in places_of(view)):
            blocks.append(Text(plain(say(lang, "paper.no_picture")), Look.NOTE))
    return blocks


def _unplaced(document: Json, page: Page, verdicts: frozenset[Verdict], lang: Language,
              reviewed: Reviewed | None) -> Iterator[Block]:
    """Checks that say something although no finding is spelled out: required features."""
    spelled_out = {view.check_id for view in page.findings}
    for verdict in document["verdicts"]:
        if Verdict(verdict["verdict"]) in verdicts and verdict["check_id"] not in spelled_out:
            yield from _without_view(document, verdict["check_id"], lang, reviewed, asks=False)


def _without_view(document: Json, check_id: str, lang: Language, reviewed: Reviewed | None, *,
                  asks: bool) -> Iterator[Block]:
    verdict = next(one["verdict"] for one in document["verdicts"] if one["check_id"] == check_id)
    title, word = check_title(document, check_id, lang), say(lang, f"verdicts.{verdict}")
    yield Heading(say(lang, "paper.finding", title=title, verdict=word), 2)
    reason = reason_in_short(document, check_id, lang) or say(lang, f"verdict_means.{verdict}")
    notice = next((one["notice"].get(lang, "") for one in document["checks"] if one["id"] == check_id), "")
    yield facts([(say(lang, "paper.row.judgement"), cell(reason)),
                 (say(lang, "paper.row.review"), cell(review_told(check_id, (), reviewed, lang))),
                 (say(lang, "paper.row.ask"), cell(say(lang, f"paper.ask.{verdict}") if asks else "")),
                 (say(lang, "paper.row.advice"), cell(notice if Verdict(verdict) in ITEMS and not asks else ""))], 15)


def _table(document: Json, view: FindingView, told: list[Quoted], kind: PaperKind, deadline: str,
           lang: Language, reviewed: Reviewed | None) -> Grid:
    """One finding as names and what stands beside them. A notice has no clause that nobody read, and no remarks that
    are meant for those who review."""
    is_notice = kind is PaperKind.NOTICE
    orders = is_notice and is_ordered(document, view.check_id, view.badge.key)
    quotable = [_clause(one, lang) for one in view.clauses if one.quotable]
    reference = [] if is_notice else [_clause(one, lang) for one in view.clauses if not one.quotable]
    only = (say(lang, "paper.reference_only"),) if reference else ()
    ladders = tuple(f"{one.label}{_colon(lang)}{one.words}" for one in view.ladders)
    tags = () if is_notice else tuple(f"{tag.word}{_colon(lang)}{tag.meaning}" for tag in view.tags)
    declared = tuple(part for part in (view.declaration, view.declared_reason) if part)
    ask = say(lang, f"paper.ask.{view.badge.key}") if is_notice and not orders else ""
    return facts([
        (say(lang, "paper.row.clauses"), cell(*quotable)),
        (say(lang, "paper.row.reference"), cell(*reference, *only)),
        (say(lang, "paper.row.artifact"), cell(view.artifact)),
        (say(lang, "paper.row.judgement"), cell(*ladders, *(view.why[:6] or (view.meaning,)))),
        (say(lang, "paper.row.review"), cell(review_told(view.check_id, (one.fingerprint for one in places_of(view)),
                                                         reviewed, lang))),
        (say(lang, "paper.row.declaration"), cell(*declared)),
        (say(lang, "paper.row.tags"), cell(*tags)),
        (say(lang, "paper.row.places"), cell(*_places(view, lang))),
        (say(lang, "paper.row.evidence"), tuple(evidence_lines(view, told, lang))),
        (say(lang, "paper.row.demand"), cell(view.notice if orders else "")),
        (say(lang, "paper.row.deadline"), cell(deadline if orders and view.notice else "")),
        (say(lang, "paper.row.ask"), cell(ask)),
        (say(lang, "paper.row.advice"), cell("" if is_notice else view.notice)),
    ], 15)


def _clause(clause: ClauseView, lang: Language) -> str:
    return f"{clause.source}{_colon(lang)}{clause.summary}".rstrip(_colon(lang))


def _places(view: FindingView, lang: Language) -> Iterator[str]:
    if not view.places:
        return
    yield say(lang, "paper.places", count=view.places)
    for number, one in enumerate(islice(places_of(view), PLACES_OPEN), 1):
        yield say(lang, "paper.place", number=number, place=one.way or one.screen or say(lang, "report.screen_unknown"),
                  fingerprint=one.fingerprint)
    if view.places > PLACES_OPEN:
        yield say(lang, "paper.more_places", count=view.places - PLACES_OPEN)


def _caption(view: FindingView, shown: Pictured, number: int, lang: Language) -> str:
    numbers = enumerated(lang, map(str, shown.numbers))
    return say(lang, "paper.caption", number=number, title=view.title, place=shown.place.way or shown.place.screen,
               fingerprint=shown.place.fingerprint, digest=shown.shot.sha256[:16], covered=shown.shot.covered,
               numbers=numbers)


def places_section(document: Json, kind: PaperKind, lang: Language) -> list[Block]:
    """The annex: every place of what the paper is about, bounded; what is beyond is counted."""
    wanted, exempted = ITEMS if kind is PaperKind.NOTICE else TOLD_OF, Exempted(document)
    pairs = [(finding, place) for finding in document["findings"] if Verdict(finding["verdict"]) in wanted
             for place in finding["occurrences"]]
    if not pairs:
        return []
    rows = tuple(_row(document, number, pair, exempted, lang) for number, pair in enumerate(pairs[:PLACES_LISTED], 1))
    head = tuple(say(lang, f"paper.column.{name}") for name in ("number", "check", "place", "evidence", "fingerprint"))
    blocks: list[Block] = [NewPage(), Heading(say(lang, "paper.section.places"), 1, numbered=False),
                           Grid((7, 13, 27, 25, 28), rows, head)]
    if len(pairs) > PLACES_LISTED:
        blocks.append(Text(plain(say(lang, "paper.places_left_out", count=len(pairs) - PLACES_LISTED)), Look.NOTE))
    return blocks


def _row(document: Json, number: int, pair: tuple[Json, Json], exempted: Exempted, lang: Language) -> tuple[Cell, ...]:
    told = place_told(*pair, exempted, lang, 1)
    verdict = told.exemption.state if told.exemption else Verdict(pair[0]["verdict"])
    state = (say(lang, f"verdicts.{verdict.value}"),) if told.exemption or verdict in BESIDE else ()
    return (cell(str(number)), cell(check_title(document, pair[0]["check_id"], lang), *state), cell(told.where),
            cell(*told.quotes), cell(told.fingerprint, exact=True))


def _colon(lang: Language) -> str:
    return "：" if lang == "zh" else ": "
