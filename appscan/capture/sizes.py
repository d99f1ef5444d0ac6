"""Bounds the size of what a page gets: an answer that is too large or has no end must not fill the browser. Decides on
no request and knows no policy."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession

from appscan.capture.journal import Journal
from appscan.capture.kept import Kept
from appscan.model.coverage import CODE_KINDS

MAX_ANSWER = 20 * 1024 * 1024
STREAMED = frozenset({"Document", "XHR", "Fetch", "Script", "Stylesheet"})
RUN = frozenset({"Document", "Script"})
"""What does nothing at all, or half of it, where its end is missing."""
TELLING = frozenset(
    {"nel", "report-to", "reporting-endpoints", "speculation-rules", "attribution-reporting-register-source"}
)
"""Headers that make the browser itself ask somebody."""
REMADE = frozenset({"content-encoding", "transfer-encoding", "content-length", "set-cookie"})


@dataclass
class Sizes:
    """Cuts answers at the response stage of the protocol's Fetch domain; `seconds` one without a length may take."""

    journal: Journal
    kept: Kept
    seconds: float

    def bound(self, session: CDPSession, event: dict[str, Any], headers: dict[str, str]) -> None:
        """Let an answer go to the page, whole, cut, or read here first."""
        identity, status = {"requestId": event["requestId"]}, event.get("responseStatusCode", 0)
        if int(headers.get("content-length") or 0) > MAX_ANSWER:
            self._cut(event)
            refuse(session, event)
            return
        endless = "content-length" not in headers and "event-stream" not in headers.get("content-type", "")
        if endless and status == 200 and event.get("resourceType") in STREAMED:
            self._drain(session, event)
        elif headers.keys() & TELLING:
            rows = [row for row in event["responseHeaders"] if row["name"].lower() not in TELLING]
            session.send("Fetch.continueResponse", {**identity, "responseCode": status, "responseHeaders": rows})
        else:
            session.send("Fetch.continueRequest", identity)

    def _cut(self, event: dict[str, Any]) -> None:
        """An answer that the page does not get whole: without its code or its page nothing of the site is known."""
        url, type_ = event["request"]["url"], event.get("resourceType")
        if type_ == "Script":
            self.kept.unread(url)
        if type_ in RUN:
            self.journal.gap("answer_too_large", sorted(CODE_KINDS), url, blinds=True, limit=MAX_ANSWER)
        else:
            self.journal.gap("answer_too_large", ["request", "text"], url, limit=MAX_ANSWER)

    def _drain(self, session: CDPSession, event: dict[str, Any]) -> None:
        """An answer whose length is not told is read here up to a bound: an endless one must not fill the browser."""
        identity = {"requestId": event["requestId"]}
        stream = session.send("Fetch.takeResponseBodyAsStream", identity)["stream"]
        chunks: list[bytes] = []
        size, until, ended = 0, time.monotonic() + self.seconds, False
        while not ended and size <= MAX_ANSWER and time.monotonic() < until:
            read = session.send("IO.read", {"handle": stream, "size": 1 << 18})
            part = base64.b64decode(read["data"]) if read.get("base64Encoded") else str(read["data"]).encode()
            chunks.append(part)
            size, ended = size + len(part), bool(read["eof"])
        session.send("IO.close", {"handle": stream})
        if not ended:
            self._cut(event)
            if event.get("resourceType") in RUN:  # half a script is none, and half a page may look whole
                refuse(session, event)
                return
        rows = [row for row in event.get("responseHeaders", []) if row["name"].lower() not in TELLING | REMADE]
        body = base64.b64encode(b"".join(chunks)).decode()
        session.send("Fetch.fulfillRequest", {**identity, "responseCode": 200, "responseHeaders": rows, "body": body})


def refuse(session: CDPSession, event: dict[str, Any]) -> None:
    """The page gets no answer at all."""
    session.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"})
