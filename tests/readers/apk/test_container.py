"""Hostile ZIPs end in one error or one gap, and what Android would load is what we read."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.errors import AppscanError, LimitReached, UnreadableError
from appscan.model.coverage import CODE_KINDS, Gap, Kind
from appscan.readers.apk.container import Container, open_container
from appscan.readers.limits import Limits

LIMITS = Limits()
TEXT = "签到打卡 punch card ".encode() * 200


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


def directory_at(raw: bytes) -> int:
    return int(struct.unpack_from("<I", raw, raw.rindex(b"PK\x05\x06") + 16)[0])


def patched(raw: bytes, offset: int, layout: str, *values: int) -> bytes:
    out = bytearray(raw)
    struct.pack_into(layout, out, offset, *values)
    return bytes(out)


def opened(raw: bytes, limits: Limits = LIMITS) -> Container:
    return open_container(raw, limits, name="x.apk")


def error_of(origin: Path | bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        open_container(origin, LIMITS, name="x.apk")
    assert caught.value.params["name"]
    return caught.value.key


def test_a_plain_zip_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(zipped({"classes.dex": TEXT, "empty": b""}))
    container = open_container(path, LIMITS)
    assert container.names() == ("classes.dex", "empty")
    assert container.read("classes.dex") == TEXT
    assert container.read("empty") == b""
    assert container.gaps == ()
    assert container.peek("classes.dex", 7) == TEXT[:7]


def test_random_bytes_are_not_a_zip() -> None:
    assert error_of(b"\x7fELF" + bytes(5000)) == "not_a_zip"


def test_a_zip_cut_in_half_is_truncated() -> None:
    raw = zipped({"a": os.urandom(9000), "b": os.urandom(9000)})
    assert error_of(raw[:len(raw) // 2]) == "truncated_zip"
    assert error_of(raw[:-30]) == "truncated_zip"


def test_no_bytes_are_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "x.apk").write_bytes(b"")
    assert error_of(tmp_path / "x.apk") == "empty_file"
    assert error_of(b"") == "empty_file"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert error_of(tmp_path / "none.apk") == "missing_file"


def test_folders_fifos_and_links_to_them_are_not_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(tmp_path)
    for path in (tmp_path, tmp_path / "fifo", tmp_path / "link"):
        assert error_of(path) == "not_a_file"


def test_a_link_is_followed_to_a_regular_file_only(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(zipped({"a": b"1"}))
    (tmp_path / "good").symlink_to(tmp_path / "a.apk")
    (tmp_path / "lost").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert open_container(tmp_path / "good", LIMITS).read("a") == b"1"
    assert error_of(tmp_path / "lost") == "missing_file"
    assert error_of(tmp_path / "loop") == "unreadable_file"


def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(zipped({"a": b"1"}))
    path.chmod(0)
    if os.geteuid():
        assert error_of(path) == "unreadable_file"
        return
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    code = ("import os, sys\nfrom pathlib import Path\nfrom appscan.readers.apk.container import open_container\n"
            "from appscan.readers.limits import Limits\nfrom appscan.errors import UnreadableError\nos.setuid(65534)\n"
            "try: open_container(Path(sys.argv[1]), Limits())\nexcept UnreadableError as error: print(error.key)")
    root = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=root,
                           check=False)
    assert ended.stdout.strip() == "unreadable_file", ended.stderr


def test_bytes_before_the_zip_do_not_hide_it() -> None:
    raw = b"#!/bin/sh\n" * 40 + zipped({"classes.dex": TEXT})
    assert opened(raw).read("classes.dex") == TEXT


def test_a_false_end_record_in_the_comment_is_passed_over() -> None:
    false_end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 3, 3, 99, 12, 0)
    container = opened(zipped({"classes.dex": TEXT}, comment=b"hello" + false_end))
    assert container.read("classes.dex") == TEXT


def test_bytes_after_the_end_record_do_not_hide_it() -> None:
    assert opened(zipped({"a": TEXT}) + b"\0" * 5000).read("a") == TEXT


def test_the_encryption_flag_alone_stops_nothing() -> None:
    raw = zipped({"classes.dex": TEXT})
    raw = patched(raw, directory_at(raw) + 8, "<H", 0x0809)
    assert opened(raw).read("classes.dex") == TEXT


def test_truly_encrypted_entries_are_said_to_be_so() -> None:
    raw = zipped({"classes.dex": TEXT})
    at = directory_at(raw)
    scrambled = raw[:41] + bytes(byte ^ 0xA5 for byte in raw[41:at]) + raw[at:]
    with pytest.raises(UnreadableError, match="entry_encrypted"):
        opened(patched(scrambled, at + 8, "<H", 1)).read("classes.dex")


@pytest.mark.parametrize("method", [1, 99, 0x3333])
def test_unknown_methods_are_read_stored_as_android_does(method: int) -> None:
    raw = zipped({"classes.dex": TEXT}, zipfile.ZIP_STORED)
    assert opened(patched(raw, directory_at(raw) + 10, "<H", method)).read("classes.dex") == TEXT


def test_an_unknown_method_over_deflated_bytes_is_inflated() -> None:
    raw = zipped({"classes.dex": TEXT})
    assert opened(patched(raw, directory_at(raw) + 10, "<H", 0x7777)).read("classes.dex") == TEXT


def test_sizes_in_the_local_header_do_not_matter() -> None:
    raw = patched(zipped({"classes.dex": TEXT}), 18, "<II", 1, 0xFFFFFFF0)
    assert opened(raw).read("classes.dex") == TEXT


def test_lengths_in_the_local_header_are_mended_when_they_lie() -> None:
    raw = patched(zipped({"classes.dex": TEXT}), 26, "<HH", 11, 900)
    assert opened(raw).read("classes.dex") == TEXT


def test_a_compressed_size_too_small_is_mended() -> None:
    raw = zipped({"classes.dex": TEXT})
    assert opened(patched(raw, directory_at(raw) + 20, "<I", 3)).read("classes.dex") == TEXT


def test_data_descriptors_need_no_sizes_in_the_local_header() -> None:
    class Stream(BytesIO):
        def seekable(self) -> bool:
            return False

    out = Stream()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", TEXT)
    assert opened(out.getvalue()).read("a") == TEXT


def test_zip64_fields_are_read() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w", force_zip64=True) as entry:
        entry.write(TEXT)
    raw = out.getvalue()
    at = directory_at(raw)
    size, compressed = struct.unpack_from("<II", raw, at + 24)[0], struct.unpack_from("<I", raw, at + 20)[0]
    extra = struct.pack("<HHQQ", 1, 16, size, compressed)
    record = bytearray(raw[at:at + 47])
    struct.pack_into("<II", record, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", record, 30, len(extra))
    directory = bytes(record) + extra
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(directory), at)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at + len(directory), 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert opened(raw[:at] + directory + end64 + locator + end).read("a") == TEXT


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_duplicate_names_the_first_is_read_and_the_other_is_a_gap() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("classes.dex", b"first")
        archive.writestr("classes.dex", b"second")
    container = opened(out.getvalue())
    assert container.read("classes.dex") == b"first"
    assert container.read_entry(container.entries[1]) == b"second"
    assert [(gap.place, gap.reason, gap.blinds) for gap in container.gaps] == [("classes.dex", "duplicate_entry", True)]


def test_names_that_leave_the_folder_are_kept_as_names_and_reported(tmp_path: Path) -> None:
    names = ["../../evil", "/etc/passwd", "a/..\\b", "C:/x", "fine/..dots"]
    container = opened(zipped(dict.fromkeys(names, b"1")))
    assert container.names() == tuple(names)
    assert [gap.place for gap in container.gaps if gap.reason == "traversal_name"] == names[:4]
    assert not any(gap.blinds for gap in container.gaps)
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_stops_at_the_limit_and_not_after() -> None:
    bomb = zipped({"assets/bomb": bytes(3 << 20), "a": b"1"})
    container = opened(bomb, Limits(entry_bytes=1 << 20))
    with pytest.raises(LimitReached, match="entry_too_large"):
        container.read("assets/bomb")
    assert container.read("a") == b"1"
    assert isinstance(gap := container.read_or_gap("assets/bomb", CODE_KINDS, blinds=True), Gap)
    assert (gap.reason, gap.place, gap.blinds) == ("entry_too_large", "assets/bomb", True)


def test_a_bomb_that_lies_about_its_size_stops_at_the_limit() -> None:
    raw = zipped({"bomb": bytes(3 << 20)})
    with pytest.raises(LimitReached, match="entry_too_large"):
        opened(patched(raw, directory_at(raw) + 24, "<I", 10), Limits(entry_bytes=1 << 20)).read("bomb")


def test_a_ratio_that_no_text_has_is_a_bomb() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(80)) + packer.flush()
    raw = zipped({"bomb": bytes(len(packed))}, zipfile.ZIP_STORED)
    raw = raw[:34] + packed + raw[34 + len(packed):]
    raw = patched(raw, directory_at(raw) + 10, "<H", 8)
    with pytest.raises(LimitReached, match="entry_too_large"):
        opened(raw).read("bomb")


def test_all_entries_together_have_a_limit() -> None:
    container = opened(zipped({"a": TEXT, "b": TEXT}), Limits(inflated_bytes=len(TEXT) + 10))
    assert container.read("a") == TEXT
    with pytest.raises(LimitReached, match="inflated_limit"):
        container.read("b")


def test_entries_over_the_limit_are_a_gap_that_blinds() -> None:
    container = opened(zipped(dict.fromkeys("123456789", b"")), Limits(entries=5))
    assert len(container.entries) == 5
    assert [(gap.reason, gap.blinds) for gap in container.gaps] == [("entries_limit", True)]


def test_a_directory_that_breaks_off_keeps_what_was_read_and_says_so() -> None:
    raw = zipped({"a": TEXT, "b": TEXT})
    second = raw.rindex(b"PK\x01\x02")
    container = opened(patched(raw, second, "<I", 0))
    assert container.read("a") == TEXT
    assert [(gap.reason, gap.blinds) for gap in container.gaps] == [("directory_damaged", True)]


@pytest.mark.parametrize("offset", [0xFFFFFF00, 5_000_000])
def test_an_offset_outside_the_file_damages_that_entry_only(offset: int) -> None:
    raw = zipped({"a": TEXT, "b": TEXT})
    container = opened(patched(raw, directory_at(raw) + 42, "<I", offset))
    with pytest.raises(UnreadableError, match="entry_damaged"):
        container.read("a")
    assert container.peek("a", 9) == b""
    assert container.read("b") == TEXT


def test_broken_deflate_is_damaged_and_never_empty() -> None:
    raw = zipped({"a": TEXT})
    gap = opened(raw[:40] + b"\xff" * 20 + raw[60:]).read_or_gap("a", frozenset({Kind.TEXT}))
    assert isinstance(gap, Gap)
    assert gap.reason == "entry_damaged"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_flipped_bytes_never_escape_as_other_errors(draws: st.DataObject) -> None:
    raw = bytearray(zipped({"AndroidManifest.xml": TEXT, "classes.dex": TEXT, "assets/a.txt": b"x"}, comment=b"c" * 30))
    for _ in range(draws.draw(st.integers(1, 6))):
        raw[draws.draw(st.integers(0, len(raw) - 1))] = draws.draw(st.integers(0, 255))
    cut = draws.draw(st.sampled_from([len(raw)] * 3 + [len(raw) - 3, len(raw) // 2]))
    try:
        container = opened(bytes(raw[:cut]))
    except AppscanError:
        return
    for name in container.names():
        container.peek(name, 8)
        container.read_or_gap(name, CODE_KINDS)
