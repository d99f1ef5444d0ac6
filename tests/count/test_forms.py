"""Claims about table, page and workbook: they say the numbers of the JSON, nothing in them runs, and colour is never
the only sign."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook

from appscan.count.page import to_html
from appscan.count.sections import sections, words_of
from appscan.count.table import to_lines
from appscan.count.workbook import to_xlsx
from appscan.schema import problems
from appscan.texts import say

from .conftest import app, document_of, put, put_demo

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    from appscan.store import Store

    with Store.open(str(tmp_path_factory.mktemp("demo") / "office.db")) as store:
        put_demo(store)
        return document_of(store)


def plain(html):
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_document_fits_its_schema(document):
    assert problems("count-1", document) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_has_the_numbers_of_the_document(document, lang):
    book = load_workbook(io.BytesIO(to_xlsx(document, lang)))
    names = [say(lang, f"count.column.{name}") for name in ("confirmed", "undetermined", "apps", "not_scanned")]
    sheet = book[say(lang, "count.section.owners")]
    heads = [cell.value for cell in sheet[1]]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [[row[heads.index(name)] for name in names] for row in rows] == [
        [row["confirmed"], row["undetermined"], row["examined"]["apps"], row["examined"]["not_scanned"]]
        for row in document["owners"]]
    totals = dict(book[say(lang, "count.sheet.totals")].iter_rows(min_row=2, values_only=True))
    for name in ("products", "exceeds_principle", "within", "no_owner"):
        assert totals[say(lang, f"count.total.{name}")] == document["totals"][name]
    products = book[say(lang, "count.section.products")[:31]]
    assert products.max_row == 1 + len(document["products"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_has_the_numbers_of_the_document(document, lang):
    words, lines = words_of(document, lang), list(to_lines(document, lang))
    heads = [line for line in lines if re.search(r"[▲?●] ", line) and not line.startswith(" ")]
    assert len(heads) == len(document["owners"])
    for line, row in zip(heads, document["owners"], strict=True):
        assert words.state(row["state"]) in line
        assert f" {words.span(row)}" in line
    for row in document["owners"]:
        for product in (*row["confirmed_products"], *row["undetermined_products"]):
            assert any(f"{product}〕" in line or f"[{product}]" in line for line in lines)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_has_the_numbers_of_the_document(document, lang):
    html = to_html(document, lang)
    words = words_of(document, lang)
    parts = re.split(r'<section class="owner s-', html)[1:]
    for part, row in zip(parts, document["owners"], strict=True):
        text = plain(part.partition("</section>")[0])
        assert words.say("of_limit", span=words.span(row), limit=1) in text
        assert words.say(f"state.{row['state']}") in text
        assert all(f"{product}〕" in text or f"[{product}]" in text for key in (
            "confirmed_products", "undetermined_products", "other_products") for product in row[key])
    text = plain(html)
    for section in sections(document, lang):
        if section.key != "owners":
            assert all(plain(str(cell)).strip() in text for row in section.rows for cell in row)


def test_the_chart_draws_what_the_document_counts(document):
    html = to_html(document)
    svg = ET.fromstring(re.search(r"<svg.*?</svg>", html, re.DOTALL)[0].replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    bars = [group for group in svg.iter(f"{SVG}g") if group.get("class", "").startswith("s-")]
    limit = next(line for line in svg.iter(f"{SVG}line") if line.get("class") == "limit")
    start = min(float(one.get("x")) for one in svg.iter(f"{SVG}rect") if one.get("class") == "confirmed")
    unit = float(limit.get("x1")) - start
    assert len(bars) == len(document["owners"])
    for bar, row in zip(bars, document["owners"], strict=True):
        widths = {rect.get("class"): float(rect.get("width")) for rect in bar.findall(f"{SVG}rect")}
        assert widths.get("confirmed", 0) == pytest.approx(row["confirmed"] * unit, abs=0.5)
        assert widths.get("undetermined", 0) == pytest.approx(row["undetermined"] * unit, abs=0.5)
        text = "".join(bar.itertext())
        assert say("zh", f"count.state.{row['state']}") in text
        assert "{" not in text


def test_nothing_on_the_page_runs_or_comes_from_elsewhere(store):
    put(store, app("A", names=()), replace(app("B"), name="<script>alert(1)</script><img src=x onerror=y>"))
    html = to_html(document_of(store))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.findall(r"(?:src|href)=\"(?!#)", html)
    assert "default-src 'none'" in unescape(html)


def test_a_name_is_never_a_formula(store):
    put(store, replace(app("A"), name="=HYPERLINK(1)"))
    book = load_workbook(io.BytesIO(to_xlsx(document_of(store))))
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def test_equal_counts_give_equal_pages_and_workbooks(document):
    assert to_html(document) == to_html(document)
    first, second = (load_workbook(io.BytesIO(to_xlsx(document))) for _ in range(2))
    assert [[cell.value for row in sheet for cell in row] for sheet in first] == [
        [cell.value for row in sheet for cell in row] for sheet in second]


def test_every_column_and_word_has_a_text(document):
    for lang in ("zh", "en"):
        for text in ("\n".join(to_lines(document, lang)), plain(to_html(document, lang))):
            assert not re.findall(r"count\.\w+|registry_\w+\.|\{\w+", text)
