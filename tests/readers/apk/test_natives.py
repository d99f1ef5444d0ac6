"""Native libraries give their exports, addresses, words and Chinese, of one ABI, under caps."""

from __future__ import annotations

import os
import struct
import zipfile
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.model.coverage import Gap
from appscan.model.reading import Fact
from appscan.readers.apk.container import open_container
from appscan.readers.apk.dart import wide_strings
from appscan.readers.apk.elf import string_sections
from appscan.readers.apk.natives import choose_libraries, read_natives
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.limits import Limits


def library(sections: dict[str, bytes]) -> bytes:
    """A 64-bit little-endian ELF file with nothing but these sections."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab"))
    body, headers, at = b"", [struct.pack("<IIQQQQ", 0, 0, 0, 0, 0, 0)], 64
    for name, content in {**sections, ".shstrtab": names}.items():
        headers.append(struct.pack("<IIQQQQ", names.index(name.encode() + b"\0"), 1, 0, 0, at, len(content)))
        body += content
        at += len(content)
    table = b"".join(header + bytes(24) for header in headers)
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 183, 1, 0, 0, at, 0, 64, 0, 0, 64,
                                                            len(headers), len(headers) - 1)
    return head + body + table


def strings_of(entries: dict[str, bytes]) -> tuple[list[str], list[Gap]]:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    container = open_container(out.getvalue(), Limits())
    rows = FactRows(StringPool())
    gaps = read_natives(container, container.names(), rows, Limits())
    facts, strings = rows.freeze(), rows.pool.freeze()
    assert all(kind == Fact.LITERAL for kind in facts.kind)
    assert all(strings[role] == "native" for role in facts.role)
    return [strings[sid] for sid in facts.value], gaps


def two_byte_string(text: str) -> bytes:
    units = text.encode("utf-16-le")
    return struct.pack("<QQ", 0x1234, len(units)) + units + bytes(-len(units) % 16)


def test_exports_addresses_words_and_chinese_are_kept_and_noise_is_not() -> None:
    made = library({
        ".dynstr": b"\0Java_com_example_Sign_start\0memcpy\0_ZNSt6vectorE\0",
        ".rodata": b"https://oa.example.cn/sign\0%s is late\0%s" + "签到成功".encode() + b"\0\x01\x02ab\0_ZN3aEv\0q\0",
        ".text": b"not read here\0"})
    found, gaps = strings_of({"lib/arm64-v8a/liba.so": made})
    assert found[:2] == ["Java_com_example_Sign_start", "https://oa.example.cn/sign"]
    assert set(found[2:]) == {"%s is late", "%s签到成功"}
    assert gaps == []


def test_a_library_without_sections_is_searched_whole() -> None:
    shell = b"\x7fELF\x01\x01" + bytes(200) + b"\x90\x80load the payload\0\x01"
    assert strings_of({"lib/armeabi/libshell.so": shell})[0] == ["load the payload"]


def test_only_the_best_abi_is_read() -> None:
    names = ["lib/x86/liba.so", "lib/arm64-v8a/liba.so", "lib/armeabi-v7a/liba.so", "assets/libb.so", "lib/readme.txt"]
    assert choose_libraries(names) == ["assets/libb.so", "lib/arm64-v8a/liba.so"]
    assert choose_libraries(names[2:3] + names[:1]) == ["lib/armeabi-v7a/liba.so"]


def test_dart_text_is_found_by_the_length_before_it() -> None:
    texts = ["打卡成功", "第1名单", "Points 积分排行"]
    heap = b"".join(map(two_byte_string, texts)) + b"/home/sign\0\x01\x02"
    found, _ = strings_of({"lib/arm64-v8a/libapp.so": library({".rodata": heap})})
    assert {*texts, "/home/sign"} <= set(found)


def test_compressed_dart_lengths_fit_too() -> None:
    text = "上传定位".encode("utf-16-le")
    assert wide_strings(memoryview(struct.pack("<II", 7, len(text)) + text + bytes(8))) == ["上传定位".encode()]


def test_chance_makes_no_dart_text() -> None:
    assert len(wide_strings(memoryview(os.urandom(1 << 20)))) < 5


def test_strings_over_the_cap_are_a_local_gap_and_telling_ones_come_first() -> None:
    filler = b"\0".join(b"filler text number %d" % number for number in range(20_000))
    found, gaps = strings_of({"lib/x86/libbig.so": library({".rodata": filler + b"\0https://late.example.cn/\0"})})
    assert found[0] == "https://late.example.cn/"
    assert [(gap.reason, gap.place, gap.blinds) for gap in gaps] == [
        ("native_strings_capped", "lib/x86/libbig.so", False)]


def test_a_section_table_beyond_the_file_leaves_the_whole_file_to_read() -> None:
    raw = bytearray(library({".rodata": b"https://late.example.cn/\0"}))
    raw[0x28:0x30] = b"\xff" * 8  # e_shoff of ELF-64: larger than any address
    assert [name for name, _ in string_sections(bytes(raw))] == [""]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_broken_section_tables_raise_nothing(draws: st.DataObject) -> None:
    raw = bytearray(library({".rodata": b"some words here\0" * 9, ".dynstr": b"Java_a\0"}))
    for _ in range(draws.draw(st.integers(1, 9))):
        raw[draws.draw(st.integers(0, len(raw) - 1))] = draws.draw(st.integers(0, 255))
    cut = bytes(raw[:draws.draw(st.integers(0, len(raw)))])
    string_sections(cut)
    strings_of({"lib/x86/libapp.so": cut})
