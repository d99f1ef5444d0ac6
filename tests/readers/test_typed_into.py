"""Boxes that somebody types into are told from pages and layouts, where there are two at least."""

from __future__ import annotations

import pytest

from appscan.bench.cases import Case, reading_of_case
from appscan.checks import CheckSet
from appscan.checks.pack import Term
from appscan.judge.sight import Sight
from appscan.model.coverage import Kind
from appscan.model.judgement import Presence
from tests.shipped import shipped


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return shipped()


def boxes(checks: CheckSet, shape: str, content: str) -> list[str]:
    reading = reading_of_case(Case("form-filling-p001", "form-filling", shape, Presence.NONE, (), "", content))
    return sorted(hit.value for hit in Sight(reading, checks.vocabulary).hits(Term(Kind.CALL, groups=("typed_into",))))


def test_boxes_of_a_page(checks: CheckSet) -> None:
    page = "<html><body><input name=a><textarea name=b></textarea><van-field v-model=c></van-field></body></html>"
    assert boxes(checks, "page", page) == ["input", "textarea", "van-field"]


def test_boxes_of_a_layout(checks: CheckSet) -> None:
    names = ("EditText", "com.google.android.material.textfield.TextInputEditText", "TextView")
    items = "".join(f'<{name} android:layout_width="-1" android:layout_height="-2"/>' for name in names)
    layout = f'<LinearLayout xmlns:android="http://schemas.android.com/apk/res/android">{items}</LinearLayout>\n---\n'
    assert boxes(checks, "layout", layout) == sorted(names[:2])


@pytest.mark.parametrize("second", ["", "<input type=search>", "<input type=checkbox>", "<input type=password>",
                                    "<button>b</button>"])
def test_one_box_is_no_form(checks: CheckSet, second: str) -> None:
    assert boxes(checks, "page", f"<html><body><input name=a>{second}</body></html>") == []
