"""Names of fields and of called functions are read wherever a script writes them, and no others."""

from __future__ import annotations

import pytest

from appscan.model.reading import Fact
from appscan.readers.script import SMALL_SCRIPT
from appscan.readers.script_names import column_names, expression_names, is_statement

from .test_script import script, values

FILLER = "function pad(){return 1}\n"


def fields(text: str) -> set[str]:
    rows = script(text)
    return {*values(rows, Fact.LITERAL, "key"), *values(rows, Fact.LITERAL, "member")}


@pytest.mark.parametrize(("text", "names"), [
    ("send({longitude, latitude})", {"longitude", "latitude"}),
    ("api.post('/a/b', {uid: user.uid, stepCount,\n  days})", {"uid", "stepCount", "days"}),
    ("const {rank, score = 0} = res.data", {"rank", "score"}), ("function show({rank}){}", {"rank", "show"}),
    ("let n = b.totalScore", {"totalScore"}), ("if (row?.onlineMinutes > 3) go()", {"onlineMinutes"}),
    ("a['stepCount'] += 1", {"stepCount"}), ("a.list[0]?.['stepCount']", {"list", "stepCount"}),
    ("row.stepCount = 3", {"stepCount"}), ("x = row\n  .stepCount", {"stepCount"}), ("n = row.积分 + 1", {"积分"}),
    ("n = `第${row.rankNo}名`", {"rankNo"}), ("const rankList = ref([])", {"rankList"}),
    ("const [dayCount, setDayCount] = useState(0)", {"dayCount"}), ("const goSign = async () => {}", {"goSign"})])
def test_a_name_of_a_field_is_read_wherever_it_stands(text: str, names: set[str]) -> None:
    assert fields(text) == names


@pytest.mark.parametrize("text", [
    'import { onMounted, reportAll } from "vue"', 'import App, { reportAll } from "x"',
    "const { reportAll } = require('x')",
    "function f(){var total, ranked, index2; return 1+total}", "f(total, ranked, other)", "x = [total, ranked, other]",
    "n = e.of + e.cd", "n = el.offsetWidth + document.body.clientHeight + arr.length", "x = row.submitAll()",
    "x = (0, api.submitAll)(1)", "x = api['submitAll'](1)", "f(...restOfAll)", "x = this._private + vm.$refs",
    "n = `${totalCount}`", "x = '{longitude, latitude}' // {rank, score}"])
def test_what_is_no_field_is_not_taken_for_one(text: str) -> None:
    assert fields(text) <= {"f", "submitAll"} - {"submitAll" if "api" in text or "row" in text else ""}


def test_a_name_is_told_once_in_a_screen_and_as_a_key_where_it_is_one() -> None:
    rows = script("a.score; b.score; f({score: 1}); c.level; d.level")
    told = [(row.role, row.value) for row in rows if row.role in ("key", "member")]
    assert told == [("key", "score"), ("member", "level")]


def test_names_say_nothing_in_a_script_that_is_an_app_and_its_libraries_in_one_piece() -> None:
    said = "x = row.branchScore; send({longitude});"
    filler = FILLER * (2 * SMALL_SCRIPT // len(FILLER))
    assert {"branchScore", "longitude"} <= fields(said + filler[:SMALL_SCRIPT // 2])
    assert not {"branchScore", "longitude"} & fields(said + filler)
    modules = (f'(window.webpackJsonp=window.webpackJsonp||[]).push([[1],{{"a1b2":function(t,e,n){{{said}}},'
               f'"c3d4":function(t,e,n){{{filler}}}}}]);')
    assert {"branchScore", "longitude"} <= fields(modules)


@pytest.mark.parametrize(("text", "chain"), [
    ("reportTrack(x)", "reportTrack"), ("await api.postHeartbeat()", "api.postHeartbeat"),
    ("(0, _track.reportTrack)(x)", "_track.reportTrack"), ('Object(r["reportTrack"])(x)', "reportTrack"),
    ('api["reportTrack"](x)', "reportTrack"), ("this.submitForm?.(1)", "submitForm"),
    ('request.post<Rank[]>("/a/b")', "request.post"), ("setInterval(this.postHeartbeat, 6e4)", "postHeartbeat"),
    ("el.addEventListener('click', goSign)", "goSign"), ("load().then(saveAll)", "saveAll")])
def test_a_function_is_called_however_the_call_is_written(text: str, chain: str) -> None:
    assert chain in values(script(text), Fact.CALL)


@pytest.mark.parametrize("text", ["setTimeout(done, 10)", "x[0](1)", "f('reportTrack')", "a > (b)"])
def test_what_is_not_handed_on_by_a_telling_name_is_no_call(text: str) -> None:
    assert not {"done", "reportTrack"} & set(values(script(text), Fact.CALL))


def test_columns_of_a_long_statement_are_fields_and_its_words_are_seen() -> None:
    statement = ("SELECT u.id, u.real_name, ROW_NUMBER() OVER (ORDER BY SUM(l.points) DESC) AS place "
                 "FROM points_log l JOIN sys_user u ON u.id = l.uid WHERE l.status = 'rank_hidden' GROUP BY l.uid ") * 5
    rows = script(f"db.query(\"{statement}\")")
    names = values(rows, Fact.LITERAL, "key")
    assert {"real_name", "points", "place", "points_log", "sys_user"} <= set(names)
    assert not {"SELECT", "ROW_NUMBER", "rank_hidden", "desc"} & set(names)
    pieces = values(rows, Fact.LITERAL, "string")
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= 300
    assert "".join(pieces).replace(" ", "").startswith(statement[:900].replace(" ", ""))


@pytest.mark.parametrize(("text", "told"), [
    ("select uid from score_log where day = ?", True), ("from points_log p group by p.uid order by total desc", True),
    ("insert into sign_log(uid, lat) values (?, ?)", True), ("Please select a file from the list", False),
    ("update your profile", False), ("/select/from", False)])
def test_a_statement_is_told_from_a_sentence(text: str, told: bool) -> None:
    assert is_statement(text) is told


def test_columns_are_bounded() -> None:
    assert len(column_names("select " + ", ".join(f"column_{n}" for n in range(5_000)) + " from t")) == 200


def test_server_code_says_what_it_reads_of_forms_and_rows() -> None:
    rows = script("int n = rs.getInt(\"stay_minutes\"); String x = request.getParameter(\"lat_now\"); "
                  "$m = $_POST['lng_now']; $r->stayTime; label(\"not_a_field\");")
    assert {"stay_minutes", "lat_now", "lng_now", "stayTime"} <= set(values(rows, Fact.LITERAL, "member"))
    assert "not_a_field" not in values(rows, Fact.LITERAL, "member")


def test_json_in_a_string_is_read_to_its_end() -> None:
    table = ",".join(f'"entry{n}":"值{n}"' for n in range(2_000))
    rows = script(f"x=JSON.parse('{{{table}}}')")
    assert "entry1999" in values(rows, Fact.LITERAL, "key")
    assert "值1999" in values(rows, Fact.LITERAL, "string")


def test_a_literal_of_a_megabyte_is_kept_in_bounded_pieces() -> None:
    kept = values(script("x='" + " ".join(f"word{n}" for n in range(120_000)) + "'"), Fact.LITERAL, "string")
    assert len(kept) == 64
    assert max(map(len, kept)) <= 280
    beyond = values(script("x='" + "签到须知。" * 5_000 + "末尾'"), Fact.LITERAL, "string")
    assert beyond[-1].endswith("末尾")
    assert max(map(len, beyond)) <= 4_000
    assert values(script("x='" + "QUJD" * 250_000 + "'"), Fact.LITERAL, "string") == ["QUJD" * 50]


@pytest.mark.parametrize(("expression", "names"), [
    ("item.onlineMinutes || 0", ["item", "onlineMinutes"]), ("format(row.score)", ["row", "score"]),
    ("'rank.name' + a.score", ["score"]), ("`第${rankNo}名`", ["rankNo"]), ("(it, index) in rankList", ["rankList"])])
def test_names_in_expressions_of_templates(expression: str, names: list[str]) -> None:
    assert expression_names(expression) == names
