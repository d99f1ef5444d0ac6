"""Report documents → bytes of every form. Asks the report's room for texts and the browser for PDF; writes no file that
stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.errors import UsageError
from appscan.report.paper import COMPONENTS as OF_PAPERS
from appscan.texts import Language

if TYPE_CHECKING:
    from datetime import date

    from appscan.report.paper.paper import Paper

Document = dict[str, Any]


class Format(StrEnum):
    """Forms of a report."""

    HTML = "html"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"


PAPERS = (Format.DOCX, Format.PDF)
"""Forms that a person goes on working with: nothing but a wish for them writes them anew."""

TOGETHER = (Format.SARIF, Format.JUNIT, Format.MARKDOWN, Format.XLSX)
"""Forms that hold several apps in one file."""

PLAIN = (Format.JSON, Format.HTML, Format.SARIF, Format.JUNIT, Format.MARKDOWN)
"""Forms that are text, which stdout can take."""

ENDINGS = {Format.JUNIT: "junit.xml", Format.MARKDOWN: "md"}
COMPONENTS = {"xlsx": ("openpyxl",), **OF_PAPERS}


@dataclass(frozen=True, slots=True)
class Source:
    """A report document with the folder where its pictures lie; `digest` is that of its file."""

    document: Document
    folder: Path | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """What is asked of the forms beside the language: of the papers, and where artifacts lie in the source tree."""

    lang: Language = "zh"
    paper: str = "opinion"
    deadline: date | None = None
    template: bytes | None = None
    template_name: str = ""
    previous: Document | None = None
    paths: Mapping[str, str] = field(default_factory=dict)


def file_name(form: Format, style: Style, stem: str = "report") -> str:
    """What the file of a form is called."""
    if form in PAPERS:
        return f"{style.paper}.{form.value}" if stem == "report" else f"{stem}-{style.paper}.{form.value}"
    return f"{stem}.{ENDINGS.get(form, form.value)}"


def lacking(form: Format) -> str:
    """The first component that a form needs and this machine does not have; "" where all are there."""
    return next((one for one in COMPONENTS.get(form, ()) if find_spec(one) is None), "")


def require(forms: Sequence[Format]) -> None:
    """Make sure that everything a form needs is there, before any work starts. Raises UsageError."""
    for form in forms:
        component = lacking(form)
        if component:
            raise UsageError("papers_not_installed", form=form.value, component=component)
    if Format.PDF in forms:
        from appscan.capture.browser import is_installed

        if not is_installed():
            raise UsageError("no_browser")


def rendered(form: Format, sources: Sequence[Source], style: Style) -> bytes:
    """One file: of several reports for the forms that take them, else of the only one."""
    documents = [one.document for one in sources]
    match form:
        case Format.JSON:
            return as_json(documents[0])
        case Format.HTML:
            from appscan.report.page import to_html

            return to_html(documents[0], style.lang).encode("utf-8", "replace")
        case Format.SARIF:
            from appscan.report.sarif import to_sarif

            return to_sarif(documents, style.lang, style.paths).encode()
        case Format.JUNIT:
            from appscan.report.junit import to_junit

            return to_junit(documents, style.lang).encode()
        case Format.MARKDOWN:
            from appscan.report.markdown import to_markdown

            return to_markdown(documents, style.lang).encode()
        case Format.XLSX:
            from appscan.report.album import Album
            from appscan.report.xlsx import to_xlsx

            return to_xlsx(documents, style.lang, [Album(one.folder) for one in sources])
        case Format.DOCX:
            from appscan.report.paper.docx import to_docx

            return to_docx(_paper(sources[0], style), style.template, style.template_name)
        case Format.PDF:
            from appscan.office.papers import printed

            return printed(_paper(sources[0], style))


def _paper(source: Source, style: Style) -> Paper:
    from appscan.report.album import Album
    from appscan.report.paper.layout import PaperKind
    from appscan.report.paper.paper import PaperWish, paper

    wish = PaperWish(PaperKind(style.paper), style.deadline, style.previous, source.digest)
    return paper(source.document, wish, Album(source.folder), style.lang)


def as_json(document: Document) -> bytes:
    """A document as UTF-8 JSON with a newline at its end; what UTF-8 cannot hold stays as a JSON escape."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def digest_of(document: Document) -> str:
    """The SHA-256 that the file of a document has."""
    return hashlib.sha256(as_json(document)).hexdigest()
