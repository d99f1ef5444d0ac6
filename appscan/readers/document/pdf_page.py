"""One page of a PDF, interpreted within bounds: time, letters, strokes, forms inside forms. Knows no block, no policy.

The library bounds none of these; a page of a kilobyte can draw itself ten thousand times over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pdfminer.pdfinterp import PDFPageInterpreter
from pdfplumber.page import Page, PDFPageAggregatorWithMarkedContent

from appscan.readers.document.blocks import BrokenOffError
from appscan.readers.limits import Deadline

MOST_CHARS = 30_000
"""Letters of one page; a printed page has one or two thousand."""
MOST_STROKES = 60_000
MOST_FORMS = 2_000
CHECKED_EVERY = 256


class _Device(PDFPageAggregatorWithMarkedContent):
    """Gathers the page, and stops where it has no end."""

    def bound(self, deadline: Deadline) -> None:
        """Say when to stop. Called once, before the page is interpreted."""
        self.deadline = deadline
        self.drawn = {"chars": MOST_CHARS, "strokes": MOST_STROKES, "forms": MOST_FORMS}

    def count(self, what: str) -> None:
        """Count one thing drawn. Raises BrokenOffError `document_page_limit`, `time_limit`."""
        self.drawn[what] -= 1
        if self.drawn[what] < 0:
            raise BrokenOffError("document_page_limit")
        if self.drawn[what] % CHECKED_EVERY == 0:
            self.deadline.check()

    def render_char(self, *arguments: Any, **named: Any) -> float:
        """One letter."""
        self.count("chars")
        return super().render_char(*arguments, **named)

    def paint_path(self, *arguments: Any, **named: Any) -> None:
        """One stroke."""
        self.count("strokes")
        super().paint_path(*arguments, **named)


class _Interpreter(PDFPageInterpreter):
    """Counts the content streams that are run, forms inside forms included."""

    def render_contents(self, resources: dict[object, object], streams: Sequence[object], ctm: Any = None) -> None:
        """Run content streams."""
        if isinstance(self.device, _Device):
            self.device.count("forms")
            self.device.deadline.check()
        if ctm is None:
            super().render_contents(resources, streams)
        else:
            super().render_contents(resources, streams, ctm=ctm)


def interpret(page: Page, deadline: Deadline) -> None:
    """Interpret a page, so that all that is asked of it later is answered from memory. Raises LimitReached
    `document_page_limit` or `time_limit`, and what the library raises on a damaged page."""
    device = _Device(page.pdf.rsrcmgr, pageno=page.page_number, laparams=page.pdf.laparams)
    device.bound(deadline)
    _Interpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
    page._layout = device.get_result()  # where the library itself keeps it once a page was asked for

