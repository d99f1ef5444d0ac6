"""The reference says what the packs say, in both languages, and a clause that ends nowhere is an error told by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appscan.checks import CheckSet, load
from appscan.checks.reference import Ending, endings, missing_features, reference
from appscan.checks.reference.files import drifted, write_pages
from appscan.checks.reference.wording import code, escaped

from .small_packs import TEXT, loaded

RULES = {"vocabulary/portfolio.yaml": {"rules": {"one-app": {"kind": "count", "title": TEXT, "needs": TEXT}}}}


def packs(folder: Path, **clauses: object) -> CheckSet:
    rule = {"id": "RULE", "title": TEXT, "date": "2024-01-01", "jurisdiction": "CN", "rank": 1, "text": "whole",
            "clauses": {"RULE-1": {"article": "1", "summary": TEXT}, **clauses}}
    return loaded(folder, {"regulations/rule.yaml": rule, **RULES})


def clause(**changes: object) -> dict[str, object]:
    return {"article": "2", "summary": TEXT, **changes}


def test_a_clause_ends_in_a_check_a_portfolio_rule_or_a_reason(tmp_path: Path) -> None:
    checks = packs(tmp_path, **{"RULE-2": clause(feature="whistle"), "RULE-3": clause(feature="one-app"),
                                "RULE-4": clause(feature=[], power="registry", beyond=TEXT)})
    ends = {key: [end.ending for end in of] for key, of in endings(checks).items()}
    assert ends == {"RULE-1": [Ending.CHECK], "RULE-2": [Ending.CHECK], "RULE-3": [Ending.PORTFOLIO],
                    "RULE-4": [Ending.BEYOND]}
    assert missing_features(checks) == {}


def test_a_feature_that_no_check_has_is_an_error_in_the_table_by_name(tmp_path: Path) -> None:
    checks = packs(tmp_path, **{"RULE-2": clause(feature=["whistle", "trumpet"])})
    assert missing_features(checks) == {"trumpet": ("RULE-2",)}
    pages = reference(checks)
    assert "**Error: no such check or rule** `trumpet`: `RULE-2`" in pages["clauses.md"]
    assert "**错误：没有这个检查项或规则** `trumpet`" in pages["clauses.zh-CN.md"]


def test_a_check_rests_on_every_clause_that_names_it(tmp_path: Path) -> None:
    checks = packs(tmp_path, **{"RULE-2": clause(feature="whistle"), "RULE-4": clause(feature="whistle", only=TEXT),
                                "RULE-3": clause(feature="whistle", effect="permit")})
    assert checks.checks[0].clauses == ("RULE-1", "RULE-2")
    assert checks.checks[0].beside == ("RULE-4", "RULE-3")


def test_the_page_of_a_check_has_conditions_examples_and_contexts_in_plain_words(tmp_path: Path) -> None:
    page = reference(packs(tmp_path))["checks.zh-CN.md"]
    assert "按钮或可点的文字写着“吹哨”、“whistlenow”" in page
    assert "界面文字有“哨子”" in page
    assert "界面文字有“扣分”、“罚款”" in page
    assert "按钮：“Whistle now”" in page


def test_equal_packs_give_equal_bytes_and_any_change_is_drift(tmp_path: Path) -> None:
    pages = reference(packs(tmp_path / "packs"))
    assert reference(packs(tmp_path / "again")) == pages
    write_pages(pages, tmp_path / "out")
    assert drifted(pages, tmp_path / "out") == []
    (tmp_path / "out" / "clauses.md").write_text("edited", "utf-8")
    (tmp_path / "out" / "checks.md").unlink()
    assert drifted(pages, tmp_path / "out") == ["checks.md", "clauses.md"]
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("text", ["a|b", "*a*", "<script>", "a\n# b", "`x`", "[a](b)"])
def test_words_of_a_pack_stay_words_in_markdown(text: str) -> None:
    assert "\n" not in escaped(text)
    assert not re.search(r"(?<!\\)[|*<`\[]", escaped(text))
    assert code(text).startswith("`")


def test_the_shipped_packs_put_no_machine_clause_beyond_machines_and_hide_nothing() -> None:
    checks = load()
    pages = reference(checks)
    for key, ends in endings(checks).items():
        assert f"`{key}`" in pages["clauses.md"]
        if checks.clauses[key].power != "registry":
            assert Ending.BEYOND not in {end.ending for end in ends}, key
    for name in missing_features(checks):
        assert f"`{name}`" in pages["clauses.md"]
    for page in pages.values():
        assert not re.search(r"\{\w+\}|reference\.\w+\.", re.sub(r"`[^`]*`", "", page))
