"""Claims about registry files: good rows go in, every problem has its cell, nothing that is unsure is guessed, no file
breaks the reader."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appscan.errors import UsageError
from appscan.model.registry import AppStatus, Audience, Confidence, Level, Origin, Platform
from appscan.portfolio import values
from appscan.portfolio.registry import read_registry
from appscan.portfolio.separated import decoded
from appscan.texts import has

from .conftest import entry, faults_of, looks_of

HEAD = ["编号", "应用名称", "主办单位"]


def test_a_sheet_with_a_title_above_and_chinese_headings_is_read(workbook):
    path = workbook(
        [
            ["虚构台账"],
            [],
            [
                "编号",
                "应用名称*",
                "主 办 单 位（全称）",
                "使用对象",
                "批复日期",
                "平台",
                "包名",
                "独立入口",
                "活跃人数",
            ],
            [
                "a",
                "虚构通",
                "虚构县数据局",
                "基层工作人员、社会公众",
                date(2025, 3, 1),
                "安卓",
                "com.example.a",
                "是",
                12,
            ],
        ]
    )
    read = read_registry(path)
    assert read.problems == ()
    [one] = read.entries
    assert (one.id, one.name, one.owner) == ("a", "虚构通", "虚构县数据局")
    assert one.audience == {Audience.GRASSROOTS_INTERNAL, Audience.PUBLIC}
    assert (one.approval.day, one.own_entry, one.usage.active) == (date(2025, 3, 1), True, 12)
    assert [(key.platform, key.package) for key in one.artifacts] == [(Platform.ANDROID, "com.example.a")]


def test_english_headings_and_words_are_read_from_csv(text_file):
    read = read_registry(
        text_file("r.csv", "Name;Owner;Level;Status;Audience\nApp;虚构县数据局;county;closed;staff;\n")
    )
    assert (read.entries[0].level, read.entries[0].status) == (Level.COUNTY, AppStatus.CLOSED)


def test_rows_of_one_id_are_one_entry_with_all_its_platforms(text_file):
    read = read_registry(
        text_file(
            "r.csv",
            "编号,应用名称,主办单位,平台,包名,网址\n1,虚构通,虚构县数据局,安卓,a.b,\n"
            "1,,,网页,,https://a.example.invalid/\n",
        )
    )
    assert [key.platform for key in read.entries[0].artifacts] == [Platform.ANDROID, Platform.WEB]


def test_rows_of_one_id_that_contradict_each_other_stay_out_whole(text_file):
    read = read_registry(
        text_file("r.csv", "编号,应用名称,主办单位\n1,虚构通,虚构县数据局\n1,虚构通,虚构市数据局\n2,好,虚构县数据局\n")
    )
    assert ([one.id for one in read.entries], faults_of(read)) == (["2"], {"C3": "contradicts"})


def test_a_row_without_an_id_gets_the_same_one_in_every_import(text_file):
    content = "应用名称,主办单位,平台,包名\n虚构通,虚构县数据局,安卓,a.b\n虚构通,虚构县数据局,苹果,a.c\n"
    ids = [[one.id for one in read_registry(text_file(name, content)).entries] for name in ("r.csv", "s.csv")]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


ONE_BAD_CELL = [
    ("主办单位", "", "missing_owner"),
    ("批复日期", "2025-02-30", "impossible_day"),
    ("批复日期", "2025/13/1", "impossible_day"),
    ("批复日期", "1900-01-00", "impossible_day"),
    ("批复日期", "1899-12-31", "impossible_year"),
    ("批复日期", "2025年3月", "no_day"),
    ("批复日期", "上个月", "no_day"),
    ("层级", "省部乡级", "unknown_levels"),
    ("使用对象", "基层工作人员；外星人", "unknown_audiences"),
    ("状态", "还行", "unknown_statuses"),
    ("平台", "塞班", "unknown_platforms"),
    ("独立入口", "也许", "unknown_truths"),
    ("可信度", "很高", "unknown_confidences"),
    ("安装包摘要", "a" * 40, "short_digest"),
    ("安装包摘要", "xyz", "no_digest"),
    ("网址", "www.example.invalid", "no_address"),
    ("网址", "https://user@example.invalid/", "no_address"),
    ("包名", "不是包名", "no_package"),
    ("小程序编号", "2.02E+15", "digits_lost"),
    ("活跃人数", "很多", "no_count"),
    ("申报功能", "签到=理由", "no_check"),
    ("应用名称", "虚\u202e构", "unseen_sign"),
    ("产品标识", "长" * 2001, "too_long"),
    ("主办单位", "=A1", "formula"),
]


@pytest.mark.parametrize(
    ("heading", "cell", "fault"), ONE_BAD_CELL, ids=[f"{one[2]}-{one[1][:8]}" for one in ONE_BAD_CELL]
)
def test_a_bad_cell_keeps_its_row_out_and_no_other(text_file, heading, cell, fault):
    good = {"编号": "1", "应用名称": "虚构通", "主办单位": "虚构县数据局"}
    headings = list(dict.fromkeys([*good, heading]))
    rows = [
        headings,
        [good.get(one, "") for one in headings],
        [{**good, "编号": "2", heading: cell}.get(one, "") for one in headings],
    ]
    read = read_registry(text_file("r.csv", "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)))
    assert [one.id for one in read.entries] == ["1"]
    assert faults_of(read) == {f"{'ABCD'[headings.index(heading)]}3": fault}
    assert has(f"registry_faults.{fault}")


def test_formulas_merged_cells_errors_and_lost_digits_of_a_sheet_are_told_by_cell(workbook):
    def change(sheet):
        sheet["C3"] = "=C2"
        sheet["C4"] = "#REF!"
        sheet["C4"].data_type = "e"
        sheet.merge_cells("C5:C6")
        sheet["D7"] = datetime(2025, 1, 1, 10, 30).time()
        sheet["E8"] = 2021001234567890123

    path = workbook(
        [
            [*HEAD, "批复日期", "小程序编号"],
            ["1", "好", "虚构县数据局"],
            *([str(number), "坏", "虚构县数据局"] for number in range(3, 9)),
        ],
        change,
    )
    read = read_registry(path)
    assert [one.id for one in read.entries] == ["1"]
    assert faults_of(read) == {
        "Sheet!C3": "formula",
        "Sheet!C4": "error_cell",
        "Sheet!C5": "merged",
        "Sheet!C6": "merged",
        "Sheet!D7": "time_of_day",
        "Sheet!E8": "digits_lost",
    }


def test_a_text_that_only_looks_like_a_formula_is_a_text(workbook):
    def change(sheet):
        sheet["B2"].value, sheet["B2"].data_type = "=虚构", "s"

    read = read_registry(workbook([HEAD, ["1", "x", "虚构县数据局"]], change))
    assert (read.problems, read.entries[0].name) == ((), "=虚构")


def test_columns_that_nobody_knows_are_told_and_left_out(workbook):
    read = read_registry(
        workbook([[*HEAD, "联系人", "主办单位"], ["1", "虚构通", "虚构县数据局", "某人", "虚构市数据局"]])
    )
    assert looks_of(read) == {"Sheet!D1": "heading_unknown", "Sheet!E1": "heading_twice"}
    assert read.entries[0].owner == "虚构县数据局"


def test_example_rows_are_left_out_and_invented_apps_are_not(text_file):
    read = read_registry(
        text_file(
            "r.csv",
            "编号,应用名称,主办单位\n示例（虚构）,示例应用（虚构）,虚构县数据局\nExample 2,x,\n1,虚构通,虚构县数据局\n",
        )
    )
    assert ([one.id for one in read.entries], read.examples, read.problems) == (["1"], 2, ())


def test_hidden_sheets_and_sheets_without_a_heading_are_not_read_and_told(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "说明文字"
    book.active["A1"] = "这里没有表头"
    for title, state in (("一", "visible"), ("二", "hidden"), ("三", "visible")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(HEAD)
        sheet.append([title, "虚构通", "虚构县数据局"])
    book.save(tmp_path / "r.xlsx")
    read = read_registry(tmp_path / "r.xlsx")
    assert ([one.id for one in read.entries], read.skipped) == (["一", "三"], ("说明文字",))


TWO_OWNERS = """编号,应用名称,主办单位,平台,包名
1,甲,{},安卓,com.example.a
2,乙,{},安卓,com.example.a
3,丙,教育部,安卓,com.example.b
"""


def test_two_owners_of_one_package_stay_out_both(text_file):
    read = read_registry(text_file("r.csv", TWO_OWNERS.format("公安部", "司法部")))
    assert ([one.id for one in read.entries], faults_of(read)) == (
        ["3"],
        {"E2": "two_owners_package", "E3": "two_owners_package"},
    )


def test_two_spellings_of_one_owner_are_no_contradiction(text_file):
    read = read_registry(text_file("r.csv", TWO_OWNERS.format("国家发改委", "中华人民共和国国家发展和改革委员会")))
    assert (len(read.entries), faults_of(read)) == (3, {})


def test_a_package_cannot_come_in_under_another_owner_than_the_registry_has(text_file):
    known = [entry("old", "司法部", package="com.example.a")]
    read = read_registry(text_file("r.csv", TWO_OWNERS.format("公安部", "公安部")), known)
    assert ([one.id for one in read.entries], set(faults_of(read).values())) == (["3"], {"two_owners_package"})
    again = read_registry(
        text_file("r.csv", TWO_OWNERS.format("公安部", "公安部")), [entry("1", "司法部", package="com.example.a")]
    )
    assert len(again.entries) == 3, "an entry that comes again with a mended owner replaces itself"


def test_unknown_owners_go_in_and_are_told(text_file):
    rows = [
        ("公安部门", "owner_generic"),
        ("虚构某某科技有限公司", "owner_company"),
        ("公安部、司法部", "owner_several"),
        ("国家档案局", "owner_unsettled"),
        ("技术支持：某公司", "owner_vendor_label"),
        ("某某突击队", "owner_no_such_body"),
    ]
    content = "编号,应用名称,主办单位\n" + "".join(f"{number},虚构,{owner}\n" for number, (owner, _) in enumerate(rows))
    read = read_registry(text_file("r.csv", content))
    assert len(read.entries) == len(rows)
    assert looks_of(read) == {f"C{number + 2}": fault for number, (_, fault) in enumerate(rows)}
    assert all(has(f"registry_faults.{fault}") for _, fault in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_table_is_read_in_the_encodings_of_spreadsheets(text_file, encoding):
    read = read_registry(text_file("r.csv", "编号,应用名称,主办单位\n1,虚构通,虚构县数据局\n".encode(encoding)))
    assert (read.entries[0].name, read.problems) == ("虚构通", ())


def test_a_row_in_another_encoding_stays_out_and_is_told(text_file):
    lines = ["编号,应用名称,主办单位", "1,虚构一,虚构县数据局", "2,虚构二,虚构县数据局", "3,虚构三,虚构县数据局"]
    mixed = [line.encode("utf-8" if number == 2 else "gb18030") for number, line in enumerate(lines)]
    read = read_registry(text_file("r.csv", b"\r\n".join([*mixed, b"4,\xff\xfe\x81,x"])))
    assert ([one.id for one in read.entries], faults_of(read)) == (
        ["1", "3"],
        {"A3": "other_encoding", "A5": "no_encoding"},
    )


def test_a_gbk_word_that_happens_to_be_utf8_is_read_as_gbk(text_file):
    """联通 in GBK is valid UTF-8 of two other letters."""
    texts, strange = decoded("名称,单位\n联通,虚构县\n".encode("gbk"))
    assert ("".join(texts), strange) == ("名称,单位\n联通,虚构县\n", {})


def test_an_open_quotation_mark_is_told(text_file):
    read = read_registry(text_file("r.csv", '编号,应用名称,主办单位\n1,虚构通,虚构县数据局\n2,"没有关,虚构县数据局\n'))
    assert ([one.id for one in read.entries], faults_of(read)) == (["1"], {"A3": "quoting"})


YAML = """
registry: 1
apps:
  - id: a
    name: 虚构通
    owner: 虚构县数据局
    level: 县级
    audience: [grassroots_internal, 公众]
    approval: {number: 虚批1号, date: 2025-03-01, features: [check-in]}
    declared: {check-in: 防汛值守}
    artifacts:
      - {platform: android, package: com.example.a}
      - {platform: web, url: 'https://a.example.invalid/'}
    origins: {owner: {source: 页脚, confidence: C}}
  - id: b
    name: 虚构坏
    owner: 虚构县数据局
    approval: {date: 2025-02-30}
    nonsense: 1
"""


def test_yaml_tells_places_with_their_lines(text_file):
    read = read_registry(text_file("r.yaml", YAML))
    [one] = read.entries
    assert (one.level, one.approval.day, one.declared) == (Level.COUNTY, date(2025, 3, 1), {"check-in": "防汛值守"})
    assert len(one.artifacts) == 2
    assert one.origins == {"owner": Origin("页脚", Confidence.C)}
    assert faults_of(read) == {"apps[2].approval.date:18": "impossible_day"}
    assert looks_of(read) == {"apps[2].nonsense:19": "member_unknown"}


def test_json_is_a_list_or_has_a_member_apps(text_file):
    apps = [
        {
            "id": "a",
            "name": "虚构通",
            "owner": "虚构县数据局",
            "own_entry": False,
            "usage": {"active": 0},
            "declared": {},
        }
    ]
    for document in (apps, {"apps": apps}, {"registry": 1, "apps": apps}):
        [one] = read_registry(text_file("r.json", json.dumps(document))).entries
        assert (one.own_entry, one.usage.active, one.declared) == (False, 0, {})


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("r.json", "{", "registry_syntax"),
        ("r.json", "{}", "registry_shape"),
        ("r.json", '{"apps": [], "x": 1}', "registry_shape"),
        ("r.json", b"\xff\xff", "registry_encoding"),
        ("r.json", "[NaN]", "registry_syntax"),
        ("r.yaml", "a: [", "registry_syntax"),
        ("r.yaml", "apps: &a [*a]", "registry_syntax"),
        ("r.yaml", "", "registry_shape"),
        ("r.csv", "a,b\n1,2\n", "registry_no_heading"),
        ("r.csv", "", "registry_no_heading"),
        ("r.doc", "", "registry_kind"),
        ("r.xlsx", "no zip", "registry_damaged"),
        ("r.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "registry_old_excel"),
        ("r.xlsx", "", "registry_damaged"),
    ],
)
def test_a_file_that_is_no_registry_is_one_clear_error(text_file, name, content, key):
    with pytest.raises(UsageError) as raised:
        read_registry(text_file(name, content))
    assert raised.value.key == key
    assert has(f"errors.{key}")


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(UsageError) as raised:
        read_registry(tmp_path / "no.xlsx")
    assert (raised.value.key, raised.value.params["why"]) == ("registry_unreadable", "ENOENT")


def test_entities_and_lying_sizes_of_a_workbook_are_refused(workbook, tmp_path):
    good = workbook([HEAD, ["1", "虚构通", "虚构县数据局"]])
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for part in old.infolist():
            raw = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                raw = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + raw
            new.writestr(part.filename, raw)
    with pytest.raises(UsageError, match="registry_damaged"):
        read_registry(bad)


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole(workbook, tmp_path):
    good = workbook([HEAD, *([str(number), "虚构通", "虚构县数据局"] for number in range(5))])
    lying = tmp_path / "lying.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(lying, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(b'<dimension ref="A1:C6"', b'<dimension ref="A1:C2"'))
    assert len(read_registry(lying).entries) == 5


PARSERS = [
    values.text,
    values.note,
    values.texts,
    values.day,
    values.level,
    values.status,
    values.platform,
    values.audience,
    values.truth,
    values.whole_number,
    values.digest,
    values.address,
    values.package,
    values.miniprogram,
    values.checks,
    values.declared,
    values.origins,
    values.confidence,
]
RAW = (
    st.none()
    | st.text(max_size=60)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.lists(st.text(max_size=5) | st.integers() | st.none(), max_size=4)
    | st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3)
)


@given(RAW, st.sampled_from(PARSERS))
def test_any_cell_is_a_value_or_a_fault_with_a_text(raw, parse):
    key = ""
    try:
        parse(raw)
    except values.WrongValueError as fault:
        key = fault.key
    assert not key or has(f"registry_faults.{key}")


ERRORS = ("registry_damaged", "registry_large", "registry_no_heading", "registry_syntax", "registry_encoding",
          "registry_shape", "registry_old_excel")


def refused(path) -> str:
    """Why a file is refused, empty where it is read."""
    try:
        read_registry(path)
    except UsageError as error:
        return error.key
    return ""


def test_every_reason_for_which_a_file_is_refused_has_a_text():
    assert all(has(f"errors.{key}") for key in ERRORS)


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(st.binary(max_size=300), st.sampled_from(["csv", "json", "yaml", "xlsx"]))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory, content, ending):
    path = tmp_path_factory.mktemp("any") / f"r.{ending}"
    path.write_bytes(content)
    assert refused(path) in ("", *ERRORS)


@QUICK
@given(
    st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=5), st.sampled_from(["utf-8", "gb18030", "utf-8-sig"])
)
def test_any_table_under_a_heading_is_read_with_problems_at_cells(tmp_path_factory, rows, encoding):
    import csv
    import io

    content = io.StringIO(newline="")
    csv.writer(content).writerows([["编号", "应用名称", "主办单位", "批复日期", "平台"], *rows])
    path = tmp_path_factory.mktemp("any") / "r.csv"
    path.write_bytes(content.getvalue().encode(encoding, "replace"))
    for problem in read_registry(path).problems:
        assert problem.cell
        assert has(f"registry_faults.{problem.key}")


@QUICK
@given(st.data())
def test_a_workbook_with_changed_bytes_is_read_or_refused_in_one_line(tmp_path_factory, damaged_parts, data):
    name, parts = data.draw(st.sampled_from(sorted(damaged_parts))), dict(damaged_parts)
    raw = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("any") / "r.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for part, content in {**parts, name: bytes(raw)}.items():
            package.writestr(part, content)
    assert refused(path) in ("", *ERRORS)


@pytest.fixture(scope="module")
def damaged_parts(tmp_path_factory):
    """Parts of a sound workbook by name."""
    from openpyxl import Workbook

    path = tmp_path_factory.mktemp("sound") / "r.xlsx"
    book = Workbook()
    for row in (HEAD, ["1", "虚构通", "虚构县数据局"], ["2", "虚构", "教育部"]):
        book.active.append(row)
    book.active.merge_cells("B4:B5")
    book.save(path)
    with zipfile.ZipFile(path) as package:
        return {part.filename: package.read(part) for part in package.infolist()}
