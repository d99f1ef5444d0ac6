"""What a page did in a recording beside its requests → facts: calls, timers, messages, trials, the virtual day, routes.
Knows no page text and no check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from appscan.model.reading import Fact, Role
from appscan.readers.file_facts import shorten
from appscan.readers.recording_facts import PageFacts, RecordedFiles
from appscan.readers.recording_pages import LONGEST_DIALOG, LONGEST_ROUTE, Places, dialog_role, way_out
from appscan.readers.recording_requests import PERIODIC, RequestReader, add_stack
from appscan.readers.recording_rows import Row

TIMER_KINDS = frozenset({"interval", "timeout", "chained"})
MESSAGE_KINDS = frozenset({"alert", "confirm", "prompt", "beforeunload"})
TESTS = frozenset({"decline", "omit", "skip", "revoke", "opt_out"})
PROMPTED = frozenset({"decline", "revoke"})
PROMPTS = frozenset({"geolocation", "camera", "notifications"})
"""Tests of a permission, and the first word of their trigger: what was refused."""
OUTCOMES = frozenset({"allowed", "refused", "server_decides"})
MIDNIGHT_KINDS = frozenset({"dialog", "text", "request", "route", "message"})
FOUND_BY = frozenset({"start", "link", "click", "router", "script"})
SHOWN_AT_MIDNIGHT = frozenset({"dialog", "text", "message"})
DETAILS_KEPT = 5
LONGEST_CHAIN = 120


class BehaviourReader:
    """What happened, on its way into the facts of the screens where it did."""

    def __init__(self, files: RecordedFiles, places: Places) -> None:
        self.files = files
        self.places = places

    def read_calls(self, calls: Iterable[Row]) -> int:
        """API rows, once per screen, actor and chain; how many calls there were."""
        details: dict[tuple[str, str, str, bool], dict[str, None]] = defaultdict(dict)
        stacks: dict[tuple[str, str, str, bool], list[str]] = {}
        moments: dict[tuple[str, str, str, bool], set[int]] = defaultdict(set)
        count = 0
        for row in calls:
            count += 1
            virtual = row.maybe_count("virtual")
            key = (row.maybe_text("state", 200), row.text("actor", 100), row.text("api", LONGEST_CHAIN),
                   virtual is not None)
            kept, detail = details[key], row.text("detail", 1000)
            if detail and len(kept) < DETAILS_KEPT:
                kept[detail] = None
            stacks.setdefault(key, row.texts("stack", 400))
            if virtual is not None and len(moments[key]) < PERIODIC:
                moments[key].add(virtual)
        for key, kept in details.items():
            state, actor, chain, in_day = key
            page, screen = self._page(state, actor)
            role = "virtual" if in_day else ""
            if not chain or not page.is_new(Fact.API, chain, role, screen):
                continue
            node = page.node()
            page.add(Fact.API, chain, role, screen=screen, node=node)
            page.note(node, screen, virtual=in_day, repeated_call=chain if len(moments[key]) >= PERIODIC else "")
            for detail in kept:
                page.note_as(node, screen, "detail", detail)
            add_stack(page, node, screen, stacks[key])
        return count

    def read_timers(self, timers: Iterable[Row]) -> int:
        """TIMER rows, once per screen, actor, kind and period; how many timers there were."""
        fired: dict[tuple[str, str, str, int, bool], int] = defaultdict(int)
        count = 0
        for row in timers:
            count += 1
            key = (row.maybe_text("state", 200), row.text("actor", 100), row.one_of("kind", TIMER_KINDS),
                   row.count("period"), row.flag("virtual"))
            fired[key] = max(fired[key], row.count("fired"))
        for (state, actor, kind, period, virtual), times in fired.items():
            page, screen = self._page(state, actor)
            node = page.node()
            page.add(Fact.TIMER, str(period), kind, screen=screen, node=node)
            page.note(node, screen, fired=str(times), virtual=virtual)
        return count

    def read_messages(self, messages: Iterable[Row]) -> None:
        """What alert and its kin said: a text, and a dialog that one press closes."""
        for row in messages:
            page, screen = self._page(row.maybe_text("state", 200), row.text("actor", 100))
            kind, virtual = row.one_of("kind", MESSAGE_KINDS), row.maybe_count("virtual") is not None
            self._tell(page, screen, row.text("text"), "closable", message=kind, virtual=virtual)

    def read_trials(self, trials: Iterable[Row]) -> int:
        """Outcomes of the force tests; how many there were."""
        count = 0
        for row in trials:
            count += 1
            page, screen = self._page(row.maybe_text("state", 200), row.text("actor", 100))
            test, outcome = row.one_of("test", TESTS), row.one_of("outcome", OUTCOMES)
            node, trigger = page.node(), row.text("trigger", 400)
            prompt = trigger.partition(" ")[0]
            page.add(Fact.NODE, "trial", screen=screen, node=node)
            if outcome == "refused" and test in PROMPTED and prompt in PROMPTS:
                page.note_as(node, screen, f"refused:{test}", prompt)
            if outcome == "refused" and test == "skip" and trigger.strip():  # what it says that nobody gets round
                page.add(Fact.TEXT, shorten(" ".join(trigger.split())), Role.LABEL, screen=screen, node=node)
            page.note(node, screen, **{f"trial:{test}": outcome, "trial_trigger": trigger,
                                       "trial_detail": row.text("detail", 2000),
                                       "picture": row.maybe_text("picture", 64)})
        return count

    def read_days(self, days: Iterable[Row], requests: RequestReader) -> None:
        """Intervals, dialogs that came by themselves, and what changed at midnight."""
        for day in days:
            actor, state = day.text("actor", 100), day.maybe_text("state", 200)
            for interval in day.rows("intervals"):
                requests.read_interval(interval, self.places.of(state), actor)
            page, screen = self._page(state, actor)
            for dialog in day.rows("dialogs"):
                text = " ".join(dialog.text("text").split())
                way = way_out(text, dialog.maybe_flag("closable"), dialog.flag("modal"))
                self._tell(page, screen, text, way, dialog=way, idle_dialog=way,
                           virtual_at=str(dialog.count("virtual")))
            for change in day.rows("midnight"):
                kind, detail = change.one_of("kind", MIDNIGHT_KINDS), change.text("detail", 2000)
                node = page.node()
                if kind in SHOWN_AT_MIDNIGHT and detail:
                    page.add(Fact.TEXT, shorten(detail), Role.LABEL, screen=screen, node=node)
                page.note(node, screen, midnight=kind, midnight_detail=detail,
                          virtual_at=str(change.count("virtual")))

    def read_routes(self, routes: Iterable[Row]) -> list[tuple[str, str]]:
        """Registered routes, visited or not; those not seen, with the reason ("" where none is known)."""
        unseen = []
        for row in routes:
            path, found_by = row.text("path", LONGEST_ROUTE), row.one_of("found_by", FOUND_BY)
            visited, blocked = row.flag("visited"), row.maybe_text("blocked", 400)
            if not path:
                continue
            page = self.files.of(path)
            node, screen = page.node(), page.screen(path)
            page.add_once(Fact.ATTRIBUTE, path, "route", screen=screen, node=node, parent=node)
            page.note(node, screen, visited="true" if visited else "false", found_by=found_by, blocked=blocked)
            if not visited and path not in self.places.routes:
                unseen.append((path, blocked))
        return unseen

    def _page(self, state: str, actor: str) -> tuple[PageFacts, int]:
        place = self.places.of(state)
        page = self.files.of(place.file, actor)
        return page, page.screen(place.screen) if place.screen else -1

    def _tell(self, page: PageFacts, screen: int, text: str, way: str, **attributes: object) -> None:
        words = shorten(" ".join(text.split()))
        if not page.is_new(Fact.DIALOG, words, f"{way} {sorted(attributes)}", screen):
            return
        node = page.node()
        page.add(Fact.DIALOG, words[:LONGEST_DIALOG], dialog_role(way), screen=screen, node=node)
        if words:
            page.add_once(Fact.TEXT, words, Role.LABEL, screen=screen, node=node)
        page.note(node, screen, **attributes)
