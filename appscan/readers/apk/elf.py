"""Sections of an ELF library that can hold strings. Knows nothing of what the strings mean.

Source: System V ABI, chapters 4 (sections) and the ELF-64 object file format.
"""

from __future__ import annotations

import struct

ELF_MAGIC = b"\x7fELF"
MOST_SECTIONS = 2000
STRING_SECTIONS = (".dynstr", ".rodata", ".data", ".data.rel.ro", ".rodata.str1.1")
NO_BITS = 8


def string_sections(library: bytes) -> list[tuple[str, memoryview]]:
    """(name, bytes) of the sections with strings; the whole file under the name "" where no section can be found."""
    view = memoryview(library)
    try:
        found = [(name, view[start:start + size]) for name, start, size in _sections(library)
                 if name in STRING_SECTIONS or name.startswith(".rodata")]
    except (struct.error, IndexError, ValueError):
        found = []
    return found or [("", view)]


def _sections(library: bytes) -> list[tuple[str, int, int]]:
    """(name, offset, size) of each section that has bytes in the file."""
    if library[:4] != ELF_MAGIC or library[5] not in (1, 2):
        return []
    order = "<" if library[5] == 1 else ">"
    if library[4] == 2:
        table, = struct.unpack_from(order + "Q", library, 0x28)
        width, count, names_at = struct.unpack_from(order + "HHH", library, 0x3A)
        layout = struct.Struct(order + "IIQQQQ")
    else:
        table, = struct.unpack_from(order + "I", library, 0x20)
        width, count, names_at = struct.unpack_from(order + "HHH", library, 0x2E)
        layout = struct.Struct(order + "IIIIII")
    if width < layout.size or count > MOST_SECTIONS or names_at >= count or table > len(library):
        return []
    headers = [layout.unpack_from(library, table + number * width) for number in range(count)]
    names_start, names_size = headers[names_at][4:6]
    names = library[names_start:names_start + names_size]
    sections = []
    for name_at, kind, _, _, offset, size in headers:
        name = names[name_at:name_at + 64].split(b"\0", 1)[0].decode("latin-1")
        if kind != NO_BITS and size > 0 and offset < len(library):
            sections.append((name, int(offset), int(size)))
    return sections
