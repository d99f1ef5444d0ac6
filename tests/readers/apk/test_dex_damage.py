"""Damaged and hostile DEX files: never an exception, always bounded, and what is sound is still read."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.model.coverage import CODE_KINDS, Gap
from appscan.model.reading import Code
from appscan.readers.apk.dex import loose_text, read_dex
from appscan.readers.apk.dex.layout import HEADER_SIZE, MAXIMUM_ITEMS, NORMAL_ENDIAN, open_layouts
from appscan.readers.apk.dex.members import read_members
from appscan.readers.apk.dex.strings import read_strings
from appscan.readers.columns import StringPool

SAMPLES = Path(__file__).parent / "dex_samples"
PROGRAM = (SAMPLES / "program.dex").read_bytes()
LIBRARY = (SAMPLES / "library.dex").read_bytes()
MEBIBYTE = 1 << 20

AT_STRINGS_SIZE, AT_TYPES_OFFSET, AT_METHODS_OFFSET, AT_CLASSES_SIZE, AT_CLASSES_OFFSET = 0x38, 0x44, 0x5C, 0x60, 0x64
AT_CLASS_ANNOTATIONS, AT_CLASS_MEMBERS, AT_CLASS_VALUES = 0x14, 0x18, 0x1C


def _patched(raw: bytes, at: int, number: int) -> bytes:
    return raw[:at] + struct.pack("<I", number) + raw[at + 4:]


def _number(raw: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", raw, at)[0])


def _in_every_class(raw: bytes, column: int, number: int) -> bytes:
    for row in range(_number(raw, AT_CLASSES_SIZE)):
        at = _number(raw, AT_CLASSES_OFFSET) + 32 * row + column
        raw = _patched(raw, at, number) if _number(raw, at) else raw
    return raw


def _read(*units: bytes) -> tuple[Code, list[Gap], StringPool]:
    pool = StringPool()
    code, gaps = read_dex([(f"classes{number}.dex", unit) for number, unit in enumerate(units)], pool)
    return code, gaps, pool


def _damage(gaps: list[Gap]) -> set[str]:
    return {gap.params["what"] for gap in gaps}


def _assert_indices_exist(code: Code, strings: int) -> None:
    """Every sid, and every row of `Methods`, lies in its table."""
    methods = len(code.methods.owner)
    rows = (code.calls.caller, code.calls.callee, code.strings_used.method, code.types_used.method,
            code.resources_used.method, code.annotations.method)
    assert all(column.min(initial=0) >= -1 and column.max(initial=-1) < methods for column in rows)
    sids = (code.methods.owner, code.methods.name, code.methods.proto, code.classes.type, code.classes.superclass,
            code.interfaces.type, code.fields.owner, code.fields.name, code.fields.type, code.fields.value,
            code.annotations.type, code.annotations.element, code.annotations.value, code.annotations.member,
            code.strings_used.what, code.types_used.what)
    assert all(column.min(initial=0) >= -1 and column.max(initial=-1) < strings for column in sids)
    assert code.interfaces.owner.max(initial=-1) < len(code.classes.type)


@settings(max_examples=300, deadline=2000)
@given(st.sampled_from((PROGRAM, LIBRARY)), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=30),
       st.integers(0, 4000))
def test_flipped_bytes_and_cut_ends_never_raise(raw: bytes, flips: list[tuple[int, int]], length: int) -> None:
    broken = bytearray(raw)
    for at, octet in flips:
        broken[at % len(broken)] = octet
    broken = broken[:length] if length < len(broken) else broken
    code, _, pool = _read(bytes(broken), LIBRARY)
    _assert_indices_exist(code, len(pool))
    loose_text(bytes(broken), None)


@settings(max_examples=300, deadline=2000)
@given(st.integers(0x20 // 4, len(PROGRAM) // 4 - 1),
       st.sampled_from((0, 1, 2, 0x70, 0x200, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, len(PROGRAM),
                        len(PROGRAM) - 4)))
def test_a_wrong_number_anywhere_never_raises(word: int, number: int) -> None:
    code, _, pool = _read(_patched(PROGRAM, 4 * word, number))
    _assert_indices_exist(code, len(pool))


@settings(max_examples=100, deadline=2000)
@given(st.binary(max_size=2000))
def test_any_bytes_behind_a_header_never_raise(body: bytes) -> None:
    code, _, pool = _read(PROGRAM[:HEADER_SIZE] + body)
    _assert_indices_exist(code, len(pool))


@pytest.mark.parametrize(("raw", "what"), [
    (b"", "header"), (b"PK\x03\x04" + bytes(200), "header"), (PROGRAM[:0x6F], "header"),
    (b"dex\n036x" + PROGRAM[8:], "header"), (b"dex\n099\0" + PROGRAM[8:], "version"),
    (_patched(PROGRAM, 0x28, 0x78563412), "endian")])
def test_a_unit_without_a_sound_header_is_a_gap_and_the_others_are_read(raw: bytes, what: str) -> None:
    code, gaps, _ = _read(raw, LIBRARY)
    assert gaps == [Gap(CODE_KINDS, "classes0.dex", "dex_damaged", {"what": what}, blinds=True)]
    assert len(code.classes.type) == 2


@pytest.mark.parametrize(("raw", "what"), [
    (PROGRAM[:-200], "truncated"),
    (_patched(PROGRAM, AT_TYPES_OFFSET, 0xFFFFFFF0), "types"),
    (_patched(PROGRAM, AT_METHODS_OFFSET, 4), "methods"),
    (_in_every_class(PROGRAM, AT_CLASS_MEMBERS, 0x7FFFFFFF), "class_data"),
    (_in_every_class(PROGRAM, AT_CLASS_ANNOTATIONS, 0x7FFFFFFC), "annotations"),
    (_in_every_class(PROGRAM, AT_CLASS_VALUES, 0x7FFFFFFF), "static_values")])
def test_a_table_out_of_range_is_a_gap_and_the_rest_is_kept(raw: bytes, what: str) -> None:
    code, gaps, pool = _read(raw)
    assert what in _damage(gaps)
    assert all(gap.blinds and gap.kinds == CODE_KINDS for gap in gaps)
    assert b"patrol/report" in pool.freeze().blob
    assert len(code.classes.type) == 2


def test_only_what_hangs_on_broken_class_data_is_lost() -> None:
    code, _, _ = _read(_in_every_class(PROGRAM, AT_CLASS_MEMBERS, 0x7FFFFFFF))
    assert len(code.annotations.type) > 0
    assert len(code.calls.caller) == 0


def _code_of(raw: bytes, called: str) -> tuple[int, int]:
    """Byte range of the instructions of the method of that name."""
    layout, = open_layouts(raw)
    members, names = read_members(layout), read_strings(layout)
    for method, offset in zip(members.method.tolist(), members.method_code.tolist(), strict=True):
        if names[layout.methods["name"][method]].decode() == called:
            return offset + 16, offset + 16 + 2 * _number(raw, offset + 12)
    raise LookupError(called)


def test_code_that_a_packer_took_out_is_a_gap() -> None:
    start, end = _code_of(PROGRAM, "onClick")
    _, gaps, _ = _read(PROGRAM[:start] + bytes(end - start) + PROGRAM[end:])
    assert _damage(gaps) == {"hollow_code"}


def test_code_that_two_methods_share_is_used_by_both() -> None:
    far, untouched = (leb128(_code_of(PROGRAM, called)[0] - 16) for called in ("far", "untouched"))
    assert PROGRAM.count(untouched) == 1
    assert len(far) == len(untouched)
    code, gaps, pool = _read(PROGRAM.replace(untouched, far))
    strings = pool.freeze()
    callers = {strings[code.methods.name[caller]] for caller, callee
               in zip(code.calls.caller, code.calls.callee, strict=True)
               if strings[code.methods.name[callee]] == "distant"}
    assert (callers, gaps) == ({"far", "untouched"}, [])


def leb128(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + leb128(high) if high else bytes([low])


def _peak_bytes(*units: bytes) -> tuple[int, Code, list[Gap]]:
    tracemalloc.start()
    try:
        code, gaps, _ = _read(*units)
        return tracemalloc.get_traced_memory()[1], code, gaps
    finally:
        tracemalloc.stop()


def test_a_huge_declared_string_table_allocates_nothing() -> None:
    peak, _, gaps = _peak_bytes(_patched(PROGRAM, AT_STRINGS_SIZE, 0xFFFFFFFF))
    assert "strings" in _damage(gaps)
    assert peak < 4 * MEBIBYTE


def _header(*tables: int) -> bytes:
    """A header with sizes and offsets of strings, types, prototypes, fields, methods, classes and data."""
    return b"dex\n035\0" + bytes(24) + struct.pack("<3I", 0, HEADER_SIZE, NORMAL_ENDIAN) + bytes(12) + struct.pack(
        "<14I", *tables, *(0,) * (14 - len(tables)))


def _strings_that_overlap(count: int) -> bytes:
    body = HEADER_SIZE + 4 * count
    offsets = struct.pack(f"<{count}I", *range(body, body + count))
    return _header(count, HEADER_SIZE) + offsets + b"A" * (2 * count) + b"\0"


def _signatures_of_one_long_list(count: int) -> bytes:
    protos = HEADER_SIZE + 8
    parameters = protos + 12 * count
    text = parameters + 4 + 2 * 256
    return (_header(1, HEADER_SIZE, 1, HEADER_SIZE + 4, count, protos) + struct.pack("<2I", text, 0)
            + struct.pack("<3I", 0, 0, parameters) * count + struct.pack("<I", 255) + bytes(2 * 256)
            + b"\x05" + b"L" * 200 + b"\0")


def _annotations_of_all_on_all(count: int) -> bytes:
    directory = HEADER_SIZE + 32 * count
    item = directory + 16 + 8 * count
    annotations = item + 4
    classes = struct.pack("<8I", 0, 0, 0xFFFFFFFF, 0, 0, directory, 0, 0) * count
    rows = struct.pack("<4I", 0, 0, count, 0) + struct.pack("<2I", 0, annotations) * count
    return (_header(0, 0, 0, 0, 0, 0, 0, 0, 1, HEADER_SIZE, count, HEADER_SIZE) + classes + rows + b"\1\0\0\0"
            + struct.pack("<I", count) + struct.pack("<I", item) * count)


@pytest.mark.parametrize(("raw", "what"), [
    (_strings_that_overlap(20_000), "strings"), (_signatures_of_one_long_list(20_000), "protos"),
    (_annotations_of_all_on_all(20_000), "annotations")])
def test_shared_items_cannot_multiply_without_end(raw: bytes, what: str) -> None:
    peak, code, gaps = _peak_bytes(raw)
    assert what in _damage(gaps)
    assert peak < 200 * MEBIBYTE
    assert len(code.annotations.type) <= MAXIMUM_ITEMS


@pytest.mark.parametrize("filler", [b"\0", b"\xff", b"\x80\0\0\0", struct.pack("<I", 0x200), b"\x1c"])
def test_a_monotonous_file_is_read_in_bounded_memory(filler: bytes) -> None:
    size = 400_000
    tables = _header(size // 8, 0x70, size // 8, 0x70, size // 24, 0x70, size // 16, 0x70, size // 16, 0x70, size // 64,
                     0x70)
    peak, code, gaps = _peak_bytes(tables + filler * (size // len(filler)))
    assert gaps
    assert peak < 200 * MEBIBYTE
    assert len(code.calls.caller) <= size
