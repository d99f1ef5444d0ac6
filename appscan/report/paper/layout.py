"""Which fields a paper has, what people call them, and in which order they stand where no template says otherwise.
Knows neither Word nor HTML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from appscan.texts import LANGUAGES, Language, say


class PaperKind(StrEnum):
    """The papers: a notice demands rectification, an opinion says what a review found."""

    NOTICE = "notice"
    OPINION = "opinion"


class Field(StrEnum):
    """Fields of a template that are filled with a few words."""

    TITLE = "title"
    NUMBER = "number"
    ADDRESSEE = "addressee"
    APP = "app"
    VERSION = "version"
    OFFICE = "office"
    OPENING = "opening"
    DEADLINE = "deadline"
    CHECKED = "checked"


class Section(StrEnum):
    """Fields of a template that stand alone in a paragraph and are filled with whole sections."""

    SUBJECT = "subject"
    CONCLUSION = "conclusion"
    FINDINGS = "findings"
    EXEMPTIONS = "exemptions"
    GAPS = "gaps"
    DEMANDS = "demands"
    RECHECK = "recheck"
    RECORD = "record"
    METHOD = "method"
    SIGNATURE = "signature"
    PLACES = "places"


NEEDED = {PaperKind.NOTICE: (Section.FINDINGS, Section.RECORD), PaperKind.OPINION: (Section.CONCLUSION, Section.RECORD)}
"""Sections without which a paper is none: what was found, and the chain of evidence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph of the default layout: a section, or text with fields."""

    look: str
    text: str = ""
    section: Section | None = None


def layout(kind: PaperKind, lang: Language) -> tuple[Row, ...]:
    """The default layout; texts hold fields as they stand in a template."""
    def written(field: Field) -> str:
        return f"{{{{{name_of(field, lang)}}}}}"

    head = (Row("title", written(Field.TITLE)), Row("number", written(Field.NUMBER)))
    colon = "：" if lang == "zh" else ":"
    opening: tuple[Row, ...] = (Row("body", written(Field.OPENING)),)
    sections: tuple[Section, ...]
    match kind:
        case PaperKind.NOTICE:
            opening = (Row("addressee", written(Field.ADDRESSEE) + colon), *opening)
            sections = (Section.SUBJECT, Section.FINDINGS, Section.EXEMPTIONS, Section.GAPS, Section.DEMANDS,
                        Section.RECHECK, Section.SIGNATURE, Section.RECORD, Section.PLACES)
        case PaperKind.OPINION:
            sections = (Section.SUBJECT, Section.CONCLUSION, Section.FINDINGS, Section.EXEMPTIONS, Section.GAPS,
                        Section.RECHECK, Section.METHOD, Section.SIGNATURE, Section.RECORD, Section.PLACES)
        case _:
            assert_never(kind)
    return (*head, *opening, *(Row("section", section=one) for one in sections))


def name_of(field: Field | Section, lang: Language) -> str:
    """What people write between the braces."""
    return say(lang, f"paper.field.{field.value}")


def field_named(name: str) -> Field | Section | None:
    """The field of that name in either language; None where there is none."""
    fields: tuple[Field | Section, ...] = (*Field, *Section)
    for field in fields:
        if name in {name_of(field, lang) for lang in LANGUAGES} | {field.value}:
            return field
    return None
