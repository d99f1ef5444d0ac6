"""Writes small binary XML files and resource tables for tests (AOSP ResourceTypes.h). Knows no reader."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from appscan.readers.apk.android_ids import ANDROID_NAMESPACE, ATTRIBUTE_NAMES

IDS = {name: number for number, name in ATTRIBUTE_NAMES.items()}
NAMESPACES = {"android": ANDROID_NAMESPACE, "app": "http://schemas.android.com/apk/res-auto",
              "tools": "http://schemas.android.com/tools"}
NONE = 0xFFFFFFFF


class Ref(NamedTuple):
    """A reference to a resource id."""

    number: int


class Element(NamedTuple):
    """An element. Attributes are called android:text, app:title, or plain; values are str, bool, int or Ref."""

    tag: str
    attributes: Mapping[str, str | bool | int | Ref] = {}
    children: Sequence[Element] = ()
    text: str = ""


def chunk(kind: int, header: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<HHI", kind, 8 + len(header), 8 + len(header) + len(body)) + header + body


def string_pool(strings: Sequence[str], utf8: bool = True) -> bytes:
    offsets, blob = [], b""
    for text in strings:
        offsets.append(len(blob))
        wide = text.encode("utf-16-le", "surrogatepass")
        if utf8:
            narrow = text.encode("utf-8", "surrogatepass")
            blob += _length8(len(wide) // 2) + _length8(len(narrow)) + narrow + b"\0"
        else:
            blob += _length16(len(wide) // 2) + wide + b"\0\0"
    blob += b"\0" * (-len(blob) % 4)
    header = struct.pack("<IIIII", len(strings), 0, 0x100 if utf8 else 0, 28 + 4 * len(strings), 0)
    return chunk(1, header, struct.pack(f"<{len(offsets)}I", *offsets) + blob)


def _length8(number: int) -> bytes:
    """Cut to 15 bits, as aapt does."""
    number &= 0x7FFF
    return bytes([0x80 | number >> 8, number & 0xFF]) if number > 0x7F else bytes([number])


def _length16(number: int) -> bytes:
    return struct.pack("<HH", 0x8000 | number >> 16, number & 0xFFFF) if number > 0x7FFF else struct.pack("<H", number)


class XmlWriter:
    """Lays out one binary XML file; the options make it odd in the ways that packers do."""

    def __init__(self, utf8: bool = True, blank_names: bool = False, stride: int = 20, extra_chunk: bytes = b"",
                 file_type: int = 3) -> None:
        self.utf8, self.blank_names, self.stride = utf8, blank_names, stride
        self.extra_chunk, self.file_type = extra_chunk, file_type
        self.strings: list[str] = []
        self.ids: list[int] = []

    def write(self, root: Element) -> bytes:
        self._collect(root)
        body = self._element(root)
        blank = len(self.ids) if self.blank_names else 0
        strings = [""] * blank + self.strings[blank:]
        spaces = chunk(0x100, struct.pack("<II", 1, NONE), struct.pack("<II", NONE, self._string(ANDROID_NAMESPACE)))
        pool = string_pool(strings, self.utf8)
        resource_map = chunk(0x180, b"", struct.pack(f"<{len(self.ids)}I", *self.ids))
        return chunk(self.file_type, b"", pool + self.extra_chunk + resource_map + spaces + body)

    def _collect(self, root: Element) -> None:
        """Names with a resource id come first in the pool, in the order of the resource map."""
        names: dict[str, None] = {}
        stack = [root]
        while stack:
            element = stack.pop()
            names.update((key.partition(":")[2], None) for key in element.attributes if key.startswith("android:"))
            stack.extend(element.children)
        for name in names:
            self.strings.append(name)
            self.ids.append(IDS[name])
        self._string(ANDROID_NAMESPACE)

    def _string(self, text: str) -> int:
        start = len(self.ids)
        if text not in self.strings[start:]:
            self.strings.append(text)
        return self.strings.index(text, start)

    def _element(self, element: Element) -> bytes:
        attributes = b"".join(self._attribute(key, value) for key, value in element.attributes.items())
        extension = struct.pack("<IIHHHHHH", NONE, self._string(element.tag), 20, self.stride,
                                len(element.attributes), 0, 0, 0)
        start = chunk(0x102, struct.pack("<II", 1, NONE), extension + attributes)
        text = b""
        if element.text:
            body = struct.pack("<IHBBI", self._string(element.text), 8, 0, 0, 0)
            text = chunk(0x104, struct.pack("<II", 1, NONE), body)
        end = chunk(0x103, struct.pack("<II", 1, NONE), struct.pack("<II", NONE, self._string(element.tag)))
        return start + text + b"".join(self._element(child) for child in element.children) + end

    def _attribute(self, key: str, value: str | bool | int | Ref) -> bytes:
        prefix, _, name = key.rpartition(":")
        space = NAMESPACES.get(prefix)
        space_index = NONE if space is None else self._string(space)
        name_index = self.ids.index(IDS[name]) if prefix == "android" else self._string(name)
        raw, kind, word = NONE, 0x10, 0
        if isinstance(value, str):
            raw = word = self._string(value)
            kind = 3
        elif isinstance(value, bool):
            kind, word = 0x12, NONE if value else 0
        elif isinstance(value, Ref):
            kind, word = 1, value.number
        else:
            word = value & NONE
        return struct.pack("<IIIHBBI", space_index, name_index, raw, 8, 0, kind, word).ljust(self.stride, b"\0")


class Entry(NamedTuple):
    """One resource: its name, and a text, a reference, or several items."""

    name: str
    value: str | Ref | Sequence[str | Ref]


class TypeChunk(NamedTuple):
    """One type in one configuration. `entries` by entry number; form: plain | sparse | offset16 | compact."""

    name: str
    config: bytes
    entries: Mapping[int, Entry]
    form: str = "plain"


def config(language: str = "", region: str = "", script: str = "", night: bool = False) -> bytes:
    """A ResTable_config of 64 bytes."""
    head = struct.pack("<IHH2s2s", 64, 0, 0, language.encode(), region.encode())
    rest = bytearray(64 - len(head))
    rest[29 - 12] = 0x20 if night else 0
    rest[36 - 12:40 - 12] = script.encode().ljust(4, b"\0")
    return head + bytes(rest)


def resource_table(types: Sequence[TypeChunk], utf8: bool = True, package: int = 0x7F) -> bytes:
    """A resources.arsc with one package."""
    names = list(dict.fromkeys(part.name for part in types))
    keys = list(dict.fromkeys(entry.name for part in types for entry in part.entries.values()))
    values: dict[str, int] = {}
    bodies = b"".join(_type_chunk(part, names.index(part.name) + 1, keys, values) for part in types)
    type_pool, key_pool = string_pool(names), string_pool(keys)
    header = struct.pack("<I256sIIIII", package, "com.example".encode("utf-16-le"), 288, len(names),
                         288 + len(type_pool), len(keys), 0)
    body = chunk(0x200, header, type_pool + key_pool + bodies)
    return chunk(2, struct.pack("<I", 1), string_pool(list(values), utf8) + body)


def _type_chunk(part: TypeChunk, number: int, keys: Sequence[str], values: dict[str, int]) -> bytes:
    offsets: dict[int, int] = {}
    blob = b""
    for index, entry in part.entries.items():
        offsets[index] = len(blob)
        blob += _entry(entry, keys.index(entry.name), values, part.form == "compact")
    count = max(part.entries, default=-1) + 1
    match part.form:
        case "sparse":
            flags, count = 1, len(offsets)
            table = b"".join(struct.pack("<HH", index, offset // 4) for index, offset in offsets.items())
        case "offset16":
            flags = 2
            short = [offsets[index] // 4 if index in offsets else 0xFFFF for index in range(count)]
            table = struct.pack(f"<{count}H", *short) + b"\0" * (2 * count % 4)
        case _:
            flags = 0
            table = b"".join(struct.pack("<I", offsets.get(index, NONE)) for index in range(count))
    header_size = 20 + len(part.config)
    header = struct.pack("<BBHII", number, flags, 0, count, header_size + len(table)) + part.config
    return chunk(0x201, header, table + blob)


def _entry(entry: Entry, key: int, values: dict[str, int], compact: bool) -> bytes:
    if isinstance(entry.value, (str, Ref)):
        kind, word = _value(entry.value, values)
        if compact:
            return struct.pack("<HHI", key, 8 | kind << 8, word)
        return struct.pack("<HHI", 8, 0, key) + struct.pack("<HBBI", 8, 0, kind, word)
    items = b"".join(struct.pack("<IHBBI", 0x01000000 + index, 8, 0, *_value(item, values))
                     for index, item in enumerate(entry.value))
    return struct.pack("<HHIII", 16, 1, key, 0, len(entry.value)) + items


def _value(value: str | Ref, values: dict[str, int]) -> tuple[int, int]:
    if isinstance(value, Ref):
        return 1, value.number
    return 3, values.setdefault(value, len(values))
