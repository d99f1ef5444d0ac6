"""Nested code is found by its bytes, to a bounded depth, and what stays shut blinds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.errors import LimitReached
from appscan.model.coverage import CODE_KINDS, Gap
from appscan.readers.apk.archives import tar_members
from appscan.readers.apk.container import open_container
from appscan.readers.apk.nested import Nested, NestedKind, NestedUnit, nested_containers, nested_units
from appscan.readers.limits import Deadline, Limits

DEX = b"dex\n035\0" + bytes(range(200))
PAGE = "<button>签到</button>".encode() * 9


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(entries: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def walked(entries: dict[str, bytes], limits: Limits | None = None) -> tuple[list[tuple[str, NestedKind]], list[Gap]]:
    limits = limits or Limits()
    items = list(nested_units(open_container(zipped(entries), limits, name="x.apk"), limits))
    units = [item for item in items if isinstance(item, NestedUnit)]
    for unit in units:
        assert unit.content in (DEX, PAGE, b"")
        assert (unit.container is not None) == (unit.kind is NestedKind.PACKAGE)
    return [(unit.place, unit.kind) for unit in units], [item for item in items if isinstance(item, Gap)]


@pytest.mark.parametrize("place", ["assets/x.dex", "assets/a.png", "lib/armeabi/liba.so", "res/raw/b", "hidden.bin"])
def test_code_is_known_by_its_bytes_wherever_it_lies(place: str) -> None:
    assert walked({place: DEX}) == ([(place, NestedKind.DEX)], [])


def test_the_code_of_the_package_itself_is_not_nested() -> None:
    assert walked({"classes.dex": DEX, "classes2.dex": DEX, "assets/www/index.html": PAGE}) == ([], [])


def test_an_apk_in_the_assets_gives_itself_its_code_and_its_pages() -> None:
    inner = zipped({"AndroidManifest.xml": b"m", "classes.dex": DEX, "assets/a.html": PAGE, "assets/b.png": PAGE})
    assert walked({"assets/x.apk": inner})[0] == [
        ("assets/x.apk", NestedKind.PACKAGE), ("assets/x.apk!classes.dex", NestedKind.DEX),
        ("assets/x.apk!assets/a.html", NestedKind.TEXT)]


def test_what_is_nested_is_sorted_by_kind_and_added_up() -> None:
    inner = zipped({"AndroidManifest.xml": b"m", "classes.dex": DEX, "assets/a.html": PAGE})
    container = open_container(zipped({"assets/x.apk": inner, "assets/y.dex": os.urandom(99)}), Limits())
    found = nested_containers(container, Limits()) + Nested()
    assert found.units == (("assets/x.apk!classes.dex", DEX),)
    assert found.texts == (("assets/x.apk!assets/a.html", PAGE),)
    assert [gap.place for gap in found.gaps] == ["assets/y.dex"]
    assert [place for place, _ in found.packages] == ["assets/x.apk"]


def test_jars_zips_and_instant_run_are_opened() -> None:
    inner = zipped({"classes.dex": DEX})
    units, gaps = walked({"instant-run.zip": zipped({"slice.apk": inner}), "assets/p.jar": inner})
    assert [place for place, _ in units] == ["instant-run.zip!slice.apk!classes.dex", "assets/p.jar!classes.dex"]
    assert gaps == []


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tar_members_are_those_that_tarfile_gives(form: int) -> None:
    entries = {"www/" + "long" * 22 + "/index.html": PAGE, "a.dex": DEX, "empty": b""}
    assert dict(tar_members(tarred(entries, form))) == entries


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_packed_tars_are_opened(pack: object) -> None:
    assert callable(pack)
    units, gaps = walked({"assets/www.tar.z": pack(tarred({"index.html": PAGE, "p.dex": DEX}))})
    assert units == [("assets/www.tar!index.html", NestedKind.TEXT), ("assets/www.tar!p.dex", NestedKind.DEX)]
    assert gaps == []


def test_a_packed_script_is_read_and_packed_data_is_left() -> None:
    assert walked({"assets/a.js.gz": gzip.compress(PAGE), "assets/d.gz": gzip.compress(os.urandom(900))}) == (
        [("assets/a.js", NestedKind.TEXT)], [])


def test_pictures_fonts_and_other_files_are_no_gap() -> None:
    entries = {"assets/f.ttf": b"\0\1\0\0" + os.urandom(900), "assets/p.png": b"\x89PNG" + os.urandom(900),
               "assets/data.bin": os.urandom(900)}
    assert walked(entries) == ([], [])


def scrambled(archive: bytes) -> bytes:
    """As a password does: the flag set, the bytes no longer a deflate stream."""
    raw = bytearray(archive)
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    start = 30 + raw[26]
    raw[start:at] = bytes(byte ^ 0x5A for byte in raw[start:at])
    return bytes(raw)


def test_an_archive_under_a_password_blinds() -> None:
    _, gaps = walked({"assets/www.zip": scrambled(zipped({"index.html": PAGE}))})
    assert [(gap.place, gap.reason, gap.params["cause"], gap.blinds) for gap in gaps] == [
        ("assets/www.zip", "nested_unread", "entry_encrypted", True)]
    assert gaps[0].kinds == CODE_KINDS


def test_an_archive_of_pictures_under_a_password_does_not() -> None:
    assert walked({"assets/skin.zip": scrambled(zipped({"a.png": PAGE}))}) == ([], [])


@pytest.mark.parametrize("head", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01", b"cdex001\0"])
def test_forms_that_are_not_opened_blind(head: bytes) -> None:
    _, gaps = walked({"assets/a.bin": head + os.urandom(500)})
    assert [(gap.params["cause"], gap.blinds) for gap in gaps] == [("closed_form", True)]


def test_a_file_named_as_code_that_is_none_blinds() -> None:
    _, gaps = walked({"assets/shell.dex": os.urandom(2000)})
    assert [(gap.place, gap.params["cause"]) for gap in gaps] == [("assets/shell.dex", "unknown_form")]


def test_the_depth_limit_is_a_gap_and_not_a_hang() -> None:
    deep = DEX
    for level in range(6):
        deep = zipped({f"{level}.dex" if deep is DEX else f"{level}.zip": deep})
    units, gaps = walked({"assets/deep.zip": deep})
    assert units == []
    assert [(gap.place.count("!"), gap.params["cause"]) for gap in gaps] == [(3, "nesting_limit")]


def test_the_budget_is_shared_with_what_is_nested() -> None:
    bomb = zipped({"classes.dex": DEX + bytes(2 << 20)})
    _, gaps = walked({"assets/a.zip": bomb}, Limits(inflated_bytes=1 << 20))
    assert [gap.params["cause"] for gap in gaps] == ["inflated_limit"]


def test_a_packed_bomb_stops_at_the_limit() -> None:
    _, gaps = walked({"assets/a.dex.gz": gzip.compress(DEX + bytes(4 << 20))}, Limits(entry_bytes=1 << 20))
    assert [gap.params["cause"] for gap in gaps] == ["inflated_limit"]


def test_too_many_nested_entries_are_a_gap() -> None:
    many = zipped({f"{number}.html": PAGE for number in range(40)})
    units, gaps = walked({"assets/a.zip": many}, Limits(entries=25))
    assert len(units) <= 25
    assert "entries_limit" in [gap.params["cause"] for gap in gaps]


def test_the_deadline_stops_the_walk() -> None:
    container = open_container(zipped({"assets/x.dex": DEX}), Limits())
    with pytest.raises(LimitReached, match="time_limit"):
        list(nested_units(container, Limits(), Deadline(-1)))


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_broken_archives_raise_nothing(draws: st.DataObject) -> None:
    inner = {"z": zipped({"classes.dex": DEX, "a.html": PAGE}), "t": tarred({"a.html": PAGE, "b.dex": DEX}),
             "g": gzip.compress(tarred({"b.dex": DEX}), mtime=0), "x": lzma.compress(tarred({"b.dex": DEX}))}
    entries = {}
    for name, content in inner.items():
        raw = bytearray(content)
        for _ in range(draws.draw(st.integers(1, 4))):
            raw[draws.draw(st.integers(0, 20_000)) % len(raw)] = draws.draw(st.integers(0, 255))
        entries["assets/" + name] = bytes(raw)
    container = open_container(zipped(entries), Limits())
    for item in nested_units(container, Limits()):
        assert isinstance(item, (NestedUnit, Gap))
