"""Templates of papers: an ordinary DOCX whose fields stand in double braces. Fills them, nothing more: a template holds
no code, so a foreign one can do no harm. The only importer of python-docx beside `word`; knows no report."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from appscan.errors import UsageError
from appscan.report.paper.blocks import numbered
from appscan.report.paper.layout import NEEDED, Field, PaperKind, Section, field_named, layout, name_of
from appscan.report.paper.word import STYLES, WORD, Writer, add_styles
from appscan.texts import Language, enumerated

if TYPE_CHECKING:
    from docx.document import Document

    from appscan.report.paper.paper import Paper

LARGEST = 20_000_000
"""Bytes of a template."""

INFLATED = 200_000_000

FIELD = re.compile(r"\{\{\s*([^{}]{1,40}?)\s*\}\}")
"""A field of a template: its name in double braces."""
NEVER_LAST = "$([{£¥‘“〈《「『【〔〖〝﹙﹛﹝＄（［｛￡￥"
NEVER_FIRST = "!%),.:;>?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠年月日"
_BRACES = re.compile(r"\{\{[^{}]{0,40}|[^{}]{0,40}\}\}|\{%[^{}]{0,40}")


def open_template(content: bytes, name: str, kind: PaperKind, lang: Language) -> Document:
    """The template in a file. Raises UsageError for what is no DOCX, a field that nobody knows, braces that do not
    close, a section beside other text, and a template without the sections that the paper cannot do without."""
    document = _opened(content, name)
    found: set[Field | Section] = set()
    for paragraph in paragraphs(document):
        text = _text(paragraph)
        names = FIELD.findall(text)
        rest = FIELD.sub("", text)
        torn = _BRACES.search(rest)
        if torn:
            raise UsageError("template_braces", file=name, text=torn[0])
        for one in names:
            field = field_named(one)
            if field is None:
                raise _unknown(name, one, lang)
            if isinstance(field, Section) and rest.strip() + "".join(names[1:]):
                raise UsageError("template_section_alone", file=name, field=one)
            found.add(field)
    for needed in NEEDED[kind]:
        if needed not in found:
            raise UsageError("template_lacks", file=name, field=name_of(needed, lang))
    return document


def default_template(kind: PaperKind, lang: Language) -> Document:
    """The layout of `layout` as a DOCX: A4, the page of GB/T 9704-2012, page numbers."""
    import docx
    from docx.shared import Mm

    document = docx.Document()
    add_styles(document)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(32), Mm(28), Mm(26)
    page.footer_distance = Mm(22)
    _number_pages(page.footer.paragraphs[0])
    _keep_dates(document)
    for row in layout(kind, lang):
        look = "body" if row.section else row.look
        text = f"{{{{{name_of(row.section, lang)}}}}}" if row.section else row.text
        document.add_paragraph(text, style=STYLES[look][0])
    return document


def fill(document: Document, paper: Paper) -> None:
    """Put everything in its place: the words first, since sections quote apps, whose braces are no fields."""
    add_styles(document)
    writer = Writer(document)
    places = [(paragraph, field) for paragraph in paragraphs(document)
              for field in (_section_of(paragraph),) if field is not None]
    sections = numbered([paper.sections.get(field, ()) for _, field in places], paper.lang)
    for paragraph in paragraphs(document):
        _fill_words(paragraph, paper)
    for (paragraph, _), blocks in zip(places, sections, strict=True):
        _replace(paragraph, writer.elements(blocks))


def packed(document: Document) -> bytes:
    """The document as a file."""
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def paragraphs(document: Document) -> Iterator[Any]:
    """Every paragraph of body, tables, text boxes, headers and footers."""
    roots = [document.element.body]
    for section in document.sections:
        heads = (section.header, section.first_page_header, section.even_page_header)
        feet = (section.footer, section.first_page_footer, section.even_page_footer)
        roots += [part._element for part in (*heads, *feet) if not part.is_linked_to_previous]
    for root in roots:
        yield from list(root.iter(f"{{{WORD}}}p"))


def _opened(content: bytes, name: str) -> Document:
    import docx
    from docx.opc.exceptions import OpcError

    if len(content) > LARGEST:
        raise UsageError("template_large", file=name, limit=LARGEST // 1_000_000)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > INFLATED:
                raise UsageError("template_large", file=name, limit=LARGEST // 1_000_000)
        return docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, OpcError, KeyError, ValueError, SyntaxError, NotImplementedError, OSError):
        raise UsageError("template_damaged", file=name) from None


def _unknown(name: str, field: str, lang: Language) -> UsageError:
    known = [name_of(one, lang) for one in (*Field, *Section)]
    return UsageError("template_field", file=name, field=field, near="".join(get_close_matches(field, known, n=1)),
                      known=enumerated(lang, known))


def _number_pages(paragraph: Any) -> None:
    """— 1 — in the middle of the foot (GB/T 9704-2012, 7.5)."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.shared import Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text in ("— ", "", " —"):
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(14), "Times New Roman"
        if not text:
            for piece in ('<w:fldChar {} w:fldCharType="begin"/>', '<w:instrText {}>PAGE</w:instrText>',
                          '<w:fldChar {} w:fldCharType="end"/>'):
                run._element.append(parse_xml(piece.format(f'xmlns:w="{WORD}"')))


def _keep_dates(document: Document) -> None:
    """No line begins with 年, 月 or 日, so that no year or day is torn from its number; with them the signs that no
    line begins or ends with anyway, since the list replaces Word's own (ECMA-376, 17.15.1, noLineBreaksBefore), and
    LibreOffice takes one list without the other for an empty one (noLineBreaksAfter)."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    settings = document.settings.element
    before = settings.find(qn("w:characterSpacingControl"))  # the schema has them right behind, in this order
    for name, signs in (("w:noLineBreaksAfter", NEVER_LAST), ("w:noLineBreaksBefore", NEVER_FIRST)):
        never = OxmlElement(name)
        never.set(qn("w:lang"), "zh-CN")
        never.set(qn("w:val"), signs)
        (settings.append if before is None else before.addnext)(never)
        before = never


def _words(paragraph: Any) -> list[Any]:
    """The text elements of a paragraph, but not of paragraphs inside of it (text boxes)."""
    return [one for one in paragraph.iter(f"{{{WORD}}}t") if next(one.iterancestors(f"{{{WORD}}}p")) is paragraph]


def _text(paragraph: Any) -> str:
    return "".join(one.text or "" for one in _words(paragraph))


def _section_of(paragraph: Any) -> Section | None:
    found = FIELD.fullmatch(_text(paragraph).strip())
    field = field_named(found[1]) if found else None
    return field if isinstance(field, Section) else None


def _replace(paragraph: Any, elements: list[Any]) -> None:
    """Elements in the place of a paragraph. A cell must end with a paragraph (ECMA-376, 17.4.66), and what ends a
    section of pages stays."""
    for element in elements:
        paragraph.addprevious(element)
    holds_pages = paragraph.find(f"{{{WORD}}}pPr/{{{WORD}}}sectPr") is not None
    is_last_in_cell = paragraph.getparent().tag == f"{{{WORD}}}tc" and paragraph.getnext() is None
    if holds_pages or (is_last_in_cell and not elements):
        for word in _words(paragraph):
            word.text = ""
    else:
        paragraph.getparent().remove(paragraph)


def _fill_words(paragraph: Any, paper: Paper) -> None:
    """Fill the fields of a paragraph. Word splits a field over several runs as it likes: what stands in its place goes
    to the run where it begins, with the looks of that run."""
    words = _words(paragraph)
    text = "".join(one.text or "" for one in words)
    for found in reversed(list(FIELD.finditer(text))):
        field = field_named(found[1])
        if isinstance(field, Field):
            _put(words, found.start(), found.end(), paper.fields[field])


def _put(words: list[Any], start: int, end: int, value: str) -> None:
    """Replace the letters from `start` to `end`, counted over all elements."""
    at, is_put = 0, False
    for word in words:
        text = word.text or ""
        begin, stop = max(start - at, 0), min(end - at, len(text))
        at += len(text)
        if begin >= stop:
            continue
        word.text = text[:begin] + ("" if is_put else value) + text[stop:]
        word.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        is_put = True
