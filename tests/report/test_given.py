"""Claims about reports that are given back: proved whole, or refused with file and place."""

from __future__ import annotations

import contextlib
import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appscan.errors import UsageError
from appscan.report.given import LARGEST, read_report
from appscan.schema import REPORT, first_problem, fits, problems
from appscan.texts import LANGUAGES, say_error

Json = dict[str, Any]
Edit = Callable[[Json], object]


def saved(folder: Path, document: Json) -> Path:
    path = folder / "report.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), "utf-8")
    return path


def refused(path: Path) -> UsageError:
    with pytest.raises(UsageError) as raised:
        read_report(path)
    for lang in LANGUAGES:
        line = say_error(lang, raised.value)
        assert str(path) in line
        assert "\n" not in line
        assert "{" not in line
    return raised.value


def test_a_report_comes_back_with_the_digest_of_its_file(document: Json, tmp_path: Path) -> None:
    path = saved(tmp_path, document)
    back = read_report(path)
    assert back.document == document
    assert len(back.sha256) == 64


EDITS: list[tuple[str, Edit, str, str]] = [
    ("another version", lambda one: one.update(schema_version=9), "report_version", ""),
    ("no version", lambda one: one.pop("schema_version"), "report_unknown", ""),
    ("an unknown member", lambda one: one["findings"][0].update(note="edited"), "report_wrong", "findings/0"),
    ("a member gone", lambda one: one["findings"][0].pop("verdict"), "report_wrong", "findings/0"),
    ("a verdict that is none", lambda one: one["verdicts"][1].update(verdict="fine"), "report_wrong",
     "verdicts/1/verdict"),
    ("a softer overall verdict", lambda one: one.update(overall="not_found"), "report_contradicts", "overall"),
    ("a softer verdict on a check", lambda one: one["verdicts"][-1].update(verdict="not_found"), "report_contradicts",
     "verdicts/5/verdict"),
    ("a check judged twice", lambda one: one["verdicts"].append(one["verdicts"][0]), "report_contradicts", "verdicts"),
    ("another artifact", lambda one: one["findings"][0].update(artifact="ab" * 32), "report_contradicts",
     "findings/0/artifact"),
    ("a finding of no check", lambda one: one["verdicts"].pop(5), "report_contradicts", "findings/5/check_id"),
]


@pytest.mark.parametrize(("what", "edit", "key", "place"), EDITS, ids=[one[0] for one in EDITS])
def test_an_edited_report_is_refused_with_its_place(document: Json, tmp_path: Path, what: str, edit: Edit, key: str,
                                                    place: str) -> None:
    edit(document)
    error = refused(saved(tmp_path, document))
    assert error.key == key
    assert error.params.get("place", "") == place


def test_a_truncated_report_is_refused_with_line_and_column(document: Json, tmp_path: Path) -> None:
    path = saved(tmp_path, document)
    path.write_bytes(path.read_bytes()[:2000])
    error = refused(path)
    assert error.key == "report_truncated"
    assert int(str(error.params["line"])) > 10


@pytest.mark.parametrize(("content", "key"), [
    (b"", "report_truncated"), (b"PK\x03\x04 no report", "report_syntax"), (b"\xff\xfe\xff", "report_encoding"),
    (b"[1, 2]", "report_unknown"), (b'{"schema_version": NaN}', "report_syntax"), (b"[" * 100_000, "report_syntax")])
def test_what_is_no_report_is_refused(tmp_path: Path, content: bytes, key: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert refused(path).key == key


def test_a_report_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    assert refused(path).key == "report_too_large"


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.json").key == "report_missing"
    assert refused(tmp_path).key == "report_missing"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_report_with_any_byte_changed_is_read_or_refused_but_never_breaks_the_reader(
        document: Json, tmp_path: Path, data: st.DataObject) -> None:
    whole = json.dumps(document, ensure_ascii=False).encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at:at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    path = tmp_path / "changed.json"
    path.write_bytes(changed)
    with contextlib.suppress(UsageError):
        read_report(path)


def _spots(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    spots = [path]
    if isinstance(value, dict):
        spots += [spot for key, inner in value.items() for spot in _spots(inner, (*path, key))]
    elif isinstance(value, list):
        spots += [spot for key, inner in enumerate(value) for spot in _spots(inner, (*path, key))]
    return spots


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_fast_and_slow_validation_agree(document: Json, data: st.DataObject) -> None:
    changed = copy.deepcopy(document)
    *path, last = data.draw(st.sampled_from(_spots(document)[1:]))
    holder: Any = changed
    for part in path:
        holder = holder[part]
    holder[last] = data.draw(st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.text(max_size=5), st.just([]),
                                       st.just({}), st.just("\ud800")))
    slow = not problems(REPORT, changed, at_most=1)
    assert fits(REPORT, changed) == slow
    assert (first_problem(REPORT, changed) is None) == slow


def test_a_report_in_an_unreadable_folder_is_refused_in_one_line(document: Json, tmp_path: Path) -> None:
    path = saved(tmp_path, document)
    shutil.move(path, tmp_path / "moved.json")
    path.symlink_to(path)  # a link to itself
    assert refused(path).key in ("report_missing", "report_unreadable")
