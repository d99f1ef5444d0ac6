"""What addresses of lists may ask, for pages and for the API alike. Knows no page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from appscan.serve.lists import LONGEST_CURSOR

Word = Annotated[str, Field(max_length=200)]
Cursor = Annotated[str, Field(max_length=LONGEST_CURSOR, description="as a page gave it")]
ANY = "any"
LAST = "last"
"""The field that says where somebody came from: no part of what is asked."""
AppSort = Literal["", "urgency", "-urgency", "name", "-name", "body", "-body", "recorded", "-recorded", "open", "-open"]
FindingSort = Literal["", "urgency", "-urgency", "app", "-app"]
VerdictAsked = Literal["", "likely_violation", "needs_review", "missing", "inconclusive", "exempt", "exempt_claimed",
                       "info", "not_found", "none"]


class AppsQuery(BaseModel):
    """Filters of the list of apps; empty for none. `text` is searched in names, owners, packages and ids, `owner` in
    owners; `body` is the whole name of the body that an owner was recognised as, as counts name it; `verdict`
    `none` asks for apps that nobody judged, `state` for those with findings in it, `reason` for those with that gap."""

    text: Word = ""
    owner: Word = ""
    level: Literal["", "central", "province", "city", "county", "township", "village"] = ""
    region: Word = ""
    verdict: VerdictAsked = ""
    platform: Literal["", "android", "ios", "harmonyos", "miniprogram", "quickapp", "h5", "web"] = ""
    state: Literal["", "open", "confirmed", "dismissed", "asked", "exempted"] = ""
    reason: Annotated[str, Field(max_length=80)] = ""
    body: Word = ""
    sort: AppSort = ""
    after: Cursor = ""
    before: Cursor = ""


class FindingsQuery(BaseModel):
    """Filters of the list of findings. Without `state` those nobody has decided on; `any` for all. `check` is the id of
    a check."""

    text: Word = ""
    state: Literal["", "any", "open", "confirmed", "dismissed", "asked", "exempted"] = ""
    check: Annotated[str, Field(max_length=80)] = ""
    verdict: Literal["", "likely_violation", "needs_review", "missing", "inconclusive", "exempt",
                     "exempt_claimed"] = ""
    entry: Annotated[str, Field(max_length=400)] = ""
    sort: FindingSort = ""
    after: Cursor = ""
    before: Cursor = ""


class QueueQuery(FindingsQuery):
    """The same on pages where people decide: `last` is the finding that was decided on just now."""

    last: Annotated[str, Field(pattern="^([0-9a-f]{16})?$")] = ""


AppsAsking = Annotated[AppsQuery, Query()]
FindingsAsking = Annotated[FindingsQuery, Query()]
QueueAsking = Annotated[QueueQuery, Query()]

def filters_of(query: BaseModel) -> dict[str, str]:
    """What stays in the addresses of all pages of a list."""
    aside = ("after", "before", LAST)
    return {name: value for name, value in query.model_dump().items() if value and name not in aside}
