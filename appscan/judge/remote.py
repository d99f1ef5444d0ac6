"""Pages that an app loads from elsewhere: what they hold is not in the artifact. Knows no check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from appscan.checks.pack import Term
from appscan.judge.hits import MAX_EXCERPT, Hit
from appscan.judge.sight import Sight
from appscan.model.coverage import CODE_KINDS, Gap, Kind
from appscan.model.reading import Fact, Role

WEBVIEW = "webview_load"
LITTLE_UI = 12
"""A shell around a remote page has next to no controls of its own."""

FEW_BESIDE = 2
"""Controls beside a remote page on the first screen (back, refresh) do not make a screen of its own."""

UNKNOWN_ADDRESS = "?"
"""Stands for an address that the app gets while it runs."""

FEW_SCREENS = 1
"""Activities beside the first screen and the page in a shell (an about page)."""

MOST_LISTED = 20
_LOCAL = ("file:///android_asset", "file:///android_res", "content://", "about:blank")
_NO_PAGE = (".xml", ".dtd", ".xsd", ".png", ".jpg", ".jpeg", ".gif", ".apk", ".json", ".zip")
_HOST = re.compile(r"^(https?://)?([\w-]+\.)+(gov\.cn|cn|com|net|org|invalid|top|info)(:\d+)?(/\S*)?$", re.IGNORECASE)


class RemotePages:
    """Where first-party code shows web pages, and which addresses it has for them."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.reading = sight.reading
        self._texts: dict[frozenset[str], list[str]] = {}

    def start(self) -> str:
        """Address of the remote page that is the app: set as its start, or shown by an app with next to no controls of
        its own, or filling the first screen. `?` where the address is not in the artifact; "" where there is none."""
        configured = self._configured
        if configured:
            return configured
        screens = frozenset().union(*(hit.screens for hit in self._loads))
        if not screens or self._is_local(screens):
            return ""
        address = next(self._addresses(screens), "")
        first = self._launchers & screens
        if self._controls(None) <= LITTLE_UI and (first or self._others(screens) <= FEW_SCREENS):
            return address or UNKNOWN_ADDRESS
        if first and self._controls(first) <= FEW_BESIDE:
            return address or UNKNOWN_ADDRESS
        return ""

    def gaps(self) -> tuple[Gap, ...]:
        """A local gap for each screen that shows a page from elsewhere."""
        found: dict[str, Gap] = {}
        for hit in self._loads:
            for screen in sorted(hit.screens):
                if screen not in found and not self._is_local(frozenset([screen])):
                    address = next(self._addresses(frozenset([screen])), UNKNOWN_ADDRESS)
                    found[screen] = Gap(CODE_KINDS, screen, "remote_page", {"url": address})
        return tuple(found.values())[:MOST_LISTED]

    @cached_property
    def _loads(self) -> list[Hit]:
        if WEBVIEW not in self.sight.vocabulary.calls:
            return []
        return [hit for hit in self.sight.hits(Term(Kind.CALL, groups=(WEBVIEW,)))
                if not hit.origin and hit.live and hit.method >= 0]

    @cached_property
    def _configured(self) -> str:
        """Start address in a configuration (Cordova, uni-app, Capacitor)."""
        facts, strings = self.reading.facts, self.reading.strings
        for row in np.flatnonzero(facts.kind == Fact.PATH).tolist():
            address = strings[int(facts.value[row])]
            if strings[int(facts.role[row])] == "start" and address.startswith(("http:", "https:")):
                return address[:MAX_EXCERPT]
        return ""

    @cached_property
    def _launchers(self) -> frozenset[str]:
        facts, strings = self.reading.facts, self.reading.strings
        rows = np.flatnonzero(facts.kind == Fact.COMPONENT).tolist()
        return frozenset(strings[int(facts.value[row])] for row in rows if strings[int(facts.role[row])] == "launcher")

    def _controls(self, screens: frozenset[str] | None) -> int:
        """Live first-party controls, on some screens or (None) in the whole app."""
        facts = self.reading.facts
        pressed = {Role.BUTTON, Role.MENU, Role.TAB, Role.OPTION}
        rows = [row for row in np.flatnonzero(facts.kind == Fact.TEXT).tolist()
                if self.reading.strings[int(facts.role[row])] in pressed]
        seen = (self.sight.layouts.place_of(row) for row in rows)
        return sum(1 for place in seen if place.live and not place.origin and (
            screens is None or place.screens & screens))

    def _others(self, screens: frozenset[str]) -> int:
        """Live first-party activities that are neither the first screen nor show pages."""
        program = self.sight.program
        live = [name for name, role in program.components.items() if role == "activity"
                and program.class_by_name.get(name, -1) in self.sight.liveness.classes]
        return len(set(live) - screens - self._launchers)

    def _is_local(self, screens: frozenset[str]) -> bool:
        """Whether the pages of these screens come with the app, and none from elsewhere."""
        local = self._has_pages or any(text.startswith(_LOCAL) for text in self._texts_of(screens))
        return local and not any(_is_page(text) for text in self._texts_of(screens))

    @cached_property
    def _has_pages(self) -> bool:
        """Whether pages lie in the artifact: then a page without an address is one of them (Cordova, uni-app, H5)."""
        facts, strings = self.reading.facts, self.reading.strings
        entries = (strings[sid] for sid in facts.value[facts.kind == Fact.ENTRY].tolist())
        return any(name.startswith("assets/") and name.endswith((".html", ".htm")) for name in entries)

    def _addresses(self, screens: frozenset[str]) -> Iterator[str]:
        """Addresses in code of these screens; else those in constants, string resources and manifest entries."""
        near = sorted({text for text in self._texts_of(screens) if _is_page(text)}, key=lambda text: (-len(text), text))
        yield from (text[:MAX_EXCERPT] for text in near)
        if not near and not any(text.startswith(_LOCAL) for text in self._texts_of(screens)):
            yield from (text[:MAX_EXCERPT] for text in self._elsewhere)

    def _texts_of(self, screens: frozenset[str]) -> list[str]:
        known = self._texts.get(screens)
        if known is None:
            uses, program = self.reading.code.strings_used, self.sight.program
            own = program.own_method[uses.method]
            pairs = zip(uses.method[own].tolist(), uses.what[own].tolist(), strict=True)
            known = self._texts[screens] = [program.text(sid) for method, sid in pairs
                                            if self.sight.screens.screens_of(method) & screens]
        return known

    @cached_property
    def _elsewhere(self) -> list[str]:
        program, code, facts = self.sight.program, self.reading.code, self.reading.facts
        own = program.own_sid[code.fields.owner] & (code.fields.value >= 0)
        sids = [*code.fields.value[own].tolist(), *self.reading.resources.value.tolist()]
        sids += [int(facts.value[row]) for row in np.flatnonzero(facts.kind == Fact.ATTRIBUTE).tolist()
                 if program.text(int(facts.role[row])).startswith("meta:")]
        wanted = {sid for sid in sids if sid >= 0 and self.reading.strings.raw(sid)[:4].lower() == b"http"}
        return sorted(text for sid in wanted if _is_page(text := program.text(sid)))


def _is_page(text: str) -> bool:
    """Whether a constant is the address of a page: with its scheme, or a bare host with a path."""
    if len(text) > MAX_EXCERPT or text.rpartition("/")[2].lower().endswith(_NO_PAGE):
        return False
    return bool(_HOST.match(text)) and (text.startswith("http") or "/" in text)
