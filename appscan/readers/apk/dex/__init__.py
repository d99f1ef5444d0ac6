"""DEX files → code columns. Collects what code defines, calls and names; knows no check and no meaning of any name."""

from __future__ import annotations

from collections.abc import Sequence

from appscan.model.coverage import CODE_KINDS, Gap
from appscan.model.reading import Code
from appscan.readers.apk.dex.layout import DamagedError, open_layouts
from appscan.readers.apk.dex.program import merge
from appscan.readers.apk.dex.strings import loose_text
from appscan.readers.apk.dex.unit import Unit, read_unit
from appscan.readers.columns import StringPool

__all__ = ["loose_text", "read_dex"]


def read_dex(units: Sequence[tuple[str, bytes]], pool: StringPool) -> tuple[Code, list[Gap]]:
    """All DEX files (entry name, bytes) of an artifact as one program, their strings interned in `pool`.

    A unit that cannot be read, or not whole, gives gaps `dex_damaged` with the damaged part as `what`; whatever else
    can be read is kept. Never raises for bad bytes; time and memory stay linear in the bytes given.
    """
    read: list[tuple[int, Unit]] = []
    gaps: list[Gap] = []
    for name, raw in units:
        try:
            layouts = open_layouts(raw)
        except DamagedError as damaged:
            gaps.append(_gap(name, damaged.what))
            continue
        for layout in layouts:
            unit = read_unit(layout, pool)
            read.append((pool.add(name), unit))
            gaps.extend(_gap(name, what) for what in unit.damage)
    return merge(read), gaps


def _gap(name: str, what: str) -> Gap:
    return Gap(kinds=CODE_KINDS, place=name, reason="dex_damaged", params={"what": what}, blinds=True)
