"""Lint tells every mistake it can find, each once, and none that only follows from another file's."""

from __future__ import annotations

from pathlib import Path

from appscan.checks import lint

from .small_packs import CHECK, LIMIT, TEXT, documents, with_check, write


def told(folder: Path) -> list[tuple[object, object, object]]:
    return [(error.params["file"], error.params["line"], error.params["reason"]) for error in lint(folder)]


def reasons(folder: Path) -> set[tuple[object, object]]:
    return {(file, reason) for file, _, reason in told(folder)}


def test_one_mistake_in_each_of_several_files_is_told(tmp_path: Path) -> None:
    write(tmp_path, {
        "features/whistle.yaml": "id: whistle\npresence: {any: [\n",
        "features/other.yaml": CHECK | {"id": "other", "clauses": ["RULE-9"]},
        "limits/wrapped.yaml": LIMIT | {"blinds": ["smell"]},
        "vocabulary/words.yaml": {"lists": {"fines": ["扣分", "扣分"]}},
        "stray.yaml": {"a": "b"}, "features/late.yml": {"id": "late"}})
    assert reasons(tmp_path) == {
        ("features/whistle.yaml", "yaml_wrong"), ("features/other.yaml", "unknown_clause"),
        ("limits/wrapped.yaml", "unknown_value"), ("vocabulary/words.yaml", "word_twice"),
        ("stray.yaml", "file_unknown"),
        ("features/late.yml", "suffix_wrong")}


def test_several_mistakes_in_one_check_are_told_with_their_lines(tmp_path: Path) -> None:
    text = """id: whistle
title: {zh: 哨}
question: {zh: 哨, en: W}
notice: {zh: 哨, en: W}
clauses: [RULE-9]
presence:
  reachable: {text: ["~(吹+)+"]}
  mentioned: {any: []}
not: [tennis]
examples:
  found:
    - {control: [吹哨]}
    - {button: [吹哨]}
  not_found:
    - {control: [登录]}
"""
    write(tmp_path, {"features/whistle.yaml": text})
    assert told(tmp_path) == [("features/whistle.yaml", line, reason) for line, reason in [
        (2, "not_bilingual"), (5, "unknown_clause"), (7, "pattern_unbounded"), (8, "empty_items"),
        (9, "unknown_context"), (10, "few_examples"), (13, "example_key")]]


def test_what_only_follows_from_a_broken_file_is_not_told(tmp_path: Path) -> None:
    write(tmp_path, {"vocabulary/words.yaml": "lists: [", "vocabulary/contexts.yaml": "football: [",
                     "vocabulary/calls.yaml": "groups: [", "regulations/rule.yaml": "clauses: ["})
    assert {file for file, _ in reasons(tmp_path)} == {
        "vocabulary/words.yaml", "vocabulary/contexts.yaml", "vocabulary/calls.yaml", "regulations/rule.yaml"}


def test_several_clauses_and_groups_and_contexts_are_told(tmp_path: Path) -> None:
    rule = documents()["regulations/rule.yaml"]
    rule["clauses"] |= {"RULE-2": {"article": "2"}, "RULE-3": {"article": "3", "summary": TEXT, "power": "robot"}}
    calls = {"groups": {"location": documents()["vocabulary/calls.yaml"]["groups"]["location"],
                        "a": {"what": TEXT, "methods": ["x.y"]}, "b": {"what": "x"}}}
    write(tmp_path, {"regulations/rule.yaml": rule, "vocabulary/calls.yaml": calls})
    assert reasons(tmp_path) == {("regulations/rule.yaml", "not_bilingual"), ("regulations/rule.yaml", "unknown_value"),
                                 ("vocabulary/calls.yaml", "method_wrong"), ("vocabulary/calls.yaml", "not_bilingual")}


def test_a_mistake_is_told_once_though_two_places_use_it(tmp_path: Path) -> None:
    write(tmp_path, with_check(words={"act": ["~(吹"]}, presence={"reachable": {"any": [
        {"control": "$act"}, {"text": "$act"}]}}))
    assert told(tmp_path) == [("features/whistle.yaml", 1, "pattern_wrong")]


def test_a_right_pack_has_no_mistakes_and_an_empty_folder_has_one(tmp_path: Path) -> None:
    assert lint(write(tmp_path / "right")) == []
    (tmp_path / "empty").mkdir()
    assert [error.params["reason"] for error in lint(tmp_path / "empty")] == ["no_packs"]
