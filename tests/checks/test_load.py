"""A pack that is wrong stops everything before work starts: with the file, the line and what to do."""

from __future__ import annotations

import copy
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appscan.checks import lint, load, shipped_folder
from appscan.checks.pack import AllOf, AnyOf, Match, Structure, Term, Within, Word
from appscan.errors import PackError
from appscan.model.coverage import Kind
from appscan.model.judgement import Force, Presence

from .small_packs import CHECK, LIMIT, TEXT, documents, error_of, loaded, with_check, write, write_files

CHECK_FILE = "features/whistle.yaml"


def reachable(condition: Any) -> dict[str, Any]:
    return with_check(presence={"reachable": condition})


def pattern(expression: str) -> dict[str, Any]:
    return reachable({"text": ["~" + expression]})


def limit(**changes: Any) -> dict[str, Any]:
    return {"limits/wrapped.yaml": {key: value for key, value in (copy.deepcopy(LIMIT) | changes).items()
                                    if value is not None}}


def context(**changes: Any) -> dict[str, Any]:
    whole = {"what": TEXT, "words": ["裁判"]} | changes
    return {"vocabulary/contexts.yaml": {"football": {key: value for key, value in whole.items() if value is not None}}}


def group(**changes: Any) -> dict[str, Any]:
    return {"vocabulary/calls.yaml": {"groups": {"location": {"what": TEXT} | changes}}}


def clauses(clause: Any, **changes: Any) -> dict[str, Any]:
    return {"regulations/rule.yaml": {"title": TEXT, "date": "2024-01-01", "jurisdiction": "CN",
                                      "clauses": {"RULE-1": clause}} | changes}


EXAMPLES: dict[str, Any] = CHECK["examples"]

WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    # what is wrong: (changed documents, file that is named, words of the reason)
    "yaml syntax": ({CHECK_FILE: "id: whistle\npresence: {any: [\n"}, CHECK_FILE, ""),
    "a tab": ({CHECK_FILE: "id: whistle\n\ttitle: x\n"}, CHECK_FILE, ""),
    "duplicate key": ({CHECK_FILE: "id: whistle\nid: whistle\n"}, CHECK_FILE, "duplicate key 'id'"),
    "a key that is a list": ({CHECK_FILE: "id: whistle\n? [a]\n: b\n"}, CHECK_FILE, "a key is not a word"),
    "a date that is none": ({CHECK_FILE: "id: whistle\ndate: 2024-13-45\n"}, CHECK_FILE, "month"),
    "a python object": ({CHECK_FILE: "id: !!python/object:os.system {}\n"}, CHECK_FILE, "python/object"),
    "not UTF-8": ({CHECK_FILE: "id: 打卡".encode("gb18030")}, CHECK_FILE, "codec can't decode"),
    "a control character": ({CHECK_FILE: b"id: \x07\n"}, CHECK_FILE, ""),
    "a list at the top": ({CHECK_FILE: "- id\n"}, CHECK_FILE, "not a mapping"),
    "an empty file": ({CHECK_FILE: ""}, CHECK_FILE, "not a mapping"),
    "a file too large": ({CHECK_FILE: "# " + "x" * (5 << 20)}, CHECK_FILE, "larger than"),
    "nested without end": ({CHECK_FILE: "[" * 4000}, CHECK_FILE, ""),
    "a file that nobody reads": ({"feature/other.yaml": {"id": "other"}}, "feature/other.yaml", "nothing reads this"),
    "id is not the file name": (with_check(id="flute"), CHECK_FILE, "id 'flute' is not the file name"),
    "no id": (with_check(id=None), CHECK_FILE, "id None is not the file name"),
    "unknown key": (with_check(presnce={}), CHECK_FILE, "unknown keys ['presnce']"),
    "a key that is a number": ({CHECK_FILE: "7: x\n"}, CHECK_FILE, "7 is not a word"),
    "no presence": (with_check(presence=None), CHECK_FILE, "presence is missing"),
    "empty presence": (with_check(presence={}), CHECK_FILE, "presence is missing"),
    "presence is a list": (with_check(presence=["reachable"]), CHECK_FILE, "presence is not a mapping"),
    "unknown rung of presence": (with_check(presence={"visible": {"text": ["哨"]}}), CHECK_FILE, "rung 'visible'"),
    "unknown rung of force": (with_check(force={"fine": {"text": ["哨"]}}), CHECK_FILE, "unknown rung 'fine'"),
    "unknown tag": (with_check(tags={"sport": {"text": ["哨"]}}), CHECK_FILE, "unknown rung 'sport'"),
    "unknown polarity": (with_check(polarity="forbidden"), CHECK_FILE, "unknown polarity 'forbidden'"),
    "polarity is a list": (with_check(polarity=["banned"]), CHECK_FILE, "unknown polarity"),
    "unknown clause": (with_check(clauses=["RULE-9"]), CHECK_FILE, "unknown clause RULE-9"),
    "no clause": (with_check(clauses=[]), CHECK_FILE, "no clause"),
    "clauses that are no words": (with_check(clauses=[13]), CHECK_FILE, "clauses: 13 is not a word"),
    "unknown context": (with_check(**{"not": ["tennis"]}), CHECK_FILE, "unknown context tennis"),
    "unknown call group": (reachable({"call": ["teleport"]}), CHECK_FILE, "unknown call group teleport"),
    "unknown call group inside not": (reachable({"all": [{"text": ["哨"]}], "not": [{"call": ["teleport"]}]}),
                                      CHECK_FILE, "unknown call group teleport"),
    "unknown word list": (reachable({"text": "$whistles"}), CHECK_FILE, "no word list $whistles"),
    "unknown word list among words": (reachable({"text": ["哨", "$whistles"]}), CHECK_FILE, "no word list $whistles"),
    "empty word list": (with_check(words={"act": []}), CHECK_FILE, "is empty"),
    "words are a list": (with_check(words=["吹哨"]), CHECK_FILE, "words is not a mapping"),
    "unknown term": (reachable({"button": ["吹哨"]}), CHECK_FILE, "unknown term 'button'"),
    "no words": (reachable({"text": []}), CHECK_FILE, "a list of words is empty"),
    "a word that is a number": (reachable({"text": [110]}), CHECK_FILE, "110 is not a word"),
    "an empty word": (reachable({"text": ["  "]}), CHECK_FILE, "empty word"),
    "a word of signs only": (reachable({"text": ["..."]}), CHECK_FILE, "empty word"),
    "an empty any": (reachable({"any": []}), CHECK_FILE, "an empty any, all or not"),
    "an empty all": (reachable({"all": []}), CHECK_FILE, "an empty any, all or not"),
    "an empty not": (reachable({"all": [{"text": ["哨"]}], "not": []}), CHECK_FILE, "an empty any, all or not"),
    "not without all": (reachable({"not": [{"text": ["哨"]}]}), CHECK_FILE, "unknown term 'not'"),
    "any with not": (reachable({"any": [{"text": ["哨"]}], "not": [{"text": ["哨"]}]}), CHECK_FILE, "unexpected keys"),
    "two terms in one": (reachable({"text": ["哨"], "call": ["location"]}), CHECK_FILE, "one condition has the keys"),
    "a condition that is a word": (reachable("吹哨"), CHECK_FILE, "is not a condition"),
    "conditions too deep": (reachable({"any": [{"any": [{"any": [{"any": [{"text": ["哨"]}]}]}]}]}), CHECK_FILE,
                            "nested too deep"),
    "unknown within": (reachable({"all": [{"text": ["哨"]}], "within": "room"}), CHECK_FILE, "unknown within 'room'"),
    "groups that are no words": (reachable({"call": [7]}), CHECK_FILE, "call needs names of call groups"),
    "a pattern that does not compile": (pattern("(哨"), CHECK_FILE, "does not compile"),
    "a pattern for every text": (pattern("(哨)?"), CHECK_FILE, "holds for every text"),
    "an unbounded any": (pattern("吹.*哨"), CHECK_FILE, "not bounded"),
    "an unbounded class": (pattern("吹[^。]+哨"), CHECK_FILE, "not bounded"),
    "an open repetition": (pattern("吹[^。]{2,}哨"), CHECK_FILE, "not bounded"),
    "nested quantifiers": (pattern("(吹+)+哨"), CHECK_FILE, "not bounded"),
    "nested bounded quantifiers": (pattern("((吹{1,9}){1,9}){1,9}哨"), CHECK_FILE, "can explode"),
    "a nested option": (pattern("(?:吹?[^。]){1,8}哨"), CHECK_FILE, "can explode"),
    "a group repeated often": (pattern("(吹|吹吹){1,60}哨"), CHECK_FILE, "can explode"),
    "too many repetitions": (pattern("[^。]{0,99}吹[^。]{0,99}哨"), CHECK_FILE, "can explode"),
    "a repetition too far": (pattern("吹[^。]{0,200}哨"), CHECK_FILE, "may span at most 120"),
    "examples are missing": (with_check(examples=None), CHECK_FILE, "fewer than 2 found"),
    "one example only": (with_check(examples={**EXAMPLES, "not_found": EXAMPLES["not_found"][:1]}), CHECK_FILE,
                         "fewer than 2 found and 2 not_found"),
    "examples are a list": (with_check(examples=EXAMPLES["found"]), CHECK_FILE, "examples is not a mapping"),
    "an unknown kind of example": (with_check(examples={**EXAMPLES, "lost": []}), CHECK_FILE, "unknown keys ['lost']"),
    "an unknown example key": (with_check(examples={**EXAMPLES, "found": [{"button": ["吹哨"]}] * 2}), CHECK_FILE,
                               "unknown example keys ['button']"),
    "an example that is a word": (with_check(examples={**EXAMPLES, "found": ["吹哨", "吹哨"]}), CHECK_FILE,
                                  "is not a mapping"),
    "an example of unknown presence": (with_check(examples={"found": [{"text": ["哨"], "presence": "big"}]}),
                                       CHECK_FILE, "unknown presence 'big'"),
    "an example of unknown force": (with_check(examples={"found": [{"text": ["哨"], "force": "big"}]}),
                                    CHECK_FILE, "unknown force 'big'"),
    "an unknown needed kind": (with_check(needs=["text", "smell"]), CHECK_FILE, "unknown kind 'smell'"),
    "no English title": (with_check(title={"zh": "吹哨"}), CHECK_FILE, "title needs zh and en"),
    "a blank question": (with_check(question={"zh": " ", "en": "x"}), CHECK_FILE, "question needs zh and en"),
    "no notice": (with_check(notice=None), CHECK_FILE, "notice needs zh and en"),
    "a limit without marks": (limit(marks=None), "limits/wrapped.yaml", "a strong mark or two weak ones"),
    "a limit with one weak mark": (limit(marks={"weak": [{"name": "a", "entry": ["b"]}]}), "limits/wrapped.yaml",
                                   "a strong mark or two weak ones"),
    "two weak marks of one name": (limit(marks={"weak": [{"name": "a", "entry": ["b"]}] * 2}), "limits/wrapped.yaml",
                                   "different names"),
    "a mark that sees nothing": (limit(marks={"strong": [{"name": "a"}]}), "limits/wrapped.yaml", "something to see"),
    "an unknown mark": (limit(marks={"strong": [{"name": "a", "smell": ["b"]}]}), "limits/wrapped.yaml", "['smell']"),
    "an unknown structure": (limit(marks={"strong": [{"name": "a", "structure": "tall"}]}), "limits/wrapped.yaml",
                             "unknown structure 'tall'"),
    "a limit that blinds unknown kinds": (limit(blinds=["smell"]), "limits/wrapped.yaml", "unknown kind 'smell'"),
    "a limit that does not say what it blinds": (limit(blinds=None), "limits/wrapped.yaml", "blinds is missing"),
    "a limit of another kind": (limit(kind="check"), "limits/wrapped.yaml", "kind 'check' does not belong here"),
    "a limit of another name": (limit(id="packed"), "limits/wrapped.yaml", "id 'packed' is not the file name"),
    "a limit with the id of a check": ({"limits/whistle.yaml": copy.deepcopy(LIMIT) | {"id": "whistle"}},
                                       "limits/whistle.yaml", "duplicate id whistle"),
    "a context of nothing": (context(words=None), "vocabulary/contexts.yaml", "neither words nor patterns"),
    "a context that explodes": (context(patterns=["(裁+)+判"]), "vocabulary/contexts.yaml", "not bounded"),
    "a context with an unknown tag": (context(effect="tag", tag="sport"), "vocabulary/contexts.yaml", "unknown tag"),
    "a context that tags nothing": (context(effect="tag"), "vocabulary/contexts.yaml", "effect and tag do not fit"),
    "a context with an unknown key": (context(until=["x"]), "vocabulary/contexts.yaml", "unknown keys ['until']"),
    "a context that is a word": ({"vocabulary/contexts.yaml": {"football": "裁判"}}, "vocabulary/contexts.yaml",
                                 "football is not a mapping"),
    "a method that is none": (group(methods=["Manager.request"]), "vocabulary/calls.yaml", "is not Lpkg/Class;->"),
    "a method that is a number": (group(methods=[7]), "vocabulary/calls.yaml", "7 is not a word"),
    "a group with an unknown key": (group(method=["x"]), "vocabulary/calls.yaml", "unknown keys ['method']"),
    "a group without a description": (group(what="x"), "vocabulary/calls.yaml", "what needs zh and en"),
    "groups under another name": ({"vocabulary/calls.yaml": {"calls": {}}}, "vocabulary/calls.yaml", "unknown keys"),
    "word lists that are words": ({"vocabulary/words.yaml": {"lists": {"fines": 7}}}, "vocabulary/words.yaml",
                                  "fines is not a list"),
    "a library without a name": ({"vocabulary/libraries.yaml": {"prefixes": {"com.lib": None}}},
                                 "vocabulary/libraries.yaml", "com.lib: None is not a word"),
    "a script pattern that does not compile": (
        {"vocabulary/libraries.yaml": {"scripts": [{"file": "(", "library": "L"}]}}, "vocabulary/libraries.yaml",
        "does not compile"),
    "audiences that are words": ({"vocabulary/audience.yaml": {"audiences": {"public": 7}}}, "vocabulary/audience.yaml",
                                 "a list of words is empty"),
    "a clause without an article": (clauses({"summary": TEXT}), "regulations/rule.yaml", "article is missing"),
    "a clause without a summary": (clauses({"article": 1}), "regulations/rule.yaml", "summary needs zh and en"),
    "a clause that is a word": (clauses("x"), "regulations/rule.yaml", "RULE-1 is not a mapping"),
    "a regulation without a date": (clauses({"article": 1, "summary": TEXT}, date=None), "regulations/rule.yaml",
                                    "date is missing"),
    "a clause twice": ({"regulations/second.yaml": documents()["regulations/rule.yaml"]}, "regulations/second.yaml",
                       "duplicate clause RULE-1"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_pack_is_refused_with_file_reason_and_fix(what: str, tmp_path: Path) -> None:
    changed, file, reason = WRONG[what]
    error = error_of(tmp_path, changed)
    assert error.key == "pack_wrong"
    assert error.params["file"] == file
    assert reason in str(error.params["reason"])
    assert str(error.params["fix"]).strip()
    assert isinstance(error.params["line"], int)
    assert error.params["line"] >= 0


def test_the_line_named_is_the_line_of_the_mistake(tmp_path: Path) -> None:
    text = """id: whistle
title: {zh: 哨, en: W}
question: {zh: 哨, en: W}
notice: {zh: 哨, en: W}
clauses: [RULE-1]
presence:
  reachable:
    any:
      - {control: [吹哨]}
      - {text: [哨], call: [location]}"""
    assert error_of(tmp_path, {CHECK_FILE: text}).params["line"] == 10
    assert error_of(tmp_path, {CHECK_FILE: text.replace("reachable:", "visible:")}).params["line"] == 8
    assert error_of(tmp_path, {CHECK_FILE: text + "\nid: again"}).params["line"] == 11
    assert error_of(tmp_path, {CHECK_FILE: "# a comment\n\n" + text.replace("whistle", "flute")}).params["line"] == 3


def test_a_folder_without_packs_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(PackError) as caught:
            load(folder)
        assert caught.value.params["reason"] == "no packs here"


def test_lint_gives_the_error_that_load_raises_and_nothing_for_a_right_pack(tmp_path: Path) -> None:
    assert lint(write(tmp_path)) == []
    write(tmp_path, with_check(id="flute"))
    assert [error.params["reason"] for error in lint(tmp_path)] == ["id 'flute' is not the file name"]


def test_a_right_pack_becomes_the_values_it_says(tmp_path: Path) -> None:
    checks = loaded(tmp_path)
    check = checks.checks[0]
    assert check.presence[Presence.MENTIONED] == Term(Kind.TEXT, (Word("吹哨"),), prose=True)
    assert check.presence[Presence.REACHABLE] == AnyOf((
        Term(Kind.CONTROL, (Word("吹哨"), Word("whistlenow"))),
        AllOf((Term(Kind.TEXT, (Word("哨子"),)), Term(Kind.CALL, groups=("location",))), (), Within.SCREEN)))
    assert check.force[Force.CONSEQUENCE] == Term(Kind.TEXT, (Word("扣分"), Word("罚款")))
    assert check.needs == (Kind.CALL, Kind.CONTROL, Kind.TEXT)
    assert (check.polarity, check.contexts, check.clauses) == ("banned", ("football",), ("RULE-1",))
    assert [example.screen for example in check.found] == [{"control": ("吹哨",)}, {"control": ("Whistle now",)}]
    limit_ = checks.limits[0]
    assert limit_.strong[0].component == ("com.wrap.Stub",)
    assert limit_.weak[1].structure is Structure.FEW_CLASSES
    assert checks.clauses["RULE-1"].quotable
    assert checks.vocabulary.libraries == {"com.lib": "Lib"}
    assert checks.vocabulary.audiences == {"public": (Word("市民"),)}
    assert checks.version == "test.1"


def test_files_of_the_vocabulary_may_be_missing(tmp_path: Path) -> None:
    changed = with_check(force=None, presence={"reachable": {"control": ["吹哨"]}}, **{"not": None})
    left_out = {name: None for name in documents() if name.startswith(("vocabulary/", "limits/", "pack"))}
    checks = loaded(tmp_path, {**changed, **left_out})
    assert [check.id for check in checks.checks] == ["whistle"]
    assert checks.version == "0"


def test_the_digest_is_of_content_and_names_and_not_of_the_folder(tmp_path: Path) -> None:
    first = loaded(tmp_path / "one").digest
    shutil.copytree(tmp_path / "one", tmp_path / "two" / "deeper")
    assert load(tmp_path / "two" / "deeper").digest == first
    assert len(first) == 64
    (tmp_path / "one" / "notes.txt").write_text("not a pack")
    assert load(tmp_path / "one").digest == first
    with (tmp_path / "one" / "vocabulary" / "words.yaml").open("a") as file:
        file.write("# a comment counts\n")
    assert load(tmp_path / "one").digest != first
    write(tmp_path / "two" / "deeper", {"regulations/rule.yaml": None,
                                        "regulations/renamed.yaml": documents()["regulations/rule.yaml"]})
    assert load(tmp_path / "two" / "deeper").digest != first


def test_a_check_may_use_lists_of_its_own_over_shared_ones(tmp_path: Path) -> None:
    checks = loaded(tmp_path, with_check(words={"act": ["吹哨"], "fines": ["点名"]}))
    assert checks.checks[0].force[Force.CONSEQUENCE] == Term(Kind.TEXT, (Word("点名"),))


def test_a_word_list_may_stand_among_words_and_groups_may_stand_in_lists(tmp_path: Path) -> None:
    changed = with_check(words={"act": ["吹哨"], "where": ["location", "#sendgps"]},
                         presence={"reachable": {"all": [{"text": ["哨", "$act", "=哨子"]}, {"call": "$where"}]}})
    condition = loaded(tmp_path, changed).checks[0].presence[Presence.REACHABLE]
    assert condition == AllOf((Term(Kind.TEXT, (Word("哨"), Word("吹哨"), Word("哨子", Match.WHOLE))),
                               Term(Kind.CALL, groups=("location",), named=(Word("sendgps"),))), (), Within.SCREEN)


def _nodes(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _nodes(value, (*path, key))


def test_whatever_node_is_exchanged_the_pack_is_accepted_or_refused_and_never_breaks(tmp_path: Path) -> None:
    places = [(name, path) for name, node in documents().items() for path in _nodes(node)]
    chance = random.Random(7)
    write(tmp_path)
    for name, path in places:
        for other in chance.sample([None, "", "词", 7, -1.5, True, [], {}, [[]], [{}], {"词": "词"}, ["词"]], 2):
            changed = documents()[name]
            if path:
                owner = changed
                for key in path[:-1]:
                    owner = owner[key]
                owner[path[-1]] = other
            else:
                changed = other if isinstance(other, (dict, list)) else {"x": other}
            write_files(tmp_path, {name: changed})
            for error in lint(tmp_path):
                assert set(error.params) == {"file", "line", "reason", "fix"}
        write_files(tmp_path, {name: documents()[name]})


# ---------------------------------------------------------------- the shipped packs


def test_the_shipped_packs_load_with_all_patterns_tried() -> None:
    checks = load(shipped_folder())
    assert {check.id for check in checks.checks} >= {"check-in", "points-ranking", "online-duration", "media-upload",
                                                    "track-upload", "install-rate"}
    assert {limit.id for limit in checks.limits} >= {"packed", "remote-shell", "encrypted-bundle"}
    assert checks == load()


def test_packs_are_shipped_ones_only_byte_for_byte(tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(shipped_folder(), copied)
    assert load().shipped
    assert load(copied).shipped
    check = copied / "features" / "check-in.yaml"
    check.write_text(check.read_text("utf-8") + "# softened\n", "utf-8")
    assert not load(copied).shipped


def test_no_check_names_a_platform() -> None:
    for path in sorted((shipped_folder() / "features").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for word in ("Landroid", "Landroidx", "uni.", "wx.", "dd.", "plus.", "android.", "javax", "();"):
            assert word not in text, f"{path.name}: {word} belongs to vocabulary/calls.yaml"


def test_every_limit_has_its_advice_and_every_blinded_kind_is_one_that_code_adds() -> None:
    for limit_ in load().limits:
        assert limit_.advice["zh"] != limit_.advice["en"]
        assert Kind.PERMISSION not in limit_.blinds
        assert Kind.COMPONENT not in limit_.blinds
