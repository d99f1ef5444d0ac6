"""Every malformed package ends in one clear line and the documented exit code, and costs no other target its report."""

from __future__ import annotations

import os
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

MANIFEST, CODE, TABLE = "AndroidManifest.xml", "classes.dex", "resources.arsc"
Builder = Callable[[Path, Path], None]


def rewritten(source: Path, target: Path, entries: dict[str, bytes | None] | None = None,
              extra: tuple[tuple[str, bytes], ...] = ()) -> None:
    """`source` with some entries replaced (None: left out) and others added, also under names that are there."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new, \
            warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of duplicate names
        for name in old.namelist():
            content = (entries or {}).get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in extra:
            new.writestr(name, content)


def entry(source: Path, name: str) -> bytes:
    with zipfile.ZipFile(source) as package:
        return package.read(name)


def not_a_zip(_: Path, target: Path) -> None:
    target.write_bytes(b"no package at all\n" * 100)


def truncated(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes()[:source.stat().st_size // 2])


def no_bytes(_: Path, target: Path) -> None:
    target.write_bytes(b"")


def no_manifest(source: Path, target: Path) -> None:
    rewritten(source, target, {MANIFEST: None})


def empty_manifest(source: Path, target: Path) -> None:
    rewritten(source, target, {MANIFEST: b""})


def garbage_manifest(source: Path, target: Path) -> None:
    rewritten(source, target, {MANIFEST: b"\x00garbage" * 50})


def missing(_: Path, target: Path) -> None:
    assert not target.exists()


def dangling_link(_: Path, target: Path) -> None:
    target.symlink_to(target.parent / "nowhere")


def link_to_itself(_: Path, target: Path) -> None:
    target.symlink_to(target.name)


def named_pipe(_: Path, target: Path) -> None:
    os.mkfifo(target)


def endless_device(_: Path, target: Path) -> None:
    target.symlink_to("/dev/zero")


def forbidden(source: Path, target: Path) -> None:
    """A file that cannot be read: by its mode, or for root, who may read all modes, one whose reading fails."""
    if os.geteuid() == 0:
        target.symlink_to("/proc/self/mem")
    else:
        target.write_bytes(source.read_bytes())
        target.chmod(0)


def bad_code_header(source: Path, target: Path) -> None:
    rewritten(source, target, {CODE: b"xxxx" + entry(source, CODE)[4:]})


def code_offsets_out_of_range(source: Path, target: Path) -> None:
    code = entry(source, CODE)
    rewritten(source, target, {CODE: code[:0x38] + struct.pack("<14I", *[0x7FFFFFF0] * 14) + code[0x70:]})


def huge_string_pool(source: Path, target: Path) -> None:
    table = entry(source, TABLE)
    rewritten(source, target, {TABLE: table[:20] + struct.pack("<I", 0x7FFFFFFF) + table[24:]})


def twin_names(source: Path, target: Path) -> None:
    rewritten(source, target, extra=((CODE, b"another"), (MANIFEST, b"another")))


def names_outside(source: Path, target: Path) -> None:
    rewritten(source, target, extra=(("../../../escaped.txt", b"x"), (f"{target.parent}/escaped.txt", b"x")))


def zip_bomb(source: Path, target: Path) -> None:
    rewritten(source, target, extra=(("assets/bomb.js", b"\0" * (320 << 20)),))


UNREADABLE: list[Builder] = [not_a_zip, truncated, no_bytes, no_manifest, empty_manifest, garbage_manifest, missing,
                             dangling_link, link_to_itself, named_pipe, endless_device, forbidden]
READ_IN_PART: list[Builder] = [bad_code_header, code_offsets_out_of_range, huge_string_pool, twin_names]
BOUNDED: list[Builder] = [names_outside, zip_bomb]


def everything_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("build", UNREADABLE)
def test_what_cannot_be_read_is_told_in_one_line_and_the_next_target_is_scanned(appscan, decoy, tmp_path, build, lang):
    build(decoy, tmp_path / "bad.apk")
    before = everything_below(tmp_path)
    ran = appscan("scan", "bad.apk", decoy, "--out", "out", "--quiet", "--lang", lang)
    assert ran.code == 10
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("bad.apk")
    assert "errors." not in ran.err
    assert len(ran.err) > 20, "says what is wrong and what to do"
    assert list((tmp_path / "out").glob("decoy-*/report.html"))
    assert all(path == "out" or path.startswith("out/") for path in everything_below(tmp_path) - before)


@pytest.mark.parametrize("build", UNREADABLE)
def test_a_run_in_which_nothing_can_be_read_says_so_by_its_code(appscan, decoy, tmp_path, build):
    build(decoy, tmp_path / "bad.apk")
    ran = appscan("scan", "bad.apk", "--out", "-", "--quiet", "--fail-on", "never")
    assert ran.code == 3
    assert ran.document["overall"] == "inconclusive"
    assert {row["verdict"] for row in ran.document["verdicts"]} == {"inconclusive"}


@pytest.mark.parametrize("build", READ_IN_PART)
def test_what_is_read_in_part_is_never_clean(appscan, decoy, tmp_path, build):
    build(decoy, tmp_path / "bad.apk")
    ran = appscan("scan", "bad.apk", "--out", "-", "--quiet")
    gaps = ran.document["coverage"]["gaps"]
    assert ran.code in (10, 11)
    assert gaps
    assert all(gap["advice"]["zh"] and gap["advice"]["en"] for gap in gaps)


@pytest.mark.parametrize("build", BOUNDED)
def test_hostile_entries_are_named_as_gaps_and_written_nowhere(appscan, decoy, tmp_path, build):
    build(decoy, tmp_path / "bad.apk")
    before = everything_below(tmp_path.parent)
    ran = appscan("scan", "bad.apk", "--out", "-", "--quiet")
    assert ran.document["coverage"]["gaps"]
    assert everything_below(tmp_path.parent) == before


HOSTILE_NAMES = ["..\n\x1b[31m<img src=x onerror=alert(1)>\u202e.apk", "CON.apk", "长" * 80 + ".apk", "....apk",
                 "-rf.apk", os.fsdecode(b"\xff\xfe.apk"), "[red]x[red].apk", "{name}{0}.apk"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_file_names_make_plain_folders_and_harmless_lines(appscan, decoy, tmp_path, name):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / name).write_bytes(decoy.read_bytes())
    ran = appscan("scan", "in", "--out", "out")
    made = [path.name for path in (tmp_path / "out").iterdir()]
    assert ran.code == 0
    assert len(made) == 1
    assert all(letter.isalnum() or letter in "-_." for letter in made[0])
    assert not any(letter in ran.out + ran.err for letter in "\x1b\u202e")
    page = next(tmp_path.rglob("report.html")).read_text("utf-8")
    assert "<img" not in page
    assert "<script" not in page


def test_document_on_stdout_is_json_also_when_a_name_is_no_text(appscan, decoy, tmp_path):
    name = os.fsdecode(b"\xff.apk")
    (tmp_path / name).write_bytes(decoy.read_bytes())
    assert appscan("scan", tmp_path / name, "--out", "-", "--quiet").document["artifacts"][0]["name"] == name
