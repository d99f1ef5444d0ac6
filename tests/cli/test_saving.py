"""Names that come from outside become names that are safe everywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appscan.cli.rendering import as_json
from appscan.cli.saving import safe_name


@given(st.text())
def test_a_safe_name_is_one_visible_path_component_that_every_system_takes(name):
    safe = safe_name(name)
    assert safe
    assert not safe.startswith(".")
    assert all(letter.isalnum() or letter in "-_." for letter in safe)
    assert len(f"{safe}-12345678.reading.part".encode()) < 255
    assert safe.partition(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


def test_a_safe_name_keeps_what_people_know_the_file_by():
    assert safe_name("dir/政务通-1.2.3.apk") == "政务通-1.2.3"
    assert safe_name("C:\\files\\city app.apk") == "city_app"
    assert safe_name("..") == "app"


@given(st.text())
def test_json_of_any_text_is_utf8_that_reads_back(text):
    import json

    assert json.loads(as_json({"text": text}).decode("utf-8")) == {"text": text}
