"""Style sheets of the report and of the count for parts of them on the desk's pages. Knows no page."""

from __future__ import annotations

import re
from functools import cache

from appscan.count.page import template_source as count_source
from appscan.report.page import page_style

PARTS = "parts.css"
"""The name under which they are one style sheet of the desk."""
_BRACE = re.compile(r"[{}]")
_PAGE = frozenset({"body", "main", "html"})


@cache
def parts_style() -> str:
    """What `.report` and `.count` on a page of the desk look like: as in the report and the count themselves."""
    return within(".report", page_style()) + within(".count", count_source("chart.css"))


def within(scope: str, style: str) -> str:
    """A style sheet of ours whose rules hold only inside elements of a class. What is said of the page itself is said
    of the element; what is said of printed sheets is left out. The sheet has no braces in strings, and nests nothing
    but rules in `@media`."""
    made: list[str] = []
    heads: list[str] = []
    rest = 0
    for brace in _BRACE.finditer(style):
        text, rest = style[rest:brace.start()], brace.end()
        if brace[0] == "{":
            head = text.strip()
            heads.append(head)
            made.append(head + "{" if head.startswith("@") else f"{_scoped(scope, head)}{{")
        else:
            made.append(text + "}\n")
            if heads.pop().startswith("@page"):
                del made[-2:]
    return "".join(made)


def _scoped(scope: str, selectors: str) -> str:
    return ",".join(_one(scope, selector.strip()) for selector in selectors.split(","))


def _one(scope: str, selector: str) -> str:
    first, _, further = selector.partition(" ")
    if first == ":root" or first in _PAGE:
        return f"{scope} {further}".strip()
    return f"{first} {scope} {further}" if first.startswith(":root") else f"{scope} {selector}"
