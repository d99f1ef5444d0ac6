"""Word documents (ECMA-376, WordprocessingML) → blocks, by our own bounded reader. Runs no field, follows no link and
opens no embedded file. Knows no policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.parsers import expat

from appscan.model.coverage import Gap, Kind
from appscan.readers.apk.container import Container
from appscan.readers.document.blocks import Block, BrokenOffError
from appscan.readers.document.docx_parts import Body
from appscan.readers.limits import Deadline

MAIN = "word/document.xml"
STYLES = "word/styles.xml"
RELATIONS = "_rels/.rels"
NOTES = re.compile(r"word/(?:footnotes|endnotes|header\d{0,3}|footer\d{0,3})\.xml")
PIECE = 1 << 16
MOST_PARTS = 60

_MAIN_TYPE = re.compile(r'Type="[^"]{1,200}/officeDocument"')
_TARGET = re.compile(r'Target="/?([^"]{1,200})"')
_PICTURE = re.compile(r"word/media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|webp|svg)", re.IGNORECASE)
_EMBEDDED = re.compile(r"word/(?:embeddings|afchunk)[^/]*/?.*\.(?:docx?|xlsx?|pptx?|bin|pdf|html?|rtf|txt|mht)|"
                       r"word/afchunk\S*", re.IGNORECASE)
_STYLED = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLES = frozenset({"title", "标题", "文档标题"})


class WordDocument:
    """One opened document. `pages` is the last page number that Word noted down when it saved (0 where it did not)."""

    def __init__(self, container: Container, deadline: Deadline) -> None:
        """Raises BrokenOffError `document_damaged` where the package has no main part."""
        self.container = container
        self.deadline = deadline
        self.pages = 0
        self.main = _main_part(container)
        if self.main not in container:
            raise BrokenOffError("document_damaged", what=self.main)

    def blocks(self) -> Iterator[Block]:
        """Blocks of the body, then of notes, headers and footers. Raises BrokenOffError `document_damaged` where a
        part is no XML, after the blocks before that place."""
        body = Body(heading_styles(self._bytes(STYLES)) if STYLES in self.container else {})
        yield from self._part(self.main, body)
        self.pages = body.page if body.page > 1 else 0
        seen: set[str] = set()
        notes = [name for name in self.container.names() if NOTES.fullmatch(name)][:MOST_PARTS]
        for name in notes:
            for block in self._part(name, Body({}, page=0)):
                text = block.text or "|".join(block.cells)
                if text not in seen:
                    seen.add(text)
                    yield block

    def gaps(self) -> tuple[Gap, ...]:
        """What the package holds beside its text: pictures and embedded files, which were not read."""
        names = self.container.names()
        pictures = [name for name in names if _PICTURE.fullmatch(name)]
        embedded = [name for name in names if _EMBEDDED.fullmatch(name)]
        found = [Gap(frozenset(Kind), pictures[0], "document_pictures", {"count": str(len(pictures))})
                 ] if pictures else []
        found += [Gap(frozenset(Kind), name, "document_embedded") for name in embedded[:20]]
        return tuple(found)

    def _bytes(self, name: str) -> bytes:
        return self.container.read(name)

    def _part(self, name: str, body: Body) -> Iterator[Block]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: body.start(_local(tag), {
            _local(key): value for key, value in attributes.items()})
        parser.EndElementHandler = lambda tag: body.end(_local(tag))
        parser.CharacterDataHandler = body.text
        parser.EntityDeclHandler = _refuse
        content = self._bytes(name)
        try:
            for at in range(0, len(content), PIECE):
                self.deadline.check()
                parser.Parse(content[at:at + PIECE], at + PIECE >= len(content))
                yield from body.take()
            if not content:
                raise BrokenOffError("document_damaged", what=name)
        except (expat.ExpatError, ValueError, LookupError) as error:
            yield from body.take()
            raise BrokenOffError("document_damaged", what=f"{name}: {error}"[:200]) from None


def _main_part(container: Container) -> str:
    """The part that the package calls its document; the usual one where the package does not say."""
    if RELATIONS in container:
        text = container.read(RELATIONS)[:PIECE].decode("utf-8", "replace")
        for tag in re.findall(r"<[^<>]{1,600}>", text):
            target = _TARGET.search(tag) if _MAIN_TYPE.search(tag) else None
            if target and target.group(1) in container:
                return PurePosixPath(target.group(1)).as_posix()
    return MAIN


def heading_styles(raw: bytes) -> dict[str, int]:
    """Style id → level of heading, by the style's name or outline level; the title is 1, 标题 1 is 2. Damaged styles
    give none."""
    levels: dict[str, int] = {}
    current = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal current
        name = _local(tag)
        plain = {_local(key): value for key, value in attributes.items()}
        if name == "style":
            current = plain.get("styleId", "")
        elif name == "name" and current:
            styled = _STYLED.fullmatch(plain.get("val", "").strip())
            if styled:
                levels[current] = int(styled.group(1)) + 1
            elif plain.get("val", "").strip().lower() in _TITLES:
                levels[current] = 1
        elif name == "outlineLvl" and current and current not in levels and plain.get("val", "") in set("012345678"):
            levels[current] = int(plain["val"]) + 2

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError, LookupError, BrokenOffError):
        return levels
    return levels


def _refuse(*_: object) -> None:
    raise BrokenOffError("document_damaged", what="entity declaration")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]

