"""A pack that is wrong stops everything before work starts: with the file, the line and what to do."""

from __future__ import annotations

import ast
import copy
import pickle
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import appscan.checks
from appscan.checks import lint, load, shipped_folder
from appscan.checks.pack import AllOf, AnyOf, Match, Structure, Term, Within, Word
from appscan.errors import PackError
from appscan.model.coverage import Kind
from appscan.model.judgement import Force, Presence
from appscan.texts import LANGUAGES, catalogue, has, say, say_error

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

WEAK_ONE = {"all": [{"text": ["哨"]}], "weak": True}
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    # what is wrong: (changed documents, file that is named, words of the reason)
    "yaml syntax": ({CHECK_FILE: "id: whistle\npresence: {any: [\n"}, CHECK_FILE, ""),
    "a tab": ({CHECK_FILE: "id: whistle\n\ttitle: x\n"}, CHECK_FILE, ""),
    "duplicate key": ({CHECK_FILE: "id: whistle\nid: whistle\n"}, CHECK_FILE, "duplicate key id"),
    "a key that is a list": ({CHECK_FILE: "id: whistle\n? [a]\n: b\n"}, CHECK_FILE, "is not a word"),
    "a date that is none": ({CHECK_FILE: "id: whistle\ndate: 2024-13-45\n"}, CHECK_FILE, "month"),
    "a python object": ({CHECK_FILE: "id: !!python/object:os.system {}\n"}, CHECK_FILE, "python/object"),
    "not UTF-8": ({CHECK_FILE: "id: 打卡".encode("gb18030")}, CHECK_FILE, "codec can't decode"),
    "a control character": ({CHECK_FILE: b"id: \x07\n"}, CHECK_FILE, ""),
    "a list at the top": ({CHECK_FILE: "- id\n"}, CHECK_FILE, "not a mapping"),
    "an empty file": ({CHECK_FILE: ""}, CHECK_FILE, "not a mapping"),
    "a file too large": ({CHECK_FILE: "# " + "x" * (5 << 20)}, CHECK_FILE, "larger than"),
    "nested without end": ({CHECK_FILE: "[" * 4000}, CHECK_FILE, ""),
    "a file that nobody reads": ({"feature/other.yaml": {"id": "other"}}, "feature/other.yaml", "nothing reads this"),
    "id is not the file name": (with_check(id="flute"), CHECK_FILE, "id flute is not the file name"),
    "no id": (with_check(id=None), CHECK_FILE, "id is not the file name"),
    "unknown key": (with_check(presnce={}), CHECK_FILE, "unknown key presnce (is it presence?)"),
    "a key that is a number": ({CHECK_FILE: "7: x\n"}, CHECK_FILE, "7 is not a word"),
    "no presence": (with_check(presence=None), CHECK_FILE, "presence is missing"),
    "empty presence": (with_check(presence={}), CHECK_FILE, "presence is missing"),
    "presence is a list": (with_check(presence=["reachable"]), CHECK_FILE, "presence is not a mapping"),
    "unknown rung of presence": (with_check(presence={"visible": {"text": ["哨"]}}), CHECK_FILE,
                                 "unknown presence visible"),
    "unknown rung of force": (with_check(force={"fine": {"text": ["哨"]}}), CHECK_FILE, "unknown force fine"),
    "unknown tag": (with_check(tags={"sport": {"text": ["哨"]}}), CHECK_FILE, "unknown tags sport"),
    "unknown polarity": (with_check(polarity="forbidden"), CHECK_FILE, "unknown polarity forbidden"),
    "polarity is a list": (with_check(polarity=["banned"]), CHECK_FILE, "unknown polarity"),
    "unknown clause": (with_check(clauses=["RULE-9"]), CHECK_FILE, "unknown clause RULE-9"),
    "no clause is named": (with_check(clauses=[]), CHECK_FILE, "no clause is named"),
    "clauses that are no words": (with_check(clauses=[13]), CHECK_FILE, "clauses: 13 is not a word"),
    "unknown context": (with_check(**{"not": ["tennis"]}), CHECK_FILE, "unknown context tennis"),
    "unknown call group": (reachable({"call": ["teleport"]}), CHECK_FILE, "unknown call group teleport"),
    "unknown call group inside not": (reachable({"all": [{"text": ["哨"]}], "not": [{"call": ["teleport"]}]}),
                                      CHECK_FILE, "unknown call group teleport"),
    "unknown word list": (reachable({"text": "$whistles"}), CHECK_FILE, "no word list $whistles"),
    "unknown word list among words": (reachable({"text": ["哨", "$whistles"]}), CHECK_FILE, "no word list $whistles"),
    "empty word list": (with_check(words={"act": []}), CHECK_FILE, "is empty"),
    "words are a list": (with_check(words=["吹哨"]), CHECK_FILE, "words is not a mapping"),
    "unknown term": (reachable({"button": ["吹哨"]}), CHECK_FILE, "unknown term button"),
    "no words": (reachable({"text": []}), CHECK_FILE, "a list of words is empty"),
    "a word that is a number": (reachable({"text": [110]}), CHECK_FILE, "110 is not a word"),
    "an empty word": (reachable({"text": ["  "]}), CHECK_FILE, "nothing to compare"),
    "a word of signs only": (reachable({"text": ["..."]}), CHECK_FILE, "nothing to compare"),
    "an empty any": (reachable({"any": []}), CHECK_FILE, "an empty "),
    "an empty all": (reachable({"all": []}), CHECK_FILE, "an empty "),
    "an empty not": (reachable({"all": [{"text": ["哨"]}], "not": []}), CHECK_FILE, "an empty "),
    "an empty nowhere": (reachable({"all": [{"text": ["哨"]}], "nowhere": []}), CHECK_FILE, "an empty "),
    "unknown call group inside nowhere": (reachable({"all": [{"text": ["哨"]}], "nowhere": [{"call": ["teleport"]}]}),
                                          CHECK_FILE, "unknown call group teleport"),
    "not without all": (reachable({"not": [{"text": ["哨"]}]}), CHECK_FILE, "unknown term not"),
    "any with not": (reachable({"any": [{"text": ["哨"]}], "not": [{"text": ["哨"]}]}), CHECK_FILE,
                     "not cannot stand beside any"),
    "two terms in one": (reachable({"text": ["哨"], "call": ["location"]}), CHECK_FILE,
                         "one condition has several keys"),
    "a condition that is a word": (reachable("吹哨"), CHECK_FILE, "is not a condition"),
    "conditions too deep": (reachable({"any": [{"any": [{"any": [{"any": [{"text": ["哨"]}]}]}]}]}), CHECK_FILE,
                            "nested too deep"),
    "unknown within": (reachable({"all": [{"text": ["哨"]}], "within": "room"}), CHECK_FILE, "unknown within room"),
    "a weak condition of force": (with_check(force={"consequence": {"any": [WEAK_ONE]}}), CHECK_FILE, "weak: is true"),
    "a weak part of a condition": (reachable({"all": [WEAK_ONE]}), CHECK_FILE, "weak: is true"),
    "a weak condition that must not stand": (reachable({"all": [{"text": ["哨"]}], "not": [WEAK_ONE]}), CHECK_FILE,
                                             "weak: is true"),
    "a weak condition with a name": (with_check(conditions={"blown": {"any": [WEAK_ONE]}}), CHECK_FILE,
                                     "weak: is true"),
    "groups that are no words": (reachable({"call": [7]}), CHECK_FILE, "call needs names of call groups"),
    "a pattern that does not compile": (pattern("(哨"), CHECK_FILE, "does not compile"),
    "a pattern for every text": (pattern("(哨)?"), CHECK_FILE, "holds for every text"),
    "a pattern for every Latin text": (pattern("[a-z]"), CHECK_FILE, "holds for every text"),
    "a pattern for every Han text": (pattern("^\\S{2,8}"), CHECK_FILE, "holds for every text"),
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
    "an unknown kind of example": (with_check(examples={**EXAMPLES, "lost": []}), CHECK_FILE, "unknown key lost"),
    "an unknown example key": (with_check(examples={**EXAMPLES, "found": [{"button": ["吹哨"]}] * 2}), CHECK_FILE,
                               "an example cannot have button"),
    "an example that is a word": (with_check(examples={**EXAMPLES, "found": ["吹哨", "吹哨"]}), CHECK_FILE,
                                  "is not a mapping"),
    "an example of unknown presence": (with_check(examples={"found": [{"text": ["哨"], "presence": "big"}]}),
                                       CHECK_FILE, "unknown presence big"),
    "an example of unknown force": (with_check(examples={"found": [{"text": ["哨"], "force": "big"}]}),
                                    CHECK_FILE, "unknown force big"),
    "an unknown needed kind": (with_check(needs=["text", "smell"]), CHECK_FILE, "unknown kind smell"),
    "no English title": (with_check(title={"zh": "吹哨"}), CHECK_FILE, "title needs zh and en"),
    "a blank question": (with_check(question={"zh": " ", "en": "x"}), CHECK_FILE, "question needs zh and en"),
    "no notice": (with_check(notice=None), CHECK_FILE, "notice needs zh and en"),
    "a limit without marks": (limit(marks=None), "limits/wrapped.yaml", "a strong mark or two weak ones"),
    "a limit with one weak mark": (limit(marks={"weak": [{"name": "a", "entry": ["b"]}]}), "limits/wrapped.yaml",
                                   "a strong mark or two weak ones"),
    "two weak marks of one name": (limit(marks={"weak": [{"name": "a", "entry": ["b"]}] * 2}), "limits/wrapped.yaml",
                                   "different names"),
    "a mark that sees nothing": (limit(marks={"strong": [{"name": "a"}]}), "limits/wrapped.yaml", "nothing to see"),
    "an unknown mark": (limit(marks={"strong": [{"name": "a", "smell": ["b"]}]}), "limits/wrapped.yaml",
                        "unknown key smell"),
    "an unknown structure": (limit(marks={"strong": [{"name": "a", "structure": "tall"}]}), "limits/wrapped.yaml",
                             "unknown structure tall"),
    "a limit that blinds unknown kinds": (limit(blinds=["smell"]), "limits/wrapped.yaml", "unknown kind smell"),
    "a limit that does not say what it blinds": (limit(blinds=None), "limits/wrapped.yaml", "blinds is missing"),
    "a limit of another kind": (limit(kind="check"), "limits/wrapped.yaml", "kind check does not belong here"),
    "a limit of another name": (limit(id="packed"), "limits/wrapped.yaml", "id packed is not the file name"),
    "a limit with the id of a check": ({"limits/whistle.yaml": copy.deepcopy(LIMIT) | {"id": "whistle"}},
                                       "limits/whistle.yaml", "another file has the id whistle"),
    "a context of nothing": (context(words=None), "vocabulary/contexts.yaml", "neither words nor patterns"),
    "a context that explodes": (context(patterns=["(裁+)+判"]), "vocabulary/contexts.yaml", "not bounded"),
    "a context with an unknown tag": (context(effect="tag", tag="sport"), "vocabulary/contexts.yaml", "unknown tag"),
    "a context that tags nothing": (context(effect="tag"), "vocabulary/contexts.yaml", "effect and tag do not fit"),
    "a context with an unknown key": (context(until=["x"]), "vocabulary/contexts.yaml", "unknown key until"),
    "a context that is a word": ({"vocabulary/contexts.yaml": {"football": "裁判"}}, "vocabulary/contexts.yaml",
                                 "football is not a mapping"),
    "a method that is none": (group(methods=["Manager.request"]), "vocabulary/calls.yaml", "is not a method like"),
    "a method that is a number": (group(methods=[7]), "vocabulary/calls.yaml", "7 is not a word"),
    "a group with an unknown key": (group(method=["x"]), "vocabulary/calls.yaml", "unknown key method"),
    "a group without a description": (group(what="x"), "vocabulary/calls.yaml", "what needs zh and en"),
    "groups under another name": ({"vocabulary/calls.yaml": {"calls": {}}}, "vocabulary/calls.yaml",
                                  "unknown key calls"),
    "a condition that nobody has named": (reachable({"is": "at_work"}), CHECK_FILE, "no condition named at_work"),
    "a condition used above its place": (
        with_check(conditions={"one": {"is": "two"}, "two": {"text": ["哨"]}}), CHECK_FILE, "no condition named two"),
    "a condition that is no condition": (
        {"vocabulary/conditions.yaml": {"conditions": {"at_work": "哨"}}}, "vocabulary/conditions.yaml", "哨"),
    "conditions under another name": ({"vocabulary/conditions.yaml": {"named": {}}}, "vocabulary/conditions.yaml",
                                      "unknown key named"),
    "word lists that are words": ({"vocabulary/words.yaml": {"lists": {"fines": 7}}}, "vocabulary/words.yaml",
                                  "fines is not a list"),
    "a library without a name": ({"vocabulary/libraries.yaml": {"prefixes": {"com.lib": None}}},
                                 "vocabulary/libraries.yaml", "com.lib: None is not a word"),
    "a script pattern that does not compile": (
        {"vocabulary/libraries.yaml": {"scripts": [{"file": "(", "library": "L"}]}}, "vocabulary/libraries.yaml",
        "does not compile"),
    "audiences that are words": ({"vocabulary/audience.yaml": {"audiences": {"public": 7}}}, "vocabulary/audience.yaml",
                                 "a list of words is empty"),
    "a word twice": (reachable({"text": ["哨", "吹", "哨"]}), CHECK_FILE, "the word 哨 stands here twice"),
    "a word twice in a list": (with_check(words={"act": ["吹哨", "吹哨"]}), CHECK_FILE,
                             "the word 吹哨 stands here twice"),
    "a word twice in a shared list": ({"vocabulary/words.yaml": {"lists": {"fines": ["扣分", "扣分"]}}},
                                      "vocabulary/words.yaml", "the word 扣分 stands here twice"),
    "a clause named twice": (with_check(clauses=["RULE-1", "RULE-1"]), CHECK_FILE, "RULE-1 stands here twice"),
    "a pattern without its sign": (reachable({"text": ["吹.{0,4}哨"]}), CHECK_FILE, "looks like a pattern"),
    "a pattern without its sign in a shared list": (
        {"vocabulary/words.yaml": {"lists": {"fines": ["(扣|罚)分"]}}}, "vocabulary/words.yaml",
        "looks like a pattern"),
    "a context that is a pattern without its sign": (context(words=["裁.*判"]), "vocabulary/contexts.yaml",
                                                     "looks like a pattern"),
    "unknown audience": (with_check(audience=["pubic"]), CHECK_FILE, "unknown audience pubic (is it public?)"),
    "a third language": (with_check(title={**TEXT, "fr": "x"}), CHECK_FILE, "unknown key fr"),
    "an example that calls nothing known": (
        with_check(examples={"found": [{"call": ["teleport"]}] * 2}), CHECK_FILE, "unknown call group teleport"),
    "an example not found that is reachable": (
        with_check(examples={**EXAMPLES, "not_found": [{"text": ["哨"], "presence": "reachable"}] * 2}), CHECK_FILE,
        "a not_found example cannot say presence: reachable"),
    "an example not found that is bundled": (
        with_check(examples={**EXAMPLES, "not_found": [{"text": ["哨"], "presence": "bundled"}] * 2}), CHECK_FILE,
        "use one of none, mentioned"),
    "an example not found with force": (
        with_check(examples={**EXAMPLES, "not_found": [{"text": ["哨"], "force": "block"}] * 2}), CHECK_FILE,
        "a not_found example cannot say force: block"),
    "a known miss that is reachable": (
        with_check(examples={**EXAMPLES, "known_misses": [{"text": ["哨"], "presence": "reachable"}]}), CHECK_FILE,
        "a known_misses example cannot say presence: reachable"),
    "an example found that is none": (
        with_check(examples={**EXAMPLES, "found": [{"text": ["哨"], "presence": "none"}] * 2}), CHECK_FILE,
        "a found example cannot say presence: none"),
    "libraries under another name": ({"vocabulary/libraries.yaml": {"prefix": {"com.lib": "Lib"}}},
                                     "vocabulary/libraries.yaml", "unknown key prefix (is it prefixes?)"),
    "library prefixes that are a list": ({"vocabulary/libraries.yaml": {"prefixes": ["com.lib"]}},
                                         "vocabulary/libraries.yaml", "prefixes is not a mapping"),
    "a library prefix that is none": ({"vocabulary/libraries.yaml": {"prefixes": {"com/lib/*": "Lib"}}},
                                      "vocabulary/libraries.yaml", "com/lib/* is not the prefix of a package"),
    "a library script with an unknown key": (
        {"vocabulary/libraries.yaml": {"scripts": [{"file": "a", "library": "L", "path": "b"}]}},
        "vocabulary/libraries.yaml", "unknown key path"),
    "library modules that are a mapping": ({"vocabulary/libraries.yaml": {"modules": {"a": "b"}}},
                                           "vocabulary/libraries.yaml", "modules is not a list"),
    "library modules that are numbers": ({"vocabulary/libraries.yaml": {"modules": [7]}}, "vocabulary/libraries.yaml",
                                         "modules: 7 is not a word"),
    "a pack with an unknown key": ({"pack.yaml": {"version": "1", "author": "x"}}, "pack.yaml", "unknown key author"),
    "a version that is a number": ({"pack.yaml": "version: 2026.10"}, "pack.yaml", "version: 2026.1 is not a word"),
    "a pack without a version": ({"pack.yaml": {}}, "pack.yaml", "version: None is not a word"),
    "a regulation with an unknown key": (clauses({"article": 1, "summary": TEXT}, dated="2024"),
                                         "regulations/rule.yaml", "unknown key dated (is it date?)"),
    "a regulation read to an unknown extent": (clauses({"article": 1, "summary": TEXT}, text="hole"),
                                               "regulations/rule.yaml", "unknown text hole (is it whole?)"),
    "a clause with an unknown key": (clauses({"article": 1, "summary": TEXT, "x": 1}), "regulations/rule.yaml",
                                     "unknown key x"),
    "a mapping that holds itself": ({CHECK_FILE: "id: whistle\nwords: &a\n  b: *a\n"}, CHECK_FILE, "holds itself"),
    "a clause without an article": (clauses({"summary": TEXT}), "regulations/rule.yaml", "article is missing"),
    "a clause without a summary": (clauses({"article": 1}), "regulations/rule.yaml", "summary needs zh and en"),
    "a clause that is a word": (clauses("x"), "regulations/rule.yaml", "RULE-1 is not a mapping"),
    "a regulation without a date": (clauses({"article": 1, "summary": TEXT}, date=None), "regulations/rule.yaml",
                                    "date is missing"),
    "a clause twice": ({"regulations/second.yaml": documents()["regulations/rule.yaml"] | {"id": "SECOND"}},
                       "regulations/second.yaml", "duplicate clause RULE-1"),
    "a regulation twice": ({"regulations/second.yaml": documents()["regulations/rule.yaml"]},
                           "regulations/second.yaml", "another file has the id RULE already"),
    "a regulation of no clauses": (clauses({}, clauses={}), "regulations/rule.yaml", "there are no clauses"),
    "a date that is no day": (clauses({"article": 1, "summary": TEXT}, date="2024"), "regulations/rule.yaml",
                              "2024 is not a date"),
    "a place that is none": (clauses({"article": 1, "summary": TEXT}, jurisdiction="浙江"), "regulations/rule.yaml",
                             "浙江 is not a place"),
    "a place written otherwise": (clauses({"article": 1, "summary": TEXT}, jurisdiction="CN-ZJ"),
                                  "regulations/rule.yaml", "CN-ZJ is not a place (is it CN-33?)"),
    "a rank that is a word": (clauses({"article": 1, "summary": TEXT}, rank="high"), "regulations/rule.yaml",
                              "rank cannot be high"),
    "a clause read more than its file": (clauses({"article": 1, "summary": TEXT, "text": "whole"}, text="part"),
                                         "regulations/rule.yaml", "is more than part of the whole file"),
    "a clause of an unknown effect": (clauses({"article": 1, "summary": TEXT, "effect": "forbid"}),
                                      "regulations/rule.yaml", "unknown effect forbid"),
    "a clause of an unknown power": (clauses({"article": 1, "summary": TEXT, "power": "robot"}),
                                     "regulations/rule.yaml", "unknown power robot"),
    "a clause with an unknown exemption": (clauses({"article": 1, "summary": TEXT, "exemption": "specialscene"}),
                                           "regulations/rule.yaml", "unknown exemption specialscene (is it special"),
    "a feature that is no name": (clauses({"article": 1, "summary": TEXT, "feature": "Check in"}),
                                  "regulations/rule.yaml", "feature: Check in is not the name"),
    "a clause of no feature and no reason": (clauses({"article": 1, "summary": TEXT, "feature": []}),
                                             "regulations/rule.yaml", "names no feature and does not say why"),
    "a clause that a machine can tell and none does": (
        clauses({"article": 1, "summary": TEXT, "feature": [], "power": "partial", "beyond": TEXT}),
        "regulations/rule.yaml", "names no feature but says power: partial"),
    "a clause that yields to nobody": (clauses({"article": 1, "summary": TEXT, "yields_to": ["RULE-7"]}),
                                       "regulations/rule.yaml", "unknown clause RULE-7"),
    "a portfolio rule of an unknown kind": (
        {"vocabulary/portfolio.yaml": {"rules": {"one-app": {"kind": "guess", "title": TEXT, "needs": TEXT}}}},
        "vocabulary/portfolio.yaml", "unknown kind guess"),
    "a portfolio rule without a kind": ({"vocabulary/portfolio.yaml": {"rules": {"one-app": {"title": TEXT}}}},
                                        "vocabulary/portfolio.yaml", "unknown kind"),
    "a portfolio rule without its data": (
        {"vocabulary/portfolio.yaml": {"rules": {"one-app": {"kind": "count", "title": TEXT}}}},
        "vocabulary/portfolio.yaml", "needs needs zh and en"),
    "a portfolio rule with the name of a check": (
        {"vocabulary/portfolio.yaml": {"rules": {"whistle": {"kind": "count", "title": TEXT, "needs": TEXT}}}},
        "features/whistle.yaml", "another file has the id whistle"),
    "a file with another ending": ({"features/other.yml": {"id": "other"}}, "features/other.yml",
                                   "does not end in .yaml"),
    "a file with a loud ending": ({"features/other.YAML": {"id": "other"}}, "features/other.YAML",
                                  "does not end in .yaml"),
    "a group that two files define": (
        {"vocabulary/marks.yaml": {"groups": {"location": {"what": TEXT, "attributes": {"a": ["b"]}}}}},
        "vocabulary/marks.yaml", "another file defines the call group location already"),
    "a script pattern that explodes": (
        {"vocabulary/libraries.yaml": {"scripts": [{"file": "(a+)+$", "library": "L"}]}}, "vocabulary/libraries.yaml",
        "can explode"),
    "a module pattern that explodes": ({"vocabulary/libraries.yaml": {"modules": ["^(\\w*x?)*$"]}},
                                       "vocabulary/libraries.yaml", "can explode"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_pack_is_refused_with_file_reason_and_fix(what: str, tmp_path: Path) -> None:
    changed, file, reason = WRONG[what]
    error = error_of(tmp_path, changed)
    assert error.key == "pack_wrong"
    assert error.params["file"] == file
    assert reason in say_error("en", error)
    for lang in LANGUAGES:
        line = say_error(lang, error)
        assert file in line
        assert not re.search(r"\{[a-z]+\}", line), "a parameter is missing"
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
    assert error_of(tmp_path, {CHECK_FILE: text.replace("reachable:", "visible:")}).params["line"] == 7
    assert error_of(tmp_path, {CHECK_FILE: text + "\nid: again"}).params["line"] == 11
    assert error_of(tmp_path, {CHECK_FILE: "# a comment\n\n" + text.replace("whistle", "flute")}).params["line"] == 3


LONG = """id: whistle                       # 1
title: {zh: 哨, en: W}
question:
  zh: 谁吹哨？
  en: Who whistles?
notice: {zh: 哨, en: W}
clauses:
  - RULE-1                        # 8
audience: [public]
polarity: banned                  # 10
words:
  act:
    - 吹哨                        # 13
    - "~吹[^。]{0,9}哨"
  where:
    - location                    # 16
presence:
  reachable:                      # 18
    any:
      - control: $act             # 20
      - all:
          - text:
              - 哨子              # 23
              - $fines
          - call: $where          # 25
        not:
          - {text: [口哨]}        # 27
        within: screen
force:
  consequence: {text: $fines}     # 30
not: [football]
needs: [text, control]            # 32
examples:
  found:
    - {control: [吹哨], presence: reachable}
    - {control: [吹哨]}           # 36
  not_found:
    - {text: [登录], presence: none}
    - {text: [口哨]}              # 39
"""
WORDS_FILE = """# shared
lists:
  fines:
    - 扣分                        # 4
    - 罚款
"""
MISTAKES: dict[str, tuple[str, str, int, str]] = {
    # what is wrong: (what stands there, what is written instead, the line, the reason)
    "unknown clause": ("- RULE-1", "- RULE-9", 8, "unknown_clause"),
    "unknown audience": ("[public]", "[pubic]", 9, "unknown_audience"),
    "unknown polarity": ("banned", "forbidden", 10, "unknown_value"),
    "unknown key": ("polarity:", "polaritty:", 10, "unknown_key"),
    "key twice": ("polarity: banned", "id: whistle", 10, "key_twice"),
    "number as a key": ("  where:", "  7:", 15, "key_not_word"),
    "wrong word": ("- 吹哨   ", "- '...'", 13, "empty_word"),
    "number as a word": ("- 吹哨 ", "- 110 ", 13, "not_word"),
    "number as a word of a term": ("- 哨子", "- 110", 23, "not_word_here"),
    "word twice": ('- "~吹[^。]{0,9}哨"', "- 吹哨", 14, "word_twice"),
    "exploding pattern": ("{0,9}哨", "{0,999}哨", 14, "pattern_too_far"),
    "pattern without its sign": ('"~吹', '"吹', 14, "looks_like_pattern"),
    "pattern that does not compile": ('"~吹', '"~(吹', 14, "pattern_wrong"),
    "unknown call group in a list": ("- location", "- loaction", 16, "unknown_group"),
    "unknown call group": ("call: $where", "call: [loaction]", 25, "unknown_group"),
    "unknown rung": ("  reachable:  ", "  visible:  ", 18, "unknown_value"),
    "word list": ("control: $act", "control: $acts", 20, "unknown_list"),
    "word list among words": ("- $fines", "- $fine", 24, "unknown_list"),
    "unknown term": ("- text:", "- txt:", 22, "unknown_term"),
    "empty not": ("{text: [口哨]}        # 27", "{text: []}", 27, "no_words"),
    "condition that is a word": ("{text: [口哨]}        # 27", "口哨", 27, "not_condition"),
    "unknown within": ("within: screen", "within: room", 28, "unknown_value"),
    "key beside": ("within: screen", "with: screen", 28, "key_beside"),
    "weak that is a word": ("within: screen", "weak: maybe", 28, "weak_misplaced"),
    "unknown force": ("  consequence:", "  fine:", 30, "unknown_value"),
    "unknown context": ("[football]", "[footbal]", 31, "unknown_context"),
    "kind": ("needs: [text, control]", "needs: [text, smell]", 32, "unknown_value"),
    "example key": ("- {control: [吹哨]}", "- {button: [吹哨]}", 36, "example_key"),
    "example presence": ("presence: none", "presence: reachable", 38, "example_presence"),
    "example": ("- {text: [口哨]}              # 39", "- 口哨", 39, "row_not_mapping"),
    "yaml": ("needs: [text, control]", "needs: [text, control", 33, "yaml_wrong"),
    "question": ("  en: Who whistles?", "  eng: Who whistles?", 3, "not_bilingual"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_the_line_of_the_word_that_is_wrong_is_named_however_long_the_file(what: str, tmp_path: Path) -> None:
    old, new, line, reason = MISTAKES[what]
    assert loaded(tmp_path, {CHECK_FILE: LONG, "vocabulary/words.yaml": WORDS_FILE})
    assert LONG.count(old) == 1
    error = error_of(tmp_path, {CHECK_FILE: LONG.replace(old, new), "vocabulary/words.yaml": WORDS_FILE})
    assert (error.params["file"], error.params["line"], error.params["reason"]) == (CHECK_FILE, line, reason)


def test_a_condition_with_a_name_stands_for_what_it_holds(tmp_path: Path) -> None:
    shared = {"conditions": {"fined": {"text": "$fines"}, "at_work": {"any": [{"is": "fined"}, {"text": ["岗"]}]}}}
    own = {"blown": {"all": [{"is": "at_work"}, {"control": "$act"}]}}
    check = loaded(tmp_path, with_check(conditions=own, presence={"reachable": {"is": "blown"}}) | {
        "vocabulary/conditions.yaml": shared}).checks[0]
    written = {"all": [{"any": [{"text": "$fines"}, {"text": ["岗"]}]}, {"control": "$act"}]}
    assert check.presence == loaded(tmp_path, with_check(presence={"reachable": written})).checks[0].presence


def test_a_condition_that_several_checks_share_is_one_object(tmp_path: Path) -> None:
    second = {"features/horn.yaml": {**CHECK, "id": "horn", "presence": {"reachable": {"is": "fined"}}}}
    one, other = loaded(tmp_path, with_check(presence={"reachable": {"is": "fined"}}) | second | {
        "vocabulary/conditions.yaml": {"conditions": {"fined": {"text": "$fines"}}}}).checks
    assert one.presence[Presence.REACHABLE] is other.presence[Presence.REACHABLE]


def test_a_wrong_word_of_a_shared_list_is_named_where_it_is_written(tmp_path: Path) -> None:
    error = error_of(tmp_path, {CHECK_FILE: LONG, "vocabulary/words.yaml": WORDS_FILE.replace("扣分", "'~(扣分'")})
    assert (error.params["file"], error.params["line"]) == ("vocabulary/words.yaml", 4)


def test_lines_in_the_vocabulary_and_the_regulations_are_those_of_the_mistake(tmp_path: Path) -> None:
    calls = "groups:\n  location:\n    what: {zh: 位, en: P}\n    methods:\n      - La/B;->c\n      - a.B.c\n"
    libraries = "prefixes:\n  com.lib: Lib\n  com.*: All\n"
    rule = ("title: {zh: 规, en: R}\ndate: 2024-01-01\njurisdiction: CN\nclauses:\n  RULE-1:\n    article: 1\n"
            "    summary: {zh: 规, en: R}\n    sumary: x\n")
    football = "football:\n  what: {zh: 球, en: F}\n  words:\n    - 球\n    - 裁.*判\n"
    for name, text, line in (("vocabulary/calls.yaml", calls, 6), ("vocabulary/libraries.yaml", libraries, 3),
                             ("regulations/rule.yaml", rule, 8), ("vocabulary/contexts.yaml", football, 5)):
        error = error_of(tmp_path, documents() | {name: text})
        assert (error.params["file"], error.params["line"]) == (name, line)


def test_every_reason_and_mend_is_said_in_both_languages(tmp_path: Path) -> None:
    error = error_of(tmp_path, with_check(clauses=["RULE-9"]))
    assert say_error("zh", error) == ("规则文件 features/whistle.yaml 第 1 行有误：没有条款 RULE-9（是不是 RULE-1？）。"
                                      "修改办法：在 regulations/ 中定义，或改正编号。")
    assert "unknown clause RULE-9 (is it RULE-1?)" in say_error("en", error)
    calls = [node for path in Path(appscan.checks.__file__).parent.glob("*.py")
             for node in ast.walk(ast.parse(path.read_text("utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fail"]
    reasons = {ast.literal_eval(call.args[1]) for call in calls} | {"no_packs", "folder_unreadable"}
    mends = {ast.literal_eval(call.args[2] if len(call.args) > 2 else call.args[1]) for call in calls}
    said = {key for key in catalogue("zh") if has(key) and key.startswith(("pack.", "pack_fix."))}
    assert said == {f"pack.{reason}" for reason in reasons} | {
        f"pack_fix.{mend}" for mend in mends | {"no_packs", "folder_unreadable"}}


def test_a_word_of_a_pack_cannot_steer_the_terminal(tmp_path: Path) -> None:
    error = error_of(tmp_path, with_check(clauses=["\u202eRULE\x1b[31m"]))
    assert not re.search("[\x00-\x1f\u202e]", say_error("zh", error))
    assert "{close}" not in say("en", "pack.unknown_clause", clause="{close}", close="")[:20]


def test_the_values_of_a_pack_are_plain_and_can_be_sent_to_another_process(tmp_path: Path) -> None:
    checks = loaded(tmp_path, {CHECK_FILE: LONG, "vocabulary/words.yaml": WORDS_FILE})
    assert pickle.loads(pickle.dumps(checks)) == checks
    assert b"Token" not in pickle.dumps(checks)


def test_an_alias_and_a_merged_key_stand_for_the_same_values(tmp_path: Path) -> None:
    text = LONG.replace("title: {zh: 哨, en: W}", "title: &name {zh: 哨, en: W}")
    for written in ("notice: *name", "notice: {<<: *name, en: W}"):
        check = loaded(tmp_path, {CHECK_FILE: text.replace("notice: {zh: 哨, en: W}", written)}).checks[0]
        assert check.notice == check.title == {"zh": "哨", "en": "W"}


def test_a_folder_without_packs_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(PackError) as caught:
            load(folder)
        assert caught.value.params["reason"] == "no_packs"
        assert str(folder) in say_error("zh", caught.value)


def test_lint_gives_the_error_that_load_raises_and_nothing_for_a_right_pack(tmp_path: Path) -> None:
    assert lint(write(tmp_path)) == []
    write(tmp_path, with_check(id="flute"))
    assert [error.params["reason"] for error in lint(tmp_path)] == ["id_not_file"]


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


def test_what_must_stand_nowhere_is_kept_apart_from_what_must_not_stand_beside(tmp_path: Path) -> None:
    changed = with_check(presence={"reachable": {"all": [{"text": ["哨"]}], "not": [{"text": ["酒店"]}],
                                                 "nowhere": [{"text": ["商城"]}]}})
    condition = loaded(tmp_path, changed).checks[0].presence[Presence.REACHABLE]
    assert condition == AllOf((Term(Kind.TEXT, (Word("哨"),)),), (Term(Kind.TEXT, (Word("酒店"),)),), Within.SCREEN,
                              nowhere=(Term(Kind.TEXT, (Word("商城"),)),))


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
                assert set(error.params) >= {"file", "line", "reason", "fix"}
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
