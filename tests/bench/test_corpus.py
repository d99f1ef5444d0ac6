"""A labelled corpus is measured against its labels; on the real one nobody without a feature is accused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appscan.bench import BenchResult, run_bench
from appscan.bench.corpus import FEATURES
from appscan.bench.labels import NO, YES
from appscan.bench.table import to_lines
from appscan.checks import CheckSet
from appscan.errors import UsageError
from appscan.model.judgement import Presence, Verdict
from appscan.readers.limits import Limits
from appscan.readers.saved import load_reading, save_reading
from appscan.readers.target import read_target
from appscan.texts import say_error
from tests.shipped import shipped

CORPUS = os.environ.get("APPSCAN_CORPUS", "")
LABELS = os.environ.get("APPSCAN_LABELS", "")
KEPT = os.environ.get("APPSCAN_READINGS", "")
QUIET_SHARE = 0.9


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return shipped()


def row(built: Path, name: str, role: str = "positive", **labels: str) -> dict[str, Any]:
    """One label of a fixture; features that are not named are `no`."""
    digest = hashlib.sha256((built / name).read_bytes()).hexdigest() if (built / name).is_file() else "0" * 64
    return {"file": name, "sha256": digest, "role": role, "labels": dict.fromkeys(FEATURES, NO) | labels}


@pytest.fixture
def bench(built_apks: Path, checks: CheckSet, tmp_path: Path) -> Callable[..., BenchResult]:
    """Measure on some fixtures; `words` is a lexicon for the keyword search."""

    def run(*rows: dict[str, Any], words: str = "", readings: Path | None = None) -> BenchResult:
        labels = tmp_path / "labels"
        labels.mkdir(exist_ok=True)
        (labels / "apks.json").write_text(json.dumps(rows), encoding="utf-8")
        if words:
            (tmp_path / "policy").mkdir(exist_ok=True)
            (tmp_path / "policy" / "lexicon.yaml").write_text(words, encoding="utf-8")
        return run_bench(labels, built_apks, checks, readings)

    return run


def test_found_missed_and_false_are_told_by_name(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    result = bench(row(built_apks, "checkin-native.apk", check_in=YES), row(built_apks, "decoy.apk", "negative"),
                   row(built_apks, "points-native.apk", check_in=YES),
                   row(built_apks, "track-native.apk", track_upload="unclear"))
    score = result.score("check-in")
    assert (score.found, score.missed, score.false) == (("checkin-native.apk",), ("points-native.apk",), ())
    assert (score.precision, score.recall) == (1.0, 0.5)
    assert result.score("track-upload").found == ()
    wrong = result.score("points-ranking")
    assert (wrong.false, wrong.precision, wrong.recall) == (("points-native.apk",), 0.0, None)
    assert result.score("install-rate").precision is None


def test_a_label_of_photos_or_videos_is_one_of_uploads(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    for labels in ({"photo_upload": YES}, {"video_upload": YES, "photo_upload": "unclear"}):
        score = bench(row(built_apks, "media-native.apk", **labels)).score("media-upload")
        assert score.found == ("media-native.apk",)
    half = bench(row(built_apks, "media-native.apk", photo_upload="unclear")).score("media-upload")
    assert (half.found, half.false) == ((), ())


def test_what_cannot_be_seen_is_neither_found_nor_missed(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    result = bench(row(built_apks, "packed-shell.apk", "inconclusive", check_in=YES),
                   row(built_apks, "decoy.apk", "negative"))
    assert result.score("check-in").missed == ()
    quiet, total, loud = result.readable_negatives()
    assert (quiet, loud) == (total, ())
    left_open, total = result.inconclusive()
    assert {one.file for one in left_open} == {"packed-shell.apk"}
    assert {one.verdict for one in left_open} == {Verdict.INCONCLUSIVE}
    assert all(one.gaps for one in left_open)
    assert total == len(result.rows)


def test_a_plain_keyword_search_stands_beside(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    words = "features: {F_CHECKIN: {strong: {zh: [签到]}, medium: {zh: [打卡]}, weak: {zh: [天气]}}}"
    result = bench(row(built_apks, "checkin-native.apk", check_in=YES), row(built_apks, "decoy.apk", "negative"),
                   row(built_apks, "quoted-regulation.apk", "near_negative"), words=words)
    plain = result.score("check-in", keyword=True)
    assert plain.found == ("checkin-native.apk",)
    assert "quoted-regulation.apk" in plain.false
    assert result.score("check-in").false == ()
    assert any("keyword false: " in line and "quoted-regulation.apk" in line for line in to_lines(result))


def test_what_is_not_there_and_what_cannot_be_read_is_told(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    result = bench(row(built_apks, "missing.apk"), row(built_apks, "checkin-native.apk", check_in=YES))
    assert result.absent == ("missing.apk",)
    assert any("not in the corpus folder: missing.apk" in line for line in to_lines(result))


def test_a_damaged_artifact_is_told_and_stops_no_other(checks: CheckSet, built_apks: Path, tmp_path: Path) -> None:
    (tmp_path / "apks").mkdir()
    (tmp_path / "apks" / "bad.apk").write_bytes(b"no zip at all, far from it")
    shutil.copy(built_apks / "checkin-native.apk", tmp_path / "apks")
    (tmp_path / "apks.json").write_text(json.dumps([row(built_apks, "bad.apk"), row(
        built_apks, "checkin-native.apk", check_in=YES)]), encoding="utf-8")
    result = run_bench(tmp_path, tmp_path, checks)
    assert [name for name, _ in result.failed] == ["bad.apk"]
    assert result.score("check-in").found == ("checkin-native.apk",)


def test_kept_readings_are_used_again_and_damaged_ones_are_not(bench: Callable[..., BenchResult], built_apks: Path,
                                                               tmp_path: Path) -> None:
    rows, kept = [row(built_apks, "checkin-native.apk", check_in=YES)], tmp_path / "kept"
    first = bench(*rows, readings=kept)
    saved = list(kept.iterdir())
    assert [path.name for path in saved] == [f"{rows[0]['sha256']}.reading"]
    written = saved[0].stat().st_mtime_ns
    assert bench(*rows, readings=kept).rows == first.rows
    assert saved[0].stat().st_mtime_ns == written
    saved[0].write_bytes(b"damaged")
    assert bench(*rows, readings=kept).rows == first.rows
    assert saved[0].stat().st_size > 1000


def test_a_kept_reading_of_another_reader_or_artifact_is_not_used(bench: Callable[..., BenchResult], built_apks: Path,
                                                                  tmp_path: Path) -> None:
    rows, kept = [row(built_apks, "checkin-native.apk", check_in=YES)], tmp_path / "kept"
    first = bench(*rows, readings=kept)
    saved = next(kept.iterdir())
    right = load_reading(saved)
    other = read_target(built_apks / "decoy.apk", "x", Limits(), lambda _stage, _done: None)
    for wrong in (replace(right, reader="apk/0", facts=other.facts, strings=other.strings), other):
        save_reading(wrong, saved)
        assert bench(*rows, readings=kept).rows == first.rows


@pytest.mark.parametrize("text", ["", "[", "{}", "[{}]", "[7]", '[{"labels": 7}]', '[{"labels": {}}]',
                                  '[{"labels": {}, "file": 7, "sha256": "x"}]'])
def test_damaged_labels_are_an_error_of_the_user(text: str, checks: CheckSet, tmp_path: Path) -> None:
    (tmp_path / "apks.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        run_bench(tmp_path, tmp_path, checks)
    assert (caught.value.key, caught.value.params["file"]) == ("labels_damaged", "apks.json")


HALF_RIGHT = {'[{"file": "a.apk", "labels": {}}]': ("lacks_key", 1, "sha256"),
              '[{"file": "a", "sha256": "0", "labels": {}}, {"sha256": "0", "labels": {}}]': ("lacks_key", 2, "file"),
              '[{"file": "", "sha256": "0", "labels": {}}]': ("not_text", 1, "file"),
              '[{"file": "a", "sha256": "0", "labels": {"check_in": "ja"}}]': ("not_answer", 1, "labels/check_in"),
              "[7]": ("not_mapping", 1, ""), "{}": ("not_list", None, None), "[]": ("empty", None, None)}


@pytest.mark.parametrize("text", HALF_RIGHT)
def test_wrong_labels_are_told_with_entry_and_key(text: str, checks: CheckSet, tmp_path: Path) -> None:
    (tmp_path / "apks.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        run_bench(tmp_path, tmp_path, checks)
    why, entry, member = HALF_RIGHT[text]
    told = caught.value.params
    assert (told["why"], told.get("entry"), told.get("member")) == (why, entry, member)
    assert "{" not in say_error("zh", caught.value).replace("{...}", "")


def test_a_damaged_lexicon_is_an_error_of_the_user(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    with pytest.raises(UsageError, match="lexicon"):
        bench(row(built_apks, "decoy.apk"), words="[]")


def test_a_corpus_without_its_files_is_told(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    lines = to_lines(bench(row(built_apks, "missing.apk")), "zh")
    assert lines[0] == "样本文件夹中没有：missing.apk"
    assert lines[1].startswith("没有读到任何样本")


def test_the_table_has_chinese_headings_that_stand_over_their_columns(bench: Callable[..., BenchResult],
                                                                      built_apks: Path) -> None:
    lines = to_lines(bench(row(built_apks, "checkin-native.apk", check_in=YES)), "zh")
    assert lines[0].split() == ["检查项", "找到", "漏掉", "误报", "精确", "召回"]
    assert len(lines[0].encode("gbk")) == len(lines[1].encode("gbk", "replace"))
    assert any("check-in：找到：checkin-native.apk" in line for line in lines)


def test_missing_labels_are_an_error_of_the_user(checks: CheckSet, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="labels_damaged"):
        run_bench(tmp_path, tmp_path, checks)


def test_the_table_names_every_check_and_every_file(bench: Callable[..., BenchResult], built_apks: Path) -> None:
    lines = to_lines(bench(row(built_apks, "checkin-native.apk", check_in=YES),
                           row(built_apks, "packed-shell.apk", "inconclusive"),
                           row(built_apks, "points-native.apk", track_upload=YES)))
    text = "\n".join(lines)
    for said in ("check-in: found: checkin-native.apk", "track-upload: MISSED: points-native.apk",
                 "points-ranking: FALSE: points-native.apk", "readable files without the feature: ", "inconclusive: ",
                 "could not be seen whole: packed-shell.apk ("):
        assert said in text
    assert "keyword" not in text


# ---------------------------------------------------------------- the real corpus


@pytest.fixture(scope="module")
def measured(checks: CheckSet) -> BenchResult:
    """The shared corpus of real apps and sites, measured once; what APPSCAN_READINGS keeps is used."""
    if not CORPUS or not LABELS:
        pytest.skip("APPSCAN_CORPUS or APPSCAN_LABELS is not set: judgement was not measured on real apps")
    folder = Path(CORPUS)
    return run_bench(Path(LABELS), folder.parent if folder.name == "apks" else folder, checks,
                     Path(KEPT) if KEPT else None)


@pytest.mark.corpus
def test_no_app_without_a_feature_is_found_or_accused(measured: BenchResult) -> None:
    assert measured.rows
    accused = [one for one in measured.rows if one.label == NO and (
        one.presence.rank >= Presence.REACHABLE.rank or one.verdict is Verdict.LIKELY_VIOLATION)]
    assert accused == []


@pytest.mark.corpus
def test_the_features_that_are_there_are_found(measured: BenchResult) -> None:
    assert {name for name in measured.score("check-in").found if "punchcard" in name} == {
        one.file for one in measured.rows if "punchcard" in one.file}
    for check_id in ("media-upload", "track-upload"):
        assert any("chengguan" in name for name in measured.score(check_id).found), check_id


@pytest.mark.corpus
def test_what_cannot_be_seen_is_never_not_found(measured: BenchResult) -> None:
    hidden = [one for one in measured.rows if one.role == "inconclusive"]
    assert hidden
    assert {one.verdict for one in hidden} & {Verdict.NOT_FOUND, Verdict.INFO} == set()


@pytest.mark.corpus
def test_nine_of_ten_readable_apps_without_the_feature_are_quiet(measured: BenchResult) -> None:
    quiet, total, loud = measured.readable_negatives()
    assert total
    assert quiet / total >= QUIET_SHARE, loud
