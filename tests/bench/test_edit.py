"""An edit of the packs is tried on readings: what it adds and drops is told, with evidence, and nothing else."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from appscan.bench.edit import Edit, differences, edit_of, over_files
from appscan.bench.examples import reading_of
from appscan.checks.overlay import edited_packs
from appscan.errors import UnreadableError, UsageError
from appscan.model.judgement import Presence, Verdict
from appscan.model.reading import Reading
from appscan.readers.saved import save_reading

from ..checks.small_packs import (  # noqa: TID252 (tests are no installed package)
    CHECK,
    documents,
    loaded,
    with_check,
    write,
)


def edit(folder: Path, changed: dict[str, Any]) -> Edit:
    return edit_of(loaded(folder / "before"), loaded(folder / "after", changed), "CN")


def reading(folder: Path, **screen: list[str]) -> Reading:
    return reading_of(screen, loaded(folder / "calls").vocabulary.calls)


def test_an_edit_that_finds_more_tells_the_new_place_with_its_evidence(tmp_path: Path) -> None:
    more = edit(tmp_path, with_check(words={"act": ["吹哨", "whistlenow", "吹号"]}))
    (one,) = differences(reading(tmp_path, control=["吹号"]), more)
    assert (one.check_id, one.added, one.dropped) == ("whistle", True, False)
    assert one.before is not None
    assert one.after is not None
    assert (one.before.presence, one.after.presence) == (Presence.NONE, Presence.REACHABLE)
    assert (one.before.verdict, one.after.verdict) == (Verdict.NOT_FOUND, Verdict.NEEDS_REVIEW)
    assert [evidence.signal.value for place in one.new for evidence in place.evidence] == ["吹号"]
    assert one.gone == ()


def test_an_edit_that_finds_less_tells_the_place_that_is_gone(tmp_path: Path) -> None:
    less = edit(tmp_path, with_check(words={"act": ["whistlenow"]}))
    (one,) = differences(reading(tmp_path, control=["吹哨"]), less)
    assert one.dropped
    assert [evidence.signal.value for place in one.gone for evidence in place.evidence] == ["吹哨"]


def test_a_reading_that_the_edit_does_not_touch_is_not_told(tmp_path: Path) -> None:
    more = edit(tmp_path, with_check(words={"act": ["吹哨", "whistlenow", "吹号"]}))
    assert differences(reading(tmp_path, control=["登录"]), more) == ()


def test_only_checks_that_can_differ_are_judged(tmp_path: Path) -> None:
    second = {"features/other.yaml": CHECK | {"id": "other"}}
    before = loaded(tmp_path / "before", second)
    after = loaded(tmp_path / "after", second | with_check(title={"zh": "新", "en": "new"}))
    assert edit_of(before, after, "CN").touched == ()
    after = loaded(tmp_path / "after", second | with_check(**{"not": None}))
    assert edit_of(before, after, "CN").touched == ("whistle",)


def test_a_context_touches_the_checks_that_use_it_and_a_library_touches_all(tmp_path: Path) -> None:
    contexts = documents()["vocabulary/contexts.yaml"]
    contexts["football"]["words"] = ["裁判", "球队"]
    assert edit(tmp_path, {"vocabulary/contexts.yaml": contexts}).touched == ("whistle",)
    libraries = documents()["vocabulary/libraries.yaml"] | {"modules": []}
    assert edit(tmp_path, {"vocabulary/libraries.yaml": libraries}).everything


def test_a_check_that_only_one_side_has_is_told_as_such(tmp_path: Path) -> None:
    new = edit(tmp_path, {"features/other.yaml": CHECK | {"id": "other"}})
    (one,) = differences(reading(tmp_path, control=["吹哨"]), new)
    assert (one.check_id, one.before) == ("other", None)
    assert one.added


def test_files_are_read_in_order_and_a_damaged_one_is_told_and_stops_nothing(tmp_path: Path) -> None:
    more = edit(tmp_path, with_check(words={"act": ["吹哨", "whistlenow", "吹号"]}))
    paths = [tmp_path / f"{number}.reading" for number in range(20)]
    for number, path in enumerate(paths):
        save_reading(reading(tmp_path, control=["吹号" if number % 2 else "登录"]), path)
    paths[4].write_bytes(b"no reading")
    results = list(over_files(paths, more))
    assert [path for path, _ in results] == paths
    for number, (_, found) in enumerate(results):
        if number == 4:
            assert isinstance(found, UnreadableError)
            assert found.params["name"] == str(paths[4])
        else:
            assert isinstance(found, tuple)
            assert len(found) == number % 2


def test_an_error_comes_out_of_another_process_as_it_went_in() -> None:
    error = pickle.loads(pickle.dumps(UnreadableError("missing_file", name="a.reading")))
    assert (type(error), error.key, error.params) == (UnreadableError, "missing_file", {"name": "a.reading"})


# ---------------------------------------------------------------- one file over the packs


def test_one_file_replaces_the_file_of_its_name_and_the_packs_stay_as_they_are(tmp_path: Path) -> None:
    base = write(tmp_path / "base")
    one = tmp_path / "whistle.yaml"
    one.write_text("id: whistle", "utf-8")
    with edited_packs(base, one) as folder:
        assert (folder / "features/whistle.yaml").read_text("utf-8") == "id: whistle"
        assert (folder / "vocabulary/words.yaml").is_file()
    assert not folder.exists()
    assert (base / "features/whistle.yaml").read_text("utf-8") != "id: whistle"


def test_a_new_file_stands_where_its_folder_says(tmp_path: Path) -> None:
    base = write(tmp_path / "base")
    one = tmp_path / "features" / "trumpet.yaml"
    one.parent.mkdir()
    one.write_text("id: trumpet", "utf-8")
    with edited_packs(base, one) as folder:
        assert (folder / "features/trumpet.yaml").is_file()


def test_a_folder_is_the_edit_itself(tmp_path: Path) -> None:
    base, changed = write(tmp_path / "base"), write(tmp_path / "changed")
    with edited_packs(base, changed) as folder:
        assert folder == changed


@pytest.mark.parametrize(("name", "key"), [("missing.yaml", "edit_nothing"), ("notes.txt", "edit_nothing"),
                                           ("trumpet.yaml", "edit_homeless")])
def test_what_stands_for_no_file_of_the_packs_is_refused(name: str, key: str, tmp_path: Path) -> None:
    base = write(tmp_path / "base")
    if name != "missing.yaml":
        (tmp_path / name).write_text("id: x", "utf-8")
    with pytest.raises(UsageError) as caught, edited_packs(base, tmp_path / name):
        pass
    assert caught.value.key == key
