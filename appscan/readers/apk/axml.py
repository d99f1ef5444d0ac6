"""Binary XML (ResXMLTree of AOSP ResourceTypes.h) → a flat tree of nodes. Knows no manifest, layout or resource table.

Lenient where Android is, and where packers play: blank attribute names, odd chunk sizes, foreign chunks, wrong strides.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from appscan.errors import UnreadableError
from appscan.readers.apk import res_values
from appscan.readers.apk.android_ids import ANDROID_NAMESPACE, ATTRIBUTE_NAMES
from appscan.readers.apk.string_chunk import STRING_POOL, StringChunk

RESOURCE_MAP = 0x0180
FIRST_NODE = START_NAMESPACE = 0x0100
END_NAMESPACE = 0x0101
START_ELEMENT = 0x0102
END_ELEMENT = 0x0103
TEXT = 0x0104
LAST_NODE = 0x017F
NONE = 0xFFFFFFFF
ATTRIBUTE_SIZE = 20
ELEMENT_SIZE = 36
"""Node header (16) and ResXMLTree_attrExt (20)."""
MAX_BYTES = 32 << 20
"""No real file comes near; with it the number of nodes and attributes is bounded too."""
NODE_SIZES = {START_NAMESPACE: 24, END_NAMESPACE: 24, END_ELEMENT: 24, TEXT: 28}

_HEADER = struct.Struct("<HHI")
_START = struct.Struct("<IIHHH")
_TEXT = struct.Struct("<I")
_ATTRIBUTE = struct.Struct("<IIIHBBI")
_NEXT_CHUNK = re.compile(rb"[\x00-\x04]\x01\x10\x00|\x80\x01\x08\x00")


class Attribute(NamedTuple):
    """One attribute. `kind` is the type and `value` the 32 bits of its Res_value; `text` is set for strings only;
    `resource_id` is that of the attribute's name, 0 for none (then it is not one of Android's own)."""

    name: str
    namespace: str
    kind: int
    value: int
    text: str | None
    resource_id: int

    @property
    def reference(self) -> int:
        """The resource id that the value refers to, 0 when it is no reference."""
        return self.value if self.kind in res_values.REFERENCES else 0

    def shown(self) -> str:
        """The value as text; a reference reads @7f0a0001."""
        return self.text if self.text is not None else res_values.value_text(self.kind, self.value)


class Node(NamedTuple):
    """One element. `parent` is an index into the nodes, -1 for the root; `text` is its own character content."""

    tag: str
    namespace: str
    attributes: tuple[Attribute, ...]
    parent: int
    text: str = ""

    def attribute(self, name: str) -> Attribute | None:
        """The attribute called `name`: Android's own by resource id first, then any other of that name."""
        found = None
        for candidate in self.attributes:
            if candidate.name == name:
                if candidate.resource_id:
                    return candidate
                found = found or candidate
        return found


class XmlTree(NamedTuple):
    """All elements in document order. A parent stands before its children."""

    nodes: tuple[Node, ...]


def parse_axml(raw: bytes) -> XmlTree:
    """Parse one binary XML file.

    Raises UnreadableError("xml_damaged", what) when there is no header, no string pool, no element, or the chunks end
    before the root element does.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadableError("xml_damaged", what="too large")
    if len(raw) < _HEADER.size:
        raise UnreadableError("xml_damaged", what="empty" if not raw else "header")
    _, header_size, size = _HEADER.unpack_from(raw)
    if header_size < _HEADER.size or header_size > 0x1000:
        raise UnreadableError("xml_damaged", what="header")
    # Android trusts the declared size and ignores the type; a size beyond the file means a cut file, or a trick.
    end = size if header_size < size <= len(raw) else len(raw)
    return _Parser(raw, end).parse(header_size)


class _Parser:
    """Walks the chunks of one file once."""

    def __init__(self, raw: bytes, end: int) -> None:
        self._raw = raw
        self._end = end
        self._pool: StringChunk | None = None
        self._names: dict[int, tuple[str, int]] = {}
        self._ids: tuple[int, ...] = ()
        self._nodes: list[Node] = []
        self._open: list[int] = []
        self._texts: dict[int, list[str]] = {}

    def parse(self, position: int) -> XmlTree:
        raw, end = self._raw, self._end
        while position + _HEADER.size <= end:
            kind, header_size, size = _HEADER.unpack_from(raw, position)
            if size < header_size or header_size < 8 or position + size > end:
                position = self._odd_chunk(kind, position)
                continue
            self._chunk(kind, position, header_size, position + size)
            position += size
        if self._pool is None:
            raise UnreadableError("xml_damaged", what="string pool")
        if not self._nodes:
            raise UnreadableError("xml_damaged", what="no element")
        if self._open:
            raise UnreadableError("xml_damaged", what="cut short")
        for index, pieces in self._texts.items():
            self._nodes[index] = self._nodes[index]._replace(text="".join(pieces))
        return XmlTree(tuple(self._nodes))

    def _chunk(self, kind: int, position: int, header_size: int, end: int) -> None:
        if kind == START_ELEMENT:
            self._start_element(position + header_size, end)
        elif kind == END_ELEMENT:
            if self._open:
                self._open.pop()
        elif kind == STRING_POOL:
            if self._pool is None:
                self._pool = StringChunk(self._raw, position, end)
        elif kind == RESOURCE_MAP:
            count = (end - position - header_size) // 4
            self._ids = struct.unpack_from(f"<{count}I", self._raw, position + header_size)
        elif kind == TEXT and self._open and self._pool is not None and position + header_size + 4 <= end:
            (index,) = _TEXT.unpack_from(self._raw, position + header_size)
            self._texts.setdefault(self._open[-1], []).append(self._pool.text(index))

    def _odd_chunk(self, kind: int, position: int) -> int:
        """A chunk whose sizes cannot be true: nodes have sizes of their own, for the rest look for the next chunk."""
        own = NODE_SIZES.get(kind, 0)
        if kind == START_ELEMENT and position + ELEMENT_SIZE <= self._end:
            *_, stride, count = _START.unpack_from(self._raw, position + 16)
            own = ELEMENT_SIZE + max(stride, ATTRIBUTE_SIZE) * count
        if own and position + own <= self._end:
            self._chunk(kind, position, 16, position + own)
            return position + own
        found = _NEXT_CHUNK.search(self._raw, position + 4, self._end)
        stop = found.start() if found else self._end
        if kind == STRING_POOL:
            self._chunk(kind, position, 28, stop)
        return stop

    def _start_element(self, body: int, end: int) -> None:
        raw, pool = self._raw, self._pool
        if pool is None:
            raise UnreadableError("xml_damaged", what="string pool")
        if body + 20 > end:
            return
        namespace, name, start, stride, count = _START.unpack_from(raw, body)
        stride = max(stride, ATTRIBUTE_SIZE)
        first = body + start
        count = max(0, min(count, (end - first) // stride))
        if stride == ATTRIBUTE_SIZE:
            rows = list(_ATTRIBUTE.iter_unpack(raw[first:first + stride * count])) if count else []
        else:
            rows = [_ATTRIBUTE.unpack_from(raw, first + stride * number) for number in range(count)]
        text = pool.text
        attributes = []
        for space, key, _, _, _, kind, value in rows:
            known = self._names.get(key) or self._name(key)
            attributes.append(Attribute(
                known[0], ANDROID_NAMESPACE if known[1] >> 24 == 1 else "" if space == NONE else text(space),
                kind, value, text(value) if kind == res_values.STRING else None, known[1]))
        self._nodes.append(Node(text(name), "" if namespace == NONE else text(namespace), tuple(attributes),
                                self._open[-1] if self._open else -1))
        self._open.append(len(self._nodes) - 1)

    def _name(self, index: int) -> tuple[str, int]:
        """Name and resource id of an attribute. The id decides, as it does in the framework; the name may be a lure."""
        assert self._pool is not None
        resource_id = self._ids[index] if index < len(self._ids) else 0
        name = ATTRIBUTE_NAMES.get(resource_id) or self._pool.text(index)
        if not name and resource_id:
            name = f"0x{resource_id:08x}"
        self._names[index] = name, resource_id
        return name, resource_id
