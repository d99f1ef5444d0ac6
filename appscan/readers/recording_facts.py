"""The facts of a recording on their way into the columns: by file, with the actor who saw them. Knows no check.

File and screen of what a page shows and does are its route; of a script, its address. These are the roles of ATTRIBUTE
rows beside those of pages and scripts; packs name them in `attributes:`. (parent = node of what they belong to)

of a text or control    box (x,y,width,height), disabled (true), hidden (true: in the DOM, seen on no state),
                        margin (the `Margin` it stands in)
of a state              picture (SHA-256), viewport (mobile, desktop), person (a name shown on it),
                        came_by (the control pressed for it), stood_in (true: an answer of the capture lies before)
of a form field         name, type, accept, capture, required (true), value_kind; required_field (the type, where
                        required)
of a dialog             dialog: stuck (modal, no way out) | closable | busy (a waiting sign) | open (not known);
                        covers (percent of the window); message: alert | confirm | prompt | beforeunload;
                        idle_dialog: the same words as dialog, for one that came by itself in the virtual day
of a trial              trial:decline, trial:omit, trial:skip, trial:revoke, trial:opt_out: allowed | refused |
                        server_decides; trial_trigger, trial_detail, picture; refused:decline, refused:revoke: the
                        permission (geolocation, camera, notifications) without which the page did not go on
of a request            class (read, write, login, unknown), sent (true, false), trigger, kind, status, virtual (true),
                        host (another site's), pressed (the control), request_field, response_field, stack (addresses)
of a repeated request   interval:TRIGGER (load, click, timer, idle, leave, midnight, trial) and interval:idle: the path;
                        interval_period (milliseconds), interval_count, interval_spread (share of the period),
                        interval_first, interval_last (virtual milliseconds);
                        idle_CLASS: periodic (from three times on, with nobody at the page); leave_CLASS and
                        midnight_CLASS: the kind (beacon, fetch, …); idle_field, leave_field, midnight_field,
                        repeated_field: last name of a field that was sent so
of a call               virtual (true), detail, stack; repeated_call: the chain, called three times or more while idle
of a timer              fired (how often), virtual (true)
of midnight             midnight: dialog | text | request | route | message; midnight_detail
of what came by itself  virtual_at (milliseconds of the virtual day)
of the capture          crawl_NAME (recording_crawl.py)
of a route              route (the path); visited (true, false); found_by; blocked (the reason)
of a script             library (what the capture took it for)

CLASS is read, write, login or unknown. What a field's name or a path means is left to the checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from appscan.model.reading import Fact
from appscan.readers.columns import FactRows
from appscan.readers.file_facts import ROWS_PER_FILE, FileFacts, shorten

MOST_FACTS = 1_500_000
"""Rows of one recording; what comes after is dropped and a gap."""
LONGEST_ATTRIBUTE = 200


@dataclass(slots=True)
class Budget:
    """Rows that may still be added, over all files."""

    left: int = MOST_FACTS


class PageFacts(FileFacts):
    """The facts of one file as several actors saw them. `actor` is who sees what is added next."""

    def __init__(self, rows: FactRows, file: str, budget: Budget) -> None:
        super().__init__(rows, file, ROWS_PER_FILE)
        self.actor = ""
        self.nodes = 0
        self._budget = budget
        self._marks: set[tuple[Fact, int, str, str, str]] = set()
        self._kept: list[tuple[int, Fact, str, str, int, int, str]] = []

    def node(self) -> int:
        """A new node, after all others of the file."""
        self.nodes += 1
        return self.nodes - 1

    def add(self, kind: Fact, value: str, role: str = "", *, screen: int = -1, node: int = -1,
            parent: int = -1) -> None:
        """Gather one fact that the present actor saw."""
        if len(self._kept) >= ROWS_PER_FILE or self._budget.left <= 0:
            self.full = True
            return
        self._budget.left -= 1
        self.nodes = max(self.nodes, node + 1)
        self._kept.append((node, kind, value, role, screen, parent, self.actor))

    def add_once(self, kind: Fact, value: str, role: str = "", *, screen: int = -1, node: int = -1,
                 parent: int = -1) -> None:
        """Gather a fact unless the present actor saw its like in the same screen."""
        if self.is_new(kind, value, role, screen):
            self.add(kind, value, role, screen=screen, node=node, parent=parent)

    def is_new(self, kind: Fact, value: str, role: str, screen: int) -> bool:
        """Whether the present actor sees this for the first time in this file; the next time it is not new."""
        mark = (kind, screen, role, value, self.actor)
        if mark in self._marks:
            return False
        self._marks.add(mark)
        return True

    def note(self, node: int, screen: int, **attributes: object) -> None:
        """ATTRIBUTE rows of the element `node`; what is empty, false or None is left out."""
        for role, value in attributes.items():
            if value:
                self.note_as(node, screen, role, "true" if value is True else str(value))

    def note_as(self, node: int, screen: int, role: str, value: str) -> None:
        """One ATTRIBUTE row of the element `node`."""
        self.add(Fact.ATTRIBUTE, shorten(value)[:LONGEST_ATTRIBUTE], role, screen=screen, node=node, parent=node)

    def write(self) -> None:
        """Append what was gathered to the columns, ordered by place in the file."""
        file = self._rows.pool.add(self.file)
        self._kept.sort(key=_node)
        for node, kind, value, role, screen, parent, actor in self._kept:
            self._rows.add(kind, value, role=role, file=file, screen=screen, node=node, parent=parent,
                           actor=self._rows.pool.add(actor) if actor else -1)
        self._kept.clear()


class RecordedFiles:
    """All files of a recording, in the order in which they were first asked for."""

    def __init__(self, rows: FactRows) -> None:
        self.budget = Budget()
        self._rows = rows
        self._files: dict[str, PageFacts] = {}

    def of(self, file: str, actor: str = "") -> PageFacts:
        """The facts of a file, about to take what `actor` saw."""
        facts = self._files.get(file)
        if facts is None:
            facts = self._files[file] = PageFacts(self._rows, file, self.budget)
        facts.actor = actor
        return facts

    def write(self) -> list[str]:
        """Write all files; the names of those that did not fit."""
        for facts in self._files.values():
            facts.write()
        return [name for name, facts in self._files.items() if facts.full]


def _node(fact: tuple[int, Fact, str, str, int, int, str]) -> int:
    return fact[0]
