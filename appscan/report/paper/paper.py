"""A report put together as a paper: every field of a template with what belongs there. Knows neither Word nor HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from appscan.report.album import Album
from appscan.report.moments import by_beijing, day_in_china, day_named
from appscan.report.paper.blocks import Block, Cell, Figure, Grid, Heading, Look, Span, Text, plain
from appscan.report.paper.choosing import Chosen, Reviewed, granted_in, items_in, marks_of, narrowed
from appscan.report.paper.findings import findings_section, places_section
from appscan.report.paper.layout import Field, PaperKind, Section
from appscan.report.paper.opening import notice_opening
from appscan.report.paper.recheck import Json, Recheck, recheck
from appscan.report.paper.reviews import open_in
from appscan.report.paper.sections import (
    attachments,
    conclusion,
    demands,
    exemptions,
    gaps,
    method,
    recheck_section,
    record,
    signature,
    subject,
)
from appscan.report.places import discreet
from appscan.report.view import arrange
from appscan.report.words import app_name
from appscan.texts import Language, say, shown


@dataclass(frozen=True, slots=True)
class PaperWish:
    """What is asked of a paper; `previous` is an earlier report of the same app, `report_digest` the SHA-256 of the
    report's file, empty where it is not a file yet. `chosen` are the items that it speaks of, None for all. `office`,
    `number` and `signer` stand in place of the lines to write on. `reviewed` is what people decided of the items, None
    where nobody told; `advice` is the word of ADVICE that an opinion comes to, empty for one to be ticked by hand."""

    kind: PaperKind = PaperKind.OPINION
    deadline: date | None = None
    previous: Json | None = None
    report_digest: str = ""
    chosen: Chosen | None = None
    office: str = ""
    number: str = ""
    signer: str = ""
    reviewed: Reviewed | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in one language: its fields and its sections; a section without blocks is left out."""

    kind: PaperKind
    lang: Language
    fields: Mapping[Field, str]
    sections: Mapping[Section, tuple[Block, ...]]


def paper(document: Json, wish: PaperWish, album: Album, lang: Language = "zh") -> Paper:
    """The paper on one report."""
    document = _by_beijing(document)
    page, granted = arrange(dict(document), lang), granted_in(document)
    said = _said(document, wish, granted)
    left_out = items_in(document) - items_in(said)
    deadline = deadline_named(wish.deadline, lang)
    places = places_section(said, wish.kind, lang)
    compared: Recheck | None = recheck(wish.previous, document) if wish.previous is not None else None
    sections: dict[Section, Sequence[Block]] = {
        Section.SUBJECT: subject(page, lang),
        Section.CONCLUSION: conclusion(page, wish.advice, lang),
        Section.FINDINGS: [*findings_section(said, page if said is document else arrange(dict(said), lang), wish.kind,
                                             deadline, album, lang, wish.reviewed),
                           *_left_out("unreviewed", open_in(said, wish.reviewed), lang),
                           *_left_out("left_out", left_out, lang),
                           *_left_out("granted", len(granted) if wish.kind is PaperKind.NOTICE else 0, lang)],
        Section.EXEMPTIONS: exemptions(document, lang),
        Section.GAPS: gaps(page, wish.kind, lang),
        Section.DEMANDS: demands(said, deadline, lang),
        Section.RECHECK: recheck_section(compared, wish.previous, document, lang) if compared else (),
        Section.RECORD: record(document, page, wish.report_digest, lang),
        Section.METHOD: method(page, lang),
        Section.SIGNATURE: [*attachments(bool(places), lang), *signature(wish.kind, wish.office, wish.signer, lang)],
        Section.PLACES: places,
    }
    return Paper(wish.kind, lang, _fields(said, wish, deadline, lang),
                 {name: tuple(_discreet(block) for block in blocks) for name, blocks in sections.items()})


def _by_beijing(document: Json) -> dict[str, Any]:
    """The report with its times by the clock in Beijing, which is the one that papers go by."""
    def details(given: Json) -> Json:
        if "captured" not in given:
            return given
        return {**given, "captured": " – ".join(map(by_beijing, given["captured"].split(" – ")))}

    artifacts = [{**one, "details": details(one["details"])} for one in document["artifacts"]]
    return {**document, "artifacts": artifacts, "started": by_beijing(document["started"]),
            "ended": by_beijing(document["ended"])}


def _said(document: Json, wish: PaperWish, granted: Chosen) -> Json:
    """The report with the items that the paper speaks of. A notice asks nothing of a place that the office exempted; an
    opinion shows it."""
    if wish.kind is PaperKind.NOTICE:
        if wish.chosen is None and not granted:
            return document
        return narrowed(document, (frozenset(marks_of(document)) if wish.chosen is None else wish.chosen) - granted)
    return document if wish.chosen is None else narrowed(document, wish.chosen | granted)


def _left_out(why: str, count: int, lang: Language) -> list[Block]:
    """That items are left out, and how many: a paper never passes for the whole report."""
    return [Text(plain(say(lang, f"paper.{why}", count=count)), Look.NOTE)] if count else []


def deadline_named(deadline: date | None, lang: Language) -> str:
    """The deadline in words; a line to write on where none is given."""
    return day_named(deadline, lang) or say(lang, "paper.blank_date")


def _fields(document: Json, wish: PaperWish, deadline: str, lang: Language) -> dict[Field, str]:
    name, kind = app_name(document, lang), wish.kind.value
    versions = {one["version_name"] for one in document["artifacts"] if one["version_name"]}
    version = shown(versions.pop(), 60) if len(versions) == 1 else ""  # of several packages each is told with its own
    checked = day_named(day_in_china(document["ended"]), lang)
    opening = say(lang, "paper.opening_opinion", app=name, version=version, checked=checked,
                  checks=len(document["verdicts"]))
    if wish.kind is PaperKind.NOTICE:
        opening = notice_opening(document, name, version, deadline, lang, wish.reviewed)
    told = {
        Field.TITLE: say(lang, f"paper.title_{kind}", app=name),
        Field.NUMBER: shown(wish.number, 80) or say(lang, "paper.blank_number"),
        Field.ADDRESSEE: shown(document["app"]["owner"], 120) or say(lang, "paper.blank_owner"), Field.APP: name,
        Field.VERSION: version,
        Field.OFFICE: shown(wish.office or document["operator"], 120) or say(lang, "paper.blank_owner"),
        Field.OPENING: opening, Field.DEADLINE: deadline, Field.CHECKED: checked,
    }
    return {field: discreet(text) for field, text in told.items()}


def _discreet(block: Block) -> Block:
    """The block with personal data covered once more; what is exact (digests) stays."""
    match block:
        case Heading():
            return replace(block, text=discreet(block.text))
        case Text():
            return replace(block, line=_line(block.line))
        case Grid():
            return replace(block, rows=tuple(tuple(_cell(one) for one in row) for row in block.rows))
        case Figure():
            return replace(block, caption=discreet(block.caption))
    return block


def _cell(lines: Cell) -> Cell:
    return tuple(_line(line) for line in lines)


def _line(line: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple(span if span.exact else replace(span, text=discreet(span.text)) for span in line)
