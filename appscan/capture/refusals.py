"""Answers that say that nobody is signed in, beside a page that shows its frame as if nothing were. Knows no browser.

A list that is answered with `{"code": 401}` is drawn as `no data`: without this it would pass for an empty list.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterable
from typing import Any

from appscan.capture.addresses import urlsplit
from appscan.capture.journal import Journal

REFUSED = re.compile(
    r"未登[录陆]|请先?登[录陆]|重新登[录陆]|登[录陆](信息|状态)?已?(过期|失效|超时)|"
    r"token\s?(已?过期|无效|失效|expired|invalid)|not logged in|unauthori[sz]ed|login required",
    re.IGNORECASE,
)
WHO = re.compile(
    r"(^|/)(me|who-?am-?i|session|token|refresh(-?token)?|profile|(get-?)?(current|login)-?(user|status|state|info)|"
    r"(get-?)?(user-?)?info|(is|check|has)-?(log-?in|logged-?in|auth|token)|my-?info)(\.\w{1,6})?/?$",
    re.IGNORECASE,
)
"""Paths that ask who is there: to hear `nobody` is an answer, and hides nothing."""
ANSWERING = frozenset({"xhr", "fetch", "jsonp"})
MAX_ANSWERS, MAX_PACKED = 4000, 4000
FEW = 2


def says_sign_in(journal: Journal, row: dict[str, Any]) -> bool:
    """True for a request whose answer, by its status or its body, is that nobody is signed in."""
    if row["status"] == 401:
        return True
    handle = row["response_body"]
    packed = journal.parts.texts.get(handle) if isinstance(handle, str) else None
    if packed is None or len(packed) > MAX_PACKED:
        return False
    try:
        answer = json.loads(zlib.decompress(packed))
    except (ValueError, RecursionError):
        return False
    if not isinstance(answer, dict):
        return False
    if any(str(answer.get(name)) in ("401", "40101", "-401") for name in ("code", "status", "errcode", "errorCode")):
        return True
    told = " ".join(str(answer.get(name, ""))[:200] for name in ("msg", "message", "error", "errmsg", "errMsg"))
    return bool(REFUSED.search(told))


def _answers_of(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a server answered to what pages asked for as they were walked: no trials, no virtual days."""
    rows = [row for row in requests if row["kind"] in ANSWERING and row["sent"] and row["status"] is not None]
    return [row for row in rows if row["virtual"] is None and row["trigger"] != "trial"][:MAX_ANSWERS]


def is_mostly_refused(journal: Journal, since: int) -> bool:
    """True where more than half of the addresses that were asked for since then answered that nobody is signed in; who
    is there counts too."""
    rows = [row for row in journal.requests[since:] if row["kind"] in ANSWERING and row["sent"]]
    refused = {row["url"]: says_sign_in(journal, row) for row in rows if row["status"] is not None}
    return sum(refused.values()) * 2 > len(refused)


def tell_refusals(journal: Journal, actor: str, states: Collection[str]) -> bool:
    """A local gap for each endpoint at each page that went without its answer; True where that is more than half of
    what those states asked for."""
    places = {row["id"]: row["url"] for row in journal.states}
    refused: dict[str, bool] = {}
    for row in _answers_of(journal.requests):
        path = urlsplit(row["url"]).path
        if row["actor"] != actor or row["state"] not in states or WHO.search(path):
            continue
        refused[row["url"]] = says_sign_in(journal, row)
        if refused[row["url"]]:
            journal.gap("answer_wants_login", ["text", "control", "title"], places[row["state"]], url=path[:300])
    return sum(refused.values()) >= FEW and sum(refused.values()) * 2 > len(refused)
