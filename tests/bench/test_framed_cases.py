"""Menus, heads and feet as sites have them, put around written pages, hide no feature and make up none."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path

import pytest

from appscan.bench.cases import Case, judge_case, read_cases
from appscan.checks import load
from appscan.model.judgement import Verdict

CHECKS = load()
BY_FAMILY = {check.id: replace(CHECKS, checks=(check,)) for check in CHECKS.checks}
ABOUT_THE_FRAME = {"complaint-entry", "filing-number"}
"""What these look for stands in heads and feet."""
PER_FAMILY = 4
PORTAL = ("""<div class="top-bar"><a>登录</a><a>注册</a></div><nav><ul><li><a href="/">首页</a></li>
<li><a>新闻资讯</a></li><li><a>办事服务</a></li><li><a>互动交流</a></li><li><a>旅游景点</a></li>
<li><a>积分商城</a></li></ul></nav>""",
          """<aside><h4>热门新闻</h4><ul><li><a>我县整治指尖上的形式主义 取消打卡签到</a></li>
<li><a>志愿者为居民服务</a></li><li><a>学生暑期安全提示</a></li><li><a>医院预约挂号指南</a></li></ul></aside>
<footer><div class="friend-link"><a>酒店预订</a><a>市民热线</a></div><p>联系我们 | 隐私政策</p></footer>""")
PHONE = ('<div class="page">', """</div><div class="van-tabbar"><a>首页</a><a>商城</a><a>会员</a><a>学习</a>
<a>我的</a></div>
<div class="footer"><a>业主服务</a><a>患者须知</a><a>家长课堂</a></div>""")


def open_pages(*, positive: bool) -> list[Case]:
    """The first open pages of each family."""
    cases = [case for case in read_cases(Path(__file__).parents[2] / "fixtures" / "cases")
             if case.shape == "page" and case.is_positive is positive and not case.is_sealed
             and case.family not in ABOUT_THE_FRAME]
    return [case for _, group in groupby(cases, key=lambda case: case.family) for case in islice(group, PER_FAMILY)]


def framed(case: Case, frame: tuple[str, str]) -> Case:
    body = re.search(r"<body[^>]*>", case.content)
    begin = body.end() if body else 0
    end = case.content.rfind("</body>")
    end = end if end >= 0 else len(case.content)
    parts = case.content[:begin], frame[0], case.content[begin:end], frame[1], case.content[end:]
    return replace(case, content="".join(parts))


@pytest.mark.parametrize("frame", [PORTAL, PHONE], ids=["portal", "phone"])
def test_what_frames_a_page_hides_nothing_in_it(frame: tuple[str, str]) -> None:
    found = [case for case in open_pages(positive=True) if judge_case(case, BY_FAMILY[case.family], []).is_hit]
    assert len({case.family for case in found}) == len(BY_FAMILY) - len(ABOUT_THE_FRAME)
    hidden = [case.id for case in found if not judge_case(framed(case, frame), BY_FAMILY[case.family], []).is_hit]
    assert hidden == []


def test_what_frames_a_page_accuses_nobody() -> None:
    accused = [case.id for case in open_pages(positive=False)
               if judge_case(framed(case, PHONE), BY_FAMILY[case.family], []).verdict is Verdict.LIKELY_VIOLATION]
    assert accused == []
