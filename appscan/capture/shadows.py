"""Shadow trees that a page's markup closes (`<template shadowrootmode=closed>`): no script of the page made them, so
only the browser itself can show them to the instrument. Knows no strategy and no policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import CDPSession, Error

MAX_TREES = 200
CLOSING = re.compile(r"<template\b[^>]{0,300}\bshadowrootmode\s*=\s*[\"']?closed", re.IGNORECASE)
_HAND_OVER = """function () {
  const appscan = this.host && this.host.ownerDocument.defaultView.__appscan;
  if (appscan) { appscan.shadows.set(this.host, this); appscan.allShadows.add(new WeakRef(this)); }
}"""


def open_closed_trees(session: CDPSession) -> None:
    """Hand every closed tree of the page over to the instrument, which then sees it like an open one."""
    try:
        document = session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        for number, node in enumerate(_closed(document)):
            if number >= MAX_TREES:
                return
            found = session.send("DOM.resolveNode", {"backendNodeId": node})["object"]["objectId"]
            session.send("Runtime.callFunctionOn", {"objectId": found, "functionDeclaration": _HAND_OVER})
    except (Error, KeyError):
        return  # the page went away


def _closed(document: dict[str, Any]) -> Iterator[int]:
    waiting = [document]
    while waiting:
        node = waiting.pop()
        for tree in node.get("shadowRoots", []):
            if tree.get("shadowRootType") == "closed":
                yield tree["backendNodeId"]
        waiting += [*node.get("children", []), *node.get("shadowRoots", [])]
        if "contentDocument" in node:
            waiting.append(node["contentDocument"])
