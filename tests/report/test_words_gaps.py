"""Claims about the words of a report whose coverage has gaps."""

from __future__ import annotations

from typing import Any

import pytest

from appscan.report.words import overall_meaning
from appscan.texts import Language, say

GAP: dict[str, Any] = {"kinds": ["text"], "place": "/r.html", "reason": "route_unvisited", "blinds": False}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_not_found_is_said_of_what_was_read_where_something_was_not(lang: Language) -> None:
    document: dict[str, Any] = {"overall": "not_found", "errors": [], "artifacts": [{}]}
    document["coverage"] = {"gaps": []}
    whole = overall_meaning(document, lang)
    assert whole == say(lang, "overall_means.not_found")
    document["coverage"]["gaps"] = [GAP]
    assert overall_meaning(document, lang) not in (whole, "")
