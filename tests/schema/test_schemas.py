"""Claims about the published schemas: valid, closed, and strict about app.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from appscan.model.coverage import Kind
from appscan.model.judgement import Declaration, Force, Presence, Tag, Verdict
from appscan.schema import APP, REPORT, load, problems, published


def _objects(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "object" in str(schema.get("type", "")):
            yield path, schema
        for key, value in schema.items():
            yield from _objects(value, f"{path}/{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _objects(value, f"{path}/{index}")


@pytest.mark.parametrize("name", published())
def test_a_published_schema_is_valid(name: str) -> None:
    Draft202012Validator.check_schema(load(name))


@pytest.mark.parametrize("name", published())
def test_a_published_schema_is_closed_everywhere(name: str) -> None:
    assert not [path for path, schema in _objects(load(name)) if schema.get("additionalProperties") is not False]


def test_the_report_and_the_app_file_are_published() -> None:
    assert {REPORT, APP} <= set(published())


def test_a_schema_that_is_not_published_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load("../model/report")


@pytest.mark.parametrize(("name", "words"), [
    ("verdict", Verdict), ("presence", Presence), ("force", Force), ("kind", Kind), ("declaration", Declaration),
    ("tag", Tag)])
def test_the_schema_has_the_words_of_the_model(name: str, words: Any) -> None:
    assert load(REPORT)["$defs"][name]["enum"] == [word.value for word in words]


FULL = {
    "name": "虚构网格通（虚构）", "owner": "虚构市数据局", "product": "xugou-grid", "level": "city", "region": "虚构市",
    "audience": ["grassroots_internal", "public"],
    "approval": {"number": "虚信审〔2023〕12号", "body": "虚构市发展改革委", "date": "2023-05-11", "scope": "全市"},
    "declared": {"check-in": "防汛值守需要", "track-upload": {"reason": "巡查", "basis": "虚构市巡查办法第五条"}},
    "artifacts": ["grid.apk", "../web/recording.zip"],
}


def test_a_full_app_file_fits() -> None:
    assert problems(APP, FULL) == []


def test_a_name_is_enough() -> None:
    assert problems(APP, {"name": "虚构"}) == []


@pytest.mark.parametrize(("change", "place"), [
    ({"level": "street"}, "level"), ({"audience": ["everyone"]}, "audience"), ({"audince": ["public"]}, "audince"),
    ({"approval": {"no": "1"}}, "approval"), ({"approval": {"date": "2023"}}, "approval/date"),
    ({"declared": {"Check In": "x"}}, "declared"), ({"declared": {"check-in": {"basis": "x"}}}, "declared"),
    ({"declared": ["check-in"]}, "declared"), ({"artifacts": []}, "artifacts"), ({"name": ""}, "name"),
    ({"name": "a\nb"}, "name"),
])
def test_what_an_app_file_may_not_hold_is_named(change: dict[str, Any], place: str) -> None:
    assert place in problems(APP, FULL | change)[0]


def test_problems_never_repeat_a_long_value() -> None:
    assert len(problems(APP, FULL | {"level": "x" * 100_000})[0]) < 300
