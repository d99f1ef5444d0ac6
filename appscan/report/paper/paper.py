"""A report put together as a paper: every field of a template with what belongs there. Knows neither Word nor HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from appscan.report.album import Album
from appscan.report.moments import by_beijing, day_in_china, day_named
from appscan.report.paper.blocks import Block, Cell, Figure, Grid, Heading, Look, Span, Text, plain
from appscan.report.paper.choosing import Chosen, items_in, narrowed
from appscan.report.paper.findings import findings_section, places_section
from appscan.report.paper.layout import Field, PaperKind, Section
from appscan.report.paper.opening import notice_opening
from appscan.report.paper.recheck import Json, Recheck, recheck
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
    `number` and `signer` stand in place of the lines to write on."""

    kind: PaperKind = PaperKind.OPINION
    deadline: date | None = None
    previous: Json | None = None
    report_digest: str = ""
    chosen: Chosen | None = None
    office: str = ""
    number: str = ""
    signer: str = ""


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
    page, said = arrange(dict(document), lang), document
    shown, left_out = page, 0
    if wish.chosen is not None:
        said = narrowed(document, wish.chosen)
        shown, left_out = arrange(dict(said), lang), items_in(document) - items_in(said)
    deadline = deadline_named(wish.deadline, lang)
    places = places_section(said, wish.kind, lang)
    compared: Recheck | None = recheck(wish.previous, document) if wish.previous is not None else None
    sections: dict[Section, Sequence[Block]] = {
        Section.SUBJECT: subject(page, lang),
        Section.CONCLUSION: conclusion(page, lang),
        Section.FINDINGS: [*findings_section(said, shown, wish.kind, deadline, album, lang),
                           *_left_out(left_out, lang)],
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


def _left_out(count: int, lang: Language) -> list[Block]:
    """That people left items out, and how many: a paper never passes for the whole report."""
    return [Text(plain(say(lang, "paper.left_out", count=count)), Look.NOTE)] if count else []


def deadline_named(deadline: date | None, lang: Language) -> str:
    """The deadline in words; a line to write on where none is given."""
    return day_named(deadline, lang) or say(lang, "paper.blank_date")


def _fields(document: Json, wish: PaperWish, deadline: str, lang: Language) -> dict[Field, str]:
    name, kind = app_name(document, lang), wish.kind.value
    version = next((shown(one["version_name"], 60) for one in document["artifacts"] if one["version_name"]), "")
    checked = day_named(day_in_china(document["ended"]), lang)
    opening = say(lang, "paper.opening_opinion", app=name, version=version, checked=checked,
                  checks=len(document["verdicts"]))
    if wish.kind is PaperKind.NOTICE:
        opening = notice_opening(document, name, version, deadline, lang)
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
