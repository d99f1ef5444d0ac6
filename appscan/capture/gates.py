"""The trial `skip`: leave what is asked for alone, go elsewhere first; does the page let us? Knows no policy.

Three ways in which a page keeps people: a dialog that lies over every route, an answer to every other control that
leads to the one thing wanted, and being sent back from every other address. Each outcome is (trigger, outcome, detail).
"""

from __future__ import annotations

from typing import Any

from appscan.capture.attempts import TOUCHING, Attempts, modal_texts, same_dialog
from appscan.capture.explore import Explorer
from appscan.capture.states import Node

ELSEWHERE = 3
"""So many other places are tried."""
Outcome = tuple[str, str, str]


def skip_dialog(attempts: Attempts, node: Node, dialog: str, closable: bool) -> Outcome | None:
    """Leave a dialog alone: one that was there on arrival, or one that came in answer to a press. None where the
    dialog asks for nothing that could be skipped."""
    if node.press is not None and node.parent is not None and node.parent.sight.route == node.sight.route:
        return None if closable else _wanted_again(attempts, node.parent, node.press, dialog)
    places = elsewhere(attempts.explorer, node)
    if not places:
        attempts.start(node, None)
        out = attempts.seat.ask("([text, what]) => __appscan.wayOut(text, what)", [dialog, "dialog"])
        return dialog, "allowed" if out.get("out") else "refused", f"{node.sight.route}; {str(out.get('by', ''))[:200]}"
    kept, detail = [], []
    for place in places:
        seat = attempts.renew()
        sight = seat.open(place.sight.url)
        over = [text for text in modal_texts(seat.look()) if same_dialog(text, dialog)]
        kept.append(sight.route != place.sight.route or bool(over and not closable))
        detail.append(f"{place.sight.route} -> {sight.route}" + (f"; {over[0][:200]}" if over else ""))
    return dialog, "refused" if all(kept) else "allowed", "; ".join(detail)


def _wanted_again(attempts: Attempts, parent: Node, press: str, dialog: str) -> Outcome | None:
    """A press was answered with a dialog without a way out. Where it only informs, it is no gate; where what it offers
    leads elsewhere, come back without doing what is wanted there, and press again."""
    attempts.start(parent, None)
    attempts.seat.step(press)
    led = attempts.seat.act("(text) => __appscan.yield(text)", dialog)
    demanded = str(led.get("route", ""))
    if led.get("outcome") != "done" or demanded in ("", parent.sight.route):
        return None
    attempts.explorer.forget_place()
    if not attempts.explorer.reach(parent):
        return None
    attempts.seat.step(press)
    seen = attempts.seat.look()
    again = any(same_dialog(text, dialog) for text in modal_texts(seen))
    label = press.split("|")[1] if press.count("|") >= 2 else press
    detail = f"{label} -> {dialog[:200]} -> {demanded}; {label} -> {str(seen.get('route', ''))[:200]}"
    return dialog, "refused" if again else "allowed", detail


def elsewhere(explorer: Explorer, node: Node) -> list[Node]:
    """Other places of the site, nearest first, one a route, none of them where to sign in."""
    found: dict[str, Node] = {}
    for other in sorted(explorer.nodes.values(), key=lambda one: one.depth):
        if other.sight.route != node.sight.route and other.id not in explorer.doors and _own_page(other, node):
            found.setdefault(other.sight.route, other)
    return list(found.values())[:ELSEWHERE]


def _own_page(other: Node, node: Node) -> bool:
    """The same address with and without an empty fragment is one place."""
    return other.sight.route.rstrip("#/") != node.sight.route.rstrip("#/")


def passages(explorer: Explorer, requests: list[dict[str, Any]]) -> list[tuple[Node, list[Node], str]]:
    """(state that wants something, places behind it, control pressed there): a press that would have written led on."""
    pressed = {
        row["state"]: row["label"]
        for row in requests
        if row["trigger"] == "click" and not row["sent"] and row["class"] in TOUCHING and row["label"]
    }
    behind: dict[str, tuple[Node, dict[str, Node]]] = {}
    for node in explorer.nodes.values():
        gate = node.parent
        while gate is not None and gate.id not in pressed:
            gate = gate.parent
        if gate and node.id not in explorer.doors and _own_page(node, gate):
            behind.setdefault(gate.id, (gate, {}))[1].setdefault(node.sight.route, node)
    return [(gate, list(places.values()), pressed[gate.id]) for gate, places in behind.values()]


def skip_passage(attempts: Attempts, gate: Node, places: list[Node], label: str) -> Outcome | None:
    """Open places behind a state by their addresses, without what was pressed there: sent back to it from all of them
    is a gate; otherwise there is none, and nothing to tell. One place alone that sends back after the press as well is
    no gate either: a page that tells what came of the press has nothing to tell to who opens it by its address."""
    detail = []
    for place in places[:ELSEWHERE]:
        sight = attempts.renew().open(place.sight.url)
        if sight.route != gate.sight.route:
            return None
        detail.append(f"{place.sight.route} -> {sight.route}")
    if len(places) == 1 and not _opens_after(attempts, gate, places[0], label):
        return None
    return (label, "refused", "; ".join(detail)) if detail else None


def _opens_after(attempts: Attempts, gate: Node, place: Node, label: str) -> bool:
    """The control of that trial: is a place open by its address once what is wanted was pressed?"""
    attempts.start(gate, None)
    attempts.press(label, None)
    attempts.seat.park()  # another fragment alone would load nothing
    return attempts.seat.open(place.sight.url).route == place.sight.route
