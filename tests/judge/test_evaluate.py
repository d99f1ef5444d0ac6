"""Conditions follow Kleene: true with matches, false where it was earned, else unknown; near means near."""

from __future__ import annotations

from functools import reduce

import pytest

from appscan.checks.pack import AllOf, AnyOf, Expression, Term, Within, Word
from appscan.judge.data_sets import LIST_LENGTH
from appscan.judge.evaluate import EVERYWHERE, NOWHERE, Evaluator, Outcome, Truth
from appscan.judge.hits import Hit
from appscan.judge.sight import Sight
from appscan.judge.word_list import WordList
from appscan.model.coverage import Kind
from appscan.model.reading import Reading
from tests.shipped import shipped

from .small_readings import page, reading_with

VOCABULARY = shipped().vocabulary
TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
HERE, THERE = "pages/here", "pages/there"
READING = reading_with(
    page(HERE, ("button", "立即签到"), ("label", "考勤"), literals=[("string", "/api/att/list")]),
    page(THERE, ("title", "公告"), ("label", "天气"), calls=["uni.getLocation"]),
    permissions=["android.permission.CAMERA"])
SAID = Term(Kind.TEXT, (Word("考勤"),))
MISSING = Term(Kind.TEXT, (Word("积分"),))
BLIND = Term(Kind.FIELD, (Word("rank"),))
BY_TRUTH: dict[Truth, Expression] = {TRUE: SAID, FALSE: MISSING, UNKNOWN: BLIND}
PAIRS = [(one, other) for one in Truth for other in Truth]


def evaluated(expression: Expression, reading: Reading = READING, blinded: tuple[Kind, ...] = (Kind.FIELD,)) -> Outcome:
    return Evaluator(Sight(reading, VOCABULARY), frozenset(blinded)).evaluate(expression, own)


def own(hit: Hit, _term: Term) -> bool:
    return not hit.origin


def text(word: str) -> Term:
    return Term(Kind.TEXT, (Word(word),))


def both(*items: Expression, none: tuple[Expression, ...] = (), within: Within = Within.SCREEN) -> AllOf:
    return AllOf(items, none, within)


@pytest.mark.parametrize("truth", Truth)
def test_a_term_is_true_seen_false_covered_or_unknown_blinded(truth: Truth) -> None:
    outcome = evaluated(BY_TRUTH[truth])
    assert outcome.truth is truth
    assert bool(outcome.matches) is (truth is TRUE)


@pytest.mark.parametrize("truth", Truth)
def test_what_no_string_says_is_false_wherever_it_stands_and_unknown_where_it_may_hide(truth: Truth) -> None:
    unsaid = text("名次")
    sight = Sight(READING, VOCABULARY)
    sight.learn(WordList(unsaid.words, (unsaid,)))
    assert sight.is_silent(unsaid)
    for items in ((BY_TRUTH[truth], unsaid), (unsaid, BY_TRUTH[truth])):
        assert Evaluator(sight, frozenset({Kind.FIELD})).evaluate(both(*items), own).truth is FALSE
        everything_hides = Evaluator(sight, frozenset({Kind.FIELD, Kind.TEXT}))
        assert everything_hides.evaluate(both(*items), own).truth is UNKNOWN


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_any_is_the_greater_of_two(one: Truth, other: Truth) -> None:
    assert evaluated(AnyOf((BY_TRUTH[one], BY_TRUTH[other]))).truth is max(one, other)


@pytest.mark.parametrize("within", Within)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_is_the_lesser_of_two(one: Truth, other: Truth, within: Within) -> None:
    assert evaluated(both(BY_TRUTH[one], BY_TRUTH[other], within=within)).truth is min(one, other)


@pytest.mark.parametrize("within", [Within.SCREEN, Within.APP])
@pytest.mark.parametrize("truths", [(one,) for one in Truth] + PAIRS)
def test_not_turns_true_and_false_and_leaves_unknown(truths: tuple[Truth, ...], within: Within) -> None:
    turned = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}
    outcome = evaluated(both(SAID, none=tuple(BY_TRUTH[truth] for truth in truths), within=within))
    assert outcome.truth is reduce(min, (turned[truth] for truth in truths), TRUE)


def test_a_false_item_makes_all_false_whatever_is_unknown() -> None:
    assert evaluated(both(BLIND, MISSING, BLIND)).truth is FALSE


def test_things_on_two_screens_are_not_within_a_screen_but_within_the_app() -> None:
    apart = (text("考勤"), text("天气"))
    assert evaluated(both(*apart)).truth is FALSE
    assert set(evaluated(both(*apart, within=Within.APP)).matches) == {HERE}
    assert evaluated(both(text("天气"), Term(Kind.CALL, groups=("location",)))).matches.keys() == {THERE}


def test_things_apart_are_unknown_where_a_blinded_kind_may_stand_nearer() -> None:
    apart = (text("考勤"), Term(Kind.CALL, groups=("location",)))
    assert evaluated(both(*apart)).truth is FALSE
    assert evaluated(both(*apart), blinded=(Kind.CALL,)).truth is UNKNOWN
    assert evaluated(both(*apart), blinded=(Kind.DIALOG,)).truth is FALSE


def test_a_thing_without_a_screen_is_unknown_beside_another_and_not_false() -> None:
    lost = reading_with(page(HERE, ("label", "考勤")), page("", ("label", "天气"), file=""))
    assert evaluated(text("天气"), lost).matches.keys() == {NOWHERE}
    assert evaluated(both(SAID, text("天气")), lost).truth is UNKNOWN
    assert evaluated(both(SAID, text("天气"), within=Within.APP), lost).truth is TRUE


def test_within_an_element_needs_one_element() -> None:
    reading = reading_with(page(HERE, ("label", "考勤统计表"), ("label", "统计"), ("button", "签到")))
    assert evaluated(both(text("考勤"), text("统计"), within=Within.ELEMENT), reading).truth is TRUE
    assert evaluated(both(text("考勤"), text("签到"), within=Within.ELEMENT), reading).truth is FALSE


@pytest.mark.parametrize(("said", "truth"), [("网格员三天没有登录。", TRUE), ("三天后公布。未登录也可查看。", FALSE),
                                             ("三天后公布；未登录也可查看", FALSE)])
def test_within_a_sentence_needs_one_sentence(said: str, truth: Truth) -> None:
    reading = reading_with(page(HERE, ("label", said), ("label", "登录")))
    three, login = (Term(Kind.TEXT, (Word(word),), prose=True) for word in ("三天", "登录"))
    sentence = both(three, login, within=Within.SENTENCE)
    assert evaluated(sentence, reading, ()).truth is truth
    assert evaluated(both(three, login, within=Within.ELEMENT), reading, ()).truth is TRUE
    assert evaluated(sentence, reading, ()).matches.keys() == ({HERE} if truth is TRUE else set())


def test_a_request_stands_in_no_sentence() -> None:
    asked = both(text("考勤"), Term(Kind.ENDPOINT, (Word("att"),)), within=Within.SENTENCE)
    assert evaluated(asked).truth is FALSE


def test_what_stands_in_one_element_stands_on_its_screen() -> None:
    reading = reading_with(page(HERE, ("label", "考勤统计表"), ("button", "签到")), page(THERE, ("button", "签到")))
    inner = both(text("考勤"), text("统计"), within=Within.ELEMENT)
    assert evaluated(inner, reading).matches.keys() == {HERE}
    assert evaluated(both(inner, Term(Kind.CONTROL, (Word("签到"),))), reading).matches.keys() == {HERE}


def test_not_bars_only_the_screen_on_which_it_stands() -> None:
    reading = reading_with(page(HERE, ("label", "签到"), ("label", "酒店")), page(THERE, ("label", "签到")))
    condition = both(text("签到"), none=(text("酒店"),))
    assert evaluated(condition, reading).matches.keys() == {THERE}
    assert evaluated(both(text("签到"), none=(text("酒店"),), within=Within.APP), reading).truth is FALSE


def test_a_permission_stands_on_every_screen() -> None:
    camera = Term(Kind.PERMISSION, (Word("androidpermissioncamera"),))
    assert evaluated(camera).matches.keys() == {EVERYWHERE}
    assert evaluated(both(SAID, camera)).matches.keys() == {HERE}
    assert evaluated(both(camera, camera)).matches.keys() == {EVERYWHERE}


def test_matches_show_the_hits_of_every_item() -> None:
    outcome = evaluated(both(Term(Kind.CONTROL, (Word("签到"),)), AnyOf((MISSING, SAID))))
    assert [(hit.kind, hit.value) for hit in outcome.hits()] == [(Kind.CONTROL, "立即签到"), (Kind.TEXT, "考勤")]


@pytest.mark.parametrize(("role", "name", "asked", "there"), [
    ("key", "totalScore", "score", True), ("member", "totalScore", "score", True),
    ("string", "totalScore", "score", False),
    ("member", "积分", "积分", True), ("key", "今天的积分 是多少", "积分", False),
    ("key", "gridId", "grid", True), ("key", "GridViewFragment", "grid", False), ("key", "readTime", "readtime", True),
    ("key", "readTimeOut", "readtime", False), ("key", "READ_TIMEOUT", "read", False),
    ("key", "connectTimeout", "time", False), ("member", "rankListView", "rank", True),
    ("key", "rankFragment", "rank", True),
    ("key", "pointsRankAdapter", "pointsrank", True), ("key", "rankListView", "list", False),
    ("key", "time_out", "timeout", True), ("key", "signTimeOut", "sign", True)])
def test_a_field_is_a_name_that_a_script_writes_or_reads(role: str, name: str, asked: str, there: bool) -> None:
    reading = reading_with(page(HERE, literals=[(role, name)]))
    assert bool(Sight(reading, VOCABULARY).hits(Term(Kind.FIELD, (Word(asked),)))) is there


@pytest.mark.parametrize(("call", "there"), [
    ("reportTrack", True), ("api.reportTrack", True), ("report.track.open", False), ("trackReport", False)])
def test_a_named_call_is_found_in_scripts_by_its_last_name(call: str, there: bool) -> None:
    reading = reading_with(page(HERE, calls=[call]))
    assert bool(Sight(reading, VOCABULARY).hits(Term(Kind.CALL, named=(Word("reporttrack"),)))) is there


def test_names_that_a_script_reads_make_no_dictionary_of_it() -> None:
    names = [("member", f"name{number}") for number in range(LIST_LENGTH + 1)]
    reading = reading_with(page(HERE, literals=[("string", "考勤"), *names]))
    assert Sight(reading, VOCABULARY).hits(SAID)


@pytest.mark.parametrize(("file", "there"), [("assets/places.json", False), ("assets/www/app.js", True)])
@pytest.mark.parametrize("term", [
    Term(Kind.TEXT, (Word("签到"),), prose=True), Term(Kind.FIELD, (Word("totalscore"),))], ids=["text", "field"])
def test_what_stands_in_a_large_set_of_data_is_of_no_screen(file: str, *, there: bool, term: Term) -> None:
    rows = [("string", f"{number} 号楼") for number in range(LIST_LENGTH + 1)]
    said = [("string", "本馆于早上八点开门，凭票入场，须先在门口的窗口签到再进入展厅参观。"), ("key", "totalScore"),
            ("string", "/score/rank/list")]
    sight = Sight(reading_with(page(HERE, literals=[*rows, *said], file=file)), VOCABULARY)
    assert bool(sight.hits(term)) is there
    assert sight.hits(Term(Kind.ENDPOINT, (Word("rank"),))), "an address is asked wherever it is kept"


@pytest.mark.parametrize(("file", "names", "there"), [
    ("assets/i18n/zh-CN.json", 0, True), ("assets/lang/zh.xml", 0, True), ("assets/strings.properties", 0, True),
    ("assets/www/texts.json", LIST_LENGTH, True), ("assets/places.json", 20, False),
    ("assets/english.json", 20, False)])
def test_a_large_catalogue_of_texts_is_an_interface(file: str, names: int, *, there: bool) -> None:
    rows = [("string", f"{number} 号楼") for number in range(LIST_LENGTH + 1)]
    rows += [("key", f"label.{number}") for number in range(names)]
    said = ("string", "各村干部每天早上八点以前须在村委会门口签到一次，未签到的由乡镇党政办逐人通报。")
    reading = reading_with(page(HERE, literals=[*rows, said], file=file))
    assert bool(Sight(reading, VOCABULARY).hits(Term(Kind.TEXT, (Word("签到"),), prose=True))) is there


def test_a_row_that_fills_a_table_is_no_text() -> None:
    rows = ("INSERT INTO `t_case` VALUES (1, '李某', '在岗', '考勤大队二中队');",
            "insert into t_case(id,name)values(1,'考勤大队二中队')",
            "insert or replace into t_case (id, name) VALUES(1, '考勤大队二中队')",
            "INSERT IGNORE INTO t_case(`name`) VALUES ('考勤大队二中队')")
    asked = "SELECT name AS 考勤 FROM t_case ORDER BY id"
    for text, there in (*((row, False) for row in rows), (asked, True)):
        reading = reading_with(page(HERE, literals=[("string", text)], file="assets/t_case.sql"))
        assert bool(Sight(reading, VOCABULARY).hits(Term(Kind.TEXT, (Word("考勤"),), prose=True))) is there


@pytest.mark.parametrize(("call", "there"), [
    ("wx.cloud.database", True), ("uniCloud.database", True), ("db.collection", False)])
def test_a_database_in_the_cloud_is_a_network_to_send_over(call: str, there: bool) -> None:
    reading = reading_with(page(HERE, calls=[call]))
    assert bool(Sight(reading, VOCABULARY).hits(Term(Kind.CALL, groups=("network_send",)))) is there
