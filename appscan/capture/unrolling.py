"""What scrolling brings: lists that grow, addresses and controls that were not there before. Knows no policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appscan.capture.frontier import Frontier
from appscan.capture.journal import Journal
from appscan.capture.leads import Leads
from appscan.capture.page import Sight
from appscan.capture.pressing import is_pressed
from appscan.capture.state_rows import StateRows
from appscan.capture.states import Node
from appscan.capture.ways import SCROLLS, Ways


@dataclass
class Unrolling:
    """Scrolls the states of one walk; `nodes` are those that are known, by their keys."""

    journal: Journal
    ways: Ways
    rows: StateRows
    leads: Leads
    frontier: Frontier
    nodes: dict[str, Node]

    def unroll(self, node: Node) -> None:
        """Scroll lists to see whether they grow, at most a few screens."""
        for _ in range(SCROLLS):
            more, sight = self.ways.seat.scroll()
            if sight.route != node.sight.route:
                self.ways.here = sight
                return
            if not more:
                break
        else:
            self.journal.bounded("lists", "list_not_finished", node.sight.url, count=SCROLLS)
        self.ways.here = sight
        if (self.rows.are_texts_new(sight) or sight.key not in self.nodes) and self.rows.has_room(sight, "scroll"):
            self.rows.note_alike(sight, "scroll")
            seen = self.ways.seat.look()
            controls = self.rows.write(f"{node.id}-down", self.ways.seat, sight, seen, node.id, "scroll")
            self._below(node, sight, seen, controls)

    def _below(self, node: Node, sight: Sight, seen: dict[str, Any], controls: tuple[dict[str, Any], ...]) -> None:
        """What came by scrolling: its addresses are queued, its new controls are pressed as those of another state."""
        self.leads.discover(node, controls, seen)
        known = {control.get("key") for control in node.controls}
        fresh = tuple(control for control in controls if control.get("key") not in known)
        if sight.key in self.nodes or not any(map(is_pressed, fresh)):
            return
        below = Node(f"{node.id}-down", sight, node.depth, fresh, node, below=True)
        self.nodes[sight.key] = below
        self.frontier.push(below, node.depth + 1)
