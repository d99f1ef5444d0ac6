"""Walks a site breadth-first over its states, in an order that is the same every time. Knows no policy."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from playwright.sync_api import Error

from appscan.capture.failures import CaptureError, Failure
from appscan.capture.frontier import STEADY, Frontier
from appscan.capture.journal import PAGE_KINDS, Journal, route_of
from appscan.capture.leads import Leads
from appscan.capture.network import Network
from appscan.capture.options import CaptureOptions, Progress
from appscan.capture.page import Seat, Sight
from appscan.capture.patience import brings_new
from appscan.capture.pressing import Pressing, is_pressed
from appscan.capture.repeats import Repeats
from appscan.capture.shapes import listed, number_of
from appscan.capture.state_rows import StateRows
from appscan.capture.states import Node, Visit, pattern_of
from appscan.capture.turned_away import TurnedAway
from appscan.capture.unrolling import Unrolling
from appscan.capture.walls import Arrival, is_astray, is_door, is_moved
from appscan.capture.ways import Ways
from appscan.errors import UsageError

PLANS = 3
"""So many times a page may do by itself what it planned, one after the other."""
MAX_ARRIVALS = 2000
MAX_OPTIONS = 6
"""So many other choices of a list are tried."""
LAST, RETRY_PAUSE = 50, 2.0
"""Where in the queue an address waits for another try, and seconds that pass at least before it."""


@dataclass
class Explorer:
    """One walk of one actor. What waits survives a browser that died."""

    journal: Journal
    network: Network
    options: CaptureOptions
    ways: Ways
    progress: Progress
    deadline: float
    suffix: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    failures: list[CaptureError] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    doors: set[str] = field(default_factory=set)
    turned: TurnedAway = field(default_factory=TurnedAway)
    _repeats: Repeats = field(default_factory=Repeats)
    _pressing: dict[str, Pressing] = field(default_factory=dict)
    _current: Node | None = None
    _fatal: set[str] = field(default_factory=set)
    _tried_again: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.frontier = Frontier(self.journal, self.network, self.options, self._allowed)
        self.leads = Leads(self.journal, self.network, self.frontier)
        self.rows = StateRows(self.journal, self.suffix, self.options.pictures)
        self.unrolling = Unrolling(self.journal, self.ways, self.rows, self.leads, self.frontier, self.nodes)

    @property
    def seat(self) -> Seat:
        """The page that is walked; another one may take its place."""
        return self.ways.seat

    @seat.setter
    def seat(self, seat: Seat) -> None:
        self.ways.seat = seat

    def _allowed(self, url: str) -> bool:
        return self.network.manners.allowed_by_robots(url, self.seat.page.context)

    def start(self, urls: list[str]) -> None:
        """Queue the addresses the user named."""
        for url in urls:
            self.frontier.add(Visit(url, None, "start", "start", 0), 0)

    def run(self) -> None:
        """Walk until the queue is empty or a cap is reached. Raises CaptureError (browser_died) where the
        browser went."""
        while self.frontier.queue:
            if self._over():
                for pressing in self._pressing.values():
                    self._tell_unpressed(pressing)
                return
            item = self.frontier.first()
            self.progress("explore", len(self.nodes), len(self.frontier.queue))
            try:
                if isinstance(item, Visit):
                    self.frontier.drop(item)
                    self._visit(item)
                else:
                    self._expand(item)
                self.leads.windows(self._standing())
            except CaptureError as error:
                self.ways.here = None
                place = self._place(item)
                self._failed(error, place)
                if error.failure is Failure.BROWSER_DIED:
                    self._again(item, place)
                    raise
                self._leave(item)
            except (Error, UsageError):
                raise
            except Exception as error:  # noqa: BLE001 (a fault of ours at one page must not cost all the others)
                place = self._place(item)
                why = f"{type(error).__name__}: {error}"[:200]
                self.failures.append(CaptureError(Failure.OWN_FAILURE, place, why=why))
                self.journal.gap("own_failure_here", list(PAGE_KINDS), place, why=why)
                self.forget_place()
                self._leave(item)

    def _over(self) -> bool:
        """True where a cap is reached; what waits stays in the queue."""
        if len(self.nodes) >= self.options.max_states:
            self.journal.reached.add("states")
        elif time.monotonic() > self.deadline:
            self.journal.reached.add("minutes")
        else:
            return False
        return True

    def _place(self, item: Visit | Node) -> str:
        return item.url if isinstance(item, Visit) else (self._current or item).sight.url

    def _leave(self, item: Visit | Node) -> None:
        """Nothing more is pressed in the state at which something failed."""
        if isinstance(item, Node):
            self._done(self._current or item)
        self.seat.park()

    def _standing(self) -> Node | None:
        """The state that the page shows now, where it is one that is known."""
        return self.nodes.get(self.ways.here.key) if self.ways.here else None

    def _again(self, item: Visit | Node, place: str) -> None:
        """An address at which the browser died is opened once more: it need not have been its fault."""
        if isinstance(item, Visit) and place not in self._fatal:
            self._fatal.add(place)
            self.frontier.push(item, item.depth)

    def _once_more(self, visit: Visit, error: CaptureError) -> bool:
        """True where an address that failed in a way that may pass waits for another try, after all others."""
        if not error.failure.worth_retrying or error.failure is Failure.BROWSER_DIED or visit.url in self._tried_again:
            return False
        self._tried_again[visit.url] = time.monotonic()
        self.frontier.push(visit, visit.depth, LAST)
        self.ways.here = None
        self.seat.park()
        return True

    def _resume(self, node: Node) -> None:
        """The controls from this one on are pressed later; the one on whose way the browser died twice is left."""
        pressing = self._pressing[node.id]
        place = f"{node.id} {pressing.at}"
        pressing.at += place in self._fatal
        self._fatal.add(place)

    def _failed(self, error: CaptureError, place: str) -> None:
        self.failures.append(error)
        status = error.params.get("status")
        extra: dict[str, Any] = {"status": status} if isinstance(status, int) else {}
        self.journal.route(route_of(place), "link", blocked=error.failure.value)
        self.journal.gap(error.failure.value, ["text", "control", "route"], place, **extra)

    def _visit(self, visit: Visit) -> None:
        self.journal.enter(visit.origin, "load", "")
        if visit.url in self._tried_again:
            self.seat.pause(max(0.0, self._tried_again[visit.url] + RETRY_PAUSE - time.monotonic()))
        since = self.journal.marks()
        same_page = "#" in visit.url and self.ways.within(visit.url)
        self.seat.away = self.network.away = ""
        started = visit.found_by == "start"
        try:
            sight = self.seat.hash(visit.url) if same_page else self.ways.open(visit.url)
            node = self._arrived(sight, visit.origin, visit.by, visit.depth, None, None)
        except CaptureError as error:
            status = error.params.get("status")
            away = self.seat.away or self.network.away
            if not away and self._once_more(visit, error):
                return
            self._came(Arrival(visit.url, started, None, "", status if isinstance(status, int) else 0, away))
            raise
        self.journal.adopt(since, node.id)
        status = 200 if same_page else self.seat.status
        arrival = Arrival(visit.url, started, node.id, sight.route, status, self.seat.away)
        self._came(arrival)
        visited = not is_moved(arrival) or not (node.id in self.doors or (started and is_astray(arrival)))
        self.journal.route(route_of(visit.url), visit.found_by, visited=visited)
        self.journal.enter(node.id, "timer", "")
        self._afterwards(node, visit.depth, None, None, started)

    def _afterwards(
        self, came: Node, depth: int, parent: Node | None, press: str | None, started: bool = False
    ) -> Node:
        """What comes by itself some seconds after an address was opened or a control was pressed (a splash, a message
        before the page that it announces) is a state of its own; gives the last one."""
        for _ in range(PLANS):
            here = self.ways.here
            later = self.ways.patience.plans(self.seat, here) if here else None
            if here is None or later is None:
                break
            self.ways.here = later
            new = brings_new(here, later) or (started and later.key not in self.nodes)
            if not new or not self.network.own(later.url):
                break
            came = self._arrived(later, came.id, "later", depth, parent, press, late=True)
        return came

    def _came(self, arrival: Arrival) -> None:
        if len(self.arrivals) < MAX_ARRIVALS or arrival.started:
            self.arrivals.append(arrival)

    def _arrived(
        self,
        sight: Sight,
        origin: str | None,
        by: str,
        depth: int,
        parent: Node | None,
        press: str | None,
        late: bool = False,
    ) -> Node:
        """Where we are now: a state already known, or a new one that is written down and queued."""
        if sight.pending:
            sight = self.ways.patience.wait(self.seat, sight)
        self.ways.here = sight
        known = self.nodes.get(sight.key)
        if known and not (self.rows.are_texts_new(sight) and self.rows.has_room(sight, by)):
            return known
        if not self.network.own(sight.url):
            raise CaptureError(Failure.UNREACHABLE_HOST, sight.url, why="other_origin")
        identity = self.rows.new_id()
        seen = self.seat.look()
        looked = self.seat.sight(seen)
        if looked.key != sight.key and looked.key in self.nodes:  # it went on while we looked, to a place we know
            self.ways.here = looked
            return self.nodes[looked.key]
        sight = self.ways.here = looked
        controls = self.rows.write(identity, self.seat, sight, seen, origin, by)
        if known:  # same controls, new words: worth keeping, not worth walking again
            self.rows.note_alike(sight, by)
            self.leads.discover(known, controls, seen)
            return known
        if is_door(seen, sight.route):
            self.doors.add(identity)
        covered = any(row.get("modal") for row in listed(seen, "dialogs"))
        node = Node(identity, sight, depth, controls, parent, press, covered, late)
        self.nodes[sight.key] = node
        self.journal.route(sight.route, "start" if by == "start" else "click" if press else "link", visited=True)
        self.leads.discover(node, controls, seen)
        if depth < self.options.max_depth:
            self.frontier.push(node, depth, self.frontier.patterns[pattern_of(sight.route) + sight.fold] // STEADY)
            self.frontier.patterns[pattern_of(sight.route) + sight.fold] += 1
        elif deeper := sum(is_pressed(row) for row in controls):
            self.journal.bounded("depth", "depth_reached", sight.url, count=deeper)
        self.unrolling.unroll(node)  # last: a browser that dies of it leaves a state that waits
        return node

    def _expand(self, first: Node) -> None:
        """Press all controls of a state; meanwhile those of others of its rank, where a press leads to one: that saves
        the way back, which costs as much as a press."""
        while first in self.frontier:
            here = self._standing()
            node = here if here and self.frontier.rank(here) == self.frontier.rank(first) else first
            if node is not self._current:
                self.progress("explore", len(self.nodes), len(self.frontier.queue))
            self._current = node
            pressing = self._pressing.setdefault(node.id, Pressing(node))
            control = pressing.next(self._repeats)
            if control is None:
                self._done(node)
                continue
            if self._over():
                return
            try:
                reached = self.ways.to(node) or (not self._answered(node) and self.ways.anew(node))
            except CaptureError as error:
                if error.failure is Failure.BROWSER_DIED:
                    self._resume(node)
                raise
            if reached:
                self._press_all(pressing, control)
                self.leads.windows(node)
                continue
            if not self._answered(node):
                self.journal.gap("state_not_reached_again", ["control", "text"], node.sight.url, step=node.id)
            self._done(node)

    def _press_all(self, pressing: Pressing, control: dict[str, Any]) -> None:
        """One control; a list as often as it has other choices."""
        pressing.at += 1
        for _ in range(max(1, min(number_of(control, "options") - 1, MAX_OPTIONS))):
            pressed = self._press(pressing.node, control)
        pressing.unpressed += not pressed

    def _done(self, node: Node) -> None:
        """Nothing of a state waits any more; what was not pressed there is told."""
        self._current = None
        self.frontier.drop(node)
        if pressing := self._pressing.pop(node.id, None):
            self._tell_unpressed(pressing)

    def _tell_unpressed(self, pressing: Pressing) -> None:
        place = pressing.node.sight.url
        if pressing.unpressed:
            self.journal.gap("controls_not_pressed", ["control", "text"], place, count=pressing.unpressed)
        if pressing.missed:
            self.journal.bounded("controls", "controls_not_pressed", place, count=pressing.missed)
        pressing.unpressed = pressing.missed = 0

    def _answered(self, node: Node) -> bool:
        """True where a state differed from what is there now by a dialog alone that came by itself and was answered
        meanwhile (a consent, a welcome): what lies under it is walked as a state of its own."""
        here = self._standing()
        return node.covered and node.press is None and here is not None and here.sight.route == node.sight.route

    def _press(self, node: Node, control: dict[str, Any]) -> bool:
        """False where the control could not be pressed: it is not there any more, or something lies over it."""
        key, text = str(control.get("key", "")), str(control.get("text", ""))[:120]
        self.journal.enter(node.id, "click", text)
        self.seat.away, self.network.away, self.seat.status = "", "", 0
        try:
            sight = self._step(node, key)
            if self.seat.status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # what stands there is no state of the site
                raise CaptureError(Failure.SERVER_ERROR, sight.url, status=self.seat.status)
        except CaptureError as error:
            if error.failure is Failure.BROWSER_DIED:
                raise
            there = error.failure is Failure.SERVER_ERROR
            self._failed(error, str(error.params["name"]) if there else node.sight.url)
            self.ways.here = None
            return True
        self.ways.here = sight
        self.turned.went(node, text, self.seat.away or self.network.away)
        if sight.outcome in ("gone", "covered", "disabled", "elsewhere"):
            return self._unpressed(node, sight)
        self._repeats.note(control, node.controls, sight.key, sight.key not in self.nodes)
        if not self.network.own(sight.url):
            self.journal.out("origins", sight.url, "link")
            self.ways.here = None
        elif sight.route != node.sight.route and self.frontier.unwanted(sight.url):
            self.ways.here = None
        else:
            came = self._arrived(sight, node.id, text, node.depth + 1, node, key)
            came = self._afterwards(came, node.depth + 1, node, key)
            if came.id in self.doors and node.id not in self.doors:
                self.turned.note(node, text, came.sight.route)
        return True

    def _unpressed(self, node: Node, sight: Sight) -> bool:
        """What is there instead of a control may be a state by itself; under a dialog nothing is pressed (what lies
        under it is walked once the dialog is away)."""
        if sight.outcome == "gone" and sight.key not in self.nodes and self.network.own(sight.url):
            self.journal.enter(node.id, "timer", "")
            self._arrived(sight, node.id, "later", node.depth + 1, None, None)
        return sight.outcome not in ("gone", "covered") or (sight.outcome == "covered" and node.covered)

    def _step(self, node: Node, key: str) -> Sight:
        """Press a control where we are. A page that went elsewhere by itself meanwhile is a state by itself; then
        the way back, and the press once more."""
        for _ in range(2):
            sight = self.seat.step(key, self.ways.here.document if self.ways.here else "")
            if sight.outcome != "elsewhere":
                return sight
            if self.network.own(sight.url):
                self.journal.enter(node.id, "timer", "")
                self._arrived(sight, node.id, "later", node.depth + 1, None, None)
            if not self.ways.to(node):
                return sight
            self.journal.enter(node.id, "click", key.partition("|")[2][:120])
        return sight

    def forget_place(self) -> None:
        """Where the page is now is not known any more; the next way starts at an address."""
        self.ways.here = None

    def reach(self, node: Node) -> bool:
        """Load a state afresh; True where it was reached."""
        since = self.journal.moment
        reached = self.ways.to(node)
        self.journal.moment = since
        return reached
