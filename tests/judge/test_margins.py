"""What frames a page speaks against no match in it, save where a condition says so; blocks of links find nothing."""

from __future__ import annotations

import pytest

from appscan.bench.cases import Case, reading_of_case
from appscan.checks import load
from appscan.checks.pack import AllOf, Expression, Term, Within, Word
from appscan.judge.evaluate import Evaluator, Truth
from appscan.judge.hits import Hit
from appscan.judge.judge import judge
from appscan.judge.margins import Margins
from appscan.judge.sight import Sight
from appscan.model.coverage import Kind
from appscan.model.judgement import Presence
from appscan.model.margin import Margin
from appscan.model.reading import Fact, Reading
from appscan.readers.columns import FactRows, StringPool

CHECKS = load()
BODY = "<p>到岗考勤</p>"


def words(text: str, kind: Kind = Kind.TEXT) -> Term:
    return Term(kind, (Word(text),))


def shown(markup: str) -> Reading:
    return reading_of_case(Case("x-p001", "x", "page", Presence.REACHABLE, (), "", f"<body>{markup}</body>"))


def truth(expression: Expression, markup: str) -> Truth:
    def own(hit: Hit, _term: Term) -> bool:
        return not hit.origin

    return Evaluator(Sight(shown(markup), CHECKS.vocabulary), frozenset()).evaluate(expression, own).truth


@pytest.mark.parametrize("within", [Within.SCREEN, Within.APP])
@pytest.mark.parametrize("frame", ["<nav><a>商城</a></nav>", "<footer>商城</footer>", "<aside>商城</aside>",
                                   "<header><button>商城</button></header>", '<div class="related"><a>商城</a></div>'])
def test_a_not_passes_over_what_frames_the_page_and_a_nowhere_does_not(frame: str, within: Within) -> None:
    item, bar = (words("考勤"),), (words("商城"),)
    assert truth(AllOf(item, bar, within), BODY + frame) is Truth.TRUE
    assert truth(AllOf(item, (), within, nowhere=bar), BODY + frame) is Truth.FALSE
    assert truth(AllOf(item, bar, within), BODY + "<p>商城</p>") is Truth.FALSE
    assert truth(AllOf(item, (), within, nowhere=bar), BODY) is Truth.TRUE


def test_what_is_written_at_the_head_of_the_site_says_whose_it_is() -> None:
    barred = AllOf((words("考勤"),), (words("市民"),), Within.SCREEN)
    assert truth(barred, f"<header><span>市民服务</span></header>{BODY}") is Truth.FALSE
    assert truth(barred, f"<nav><span>市民服务</span></nav>{BODY}") is Truth.TRUE


def test_what_keeps_a_bar_from_holding_counts_wherever_it_stands() -> None:
    others = AllOf((words("居民"),), (words("干部"),), Within.SCREEN)
    barred = AllOf((words("考勤"),), (others,), Within.SCREEN)
    assert truth(barred, f"{BODY}<p>居民</p>") is Truth.FALSE
    assert truth(barred, f"{BODY}<p>居民</p><nav>干部管理</nav>") is Truth.TRUE


def test_a_menu_is_an_entry() -> None:
    assert truth(words("考勤", Kind.CONTROL), "<nav><a href=/kq>考勤</a></nav>") is Truth.TRUE


@pytest.mark.parametrize(("block", "presence"), [
    ("<nav>", Presence.REACHABLE), ('<div class="related">', Presence.MENTIONED)])
def test_a_link_to_elsewhere_is_no_entry(block: str, presence: Presence) -> None:
    found = judge(shown(f"{block}<a href=/news/7>村干部上班打卡</a>"), CHECKS).findings
    assert next(one.presence for one in found if one.check_id == "check-in") is presence


@pytest.mark.parametrize("inside", [
    "<button>上班打卡</button>", '<form action="/api/attendance/signIn" method="post"><input name="x"></form>',
    '<p onclick="checkIn()">上班打卡</p>'])
def test_what_is_pressed_sent_or_called_among_links_to_elsewhere_is_there(inside: str) -> None:
    plain, among = (shown(f'<div class="{name}">{inside}</div>') for name in ("plain", "recommend"))
    assert by_check(among) == by_check(plain) != {}


@pytest.mark.parametrize("tag", ["body", "main"])
def test_a_name_of_the_whole_page_makes_no_margin_of_it(tag: str) -> None:
    markup = f'<{tag} class="recommend"><h1>上班打卡</h1></{tag}>'
    page = reading_of_case(Case("x-p001", "x", "page", Presence.REACHABLE, (), "", markup))
    assert by_check(page) == by_check(shown("<h1>上班打卡</h1>")) != {}


def by_check(reading: Reading) -> dict[str, Presence]:
    return {one.check_id: one.presence for one in judge(reading, CHECKS).findings}


def test_a_menu_that_a_bar_names_is_a_margin_and_another_is_not() -> None:
    rows = FactRows(StringPool())
    layout, bar, other = (rows.pool.add(name) for name in ("res/layout/a.xml", "res/menu/bar.xml", "res/menu/more.xml"))
    rows.add(Fact.ATTRIBUTE, Margin.NAVIGATION, role="margin", file=layout, node=1, parent=1)
    rows.add(Fact.ATTRIBUTE, "menu/bar", role="menu", file=layout, node=1, ref=7)
    rows.add(Fact.ATTRIBUTE, "menu/more", role="menu", file=layout, node=2, ref=8)
    margins = Margins(rows.freeze(), rows.pool.freeze(), lambda identifier: {7: [bar], 8: [other]}[identifier])
    assert margins.around(bar, 3) == Margin.NAVIGATION
    assert margins.around(other, 3) == margins.around(layout, 2) == ""
