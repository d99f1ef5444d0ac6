"""A saved page printed to PDF with the browser, offline. Knows no report and no policy."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Error, Route

from appscan.capture.browser import Chromium
from appscan.capture.failures import CaptureError, Failure

LONGEST = 120.0
"""Seconds without an answer after which printing is given up."""


def print_pdf(html_path: Path, pdf_path: Path, foot: str = "") -> None:
    """Print the page at `html_path` to `pdf_path`, whole or not at all, with its headings as bookmarks. It may load
    what lies in its own folder and nothing else; no script runs. `foot` is HTML for the foot of every page, in which
    the browser fills elements of the classes `pageNumber` and `totalPages`. Raises CaptureError (no_browser;
    browser_died where printing fails)."""
    page_address = html_path.resolve().as_uri()
    folder = page_address.rpartition("/")[0] + "/"

    def only_own(route: Route) -> None:
        address = route.request.url
        if address.startswith(folder) and "/.." not in address:
            route.continue_()
        else:
            route.abort()

    aside = pdf_path.with_name(f".{pdf_path.name}.{os.getpid()}.part")
    try:
        with Chromium(frozenset(), "zh-CN", LONGEST) as chromium:
            assert chromium.browser is not None
            context = chromium.browser.new_context(java_script_enabled=False, service_workers="block", offline=True)
            context.route("**/*", only_own)
            page = context.new_page()
            page.goto(page_address, wait_until="load")
            page.pdf(path=aside, prefer_css_page_size=True, print_background=True, outline=True, tagged=True,
                     display_header_footer=bool(foot), header_template="<span></span>", footer_template=foot)
            context.close()
        aside.replace(pdf_path)
    except Error as error:
        raise CaptureError(Failure.BROWSER_DIED, html_path.name, why=str(error).splitlines()[0][:200]) from error
    finally:
        aside.unlink(missing_ok=True)
