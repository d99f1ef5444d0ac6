"""Papers on stored reports: which items one speaks of at first, and the paper itself as a file. Knows no page."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appscan.errors import UsageError
from appscan.report.album import Album
from appscan.report.paper import COMPONENTS
from appscan.report.paper.choosing import Chosen, items_in, marks_of, narrowed
from appscan.report.paper.grounds import prove_notice
from appscan.report.paper.layout import PaperKind
from appscan.report.paper.paper import Paper, PaperWish, paper
from appscan.report.paper.recheck import same_app

if TYPE_CHECKING:
    from appscan.texts import Language

Document = dict[str, Any]
OPEN, CONFIRMED, DISMISSED = "open", "confirmed", "dismissed"


class PaperForm(StrEnum):
    """As what a paper is written."""

    DOCX = "docx"
    PDF = "pdf"


def chosen_at_first(document: Document, states: Mapping[tuple[str, str], str]) -> Chosen:
    """The items that a paper speaks of unless people choose: all confirmed ones, else all that nobody dismissed.
    `states` says what people decided of an item (`confirmed`, `dismissed`, …)."""
    every = set(marks_of(document))
    confirmed = {mark for mark in every if states.get(mark) == CONFIRMED}
    return frozenset(confirmed or {mark for mark in every if states.get(mark) != DISMISSED})


def prove(document: Document, wish: PaperWish, name: str) -> None:
    """Raise UsageError where such a paper would say nothing, speaks of items that the report does not have, or the
    earlier report is one of another app."""
    if wish.chosen is not None:
        strange = wish.chosen - set(marks_of(document))
        if strange:
            raise UsageError("paper_item_unknown", check=min(strange)[0])
    said = document if wish.chosen is None else narrowed(document, wish.chosen)
    if wish.kind is PaperKind.NOTICE and wish.previous is None:
        prove_notice(said, name)
        if not items_in(said):
            raise UsageError("nothing_to_rectify", name=name)
    if wish.previous is not None and not same_app(dict(wish.previous), document):
        raise UsageError("previous_other_app", name=name, other=name)


def require(form: PaperForm) -> None:
    """Make sure that everything a form needs is there. Raises UsageError `papers_not_installed`, `no_browser`."""
    component = next((one for one in COMPONENTS[form] if find_spec(one) is None), None)
    if component is not None:
        raise UsageError("papers_not_installed", form=form.value, component=component)
    if form is PaperForm.PDF:
        from appscan.capture.browser import is_installed

        if not is_installed():
            raise UsageError("no_browser")


def written(made: Paper, form: PaperForm) -> bytes:
    """A paper as a file. Raises CaptureError where the browser fails."""
    if form is PaperForm.DOCX:
        from appscan.report.paper.docx import to_docx

        return to_docx(made)
    return printed(made)


def printed(made: Paper) -> bytes:
    """A paper as PDF. Raises CaptureError where the browser fails."""
    from appscan.capture import print_pdf
    from appscan.report.paper.print_page import FOOT, to_print

    page = to_print(made)
    with tempfile.TemporaryDirectory(prefix="appscan-print-") as folder:
        for name, content in page.files.items():
            Path(folder, name).write_bytes(content)
        Path(folder, "paper.html").write_text(page.html, encoding="utf-8", errors="replace")
        print_pdf(Path(folder, "paper.html"), Path(folder, "paper.pdf"), FOOT)
        return Path(folder, "paper.pdf").read_bytes()


def on(document: Document, wish: PaperWish, pictures: Path | None, lang: Language) -> Paper:
    """The paper on a report whose pictures lie in `pictures`/evidence."""
    return paper(document, wish, Album(pictures), lang)
