"""Claims about the catalogue: both languages are complete, and every key that the program names has an entry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import appscan
from appscan.errors import AppscanError, UnreadableError, UsageError
from appscan.model.coverage import Kind
from appscan.model.judgement import Declaration, Force, Presence, Tag, Verdict
from appscan.model.reading import Role
from appscan.texts import LANGUAGES, catalogue, has, placeholders, say, say_error, shown

SOURCE = Path(appscan.__file__).parent
CHECKS = SOURCE.parent / "checks"
ERRORS = {"UnreadableError", "UsageError", "PackError", "LimitReached", "UnavailableError", "EngineError"}


@dataclass(frozen=True)
class Named:
    """A key that a line of the program names, with the parameters it gives (None where they cannot be told)."""

    where: str
    key: str
    params: frozenset[str] | None


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _argument(call: ast.Call, index: int, name: str) -> ast.expr | None:
    if len(call.args) > index:
        return call.args[index]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _mapping_keys(node: ast.expr | None) -> frozenset[str] | None:
    if node is None:
        return frozenset()
    if isinstance(node, ast.Dict) and all(_literal(key) is not None for key in node.keys):
        return frozenset(str(_literal(key)) for key in node.keys)
    return None


def _keyword_names(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name is not None)


def _keys_of(call: ast.Call, where: str) -> Iterator[Named]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ERRORS and (key := _literal(_argument(call, 0, "key"))):
        # an error may be caught, given its file's name and raised or reported again: `name` is not asked for here
        names = _keyword_names(call)
        yield Named(where, f"errors.{key}", None if names is None else names | {"name"})
    elif name == "Fault" and (key := _literal(_argument(call, 1, "key"))):
        yield Named(where, f"errors.{key}", _mapping_keys(_argument(call, 2, "params")))
    elif name == "Gap" and (key := _literal(_argument(call, 2, "reason"))):
        params = _mapping_keys(_argument(call, 3, "params"))
        yield Named(where, f"gaps.{key}", params)
        yield Named(where, f"advice.{key}", None if params is None else params | {"place"})
    elif name == "ScanError" and isinstance(call.args[1], ast.Call) and (key := _literal(call.args[1].args[0])):
        yield Named(where, f"errors.{key}", None)
    elif name == "Message" and (key := _literal(_argument(call, 0, "id"))) and not has(f"errors.{key}"):
        yield Named(where, f"why.{key}", _mapping_keys(_argument(call, 1, "params")))
    elif name == "ReadItem" and (key := _literal(_argument(call, 0, "what"))):
        yield Named(where, f"read.{key}", frozenset())
    elif name == "say" and (key := _literal(_argument(call, 1, "key"))):
        yield Named(where, key, _keyword_names(call))


def _named_keys() -> list[Named]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found += _keys_of(node, f"{path.relative_to(SOURCE.parent)}:{node.lineno}")
    return found


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = catalogue("zh"), catalogue("en")
    assert not sorted(set(chinese) - set(english)), "missing in en.toml"
    assert not sorted(set(english) - set(chinese)), "missing in zh.toml"


def test_both_languages_ask_for_the_same_parameters() -> None:
    english = catalogue("en")
    assert not [key for key, text in catalogue("zh").items() if any(
        placeholders(text, required=only) != placeholders(english[key], required=only) for only in (True, False))]


def test_every_key_that_the_program_names_has_an_entry() -> None:
    missing = sorted({f"{named.key}  ({named.where})" for named in _named_keys() if not has(named.key)})
    assert not missing, "no entry in zh.toml and en.toml:\n" + "\n".join(missing)


def test_every_parameter_that_an_entry_asks_for_is_given() -> None:
    lacking = sorted({
        f"{named.key} asks for {', '.join(sorted(absent))}  ({named.where})" for named in _named_keys()
        if named.params is not None and has(named.key)
        and (absent := placeholders(catalogue("en")[named.key], required=True) - named.params)})
    assert not lacking, "\n".join(lacking)


def test_every_reason_of_a_gap_has_advice() -> None:
    reasons = {key.removeprefix("gaps.") for key in catalogue("zh") if key.startswith("gaps.")}
    assert not sorted(reason for reason in reasons if not has(f"advice.{reason}"))


def test_every_word_of_the_model_has_an_entry() -> None:
    closed = {"verdicts": Verdict, "verdict_means": Verdict, "overall_means": Verdict, "presence": Presence,
              "presence_means": Presence, "force": Force, "force_means": Force, "declaration": Declaration, "tags": Tag,
              "kinds": Kind, "signals": Kind, "roles": Role}
    keys = [f"{space}.{word.value}" for space, words in closed.items() for word in words]
    assert not [key for key in keys if not has(key)]


def test_every_reason_that_judging_can_give_has_an_entry() -> None:
    """judge/verdicts.py composes these ids from two words."""
    accusing = [f"{presence}_{verdict}" for presence in list(Presence)[1:]
                for verdict in (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW)]
    resting = [f"{verdict}_{presence}" for presence in Presence for verdict in (
        Verdict.INFO, Verdict.NOT_FOUND, Verdict.MISSING, Verdict.EXEMPT, Verdict.EXEMPT_CLAIMED)]
    assert not [key for key in accusing + resting if not has(f"why.{key}")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_word_that_stands_inside_another_text_leaves_no_placeholder(lang: str) -> None:
    spaces = set(re.findall(r"\{\w+:(\w+)\}", " ".join(catalogue(lang).values())))
    assert not [key for key, text in catalogue(lang).items() if key.partition(".")[0] in spaces
                and placeholders(text, required=True) and key.partition(".")[0] != "gaps"]


def test_every_group_context_and_limit_of_the_packs_has_an_entry() -> None:
    vocabulary = CHECKS / "vocabulary"
    keys = [f"groups.{name}" for file in ("calls.yaml", "marks.yaml")
            for name in yaml.safe_load((vocabulary / file).read_text("utf-8"))["groups"]]
    keys += [f"contexts.{name}" for name in yaml.safe_load((vocabulary / "contexts.yaml").read_text("utf-8"))]
    keys += [f"{space}.{path.stem}" for path in (CHECKS / "limits").glob("*.yaml") for space in ("gaps", "advice")]
    missing = [key for key in keys if not has(key)]
    assert not missing, "no entry in zh.toml and en.toml:\n" + "\n".join(missing)


def test_no_text_says_by_itself_that_a_rule_was_broken() -> None:
    accusing = [key for key, text in catalogue("zh").items()
                if "违规" in text.replace("涉嫌违规", "").replace("是否违规", "")]
    assert not accusing
    allowed = r"(?i)likely violation|whether (there is|it is) a violation"
    assert not [key for key, text in catalogue("en").items() if re.search(r"(?i)\bviolat", re.sub(allowed, "", text))]


def test_an_unknown_key_comes_back_as_it_is() -> None:
    assert say("zh", "nowhere.at.all", name="x") == "nowhere.at.all"
    assert not has("nowhere.at.all")


def test_a_missing_parameter_stays_visible_and_nothing_raises() -> None:
    assert "{name}" in say("en", "errors.report_damaged")


def test_an_optional_part_is_left_out_without_its_parameter() -> None:
    assert say("zh", "gaps.dex_damaged") == "程序文件损坏或部分不可读"
    assert say("zh", "gaps.dex_damaged", what="header") == "程序文件损坏或部分不可读（header）"


def test_the_line_of_a_pack_is_left_out_where_it_is_not_known() -> None:
    assert "行" not in say("zh", "errors.pack_wrong", file="a.yaml", line=0, reason="r", fix="f")
    assert "第 3 行" in say("zh", "errors.pack_wrong", file="a.yaml", line=3, reason="r", fix="f")


def test_a_list_of_words_is_translated_word_by_word() -> None:
    assert say("zh", "why.gap", reason="native_code", place="") == "没有读到：本地库中的代码没有读取"
    assert say("en", "report.places", count=1) == "1 place"
    assert say("en", "report.places", count=2) == "2 places"


def test_an_error_becomes_one_line_in_the_users_language() -> None:
    error = UnreadableError("not_a_zip", name="a.apk")
    assert say_error("zh", error).startswith("a.apk：不是安装包")
    assert say_error("en", error).startswith("a.apk: not a package")
    assert say_error("zh", AppscanError("no_such_key", name="a")) == "no_such_key: name=a"


@pytest.mark.parametrize("hostile", ["a\x1b[31mb", "a\u202egpj.apk", "a\nb", "a\u2066b\u2069", "\x07"])
def test_a_parameter_cannot_steer_the_terminal_or_the_reading_direction(hostile: str) -> None:
    line = say_error("zh", UsageError("report_damaged", name=hostile, reason="r"))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", line)


def test_letters_that_an_address_spells_as_bytes_are_read_and_what_is_no_text_stays():
    assert shown("/%E7%A7%AF%E5%88%86.html?a=%20b") == "/积分.html?a=%20b"
    assert shown("/%B4%F2%BF%A8") == "/%B4%F2%BF%A8"
    assert shown("/%E2%80%AEx%3Cb%3E") == "/[U+202E]x%3Cb%3E"


def test_direction_marks_are_spelled_out_and_invisible_characters_removed() -> None:
    assert shown("a\u202eb") == "a[U+202E]b"
    assert shown("打\u200b卡\ufeff") == "打卡"
    assert shown("e" + "\u0301" * 500).count("\u0301") <= 3


def test_what_is_shown_is_bounded() -> None:
    assert len(shown("字" * 10_000_000, 400)) == 400
    assert shown("字" * 401, 400).endswith("…")
    assert shown("字" * 400, 400) == "字" * 400
    assert len(shown("\u202e" * 100_000, 400)) == 400


def test_a_word_of_a_part_of_the_catalogue_within_a_part_is_found() -> None:
    assert say("zh", "desk.refused.role", role="admin") == "此操作需要“管理”权限，请联系管理员。"
    assert say("en", "serving.user", user="x", role="viewer") == "x (viewer)"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_of_another_part_is_left_as_a_placeholder(lang: str) -> None:
    written = re.compile(r"(?<![${])\{(\w+):[\w.]+\}")
    left = [key for key, text in catalogue(lang).items()
            if written.search(say(lang, key, **dict.fromkeys(written.findall(text), "7")))]
    assert left == []
