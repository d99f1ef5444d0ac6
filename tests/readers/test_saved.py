"""A saved reading comes back column by column, small, and a damaged one is one clear error."""

from __future__ import annotations

import os
import tempfile
import zipfile
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from appscan.errors import UnreadableError
from appscan.model.artifact import Artifact, ArtifactKind, Certificate, Part
from appscan.model.coverage import CODE_KINDS, Coverage, Gap, Kind, ReadItem
from appscan.model.reading import (
    NO_CONSTANT,
    Annotations,
    Calls,
    Classes,
    Code,
    Fact,
    Facts,
    Fields,
    Interfaces,
    Methods,
    Reading,
    Resources,
    Strings,
    Uses,
)
from appscan.readers.columns import StringPool
from appscan.readers.limits import Limits
from appscan.readers.packed.streams import ColumnReader, ColumnWriter
from appscan.readers.packed.strings import read_strings, write_strings
from appscan.readers.packed.tables import MOST_ROWS
from appscan.readers.saved import load_reading, reading_digest, save_reading
from appscan.readers.target import read_target

TEXTS = ["", "<init>", "()V", "(Ljava/lang/String;[[I)Lcn/a/B;", "(", "(broken", "(L;)V", "onClick", "签到打卡",
         "x" * 700, "x" * 701, "Lcn/a/A;", "Lcn/a/B;", "Ljava/lang/String;", "\0nul", "😀", "https://oa.example.cn/sign"]


def reading_of(seed: int, rows: int = 40, texts: list[str] | None = None) -> Reading:
    """A reading of chance, but within what the model allows."""
    chance = np.random.default_rng(seed)
    pool = StringPool()
    for text in TEXTS if texts is None else texts:
        pool.add(text)
    strings = pool.freeze()

    def sids() -> Any:
        return chance.integers(-1, max(len(strings), 1), rows).astype(np.int32)

    def rows_of_methods() -> Any:
        return chance.integers(0, rows, rows).astype(np.int32)

    def any32() -> Any:
        return chance.integers(-(1 << 31), 1 << 31, rows).astype(np.int32)

    ids = chance.integers(0, 1 << 32, rows).astype(np.uint32)
    facts = Facts(chance.integers(1, max(Fact) + 1, rows).astype(np.uint8), sids(), sids(), sids(), sids(), any32(),
                  any32(), ids, sids())
    constant = chance.choice(np.array([NO_CONSTANT, 0, 1, -5, 28_800_000, (1 << 63) - 1]), rows)
    code = Code(
        Classes(sids(), sids(), any32(), sids()), Interfaces(rows_of_methods(), sids()),
        Methods(sids(), sids(), sids(), chance.integers(-1, 1 << 17, rows).astype(np.int32)),
        Fields(sids(), sids(), sids(), sids()),
        Calls(rows_of_methods(), rows_of_methods(), chance.integers(0x6E, 0x73, rows).astype(np.uint8), constant),
        Uses(rows_of_methods(), sids().astype(np.int64)), Uses(rows_of_methods(), sids().astype(np.int64)),
        Uses(rows_of_methods(), ids.astype(np.int64)),
        Annotations(sids(), sids(), chance.integers(-1, max(rows, 1), rows).astype(np.int32), sids(), sids(),
                    sids()))
    artifact = Artifact(ArtifactKind.SPLIT_SET, "虚构.apks", "ab" * 32, 12345, (Part("base.apk", "cd" * 32, 99),),
                        package="cn.example", certificates=(Certificate("v3.1", "CN=甲,O=\"乙\"", "ef" * 32),))
    coverage = Coverage((ReadItem("entries", 7),), (Gap(CODE_KINDS, "lib/a.so", "native_strings_capped", {"kept": "3"}),
                                                   Gap(frozenset({Kind.TEXT}), "", "x", blinds=True)))
    return Reading(artifact, "apk/1", strings, facts, Resources(ids, sids(), sids(), sids(), sids()), code, coverage,
                   {"engine": "uni-app"})


def assert_equal(left: Any, right: Any) -> None:
    assert type(left) is type(right)
    if isinstance(left, np.ndarray):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)
    elif is_dataclass(left):
        for column in fields(left):
            assert_equal(getattr(left, column.name), getattr(right, column.name))
    else:
        assert left == right


def round_trip(reading: Reading, folder: Path) -> Reading:
    size = save_reading(reading, folder / "a.reading")
    assert size == (folder / "a.reading").stat().st_size
    assert [file.name for file in folder.iterdir()] == ["a.reading"]
    return load_reading(folder / "a.reading")


@pytest.mark.parametrize("rows", [0, 1, 40, 3000])
def test_a_reading_comes_back_column_by_column(tmp_path: Path, rows: int) -> None:
    reading = reading_of(1, rows)
    loaded = round_trip(reading, tmp_path)
    assert_equal(reading, loaded)
    assert reading_digest(loaded) == reading_digest(reading)


def test_an_empty_reading_comes_back(tmp_path: Path) -> None:
    reading = reading_of(2, 0, [])
    assert_equal(reading, round_trip(reading, tmp_path))


def test_the_same_reading_gives_the_same_bytes(tmp_path: Path) -> None:
    save_reading(reading_of(3), tmp_path / "a")
    save_reading(reading_of(3), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_digest_tells_any_change_of_a_column_or_of_the_header() -> None:
    reading = reading_of(4)
    changed = reading.code.calls.constant.copy()
    changed[-1] += 1
    others = [replace(reading, reader="apk/0"), replace(reading, details={}), replace(reading, icon=b"other"),
              replace(reading, coverage=Coverage()),
              replace(reading, code=replace(reading.code, calls=replace(reading.code.calls, constant=changed)))]
    assert len({reading_digest(one) for one in (reading, *others)}) == 6


EARLIER = Path(__file__).with_name("earlier")
"""Readings that earlier versions of the program saved."""


def test_readings_of_the_first_format_are_read_still_and_keep_their_digest(tmp_path: Path) -> None:
    chance = load_reading(EARLIER / "chance.format-1.reading")
    assert_equal(chance, reading_of(5))
    app = load_reading(EARLIER / "checkin-uniapp.format-1.reading")
    assert reading_digest(app) == "1bcf87dc3d42e8193f261ee4ec6052cba1c99791a785863753118134f969bdbd"
    assert reading_digest(round_trip(app, tmp_path)) == reading_digest(app)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=12) | st.sampled_from(TEXTS), unique=True, max_size=60))
def test_any_strings_come_back(texts: list[str]) -> None:
    pool = StringPool()
    for text in texts:
        pool.add(text)
    strings = pool.freeze()
    writer = ColumnWriter()
    write_strings(writer, strings)
    reader = ColumnReader(*writer.finish(), writer.widths)
    assert_equal(read_strings(reader, len(strings), len(strings.blob)), strings)
    reader.finish()


@settings(max_examples=80, deadline=None)
@given(arrays(np.int64, st.integers(0, 40), elements=st.integers(-(1 << 63), (1 << 63) - 1)))
def test_any_numbers_come_back_in_every_form(column: Any) -> None:
    writer = ColumnWriter()
    small = np.abs(column >> 3)
    writer.put_steps(column)
    writer.put_coded(column)
    writer.put_numbers(small)
    reader = ColumnReader(*writer.finish(), writer.widths)
    assert np.array_equal(reader.take_steps(len(column)), column)
    assert np.array_equal(reader.take_coded(len(column)), column)
    assert np.array_equal(reader.take_numbers(len(column)), small)


FORMATS = (1, 2)


@cache
def saved_bytes(form: int = 2) -> bytes:
    if form == 1:
        return (EARLIER / "chance.format-1.reading").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        save_reading(reading_of(5), Path(folder) / "a.reading")
        return (Path(folder) / "a.reading").read_bytes()


def error_of(path: Path) -> str:
    with pytest.raises(UnreadableError) as caught:
        load_reading(path)
    assert caught.value.params["name"] == path.name
    return caught.value.key


def loaded_or_error(path: Path) -> Reading | str:
    """The reading, or the key of the one kind of error that is allowed."""
    try:
        return load_reading(path)
    except UnreadableError as error:
        allowed = error.key in ("reading_damaged", "reading_version")
        return error.key if allowed else pytest.fail(error.key)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_flipped_and_cut_files_are_damaged_and_nothing_else(tmp_path: Path, draws: st.DataObject) -> None:
    raw = bytearray(saved_bytes(draws.draw(st.sampled_from(FORMATS))))
    for _ in range(draws.draw(st.integers(1, 4))):
        raw[draws.draw(st.integers(0, len(raw) - 1))] ^= draws.draw(st.integers(1, 255))
    raw = raw[:draws.draw(st.sampled_from([len(raw)] * 3 + [len(raw) // 2, 30]))]
    (tmp_path / "a.reading").write_bytes(raw)
    loaded = loaded_or_error(tmp_path / "a.reading")
    if isinstance(loaded, Reading):  # a flip in a ZIP field that nobody reads
        assert_equal(loaded, reading_of(5))


def rewritten(tmp_path: Path, header: bytes | None = None, columns: bytes | None = None, form: int = 2) -> Path:
    """A reading with good checksums whose members were changed by hand."""
    (tmp_path / "a.reading").write_bytes(saved_bytes(form))
    with zipfile.ZipFile(tmp_path / "a.reading") as archive:
        header = archive.read("header.json") if header is None else header
        columns = archive.read("columns.bin") if columns is None else columns
    with zipfile.ZipFile(tmp_path / "a.reading", "w") as archive:
        archive.writestr("header.json", header)
        archive.writestr("columns.bin", columns)
    return tmp_path / "a.reading"


def member_of(tmp_path: Path, name: str = "header.json", form: int = 2) -> bytes:
    with zipfile.ZipFile(rewritten(tmp_path, form=form)) as archive:
        return archive.read(name)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_forged_header_never_escapes_as_another_error(tmp_path: Path, draws: st.DataObject) -> None:
    form = draws.draw(st.sampled_from(FORMATS))
    header = bytearray(member_of(tmp_path, form=form))
    for _ in range(draws.draw(st.integers(1, 3))):
        at = draws.draw(st.integers(0, len(header) - 1))
        put = draws.draw(st.sampled_from([b"9", b"", b"[", b"-1", b"\xff", b"x"]))
        header[at:at + draws.draw(st.integers(0, 2))] = put
    loaded_or_error(rewritten(tmp_path, header=bytes(header), form=form))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_forged_columns_never_escape_as_another_error(tmp_path: Path, draws: st.DataObject) -> None:
    form = draws.draw(st.sampled_from(FORMATS))
    columns = bytearray(member_of(tmp_path, "columns.bin", form))
    for _ in range(draws.draw(st.integers(1, 3))):
        columns[draws.draw(st.integers(0, len(columns) - 1))] = draws.draw(st.integers(0, 255))
    loaded_or_error(rewritten(tmp_path, columns=bytes(columns), form=form))


def test_columns_of_another_reading_are_damaged(tmp_path: Path) -> None:
    save_reading(reading_of(6, 44), tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "b") as archive:
        other = archive.read("columns.bin")
    assert error_of(rewritten(tmp_path, columns=other)) == "reading_damaged"


def test_a_later_format_is_told_apart_from_damage(tmp_path: Path) -> None:
    later = member_of(tmp_path).replace(b'"format":2', b'"format":3')
    assert error_of(rewritten(tmp_path, header=later)) == "reading_version"


@pytest.mark.parametrize(("old", "new"), [
    (b'"bytes":[', b'"bytes":[99999999999,'), (b'"strings":[17', b'"strings":[9999999999'),
    (b'"calls":40', b'"calls":4000000000'), (b'"calls":40', b'"calls":true')])
def test_sizes_beyond_all_bounds_are_refused_before_unpacking(tmp_path: Path, old: bytes, new: bytes) -> None:
    header = member_of(tmp_path)
    assert old in header
    assert error_of(rewritten(tmp_path, header=header.replace(old, new))) == "reading_damaged"


@pytest.mark.parametrize("form", FORMATS)
def test_more_strings_than_any_app_has_are_refused_before_a_place_is_made_for_them(tmp_path: Path, form: int) -> None:
    """Half a billion empty ones would be some kilobytes of a file and several gigabytes of lengths."""
    header = member_of(tmp_path, form=form).replace(b'"strings":[17', b'"strings":[%d' % (MOST_ROWS + 1))
    with pytest.raises(UnreadableError) as caught:
        load_reading(rewritten(tmp_path, header=header, form=form))
    assert caught.value.params["reason"] == "count"


def test_sids_beyond_the_table_are_damaged(tmp_path: Path) -> None:
    reading = reading_of(7)
    value = reading.facts.value.copy()
    value[3] = len(TEXTS)
    save_reading(replace(reading, facts=replace(reading.facts, value=value)), tmp_path / "a.reading")
    assert error_of(tmp_path / "a.reading") == "reading_damaged"


def test_other_files_are_no_readings(tmp_path: Path) -> None:
    assert error_of(tmp_path / "none") == "missing_file"
    (tmp_path / "text").write_text("hello")
    assert error_of(tmp_path / "text") == "reading_damaged"
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("a", "b")
    assert error_of(tmp_path / "zip") == "reading_damaged"


def test_a_failed_save_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_reading(reading_of(8), tmp_path / "missing" / "a.reading")
    broken = reading_of(8)
    opcode = broken.code.calls.opcode - 100
    wrong = replace(broken, code=replace(broken.code, calls=replace(broken.code.calls, opcode=opcode)))
    with pytest.raises(ValueError, match="below -1"):
        save_reading(wrong, tmp_path / "a.reading")
    assert list(tmp_path.iterdir()) == []


def packages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.apk"))


FIXTURES = Path(__file__).parents[2] / "fixtures" / "apks"
CORPUS = Path(os.environ.get("APPSCAN_CORPUS", "/nonexistent"))


@cache
def saved_share(package: Path) -> float:
    """Size of the saved reading beside its package; what was saved must come back."""

    def unheard(stage: str, share: float) -> None:
        """Nobody watches."""

    reading = read_target(package, package.name, Limits(), unheard)
    with tempfile.TemporaryDirectory() as folder:
        size = save_reading(reading, Path(folder) / "a.reading")
        assert_equal(reading, load_reading(Path(folder) / "a.reading"))
    return size / package.stat().st_size


@pytest.mark.parametrize("package", packages(FIXTURES) + packages(CORPUS), ids=lambda path: path.name)
def test_real_readings_come_back_and_take_less_than_a_third_of_their_package(package: Path) -> None:
    assert saved_share(package) <= 1 / 3


@pytest.mark.corpus
@pytest.mark.skipif(not packages(CORPUS), reason="APPSCAN_CORPUS names no folder with APKs")
def test_half_of_the_corpus_takes_less_than_a_fifth() -> None:
    assert float(np.median([saved_share(package) for package in packages(CORPUS)])) <= 1 / 5


@given(st.lists(st.text(max_size=9) | st.sampled_from(["a\nb", "\n", "", "签\n"]), unique=True, max_size=20),
       st.binary(max_size=40))
def test_texts_of_many_strings_are_those_of_each(texts: list[str], damaged: bytes) -> None:
    parts = [text.encode("utf-8", "replace") for text in texts] + [damaged, damaged[::-1]]
    strings = Strings(b"".join(parts), np.cumsum(list(map(len, parts)), dtype=np.int64))
    for sids in (range(len(strings)), range(len(texts)), range(1, len(strings), 2)):
        assert strings.texts(sids) == [strings[sid] for sid in sids]
