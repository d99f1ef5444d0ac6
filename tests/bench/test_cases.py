"""Written cases are read as what they are, judged by the check of their family, and counted apart from sealed ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
import yaml

from appscan.bench.case_table import to_case_lines
from appscan.bench.cases import Case, is_case_folder, read_cases, reading_of_case, run_cases
from appscan.errors import UsageError
from appscan.model.judgement import Force, Presence
from appscan.model.reading import Fact
from tests.shipped import shipped

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "cases"
PAGE = "<h1>考勤</h1><button onclick=\"fetch('/api/kaoqin/daka',{method:'POST'})\">上班打卡</button><p>漏打卡扣分</p>"
LAYOUT = """<LinearLayout xmlns:android="http://schemas.android.com/apk/res/android">
<Button android:text="我已到岗"/></LinearLayout>
---
call: Landroid/location/LocationManager;->requestSingleUpdate
call: Lokhttp3/OkHttpClient;->newCall
string: /duty/arrive
field: longitude
"""


def case(shape: str, content: str, number: int = 1, presence: str = "reachable") -> Case:
    force = (Force.CONSEQUENCE,) if presence == "reachable" else ()
    return Case(f"check-in-p{number:03}", "check-in", shape, Presence(presence), force, "why", content)


SETS = {CASES: (40, 60), CASES / "second": (21, 21), CASES / "third": (18, 18), CASES / "fourth": (15, 12),
        CASES / "fifth": (60, 40)}
"""Positive and near negative cases that every family has at least."""


@pytest.fixture(scope="module", params=SETS, ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def listed(folder: Path) -> list[Case]:
    return read_cases(folder)


def test_every_family_has_its_cases_in_good_form(listed: list[Case], folder: Path) -> None:
    positive, negative = SETS[folder]
    assert len({one.family for one in listed}) == 21
    assert len({one.id for one in listed}) == len(listed)
    counted = Counter((one.family, one.is_positive) for one in listed)
    for family in {one.family for one in listed}:
        assert counted[family, True] >= positive, family
        assert counted[family, False] >= negative, family
    for one in listed:
        assert one.is_positive == one.id.startswith(f"{one.family}-p"), one.id
        assert bool(one.force) == one.is_positive, one.id
        assert one.why, one.id
        if one.shape == "layout":
            assert fromstring(one.content.partition("\n---\n")[0]) is not None


def test_a_third_of_every_family_is_sealed(listed: list[Case]) -> None:
    for family in {one.family for one in listed}:
        cases = [one for one in listed if one.family == family]
        assert 0.3 < sum(one.is_sealed for one in cases) / len(cases) < 0.36


def test_a_page_is_judged_by_the_check_of_its_family() -> None:
    row = run_cases([case("page", PAGE)], shipped(), {"check-in": ["打卡"]}).rows[0]
    assert (row.presence, row.force, row.keyword) == (Presence.REACHABLE, Force.CONSEQUENCE, True)


def test_a_layout_has_the_code_that_is_listed_below_it() -> None:
    reading = reading_of_case(case("layout", LAYOUT))
    names = {reading.strings[int(sid)] for sid in reading.code.methods.name}
    assert {"requestSingleUpdate", "newCall"} <= names
    assert "longitude" in {reading.strings[int(sid)] for sid in reading.code.fields.name}
    assert "我已到岗" in {reading.strings[int(sid)] for sid in reading.facts.value[reading.facts.kind == Fact.TEXT]}
    assert run_cases([case("layout", LAYOUT)], shipped(), {}).rows[0].is_hit


def test_right_and_wrong_are_counted_by_name() -> None:
    quiet = "<h1>天气</h1><p>多云</p>"
    result = run_cases([case("page", PAGE), case("page", quiet, 2), case("page", PAGE, 4, "none"),
                        case("page", quiet, 5, "none")], shipped(), {})
    tally = result.tally("check-in")
    assert (tally.found, tally.missed, tally.false, tally.clean) == (
        ("check-in-p001",), ("check-in-p002",), ("check-in-p004",), 1)
    assert (tally.precision, tally.recall, tally.f1) == (0.5, 0.5, 0.5)
    assert [row.case.id for row in result.accused()] == ["check-in-p004"]
    lines = "\n".join(to_case_lines(result, "en", has_words=False))
    assert "check-in-p002: MISSED: why" in lines
    assert "check-in-p004: FALSE: why" in lines


def test_a_family_without_a_check_is_named_and_not_measured() -> None:
    stray = Case("whistle-p001", "whistle", "page", Presence.REACHABLE, (Force.NONE,), "", PAGE)
    result = run_cases([stray], shipped(), {})
    assert (result.rows, result.unmeasured) == ((), ("whistle",))


@pytest.mark.parametrize(("entry", "member"), [
    ({"id": "x-p001", "shape": "song", "presence": "none", "content": ""}, "song"),
    ({"id": "x-p001", "shape": "page", "presence": "loud", "content": ""}, "loud"),
    ({"id": "x-p001", "shape": "page", "presence": "none"}, "content"),
    ("a text", "x.yaml"),
])
def test_a_damaged_case_is_named(tmp_path: Path, entry: Any, member: str) -> None:
    (tmp_path / "x.yaml").write_text(yaml.safe_dump([entry]), "utf-8")
    with pytest.raises(UsageError) as raised:
        read_cases(tmp_path)
    assert raised.value.key == "cases_damaged"
    assert member in str(raised.value.params)


def test_a_folder_of_labels_is_no_folder_of_cases(tmp_path: Path) -> None:
    assert is_case_folder(CASES)
    (tmp_path / "apks.json").write_text("[]", "utf-8")
    (tmp_path / "x.yaml").write_text("[]", "utf-8")
    assert not is_case_folder(tmp_path)
