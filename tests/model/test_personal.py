"""Claims about personal data: numbers of persons and labelled names are covered, what only looks like them stays."""

from __future__ import annotations

import pytest

from appscan.model.personal import Placed, looks_like_name, masked, person_boxes, person_in, persons


@pytest.mark.parametrize(("text", "covered"), [
    ("联系电话 13800001234", "联系电话 138****1234"),
    ("请拨打13800001234，或", "请拨打138****1234，或"),
    ("拨打138 0000 1234或138-0000-1234", "拨打138****1234或138****1234"),
    ("身份证 11010519491231002X", "身份证 110105***********X"),
    ("姓名：张三，男", "姓名：张*，男"),
    ("联系人：欧阳明月", "联系人：欧***"),
    ("姓名：阿依古丽·买买提", "姓名：阿****"),
])
def test_numbers_and_labelled_names_are_covered(text: str, covered: str) -> None:
    found = masked(text)
    assert found == covered
    assert masked(found) == found


@pytest.mark.parametrize("text", [
    "订单 1380000123456789", "时间戳 1732176000000", "/api/file/13800001234567", "每日打卡签到", "积分排名 12345678901",
    "姓名", "a13800001234b", "3.13800001234", "统计在线时长 110105194912310",
])
def test_other_numbers_and_words_stay(text: str) -> None:
    assert masked(text) == text


def test_a_known_name_is_covered_inside_of_other_words_but_a_single_sign_is_not() -> None:
    assert masked("第1名 李试 98 分", ["李试"]) == "第1名 李* 98 分"
    assert masked("李树成行", ["李"]) == "李树成行"


def test_a_column_of_names_ends_where_the_next_table_begins() -> None:
    texts = [Placed("姓名", "header_cell", (0, 0, 100, 40)), Placed("单位", "header_cell", (100, 0, 100, 40)),
             Placed("张三", "cell", (0, 40, 100, 40)), Placed("虚构镇", "cell", (100, 40, 100, 40)),
             Placed("村", "header_cell", (0, 200, 100, 40)), Placed("上岭", "cell", (0, 240, 100, 40)),
             Placed("首页", "text", (0, 800, 100, 40))]
    assert person_boxes(texts) == [(0, 40, 100, 40)]


def test_a_name_beside_its_label_is_covered() -> None:
    texts = [Placed("姓名", "text", (0, 0, 60, 20)), Placed("张三", "text", (80, 0, 60, 20)),
             Placed("提交", "text", (0, 60, 60, 20))]
    assert person_boxes(texts) == [(80, 0, 60, 20)]


@pytest.mark.parametrize(("record", "name"), [
    ({"realName": "张三"}, "张三"), ({"name": "测试员", "userId": 7}, "测试员"),
    ({"name": "李四", "unit": "虚构镇"}, "李四"),
    ({"name": "会议室", "unit": "虚构镇"}, ""), ({"name": "虚构镇", "score": 9}, ""), ({"userName": "admin01"}, ""),
    ({"name": 5, "userId": 7}, ""),
])
def test_an_answer_names_a_person_only_where_its_keys_say_so(record: dict[str, object], name: str) -> None:
    assert person_in(record) == name


def test_headings_beside_a_heading_are_no_names_though_nothing_is_a_table() -> None:
    row = [("姓名", 0), ("积分", 80), ("时间", 160), ("任务", 240), ("单位", 320)]
    texts = [Placed(text, "text", (left, 0, 60, 20)) for text, left in row]
    texts += [Placed("张虚构", "text", (0, 30, 60, 20)), Placed("合计", "text", (0, 60, 60, 20)),
              Placed("98", "text", (80, 30, 30, 20)), Placed("李虚构", "text", (0, 400, 60, 20))]
    assert [texts[index].text for index in persons(texts)] == ["张虚构"]
    assert [texts[index].text for index in persons(texts[:5])] == []


def test_only_what_is_written_like_a_name_is_one() -> None:
    for name in ("张三", "李四光", "欧阳虚构", "阿依古丽·买买提", "Anna Smith"):
        assert looks_like_name(name), name
    for word in ("管理员", "积分", "运动时长", "合计", "姓名", "积分排行榜", "1234"):
        assert not looks_like_name(word), word
