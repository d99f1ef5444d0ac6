"""Events in words: what was done, to what, and where that is. Knows no template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from appscan.office.listing import finding_id, fingerprint_of
from appscan.serve.lists import address
from appscan.serve.proposals import SOURCE
from appscan.store import Decision, Event, EventKind, Store
from appscan.sweep.tasks import DESK
from appscan.texts import Language, has, say

WITHDRAWN = "withdrawn"
"""The state under which the list of exemptions has what was ended."""
NAMED = 5
"""Entries that one line names."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as a row: `about` with `link` ("" for none) is what it was done to, `more` what it said."""

    event: Event
    who: str
    what: str
    about: str
    link: str = ""
    more: str = ""


class EventWords:
    """Tells events of one store in one language; `title` is what a check is called."""

    def __init__(self, store: Store, title: Callable[[str, Language], str], lang: Language) -> None:
        self._store, self._title, self._lang = store, title, lang
        self._names: dict[str, str] = {}

    def lines(self, events: Iterable[Event]) -> list[EventLine]:
        """A row for each."""
        return [self._line(event) for event in events]

    def _line(self, event: Event) -> EventLine:
        what = say(self._lang, f"desk.event.{event.kind.value}")
        who = say(self._lang, "desk.events.desk") if event.who == DESK else event.who
        about, link, more = self._of(event)
        match event.kind:
            case EventKind.REVIEWED:
                what = self._with(what, self._decision(event.content))
            case EventKind.REGISTRY_IMPORTED if event.content.get("source") == SOURCE:
                what = say(self._lang, f"desk.events.{'registered' if event.content.get('app') else 'proposed'}")
            case EventKind.ACCOUNT_CHANGED:
                act = f"desk.events.act.{event.content.get('act')}"
                what = self._with(what, say(self._lang, act) if has(act) else str(event.content.get("act", "")))
        return EventLine(event, who, what, about, link, more)

    def _of(self, event: Event) -> tuple[str, str, str]:
        content, subject = event.content, event.subject
        match event.kind:
            case EventKind.REVIEWED:
                return self._review(event)
            case EventKind.EXEMPTION_GRANTED | EventKind.EXEMPTION_WITHDRAWN:
                return self._exemption(event)
            case EventKind.SCAN_ASKED | EventKind.SCAN_CANCELLED:
                return self._job(event)
            case EventKind.REGISTRY_IMPORTED:
                return self._import(event)
            case EventKind.ENTRY_EDITED:
                return self._name(subject), address("/registry/entry", {"id": subject}), subject
            case EventKind.PRODUCTS_MERGED | EventKind.PRODUCT_SPLIT:
                return self._entries([str(one) for one in content.get("entries", ())])
            case EventKind.OWNER_NAMED:
                return subject, address("/registry/owners", {"written": subject}), str(content.get("name", ""))
            case EventKind.PAPER_MADE:
                return str(content["name"]), f"/papers/{event.id}", str(content["app"])
            case EventKind.REPORT_TAKEN_IN:
                return self._name(subject), f"/apps/{quote(subject, safe='')}", str(content.get("file", ""))
            case EventKind.REGISTRY_GIVEN:
                return str(content.get("name") or subject[:12]), "", ""
            case _:
                about = say(self._lang, "desk.events.of_desk") if subject == DESK else subject
                return about, "", str(content.get("address", "")) if event.kind is EventKind.SIGN_IN_REFUSED else ""

    def _review(self, event: Event) -> tuple[str, str, str]:
        content, check = event.content, str(event.content.get("check", ""))
        mark = str(content.get("fingerprint") or fingerprint_of({"check_id": check}, None))
        about = say(self._lang, "desk.events.place", app=str(content.get("app") or self._name(event.subject)),
                    check=self._title(check, self._lang))
        link = address(f"/findings/{finding_id(event.subject, mark)}", {"entry": event.subject, "state": "any"})
        return about, link, str(content.get("screen", ""))

    def _job(self, event: Event) -> tuple[str, str, str]:
        job = None if event.content else self._store.task(DESK, event.subject)
        told: Mapping[str, Any] = event.content or (job.content if job else {})
        return str(told.get("name") or event.subject), f"/scans/{event.subject}", str(told.get("app", ""))

    def _decision(self, content: Mapping[str, Any]) -> str:
        decision = str(content.get("decision", ""))
        return say(self._lang, f"desk.decision.{decision}") if decision in set(Decision) else decision

    def _exemption(self, event: Event) -> tuple[str, str, str]:
        number = int(event.content.get("grant", event.id))
        granted = event if event.kind is EventKind.EXEMPTION_GRANTED else self._store.event(number)
        record: Mapping[str, Any] = granted.content.get("record", {}) if granted else {}
        state = WITHDRAWN if number in self._withdrawn else ""  # the list without a state leaves them out
        title = self._title(str(record.get("check", "")), self._lang)
        return (say(self._lang, "desk.events.place", app=self._name(event.subject), check=title),
                address("/registry/exemptions", {"q": str(record.get("document", "")), "state": state}),
                say(self._lang, "desk.events.exemption", number=number, document=str(record.get("document", "")),
                    day=str(record.get("expires", ""))))

    @cached_property
    def _withdrawn(self) -> frozenset[int]:
        """Numbers of the grants that were ended."""
        return frozenset(int(one.content["grant"]) for one in self._store.events(EventKind.EXEMPTION_WITHDRAWN))

    def _import(self, event: Event) -> tuple[str, str, str]:
        content = event.content
        if content.get("source") == SOURCE:
            return self._entries(self._store.entries_of(event.id, NAMED + 1))
        return (str(content.get("source", event.subject)), "/registry",
                say(self._lang, "desk.events.counts", new=content.get("new", 0), changed=content.get("changed", 0),
                    same=content.get("same", 0)))

    def _entries(self, ids: list[str]) -> tuple[str, str, str]:
        comma = say(self._lang, "desk.sign.comma")
        told = comma.join(map(self._name, ids[:NAMED])) + ("…" if len(ids) > NAMED else "")
        return told, address("/registry/entry", {"id": ids[0]}) if ids else "", comma.join(ids[:NAMED])

    def _name(self, entry: str) -> str:
        """What people call an app, as the lists have it; the id itself where they do not."""
        if entry not in self._names:
            app = self._store.lists.app(entry)
            self._names[entry] = app.name if app and app.name else entry
        return self._names[entry]

    def _with(self, what: str, which: str) -> str:
        return f"{what}{say(self._lang, 'desk.sign.colon')}{which}" if which else what
