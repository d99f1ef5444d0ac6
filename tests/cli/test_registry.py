"""Claims about `appscan registry`: the whole way from the template to merges and splits, on a real store."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from appscan.cli.exits import ExitCode
from appscan.cli.start import run

from .conftest import Ran

pytest.importorskip("sqlalchemy", reason="needs appscan[store]")

DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "portfolio"
GOOD = """编号,应用名称,主办单位,平台,包名
1,虚构通,工信部,安卓,a.b
2,虚构通iOS版,工业和信息化部,苹果,a.c
3,虚构二,工信部,安卓,a.d
"""
BAD = GOOD + "4,虚构无主,,安卓,a.e\n"
SIGNED = ("--who", "虚构审核员", "--reason", "虚构理由")


@pytest.fixture
def appscan(tmp_path, monkeypatch, capsys):
    """Run appscan in this process, in an empty folder: thirty commands in processes of their own take minutes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("APPSCAN_STORE", raising=False)
    monkeypatch.delenv("APPSCAN_WHO", raising=False)

    def command(*arguments):
        code = run(list(map(str, arguments)))
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return command


@pytest.fixture
def stored(appscan, tmp_path):
    """A registry of three entries, two products."""
    (tmp_path / "good.csv").write_text(GOOD, "utf-8")
    ran = appscan("registry", "import", "good.csv")
    assert ran.code == ExitCode.OK, ran.err
    return appscan


def products(appscan) -> list[list[str]]:
    rows = appscan("registry", "list", "--json").document["products"]
    return sorted(sorted(one["id"] for one in row["entries"]) for row in rows)


def test_the_template_can_be_written_once_and_imported(appscan, tmp_path):
    assert appscan("registry", "template", "t.xlsx", "--lang", "en").code == ExitCode.OK
    other = appscan("registry", "template", "t.yaml")
    assert other.code == ExitCode.USAGE
    assert "t.yaml" in other.err
    again = appscan("registry", "template", "t.xlsx")
    assert (again.code, "t.xlsx" in again.err) == (ExitCode.USAGE, True)
    ran = appscan("registry", "import", "t.xlsx")
    assert (ran.code, "示例行 1 行" in ran.err) == (ExitCode.OK, True)


def test_good_rows_go_in_and_every_problem_is_told_with_its_cell(appscan, tmp_path):
    (tmp_path / "bad.csv").write_bytes(BAD.encode("gb18030"))
    ran = appscan("registry", "import", "bad.csv", "--store", "x.db")
    assert ran.code == ExitCode.UNDECIDED
    assert "C5　主办单位：没有写主办单位" in ran.err
    assert "新增 3" in ran.out
    again = appscan("registry", "import", "bad.csv", "--store", "x.db", "--json").document
    assert (again[0]["same"], again[0]["kept_out"], again[0]["problems"][0]["fault"]) == (3, 1, "missing_owner")


def test_of_several_files_it_is_told_whose_cells_they_are(appscan, tmp_path):
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(BAD, "utf-8")
    told = appscan("registry", "check", "one.csv", "two.csv").err.splitlines()
    places = [line for line in told if line.endswith("：") or line.startswith("C5")]
    assert [line[:7] for line in places] == ["one.csv", "C5　主办单位", "two.csv", "C5　主办单位"]
    assert "one.csv：" not in appscan("registry", "check", "one.csv").err


def test_a_day_that_has_not_come_is_told_and_goes_in(appscan, tmp_path):
    head = "编号,应用名称,主办单位,状态,批复日期,上线日期,最近更新\n"
    rows = ["1,虚构通,工信部,运行中,2090-01-01,2024-01-01,2090-01-02", "2,虚构二,工信部,拟建,2024-01-01,2090-01-01,"]
    (tmp_path / "days.csv").write_text(head + "\n".join(rows), "utf-8")
    ran = appscan("registry", "import", "days.csv")
    assert (ran.code, "新增 2" in ran.out) == (ExitCode.OK, True)
    assert [line[:2] for line in ran.err.splitlines() if "晚于今天" in line] == ["E2", "G2"]
    assert "2 处请核对（见上），不影响导入" in ran.err
    checked = appscan("registry", "check").out
    assert ("1.approval_day" in checked, "2.online" in checked) == (True, False)


def test_strict_refuses_all_and_makes_nothing(appscan, tmp_path):
    (tmp_path / "bad.csv").write_text(BAD, "utf-8")
    ran = appscan("registry", "import", "bad.csv", "--strict", "--lang", "en")
    assert (ran.code, "nothing went in" in ran.err, "C5  Owner: no owner" in ran.err) == (ExitCode.USAGE, True, True)
    assert not (tmp_path / "appscan.db").exists()


def test_products_are_joined_and_parted_and_it_is_kept_who_when_and_why(stored):
    assert products(stored) == [["1", "2"], ["3"]]
    assert stored("registry", "merge", "1", "3", "--who", "x").code == ExitCode.USAGE, "nobody says why"
    assert stored("registry", "merge", "p:1", "3", *SIGNED).code == ExitCode.OK
    assert products(stored) == [["1", "2", "3"]]
    assert stored("registry", "merge", "1", "3", *SIGNED).code == ExitCode.USAGE, "they are one already"
    assert stored("registry", "split", "2", *SIGNED).code == ExitCode.OK
    assert products(stored) == [["1", "3"], ["2"]]
    assert stored("registry", "split", "2", *SIGNED).code == ExitCode.USAGE, "nothing to part from"
    shown = stored("registry", "show", "2", "--json").document
    assert [(one["kind"], one["who"], one["reason"]) for one in shown["decisions"]] == [
        ("products_merged", "虚构审核员", "虚构理由"),
        ("product_split", "虚构审核员", "虚构理由"),
    ]
    assert "虚构审核员" in stored("registry", "show", "2").out


def test_list_finds_an_owner_under_any_of_its_names(stored):
    for name in ("MIIT", "工信部", "中华人民共和国工业和信息化部"):
        ran = stored("registry", "list", "--owner", name)
        assert (ran.code, ran.out.count("工业和信息化部")) == (ExitCode.OK, 2)
    assert "虚构通" not in stored("registry", "list", "--owner", "公安部").out
    assert "是不是：工业和信息化部" in stored("registry", "list", "--owner", "工业和信息部").err


def test_check_tells_unknown_owners_and_products_that_may_be_one(appscan, tmp_path):
    ran = appscan("registry", "check", DEMO / "registry.xlsx", DEMO / "local.csv")
    assert (ran.code, "台账!C72" in ran.err, (tmp_path / "appscan.db").exists()) == (ExitCode.UNDECIDED, True, False)
    appscan("registry", "import", DEMO / "registry.xlsx", DEMO / "local.csv")
    checked = appscan("registry", "check", "--json")
    assert checked.code == ExitCode.OK, "what contradicts each other did not go in"
    faults = {problem["entry"]: problem["fault"] for problem in checked.document["problems"]}
    assert faults == {
        "A018": "owner_generic",
        "A051": "owner_shared_name_below",
        "A053": "owner_shared_name",
        "A059": "owner_several",
        "A060": "owner_vendor_label",
        "A061": "owner_company",
        "A062": "owner_unsettled",
        "A063": "owner_generic",
    }
    assert sorted(checked.document["proposals"][0]["entries"]) == ["A065", "A066"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "yaml", "json"])
def test_what_is_exported_changes_nothing_when_it_is_imported_again(stored, ending):
    assert stored("registry", "export", f"out.{ending}").code == ExitCode.OK
    again = stored("registry", "import", f"out.{ending}", "--json").document[0]
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list"], "没有这个数据库"),
        (["show", "nothing", "--store", "x.db"], "没有这个数据库"),
        (["import", "nothing.csv"], "nothing.csv"),
        (["export", "out.doc"], "没有这个数据库"),
        (["import"], "缺少 FILE…"),
        (["list", "--store", "postgresql://127.0.0.1:1/x"], "postgresql"),
        (["check", "x.pdf"], "不认识的文件种类"),
    ],
)
def test_what_cannot_work_is_one_clear_line_and_leaves_nothing(appscan, tmp_path, arguments, said):
    ran = appscan("registry", *arguments)
    assert (ran.code, ran.out, said in ran.err) == (ExitCode.USAGE, "", True), ran.err
    assert list(tmp_path.iterdir()) == []


def test_an_id_that_is_not_there_is_told_with_the_nearest(stored):
    ran = stored("registry", "show", "p:11")
    assert (ran.code, "p:1" in ran.err) == (ExitCode.USAGE, True)


def test_the_imports_are_events_with_who_and_the_digest_of_their_file(stored, tmp_path):
    from appscan.store import EventKind, Store

    stored("registry", "import", "good.csv", "--who", "虚构录入员")
    with Store.open(str(tmp_path / "appscan.db"), create=False) as store:
        first, second = store.events(EventKind.REGISTRY_IMPORTED)
    assert first.content["digest"] == hashlib.sha256((tmp_path / "good.csv").read_bytes()).hexdigest()
    assert (bool(first.who), second.who) == (True, "虚构录入员")
