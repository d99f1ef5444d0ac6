"""Blocks as WordprocessingML (ECMA-376), and the looks they ask for. The office's template may define the looks itself:
styles are known by their names. Knows no report."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from appscan.pictures import fitted
from appscan.report.paper.blocks import (
    Block,
    Cell,
    Figure,
    Grid,
    Heading,
    Line,
    Look,
    NewPage,
    Text,
    is_long,
    kept_rows,
)

if TYPE_CHECKING:
    from docx.document import Document

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LINE = 8845
"""Twentieths of a point of a line: 156 mm (GB/T 9704-2012, 5.1)."""

PICTURE_WIDTH, PICTURE_HEIGHT = 4_700_000, 3_500_000
"""EMU; 360,000 are a centimetre."""

STYLES = {
    "title": ("appscan title", "华文中宋", 22, True), "number": ("appscan number", "楷体", 14, False),
    "addressee": ("appscan addressee", "仿宋", 16, False), "body": ("appscan body", "仿宋", 16, False),
    "h1": ("appscan heading 1", "黑体", 16, False), "h2": ("appscan heading 2", "楷体", 16, True),
    "cell": ("appscan cell", "仿宋", 10.5, False), "head": ("appscan table head", "黑体", 10.5, False),
    "note": ("appscan note", "仿宋", 12, False), "caption": ("appscan caption", "楷体", 10.5, False),
}
"""Look → name of its style, font for Chinese, size in points, bold (GB/T 9704-2012: 3号仿宋, headings 黑体, 楷体)."""


def add_styles(document: Document) -> None:
    """Define the looks that the document does not know."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    known = {style.name for style in document.styles}
    for look, (name, font, size, bold) in STYLES.items():
        if name in known:
            continue
        style: Any = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.font.name, style.font.size, style.font.bold = "Times New Roman", Pt(size), bold
        properties = style.element.get_or_add_rPr()
        properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)
        spoken = OxmlElement("w:lang")
        spoken.set(qn("w:val"), "en-US")
        spoken.set(qn("w:eastAsia"), "zh-CN")
        properties.append(spoken)
        form = style.paragraph_format
        form.space_before = form.space_after = Pt(0)
        if look in ("body", "addressee", "h1", "h2", "number"):
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
        if look in ("body", "h1", "h2", "note"):
            form.first_line_indent = Pt(2 * size)
        if look in ("h1", "h2", "caption"):
            form.keep_with_next = look != "caption"
        if look in ("title", "number", "head", "caption"):
            form.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if look in ("title", "number", "caption"):
            form.space_after = Pt({"title": 6, "number": 18, "caption": 10}[look])
        if look in ("h1", "h2"):
            level = OxmlElement("w:outlineLvl")
            level.set(qn("w:val"), str(int(look[1]) - 1))
            style.element.get_or_add_pPr().append(level)


HAIR = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
"""Keeps two tables apart, a point high."""


class Writer:
    """Turns blocks into elements of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._ids = {look: document.styles[name].style_id for look, (name, *_) in STYLES.items()}
        self._shape = 100

    def elements(self, blocks: Sequence[Block]) -> list[Any]:
        """Elements in order: paragraphs and tables."""
        from docx.oxml import parse_xml

        made: list[Any] = []
        for before, block, after in zip((None, *blocks), blocks, (*blocks[1:], None), strict=False):
            match block:
                case Figure():
                    made += self._figure(block)
                case _:
                    ends = after is None or isinstance(after, NewPage)
                    markup = "".join(self._markup(block, isinstance(before, NewPage), ends))
                    made += list(parse_xml(f'<w:body xmlns:w="{WORD}">{markup}</w:body>'))
        return made

    def _markup(self, block: Block, starts: bool, ends: bool) -> Iterator[str]:
        """`starts` and may end a page: an empty paragraph for that would slip onto a page that stays empty."""
        match block:
            case Heading():
                look = "h1" if block.level == 1 else "h2"
                yield self._paragraph(((block.text, False),), look, new_page=starts)
            case Text():
                look = "note" if block.look is Look.NOTE else "body"
                yield self._paragraph(_spans(block.line), look, with_next=block.with_next)
            case Grid():
                yield from self._grid(block)
                yield HAIR if ends else self._paragraph((), "cell")
            case NewPage():  # a property of the heading after it
                return

    def _paragraph(self, spans: Iterable[tuple[str, bool]], look: str, *, with_next: bool = False,
                   new_page: bool = False) -> str:
        runs = "".join(
            f'<w:r>{"<w:rPr><w:b/></w:rPr>" if bold else ""}<w:t xml:space="preserve">{_clean(text)}</w:t></w:r>'
            for text, bold in spans if text)
        keep = ("<w:keepNext/>" if with_next else "") + ("<w:pageBreakBefore/>" if new_page else "")
        return f'<w:p><w:pPr><w:pStyle w:val="{self._ids[look]}"/>{keep}</w:pPr>{runs}</w:p>'

    def _grid(self, grid: Grid) -> Iterator[str]:
        widths = [LINE * share // sum(grid.widths) for share in grid.widths]
        sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
                        for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        yield (f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
               f'<w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/>'
               '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
               '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>')
        yield "".join(f'<w:gridCol w:w="{width}"/>' for width in widths) + "</w:tblGrid>"
        if grid.head:
            heads = "".join(self._cell((((text, False),),), width, "head", shaded=True, with_next=True)
                            for text, width in zip(grid.head, widths, strict=True))
            yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>"
        names_first = not grid.head and len(grid.widths) == 2 and grid.widths[0] < grid.widths[1]
        kept = kept_rows(grid)
        for number, row in enumerate(grid.rows):
            cells = "".join(
                self._cell([_spans(line) for line in one], width, "head" if names_first and at == 0 else "cell",
                           shaded=names_first and at == 0, with_next=number in kept)
                for at, (one, width) in enumerate(zip(row, widths, strict=True)))
            whole = "" if is_long(row) else "<w:trPr><w:cantSplit/></w:trPr>"
            yield f"<w:tr>{whole}{cells}</w:tr>"
        yield "</w:tbl>"

    def _cell(self, lines: Sequence[Iterable[tuple[str, bool]]], width: int, look: str, *, shaded: bool,
              with_next: bool) -> str:
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if shaded else ""
        text = "".join(self._paragraph(spans, look, with_next=with_next) for spans in lines or [()])
        return (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}'
                f'<w:vAlign w:val="{"center" if look == "head" else "top"}"/></w:tcPr>{text}</w:tc>')

    def _figure(self, figure: Figure) -> list[Any]:
        """A picture in the line, and its caption below, on the same page."""
        from docx.oxml import parse_xml
        from docx.oxml.shape import CT_Inline
        from docx.shared import Emu

        relation, _ = self._document.part.get_or_add_image(io.BytesIO(figure.picture.content))
        width, height = fitted(figure.picture.width, figure.picture.height, PICTURE_WIDTH, PICTURE_HEIGHT)
        self._shape += 1
        inline = CT_Inline.new_pic_inline(self._shape, relation, f"{self._shape}.png", Emu(width), Emu(height))
        inline.docPr.set("descr", _clean(figure.caption))
        paragraph = parse_xml(f'<w:p xmlns:w="{WORD}"><w:pPr><w:pStyle w:val="{self._ids["caption"]}"/><w:keepNext/>'
                              '</w:pPr><w:r><w:drawing/></w:r></w:p>')
        paragraph.find(f".//{{{WORD}}}drawing").append(inline)
        caption = parse_xml(f'<w:body xmlns:w="{WORD}">{self._paragraph(((figure.caption, False),), "caption")}'
                            "</w:body>")
        return [paragraph, *caption]


def _spans(line: Line) -> list[tuple[str, bool]]:
    return [(span.text, span.bold) for span in line]


def cell_text(one: Cell) -> str:
    """The text of a cell, a line for each."""
    return "\n".join("".join(span.text for span in line) for line in one)


def _clean(text: str) -> str:
    """Text that XML 1.0 can hold, escaped."""
    kept = "".join(sign if sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff" else "\ufffd"
                   for sign in text)
    return escape(kept, {'"': "&quot;"})
