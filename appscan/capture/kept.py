"""What is kept of the answers that a page got: code and bodies for the recording, parts and shapes for sealed copies.
Decides on no request and knows no policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Request, Response

from appscan.capture.answers import Answers, Asset, library_of
from appscan.capture.journal import Journal
from appscan.capture.shadows import CLOSING

MAX_KEPT = 2 * 1024 * 1024
MAX_ASSETS = 64 * 1024 * 1024
MAX_SCRIPTS = 5000
HOPS = 20
IMPORT = re.compile(r"\bimport\s*\(")
TEXTUAL = re.compile(r"json|javascript|ecmascript|html|xml|text/", re.IGNORECASE)
TELLING = frozenset({"document", "jsonp", "style", "xhr", "fetch", "form"})
"""Kinds of requests whose answers say something, where they are text."""


@dataclass
class Kept:
    """Takes answers as they come. `rows` are the requests that have none yet, with their rows of the recording."""

    journal: Journal
    assets: dict[str, Asset] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    rows: dict[Request, dict[str, Any]] = field(default_factory=dict)
    closed_trees: bool = False
    """Some page of the site closes a shadow tree in its markup."""
    importing: bool = False
    """Some code of the site fetches more code by `import()`, which nobody inside a page can see."""
    _size: int = 0

    def awaits(self, kinds: Iterable[str]) -> bool:
        """True while an answer to a request of one of these kinds is on its way."""
        return any(row["kind"] in kinds for row in self.rows.values())

    def fail(self, request: Request) -> None:
        """A request that ended without an answer."""
        row = self.rows.pop(request, None)
        if row is not None and row["kind"] == "script" and "BLOCKED" not in (request.failure or ""):
            self.unread(request.url)

    def unread(self, url: str) -> None:
        """A script that was asked for and whose text is not known is told, unless it comes another time."""
        if len(self.journal.scripts) < MAX_SCRIPTS:
            self.journal.scripts.setdefault(url, {"url": url[:2000], "body": None, "library": library_of(url, "")})

    def finish(self, request: Request) -> None:
        """A request whose answer came."""
        row = self.rows.pop(request, None)
        first = request.redirected_from
        for _ in range(HOPS):  # only the first hop of a redirect was ours to note
            if row is not None or first is None:
                break
            row, first = self.rows.pop(first, None), first.redirected_from
        if row is None:
            row = self._hop(request)
        if row is None:
            return
        try:
            response = request.response()
            if response:
                self._keep(request, response, row)
        except Error:  # the page went on; the answer is gone
            if row["kind"] == "script":
                self.unread(request.url)

    def _hop(self, request: Request) -> dict[str, Any] | None:
        """The row written for the target of a redirect, which no route was asked about."""
        if request.redirected_from is None:
            return None
        return next((row for row in reversed(self.journal.requests[-50:]) if row["url"] == request.url), None)

    def _keep(self, request: Request, response: Response, row: dict[str, Any]) -> None:
        row["status"] = response.status
        kind, fine = row["kind"], 200 <= response.status < 300
        type_ = response.headers.get("content-type", "")
        runs = fine and (kind == "script" or (kind == "other" and "javascript" in type_))  # what a Worker imports
        textual = kind in TELLING and bool(TEXTUAL.search(type_) or not type_)
        if not (runs or textual or kind == "script") or 300 <= response.status < 400:
            return
        if int(request.sizes()["responseBodySize"]) > MAX_KEPT * 4:
            self._too_large(request.url, row)
            return
        body = response.body()
        if len(body) > MAX_KEPT * 4:  # small only on the wire
            self._too_large(request.url, row)
            return
        again = kind in ("script", "style", "document") or "javascript" in type_
        if again and response.status == 200 and self._size + len(body) < MAX_ASSETS:
            self._size += len(body)
            self.assets[request.url.partition("#")[0]] = Asset(response.status, type_ or "text/html", body)
        text = body.decode("utf-8", "replace")
        self.closed_trees = self.closed_trees or (kind == "document" and bool(CLOSING.search(text)))
        if kind in ("script", "document"):
            self.importing = self.importing or bool(IMPORT.search(text))
            self.answers.learn_script(text)
        if runs:
            self._read(request.url, text)
        elif kind not in ("style", "script"):
            self.journal.answered(row, response.status, text)
            self.answers.learn(request.method, request.url, response.status, type_, text)

    def _read(self, url: str, text: str) -> None:
        known = self.journal.scripts.get(url)
        if known is None or known["body"] is None:
            body = self.journal.keep_text("scripts", text)
            self.journal.scripts[url] = {"url": url[:2000], "body": body, "library": library_of(url, text)}

    def _too_large(self, url: str, row: dict[str, Any]) -> None:
        """What came whole to the page but is too large to be kept."""
        if row["kind"] in ("script", "other"):
            self.unread(url)
        else:
            self.journal.gap("answer_too_large", ["request", "text"], url, limit=MAX_KEPT * 4)
