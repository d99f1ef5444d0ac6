"""Labelled sites are served, captured once, judged and told beside the apps; a real browser sees a real server."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appscan.bench import BenchResult, run_bench
from appscan.bench.corpus import FEATURES
from appscan.bench.labels import NO, YES
from appscan.bench.table import to_lines
from appscan.checks import CheckSet
from appscan.errors import UsageError
from appscan.model.artifact import RECORDING_SUFFIX
from tests.shipped import shipped
from tests.warm import Warm

RANKING = """<!doctype html><meta charset=gbk><title>积分排行</title><h1>积分排行榜</h1>
<table><tr><th>名次<th>姓名<th>积分</tr><tr><td>1<td>张三<td>98</tr><tr><td>2<td>李四<td>61</tr></table>
<p>每月通报积分排名末三位的网格员。</p>"""
WEATHER = "<!doctype html><meta charset=utf-8><title>天气</title><h1>天气预报</h1><p>多云转晴，东南风二级。</p>"
WORDS = "features: {F_POINTS_RANK: {strong: {zh: [积分排行]}}, F_CHECKIN: {strong: {zh: [多云]}}}"


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return shipped()


@pytest.fixture
def browser() -> None:
    from appscan.capture.browser import find_chromium

    if find_chromium() is None:
        pytest.skip("no Chromium on this machine: install `chromium`, or name one in APPSCAN_CHROMIUM")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A labelled corpus of two sites and no app, and a lexicon."""
    folder = tmp_path / "corpus"
    for name, page, content in (("ranking", "排行.html", RANKING.encode("gbk")),
                                ("weather", "天气.html", WEATHER.encode())):
        (folder / "sites" / name).mkdir(parents=True)
        (folder / "sites" / name / page).write_bytes(content)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "lexicon.yaml").write_text(WORDS, "utf-8")
    return folder


def entry(name: str, page: str, **more: Any) -> dict[str, Any]:
    labels = dict.fromkeys(FEATURES, NO) | more.pop("labels", {})
    return {"name": name, "folder": name, "entry": page, "role": "positive", "labels": labels, **more}


RANKED = entry("ranking", "/排行.html", mobile_viewport=False, labels={"points_ranking": YES, "check_in": "unclear"})
PLAIN = entry("weather", "/天气.html", more_entries=["/天气.html?a=%E5%A4%A9"])


@pytest.fixture
def bench(corpus: Path, checks: CheckSet, tmp_path: Path) -> Callable[..., BenchResult]:
    def run(*sites: dict[str, Any], apps: list[dict[str, Any]] | None = None,
            readings: Path | None = None) -> BenchResult:
        labels = tmp_path / "labels"
        labels.mkdir(exist_ok=True)
        (labels / "sites.json").write_text(json.dumps(sites), "utf-8")
        (labels / "apks.json").unlink(missing_ok=True)
        if apps is not None:
            (labels / "apks.json").write_text(json.dumps(apps), "utf-8")
        return run_bench(labels, corpus, checks, readings)

    return run


def command(warm: Warm, labels: Path, corpus: Path) -> subprocess.CompletedProcess[str]:
    """The real command."""
    return subprocess.run([*warm.command, "bench", labels, corpus, "--lang", "en"], capture_output=True, text=True,
                          timeout=60, check=False)


@pytest.mark.usefixtures("browser")
def test_sites_and_apps_stand_in_one_table_and_apart(bench: Callable[..., BenchResult], corpus: Path,
                                                     built_apks: Path, tmp_path: Path) -> None:
    (corpus / "decoy.apk").write_bytes((built_apks / "decoy.apk").read_bytes())
    digest = hashlib.sha256((corpus / "decoy.apk").read_bytes()).hexdigest()
    app = {"file": "decoy.apk", "sha256": digest, "labels": dict.fromkeys(FEATURES, NO)}
    result = bench(RANKED, PLAIN, apps=[app], readings=tmp_path / "kept")
    assert result.score("points-ranking", source="site").found == ("ranking",)
    assert result.score("points-ranking", source="app").clean == 1
    assert result.score("points-ranking").false == ()
    assert result.score("check-in", keyword=True).false == ("weather",)
    text = "\n".join(to_lines(result))
    for said in ("apps and sites\n", "\napps\n", "\nsites\n", "points-ranking: found: ranking",
                 "check-in: keyword false: weather", "ranking: captured in ", "of these, sites: "):
        assert said in text

    recordings = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").glob(f"*{RECORDING_SUFFIX}")}
    assert len(recordings) == 2
    again = bench(RANKED, PLAIN, readings=tmp_path / "kept")
    assert {path: path.stat().st_mtime_ns for path in recordings} == recordings
    assert [time.kept for time in again.times] == [True, True]
    assert [row for row in result.rows if row.source == "site"] == list(again.rows)

    (corpus / "sites" / "weather" / "天气.html").write_text(WEATHER.replace("多云转晴", "积分排行"), "utf-8")
    next(path for path in recordings if path.name.startswith("ranking")).write_bytes(b"damaged")
    changed = bench(RANKED, PLAIN, readings=tmp_path / "kept")
    assert [time.kept for time in changed.times] == [False, False]
    assert changed.score("points-ranking", keyword=True).false == ("weather",)


def test_without_a_browser_sites_are_named_as_not_measured(bench: Callable[..., BenchResult], corpus: Path,
                                                           built_apks: Path, tmp_path: Path, warm: Warm,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPSCAN_CHROMIUM", str(tmp_path / "no-such-browser"))
    result = bench(RANKED, PLAIN)
    assert [(name, error.key) for name, error in result.unmeasured] == [("ranking", "no_browser"),
                                                                        ("weather", "no_browser")]
    told = command(warm, tmp_path / "labels", corpus)
    assert told.returncode == 3
    assert "sites not measured (No browser was found" in told.stdout
    assert "): ranking, weather" in told.stdout
    (corpus / "decoy.apk").write_bytes((built_apks / "decoy.apk").read_bytes())
    bench(RANKED, apps=[{"file": "decoy.apk", "sha256": "0" * 64, "labels": {}}])
    assert command(warm, tmp_path / "labels", corpus).returncode == 0


def test_a_site_whose_copy_is_missing_or_lies_outside_is_told(bench: Callable[..., BenchResult]) -> None:
    result = bench(entry("gone", "/index.html"), {**PLAIN, "folder": "../policy"})
    assert result.absent == ("gone", "weather")


@pytest.mark.usefixtures("browser")
def test_a_recording_is_used_again_whatever_the_labels_say_and_not_for_other_pages(
        bench: Callable[..., BenchResult], tmp_path: Path) -> None:
    def kept(**changed: Any) -> bool:
        return bench({**PLAIN, **changed}, readings=tmp_path / "kept").times[0].kept

    assert [kept(), kept(role="negative", labels={}), kept(mobile_viewport=False), kept(more_entries=[])] == [
        False, True, False, False]


@pytest.mark.parametrize(("wrong", "why", "member"), [
    ({"entry": ""}, "not_text", "entry"), ({"entry": "index.html"}, "not_rooted", "index.html"),
    ({"more_entries": "/a"}, "not_texts", "more_entries"), ({"more_entries": ["x"]}, "not_rooted", "x"),
    ({"mobile_viewport": "no"}, "not_truth", "mobile_viewport"),
    ({"labels": {"check_in": 1}}, "not_answer", "labels/check_in")])
def test_wrong_labels_of_sites_are_told_with_entry_and_key(bench: Callable[..., BenchResult], wrong: dict[str, Any],
                                                           why: str, member: str) -> None:
    with pytest.raises(UsageError) as caught:
        bench(PLAIN, {**PLAIN, **wrong})
    told = caught.value.params
    assert (told["file"], told["why"], told["entry"], told["member"]) == ("sites.json", why, 2, member)


def test_apps_are_measured_without_loading_what_captures(built_apks: Path, tmp_path: Path) -> None:
    (tmp_path / "apks.json").write_text(json.dumps([{"file": "decoy.apk", "sha256": "0" * 64, "labels": {}}]), "utf-8")
    code = ("import sys; from pathlib import Path\n"
            "from appscan.bench import run_bench\nfrom appscan.checks import load\n"
            "assert run_bench(Path(sys.argv[1]), Path(sys.argv[2]), load()).rows\n"
            "heavy = {'playwright', 'appscan.capture'} & set(sys.modules)\nassert not heavy, heavy")
    subprocess.run([sys.executable, "-c", code, str(tmp_path), str(built_apks)], check=True, timeout=60)
