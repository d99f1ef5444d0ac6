"""Claims about files that we write: what was written is read back as it was, in every format and language, and the
template shows what it wants."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appscan.errors import UsageError
from appscan.model.registry import (
    Approval,
    AppStatus,
    ArtifactKey,
    Audience,
    Confidence,
    Entry,
    Level,
    Origin,
    Platform,
    Usage,
)
from appscan.portfolio.flat import fields_of
from appscan.portfolio.registry import read_registry
from appscan.portfolio.template import GROUPS, write_template
from appscan.portfolio.words import columns
from appscan.portfolio.writing import write_registry
from appscan.texts import has

LETTERS = st.sampled_from("虚构应用县局通abcXYZ019 ;；、=+-@'\"\\,|.()（）#")
LINE = st.text(LETTERS, max_size=12).map(str.strip)
NAME = st.builds("虚构{}".format, LINE)
LINES = st.lists(NAME, max_size=3, unique=True).map(tuple)
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2100, 12, 31))
HEX = st.just("") | st.text("0123456789abcdef", min_size=64, max_size=64)
PACKAGES = st.sampled_from(["", "com.example.a", "cn.gov.example.b"])
ARTIFACTS = st.lists(
    st.builds(
        ArtifactKey,
        st.sampled_from(Platform),
        path=st.sampled_from(["", "a b.apk", "s3://x/虚构.apk"]),
        digest=HEX,
        url=st.sampled_from(["", "https://a.example.invalid/#/x"]),
        miniprogram=st.sampled_from(["", "wx0011", "2021001234567890"]),
        package=PACKAGES,
        certificate=HEX,
    ),
    max_size=3,
    unique=True,
).map(tuple)
CHECKS = st.sampled_from(["check-in", "media-upload", "form-filling"])
DECLARED = st.none() | st.dictionaries(CHECKS, LINE, max_size=3)
ORIGINS = st.dictionaries(
    st.sampled_from(["name", "owner", "status", "usage_active"]),
    st.builds(Origin, LINE, st.sampled_from(Confidence)),
    max_size=3,
)


@st.composite
def entries(draw):
    """An entry that a registry may hold. Its owner has no package of its own, so that none contradict each other."""
    made = Entry(
        draw(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True).filter(lambda one: not one.startswith("example"))),
        draw(NAME),
        owner=draw(NAME),
        product=draw(LINE),
        names=draw(LINES),
        level=draw(st.none() | st.sampled_from(Level)),
        region=draw(LINE),
        audience=draw(st.frozensets(st.sampled_from(Audience))),
        deepest=draw(st.none() | st.sampled_from(Level)),
        status=draw(st.sampled_from(AppStatus)),
        approval=draw(
            st.builds(Approval, LINE, LINE, DAYS, LINE, LINE, st.lists(CHECKS, unique=True, max_size=2).map(tuple))
        ),
        icp=draw(LINE),
        cac=draw(LINE),
        artifacts=draw(ARTIFACTS),
        declared=draw(DECLARED),
        exemptions=draw(LINES),
        exception=draw(LINE),
        family=draw(LINE),
        host_platform=draw(LINE),
        own_entry=draw(st.none() | st.booleans()),
        first_seen=draw(DAYS),
        online=draw(DAYS),
        last_update=draw(DAYS),
        shutdown_notice=draw(LINE),
        usage=draw(st.builds(Usage, LINE, st.none() | st.integers(0, 10**9), LINE)),
    )
    origins = draw(ORIGINS)
    if draw(st.booleans()):
        everywhere = draw(st.builds(Origin, NAME, st.sampled_from(Confidence)))
        origins = dict.fromkeys(set(fields_of(made)) - {"id"}, everywhere) | origins
    return Entry(**{name: getattr(made, name) for name in Entry.__slots__ if name != "origins"}, origins=origins)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ending", ["csv", "json", "yaml", "xlsx"])
def test_what_was_written_is_read_back_as_it_was(tmp_path_factory, ending, lang):
    @settings(max_examples=6 if ending == "xlsx" else 15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(entries(), max_size=3, unique_by=lambda one: one.id))
    def round_trip(some):
        for number, one in enumerate(some):  # one owner, so that equal packages are no contradiction
            some[number] = Entry(
                **{**{name: getattr(one, name) for name in Entry.__slots__}, "owner": "虚构县数据局", "level": None}
            )
        path = tmp_path_factory.mktemp("trip") / f"r.{ending}"
        write_registry(some, path, lang)
        read = read_registry(path)
        assert list(read.faults) == []
        assert list(read.entries) == some

    round_trip()


def test_a_written_file_is_never_replaced(tmp_path):
    (tmp_path / "r.csv").write_text("x")
    with pytest.raises(UsageError, match="file_there"):
        write_registry([], tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text() == "x"


def test_no_cell_of_a_written_csv_begins_like_a_formula(tmp_path):
    write_registry([Entry("a", "=HYPERLINK(1)", "@虚构", region="+1", icp="-1")], tmp_path / "r.csv")
    cells = (tmp_path / "r.csv").read_text("utf-8-sig").splitlines()[1].split(",")
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-"))]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_has_every_column_explained_and_its_example_stays_out(tmp_path, lang):
    from openpyxl import load_workbook

    path = tmp_path / "t.xlsx"
    write_template(path, lang)
    read = read_registry(path)
    assert (read.entries, read.problems, read.examples, read.skipped) == ((), (), 1, ())
    book = load_workbook(path)
    registry, explained = book.worksheets[0], book.worksheets[2]
    assert [cell.comment is not None for cell in registry[3]] == [True] * len(columns())
    assert "虚构" in registry["B4"].value or "invented" in registry["B4"].value
    assert explained.max_row >= len(columns())
    assert all(has(f"registry_explain.{key}") and has(f"registry_column.{key}") for key in columns())
    assert [key for _, keys in GROUPS.values() for key in keys] == list(columns())


def test_the_template_offers_every_closed_word_and_the_reader_knows_them_all(tmp_path):
    from openpyxl import load_workbook

    path = tmp_path / "t.xlsx"
    write_template(path)
    book = load_workbook(path)
    sheet, lists = book.worksheets[0], book.worksheets[1]
    assert lists.sheet_state == "hidden"
    offered = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in lists.iter_cols()}
    ruled = {str(rule.sqref).partition("4:")[0] for rule in sheet.data_validations.dataValidation}
    assert len(ruled) == len(offered) + 4, "four columns of days"
    sheet["A4"] = "1"
    for place, column in enumerate(columns(), 1):
        if column in offered:
            sheet.cell(4, place, offered[column][0])
    book.save(tmp_path / "filled.xlsx")
    read = read_registry(tmp_path / "filled.xlsx")
    assert (read.faults, len(read.entries)) == ((), 1), "the example is a row that would go in"


def test_every_column_of_an_entry_is_a_column_of_the_file():
    full = Entry(
        "a",
        "b",
        "c",
        product="d",
        names=("e",),
        level=Level.CITY,
        region="f",
        audience=frozenset(Audience),
        deepest=Level.CITY,
        approval=Approval("g", "h", date(2025, 1, 1), "i", "j", ("check-in",)),
        icp="k",
        cac="l",
        declared={},
        exemptions=("m",),
        exception="n",
        family="o",
        host_platform="p",
        own_entry=False,
        first_seen=date(2025, 1, 1),
        online=date(2025, 1, 1),
        last_update=date(2025, 1, 1),
        shutdown_notice="q",
        usage=Usage("r", 0, "s"),
    )
    of_rows = {
        "platform",
        "path",
        "digest",
        "url",
        "miniprogram",
        "package",
        "certificate",
        "source",
        "confidence",
        "origins",
    }
    assert set(fields_of(full)) | of_rows == set(columns())
