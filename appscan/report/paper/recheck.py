"""An earlier report beside a new one of the same app: per item of the earlier one, fixed, still there, new, or not to
be told. Knows no layout and no text.

An item is an occurrence (check and fingerprint); a required feature that was missing is one item without a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from appscan.model.judgement import Verdict
from appscan.report.summary import is_blinding

Json = Mapping[str, Any]

ITEMS = frozenset({Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW, Verdict.MISSING, Verdict.EXEMPT_CLAIMED})
"""Verdicts under which an office asks for something; the same that print the notice of a check."""

EARNED = frozenset({Verdict.NOT_FOUND, Verdict.INFO})


class State(StrEnum):
    """What became of an item."""

    STILL = "still"
    NEW = "new"
    CANNOT_TELL = "cannot_tell"
    FIXED = "fixed"


class Why(StrEnum):
    """Why it cannot be told; the empty one where it can."""

    NONE = ""
    NOT_CHECKED = "not_checked"
    INCONCLUSIVE = "inconclusive"
    NOT_SEEN = "not_seen"
    OTHER_FORM = "other_form"
    OTHER_ACTOR = "other_actor"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its finding and occurrence (of the new report where it is there, else of the old one; no occurrence for
    a missing feature), and the verdicts then and now, None where there is none."""

    state: State
    check_id: str
    occurrence: Json | None
    finding: Json | None
    before: Verdict | None
    now: Verdict | None
    why: Why = Why.NONE


@dataclass(frozen=True, slots=True)
class Recheck:
    """All items, what is still there first."""

    items: tuple[Item, ...]
    same_checks: bool

    def count(self, state: State) -> int:
        """Items of one state."""
        return sum(one.state is state for one in self.items)

    def checks(self, state: State) -> int:
        """Checks that have an item of a state; one check can have items of several."""
        return len({one.check_id for one in self.items if one.state is state})

    def places(self, state: State) -> int:
        """Places of one state; what is missing has none."""
        return sum(one.state is state and one.occurrence is not None for one in self.items)


def recheck(previous: Json, current: Json) -> Recheck:
    """Compare two reports of one app."""
    old, new = dict(_places(previous)), dict(_places(current))
    everywhere = {(finding["check_id"], place["fingerprint"]) for finding in current["findings"]
                  if Verdict(finding["verdict"]) not in EARNED for place in finding["occurrences"]}
    now, forms = Sight(current), {one["sha256"]: _form(one["kind"]) for one in previous["artifacts"]}
    items = [_item(pair, new.get(key), key in everywhere, now, forms.get(pair[0]["artifact"], ""))
             for key, pair in old.items()]
    items += [Item(State.NEW, check_id, place, finding, None, now.verdict(check_id))
              for (check_id, mark), (finding, place) in new.items() if (check_id, mark) not in old]
    items += _required(previous, current)
    order = {state: rank for rank, state in enumerate(State)}
    items.sort(key=lambda one: (order[one.state], one.check_id))
    return Recheck(tuple(items), previous["tool"]["checks_digest"] == current["tool"]["checks_digest"])


def same_app(one: Json, other: Json) -> bool:
    """Whether two reports can be of one app: a product, package, host or name in common."""
    return bool(_names(one) & _names(other))


def _names(document: Json) -> set[tuple[str, str]]:
    names = {("name", document["app"]["name"]), ("product", document["product"])}
    for artifact in document["artifacts"]:
        names.add(("package", artifact["package"]))
        names |= {("host", urlsplit(url).hostname or "") for url in artifact.get("crawl", {}).get("start_urls", ())}
    return {(kind, name) for kind, name in names if name}


def _places(document: Json) -> Iterator[tuple[tuple[str, str], tuple[Json, Json]]]:
    for finding in document["findings"]:
        if Verdict(finding["verdict"]) in ITEMS:
            for place in finding["occurrences"]:
                yield (finding["check_id"], place["fingerprint"]), (finding, place)


class Sight:
    """What the new report saw, and how well."""

    def __init__(self, document: Json) -> None:
        self._verdicts = {one["check_id"]: Verdict(one["verdict"]) for one in document["verdicts"]}
        self._whole = document["complete"] and not document["errors"]
        self._blind = any(is_blinding(gap) for gap in document["coverage"]["gaps"])
        self._forms = {_form(one["kind"]) for one in document["artifacts"]}
        self._actors = set(document["actors"])

    def verdict(self, check_id: str) -> Verdict | None:
        return self._verdicts.get(check_id)

    def why_open(self, check_id: str, place: Json | None = None, form: str = "") -> Why:
        """Why the absence of a place says nothing; NONE where it does say that it is gone."""
        verdict = self.verdict(check_id)
        actors = {one["actor"] for one in (place["evidence"] if place else ()) if one["actor"]}
        if verdict is None:
            return Why.NOT_CHECKED
        if not self._whole:
            return Why.INCOMPLETE
        if form and form not in self._forms:
            return Why.OTHER_FORM
        if actors and self._actors and not actors & self._actors:
            return Why.OTHER_ACTOR
        if verdict is Verdict.INCONCLUSIVE:
            return Why.INCONCLUSIVE
        return Why.NOT_SEEN if self._blind and verdict not in EARNED else Why.NONE


def _item(old: tuple[Json, Json], new: tuple[Json, Json] | None, there: bool, now: Sight, form: str) -> Item:
    finding, place = old
    check_id, before = finding["check_id"], Verdict(finding["verdict"])
    verdict = now.verdict(check_id)
    if new is not None:
        return Item(State.STILL, check_id, new[1], new[0], before, verdict)
    if there:
        return Item(State.STILL, check_id, place, finding, before, verdict)
    why = now.why_open(check_id, place, form)
    return Item(State.CANNOT_TELL if why else State.FIXED, check_id, place, finding, before, verdict, why)


def _form(kind: str) -> str:
    """Packages are of one form, whatever their splits."""
    return "package" if kind in ("apk", "split_set") else kind


def _required(previous: Json, current: Json) -> Iterator[Item]:
    """Required features that were or are missing."""
    had = {one["check_id"]: Verdict(one["verdict"]) for one in previous["verdicts"]}
    now = {one["check_id"]: Verdict(one["verdict"]) for one in current["verdicts"]}
    placed = {one["check_id"] for document in (previous, current) for one in document["findings"] if one["occurrences"]}
    for check_id in sorted({*had, *now} - placed):
        before, after = had.get(check_id), now.get(check_id)
        if before is Verdict.MISSING and after is Verdict.MISSING:
            yield Item(State.STILL, check_id, None, None, before, after)
        elif before is Verdict.MISSING:
            open_why = {None: Why.NOT_CHECKED, Verdict.INCONCLUSIVE: Why.INCONCLUSIVE}.get(after, Why.NONE)
            yield Item(State.CANNOT_TELL if open_why else State.FIXED, check_id, None, None, before, after, open_why)
        elif after is Verdict.MISSING:
            yield Item(State.NEW, check_id, None, None, before, after)
