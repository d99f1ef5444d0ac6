"""Binary XML: what is read, what is forgiven, what is refused."""

from __future__ import annotations

import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.errors import UnreadableError
from appscan.readers.apk.axml import parse_axml
from appscan.readers.apk.string_chunk import StringChunk

from .binary_resources import Element, Ref, XmlWriter, chunk, string_pool

SCREEN = Element("LinearLayout", {"android:id": Ref(0x7F080001)}, [
    Element("Button", {"android:text": "签到", "android:onClick": "sign", "android:enabled": True, "app:badge": 3}),
    Element("TextView", {"android:text": Ref(0x7F0A0002)}, text="inner")])


@pytest.mark.parametrize("utf8", [True, False])
def test_tags_attributes_and_parents_survive(utf8: bool) -> None:
    root, button, label = parse_axml(XmlWriter(utf8=utf8).write(SCREEN)).nodes
    assert (root.tag, root.parent, button.parent, label.parent) == ("LinearLayout", -1, 0, 0)
    assert root.attributes[0].reference == 0x7F080001
    assert [(attribute.name, attribute.shown()) for attribute in button.attributes] == [
        ("text", "签到"), ("onClick", "sign"), ("enabled", "true"), ("badge", "3")]
    assert label.text == "inner"


@pytest.mark.parametrize("writer", [
    XmlWriter(blank_names=True), XmlWriter(stride=28), XmlWriter(file_type=0), XmlWriter(file_type=8),
    XmlWriter(extra_chunk=chunk(0x0999, b"", b"\xAA" * 40))],
    ids=["blank attribute names", "wide attributes", "file type 0", "file type 8", "foreign chunk"])
def test_tricks_of_packers_do_not_hide_a_button(writer: XmlWriter) -> None:
    button = parse_axml(writer.write(SCREEN)).nodes[1]
    text = button.attribute("text")
    assert text is not None
    assert text.text == "签到"


def test_the_resource_id_of_an_attribute_beats_a_false_name() -> None:
    raw = XmlWriter().write(Element("activity", {"android:name": ".Main"}))
    name = parse_axml(raw.replace(b"\x04\x04name\0", b"\x04\x04lure\0")).nodes[0].attribute("name")
    assert name is not None
    assert name.text == ".Main"


def test_an_element_with_an_impossible_chunk_size_is_still_read() -> None:
    raw = bytearray(XmlWriter().write(SCREEN))
    at = raw.index(struct.pack("<HH", 0x102, 16), raw.index(struct.pack("<HH", 0x102, 16)) + 4)
    struct.pack_into("<I", raw, at + 4, 0x7FFFFFFF)
    assert [node.tag for node in parse_axml(bytes(raw)).nodes] == ["LinearLayout", "Button", "TextView"]


def test_a_wrong_file_size_is_forgiven() -> None:
    raw = bytearray(XmlWriter().write(SCREEN))
    struct.pack_into("<I", raw, 4, len(raw) * 9)
    assert len(parse_axml(bytes(raw)).nodes) == 3


@pytest.mark.parametrize("raw", [
    b"", b"\0" * 64, b"<?xml version='1.0'?><manifest/>", b"PK\3\4" * 20, b"\3\0\x08\0\x08\0\0\0",
    chunk(3, b"", string_pool(["a"]))])
def test_what_is_no_binary_xml_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_axml(raw)


def test_a_file_cut_in_the_middle_is_refused() -> None:
    raw = XmlWriter().write(SCREEN)
    with pytest.raises(UnreadableError, match="cut short"):
        parse_axml(raw[:-60])


def test_a_huge_declared_string_pool_costs_nothing() -> None:
    pool = bytearray(string_pool(["a", "b"]))
    struct.pack_into("<I", pool, 8, 0xFFFFFFF0)
    tracemalloc.start()
    strings = StringChunk(bytes(pool), 0, len(pool))
    assert strings.text(0) == "a"
    assert strings.text(4_000_000) == ""
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()
    assert strings.cut


def test_many_offsets_into_one_long_string_are_bounded() -> None:
    count, length = 20_000, 0x7000
    pool = bytearray(string_pool(["x" * length] * 1))
    body = pool[32:]
    header = struct.pack("<IIIII", count, 0, 0x100, 28 + 4 * count, 0)
    raw = chunk(1, header, b"".join(struct.pack("<I", 0) for _ in range(count)) + bytes(body))
    strings = StringChunk(raw, 0, len(raw))
    assert sum(len(strings.text(index)) for index in range(count)) < 6 * len(raw)
    assert strings.cut


def test_a_length_that_aapt_cut_to_15_bits_is_mended() -> None:
    long = "天" * 20_000
    pool = string_pool([long, "next"])
    assert StringChunk(pool, 0, len(pool)).text(0) == long


def test_modified_utf8_surrogates_become_one_character() -> None:
    pool = string_pool(["\ud83d\ude00"])
    assert StringChunk(pool, 0, len(pool)).text(0) == "\U0001f600"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_flipped_and_cut_bytes_are_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    raw = bytearray(XmlWriter(utf8=data.draw(st.booleans())).write(SCREEN))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for piece in (bytes(raw), bytes(raw[:cut])):
        try:
            tree = parse_axml(piece)
        except UnreadableError:
            continue
        assert all(node.parent < index for index, node in enumerate(tree.nodes))
