"""resources.arsc (ResTable of AOSP ResourceTypes.h) → rows of `Resources` and a lookup. Knows no layout or manifest.

Entries of all type chunks are gathered with NumPy in one pass; styles, drawables and dimensions are not read unless
asked for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from appscan.errors import UnreadableError
from appscan.model.coverage import Gap, Kind
from appscan.model.reading import Int32, Int64, Resources, UInt8
from appscan.readers.apk import res_values
from appscan.readers.apk.arsc_config import read_qualifier
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.apk.string_chunk import STRING_POOL, StringChunk
from appscan.readers.columns import StringPool

TABLE = 0x0002
PACKAGE = 0x0200
TYPE = 0x0201
STAGED_ALIAS = 0x0206
SPARSE, OFFSET16 = 0x01, 0x02
COMPLEX, COMPACT = 0x0001, 0x0008
NO_ENTRY, NO_ENTRY16 = 0xFFFFFFFF, 0xFFFF
PACKAGE_HEADER = 284
MAX_ROWS = 2_000_000
REFERENCE_DEPTH = 8
SKIPPED_TYPES = frozenset({
    "anim", "animator", "attr", "^attr-private", "bool", "color", "dimen", "drawable", "font", "fraction", "integer",
    "interpolator", "macro", "mipmap", "overlayable", "style", "styleable", "transition"})
"""Types without meaning for judging. A type of any other name is kept: some tools rename them."""
TEXT_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})

_HEADER = struct.Struct("<HHI")
_TYPE = struct.Struct("<BBHII")
_MAP = struct.Struct("<IHBBI")


@dataclass(frozen=True, slots=True)
class _TypeChunk:
    """One type in one configuration. type, config: sids; keys: number of the key pool; end: where its entries end."""

    type: int
    config: int
    keys: int
    end: int
    plain: bool


@dataclass(frozen=True, slots=True)
class _Entries:
    """Where entries lie: position in the file, resource id, number of the type chunk."""

    position: Int64
    id: Int64
    chunk: Int32


@dataclass(frozen=True, slots=True)
class _Values:
    """Values of entries. kind, value: Res_value; single: False for items of arrays and plurals."""

    id: Int64
    chunk: Int32
    key: Int64
    kind: UInt8
    value: Int64
    single: NDArray[np.bool_]


@dataclass(slots=True)
class _Table:
    """What the walk over the chunks found."""

    pool: StringPool
    skipped: frozenset[str]
    strings: StringChunk | None = None
    keys: list[StringChunk] = field(default_factory=list)
    chunks: list[_TypeChunk] = field(default_factory=list)
    entries: list[_Entries] = field(default_factory=list)
    ranks: dict[int, int] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)
    aliases: dict[int, int] = field(default_factory=dict)
    damage: dict[str, None] = field(default_factory=dict)
    rows: int = 0

    def sid(self, raw: bytes) -> int:
        """Intern `raw` and remember it for the lookup."""
        sid = self.pool.add(raw)
        self.texts[sid] = raw
        return sid


def read_arsc(raw: bytes, pool: StringPool,
              skipped: frozenset[str] = SKIPPED_TYPES) -> tuple[Resources, ResourceLookup, list[Gap]]:
    """Rows of every configuration, a lookup by resource id, and a gap where something could not be read. Resources of
    `skipped` types are passed over.

    Raises UnreadableError("resources_damaged", what) when there is no table, no string pool, or no package in it.
    """
    if len(raw) < 12:
        raise UnreadableError("resources_damaged", what="empty" if not raw else "header")
    kind, header_size, size = _HEADER.unpack_from(raw)
    if kind != TABLE or not 12 <= header_size <= 0x1000:
        raise UnreadableError("resources_damaged", what="header")
    table = _Table(pool, skipped)
    if size > len(raw):
        table.damage["cut short"] = None
    packages = 0
    for kind, start, end in _chunks(raw, header_size, len(raw), table):
        if kind == STRING_POOL and table.strings is None:
            table.strings = StringChunk(raw, start, end)
        elif kind == PACKAGE:
            packages += 1
            _walk_package(raw, start, end, table)
    if table.strings is None:
        raise UnreadableError("resources_damaged", what="string pool")
    if not packages and int.from_bytes(raw[8:12], "little"):
        raise UnreadableError("resources_damaged", what="package")
    rows = _rows(raw, table, table.strings)
    if table.strings.cut:
        table.damage["string pool"] = None
    # A single bad entry is a local loss; a table that breaks off may have held any text.
    gaps = [Gap(TEXT_KINDS, "resources.arsc", "resources_partly_read", {"what": what}, blinds=what != "entry")
            for what in table.damage]
    return rows, ResourceLookup(rows, table.texts, table.ranks, table.aliases), gaps


def _chunks(raw: bytes, position: int, end: int, table: _Table) -> Iterator[tuple[int, int, int]]:
    """(type, start, end) of the chunks between two offsets; stops at the first that cannot be true."""
    while position + _HEADER.size <= end:
        kind, header_size, size = _HEADER.unpack_from(raw, position)
        if size < header_size or header_size < _HEADER.size:
            # Some packers pad the table with zeros; anything else that is no chunk is damage.
            if raw.count(0, position, end) != end - position:
                table.damage["chunk"] = None
            return
        if position + size > end:
            table.damage["cut short"] = None
            size = end - position
        yield kind, position, position + size
        position += size


def _walk_package(raw: bytes, start: int, end: int, table: _Table) -> None:
    header_size = int.from_bytes(raw[start + 2:start + 4], "little")
    if header_size < PACKAGE_HEADER or start + header_size > end:
        table.damage["package"] = None
        return
    (package,) = struct.unpack_from("<I", raw, start + 8)
    types_at, _, keys_at, _ = struct.unpack_from("<IIII", raw, start + 268)
    shift = struct.unpack_from("<I", raw, start + 284)[0] if header_size >= 288 else 0
    try:
        types = StringChunk(raw, start + types_at, end)
        table.keys.append(StringChunk(raw, start + keys_at, end))
    except UnreadableError:
        table.damage["package"] = None
        return
    for kind, position, stop in _chunks(raw, start + header_size, end, table):
        if kind == TYPE:
            _walk_type(raw, position, stop, (package & 0xFF, shift), types, table)
        elif kind == STAGED_ALIAS and stop - position >= 12:
            pairs = np.frombuffer(raw, "<u4", (stop - position - 12) // 8 * 2, position + 12)
            table.aliases.update(zip(pairs[0::2].tolist(), pairs[1::2].tolist(), strict=True))


def _walk_type(raw: bytes, start: int, end: int, package: tuple[int, int], types: StringChunk, table: _Table) -> None:
    """Note where the entries of one type chunk lie. `package`: its id and the offset of its type ids."""
    header_size = int.from_bytes(raw[start + 2:start + 4], "little")
    if header_size < 24 or start + header_size > end:
        table.damage["type"] = None
        return
    number, flags, _, count, entries_start = _TYPE.unpack_from(raw, start + 8)
    name = types.text(number - 1 - package[1])
    if not name or name in table.skipped:
        return
    ids, offsets = _offsets(raw, start + header_size, min(end, start + entries_start), flags, count, table)
    if table.rows + len(ids) > MAX_ROWS:
        table.damage["too many entries"] = None
        return
    table.rows += len(ids)
    config_size = int.from_bytes(raw[start + 20:start + 24], "little")
    config = read_qualifier(raw[start + 24:start + min(20 + config_size, header_size)])
    config_sid = table.sid(str(config).encode())
    table.ranks[config_sid] = config.rank
    table.chunks.append(_TypeChunk(table.sid(name.encode("utf-8", "replace")), config_sid, len(table.keys) - 1, end,
                                   name == "id"))
    table.entries.append(_Entries(
        offsets + (start + entries_start), ids + (package[0] << 24 | number << 16),
        np.full(len(ids), len(table.chunks) - 1, dtype=np.int32)))


def _offsets(raw: bytes, start: int, end: int, flags: int, count: int, table: _Table) -> tuple[Int64, Int64]:
    """Entry numbers and entry offsets of a type chunk: plain, 16-bit (×4), or sparse pairs of both."""
    width = 2 if flags & OFFSET16 and not flags & SPARSE else 4
    if count > (end - start) // width:
        table.damage["type"] = None
        count = max(0, (end - start) // width)
    if flags & SPARSE:
        pairs = np.frombuffer(raw, "<u2", 2 * count, start).astype(np.int64)
        return pairs[0::2], pairs[1::2] * 4
    column = np.frombuffer(raw, f"<u{width}", count, start)
    used = np.flatnonzero(column != (NO_ENTRY16 if width == 2 else NO_ENTRY))
    return used & 0xFFFF, column[used].astype(np.int64) * (4 if width == 2 else 1)


def _rows(raw: bytes, table: _Table, strings: StringChunk) -> Resources:
    if not table.entries:
        nothing = np.zeros(0, dtype=np.int32)
        return Resources(nothing.astype(np.uint32), nothing, nothing, nothing, nothing)
    entries = _Entries(np.concatenate([part.position for part in table.entries]),
                       np.concatenate([part.id for part in table.entries]),
                       np.concatenate([part.chunk for part in table.entries]))
    values = _values(raw, entries, table)
    order = np.argsort(values.id, kind="stable")
    values = _Values(values.id[order], values.chunk[order], values.key[order], values.kind[order], values.value[order],
                     values.single[order])
    config = np.array([chunk.config for chunk in table.chunks], dtype=np.int32)[values.chunk]
    text = _texts(values, config, table, strings)
    return Resources(id=values.id.astype(np.uint32), config=config, value=text, name=_names(values, table),
                     type=np.array([chunk.type for chunk in table.chunks], dtype=np.int32)[values.chunk])


def _values(raw: bytes, entries: _Entries, table: _Table) -> _Values:
    """Decode the heads of all entries at once: plain (ResTable_entry + Res_value), compact, or complex with a map."""
    octets = np.frombuffer(raw, np.uint8)
    ends = np.array([chunk.end for chunk in table.chunks], dtype=np.int64)[entries.chunk]
    kept = _inside(entries, entries.position + 8 <= ends, table)
    ends = np.array([chunk.end for chunk in table.chunks], dtype=np.int64)[kept.chunk]
    head = octets[kept.position[:, None] + np.arange(8)].view("<u2")
    size, flags = head[:, 0].astype(np.int64), head[:, 1]
    word = np.ascontiguousarray(head[:, 2:]).view("<u4")[:, 0].astype(np.int64)
    compact, complex_ = (flags & COMPACT) != 0, (flags & (COMPLEX | COMPACT)) == COMPLEX
    at = kept.position + size
    good = compact | (complex_ & (size >= 16) & (at <= ends)) | (~complex_ & (size >= 8) & (at + 8 <= ends))
    if not good.all():
        table.damage["entry"] = None
    plain = np.flatnonzero(good & ~complex_ & ~compact)
    value = octets[at[plain, None] + np.arange(8)]
    kinds, numbers = (flags >> 8).astype(np.uint8), word.copy()
    kinds[plain] = value[:, 3]
    numbers[plain] = np.ascontiguousarray(value[:, 4:]).view("<u4")[:, 0]
    key = np.where(compact, size, word)
    single = np.flatnonzero(good & ~complex_)
    simple = _Values(kept.id[single], kept.chunk[single], key[single], kinds[single], numbers[single],
                     np.ones(len(single), dtype=np.bool_))
    several = np.flatnonzero(good & complex_)
    if not len(several):
        return simple
    return _joined(simple, _items(raw, table, kept, several, at, key))


def _inside(entries: _Entries, inside: NDArray[np.bool_], table: _Table) -> _Entries:
    if inside.all():
        return entries
    table.damage["entry"] = None
    return _Entries(entries.position[inside], entries.id[inside], entries.chunk[inside])


def _items(raw: bytes, table: _Table, entries: _Entries, rows: Int64, at: Int64, key: Int64) -> _Values:
    """Items of arrays and plurals. Maps may overlap in hostile files, so their sum is bounded as well."""
    source: list[int] = []
    found: list[tuple[int, int]] = []
    for row in rows.tolist():
        (count,) = struct.unpack_from("<I", raw, int(entries.position[row]) + 12)
        start = int(at[row])
        room = (table.chunks[entries.chunk[row]].end - start) // _MAP.size
        if count > room or len(found) + count > MAX_ROWS:
            table.damage["entry"] = None
            count = min(count, room, MAX_ROWS - len(found))
        found.extend((kind, value) for _, _, _, kind, value in _MAP.iter_unpack(raw[start:start + count * _MAP.size]))
        source.extend([row] * count)
    rows = np.array(source, dtype=np.int64)
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return _Values(entries.id[rows], entries.chunk[rows], key[rows], pairs[:, 0].astype(np.uint8), pairs[:, 1],
                   np.zeros(len(rows), dtype=np.bool_))


def _joined(first: _Values, second: _Values) -> _Values:
    return _Values(*(np.concatenate([getattr(first, name), getattr(second, name)])
                     for name in ("id", "chunk", "key", "kind", "value", "single")))


def _names(values: _Values, table: _Table) -> Int32:
    """Sid of each entry's name; each key is decoded once."""
    pools = np.array([chunk.keys for chunk in table.chunks], dtype=np.int64)[values.chunk]
    keys, inverse = np.unique(pools << 32 | values.key, return_inverse=True)
    sids = [table.sid(table.keys[key >> 32].utf8_bytes(key & 0xFFFFFFFF)) for key in keys.tolist()]
    return np.array(sids, dtype=np.int32)[inverse] if sids else np.zeros(0, dtype=np.int32)


def _texts(values: _Values, config: Int32, table: _Table, strings: StringChunk) -> Int32:
    """Sid of each value's text. Ids have none; references take the text of what they refer to."""
    sids = np.full(len(values.id), -1, dtype=np.int32)
    shown = ~np.array([chunk.plain for chunk in table.chunks], dtype=np.bool_)[values.chunk]
    refers = np.isin(values.kind, list(res_values.REFERENCES)) & shown
    literal = np.flatnonzero((values.kind == res_values.STRING) & shown)
    indices, inverse = np.unique(values.value[literal], return_inverse=True)
    if len(indices):
        texts = np.array([table.sid(strings.utf8_bytes(index)) for index in indices.tolist()], dtype=np.int32)
        sids[literal] = texts[inverse]
    for row in np.flatnonzero(shown & ~refers & (values.kind != res_values.STRING)).tolist():
        text = res_values.value_text(int(values.kind[row]), int(values.value[row]))
        sids[row] = table.sid(text.encode()) if text else -1
    if refers.any():
        _follow(values, np.where(refers, values.value, 0), config, sids)
    return sids


def _follow(values: _Values, target: Int64, config: Int32, sids: Int32) -> None:
    """Give every reference the text of its target: of the same configuration, else of any. Loops end unresolved."""
    single = np.flatnonzero(values.single)
    exact_keys = values.id[single] << 32 | config[single]
    exact_order = np.argsort(exact_keys, kind="stable")
    exact_keys, exact_rows = exact_keys[exact_order], single[exact_order]
    ids = values.id[single]
    for _ in range(REFERENCE_DEPTH):
        waiting = np.flatnonzero(target)
        if not len(waiting) or not len(single):
            return
        wanted = target[waiting]
        exact = np.minimum(np.searchsorted(exact_keys, wanted << 32 | config[waiting]), len(single) - 1)
        first = np.minimum(np.searchsorted(ids, wanted), len(single) - 1)
        row = np.where(exact_keys[exact] == (wanted << 32 | config[waiting]), exact_rows[exact],
                       np.where(ids[first] == wanted, single[first], -1))
        sids[waiting] = np.where(row >= 0, sids[row], -1)
        target[waiting] = np.where(row >= 0, target[row], 0)

