"""PDF: lines, ruled tables and pages; what cannot be read is a gap, and no page draws for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appscan.errors import LimitReached
from appscan.readers.document.pdf import PdfDocument
from appscan.readers.limits import Deadline

from .blocks import gaps, read, read_file, texts

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "documents" / "built"


def written(*pages: str, extra: dict[int, str] | None = None) -> bytes:
    """A PDF of pages with these content streams; `extra` are further objects by number."""
    count = len(pages)
    objects = {1: "<</Type/Catalog/Pages 2 0 R>>",
               2: f"<</Type/Pages/Count {count}/Kids[{' '.join(f'{10 + i} 0 R' for i in range(count))}]>>",
               3: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
    for index, content in enumerate(pages):
        objects[10 + index] = (f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {30 + index} 0 R"
                               f"/Resources<</Font<</F 3 0 R>>/XObject<</A 50 0 R/B 51 0 R/C 52 0 R>>>>>>")
        objects[30 + index] = f"<</Length {len(content)}>>stream\n{content}\nendstream"
    body, offsets = "%PDF-1.4\n", {}
    for number, text in sorted((objects | (extra or {})).items()):
        offsets[number] = len(body)
        body += f"{number} 0 obj{text}\nendobj\n"
    table = "".join(f"{number} 1\n{at:010} 00000 n \n" for number, at in offsets.items())
    size = max(offsets) + 1
    tail = f"xref\n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body + tail).encode("latin-1")


def test_a_ruled_table_is_rows_with_their_heads() -> None:
    reading = read_file(FIXTURES / "grid-requirements.pdf")
    found = texts(reading)
    assert ("header_cell", "功能说明") in found
    assert ("cell", "到点确认") in found
    assert ("heading", "三、功能清单") in found


def test_characters_that_a_printer_wrote_as_radicals_are_characters_again() -> None:
    reading = read_file(FIXTURES / "grid-requirements.pdf")
    assert any("离开页面停止计时" in text for _, text in texts(reading))


def test_running_heads_and_page_numbers_are_no_text(tmp_path: Path) -> None:
    pages = [f"BT /F 12 Tf 50 780 Td (Project X) Tj 0 -60 Td (Line of page {'abcde'[n]} goes here.) Tj 0 -600 Td "
             f"(- {n + 1} -) Tj ET" for n in range(5)]
    found = [text for _, text in texts(read(tmp_path, "a.pdf", written(*pages)))]
    assert not [text for text in found if "Project" in text or text.startswith("-")]
    assert len(found) == 5


def test_pages_that_are_drawn_are_told_and_blind_where_they_are_many(tmp_path: Path) -> None:
    drawn = "0 0 m " + "1 2 3 4 5 6 c " * 10 + "S\n"
    reading = read(tmp_path, "a.pdf", written("BT /F 12 Tf 50 700 Td (Some words of a page.) Tj ET", drawn * 120))
    assert gaps(reading) == [("document_scanned", True)]


def test_a_form_that_draws_itself_without_end_is_stopped(tmp_path: Path) -> None:
    def form(content: str) -> str:
        return (f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</B 51 0 R/C 52 0 R>>>>"
                f"/Length {len(content)}>>stream\n{content}\nendstream ")

    forms = {50: form("/B Do " * 200), 51: form("/C Do " * 200), 52: form("0 g")}
    reading = read(tmp_path, "a.pdf", written("/A Do " * 200, extra=forms))
    assert ("document_page_damaged", True) in gaps(reading)


def test_time_that_is_over_ends_the_work() -> None:
    document = PdfDocument(FIXTURES / "evidence.pdf", Deadline(-1))
    with pytest.raises(LimitReached):
        list(document.blocks())
    document.close()


def test_time_that_is_over_leaves_a_gap_that_blinds() -> None:
    reading = read_file(FIXTURES / "evidence.pdf", seconds=-1)
    assert ("time_limit", True) in gaps(reading)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(st.integers(0, 49_000), st.binary(min_size=1, max_size=40))
def test_a_pdf_with_changed_bytes_never_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, at: int,
                                                          change: bytes) -> None:
    content = bytearray((FIXTURES / "evidence.pdf").read_bytes())
    content[at:at + len(change)] = change
    read(tmp_path_factory.mktemp("changed"), "a.pdf", bytes(content))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_behind_the_mark_become_a_reading(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    reading = read(tmp_path_factory.mktemp("any"), "a.pdf", b"%PDF-1.7\n" + content)
    assert [blinds for _, blinds in gaps(reading)] == [True]
