"""How far a crawl came, from the facts of its recording. Knows no check and no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from appscan.judge.nodes import Node, Nodes, number
from appscan.judge.witness import attempt_of, exchange_of, repeat_of
from appscan.model.artifact import ArtifactKind
from appscan.model.reading import Fact, Reading
from appscan.model.sighting import (
    ActorSeen,
    Crawl,
    DayLived,
    Happening,
    OriginSeen,
    Repeated,
    RouteSeen,
    TrialSeen,
)

MOST_ROUTES = 300
MOST_DAYS = 200
MOST_HAPPENINGS = 20
MOST_OTHERS = 60
TESTS = ("decline", "omit", "skip", "revoke", "opt_out")

Attributes = Mapping[str, list[str]]


def crawl_of(reading: Reading) -> Crawl | None:
    """The crawl behind a recording's reading; None for anything else."""
    if reading.artifact.kind is not ArtifactKind.RECORDING:
        return None
    nodes = Nodes(reading)
    routes, found, visited = _routes(nodes)
    told = {name: _values(nodes, name) for name in ("start", "cap", "robots", "writes", "queue_left", "intended")}
    states = next((item.count for item in reading.coverage.read if item.what == "states"), 0)
    viewports = dict.fromkeys(nodes.text(int(nodes.facts.value[row])) for row in nodes.with_role("viewport"))
    return Crawl(
        start_urls=tuple(told["start"][:MOST_OTHERS]), states=states, viewports=tuple(viewports)[:4],
        actors=tuple(_actor(own) for _, own in _nodes(nodes, "crawl_actor")[:MOST_OTHERS]),
        routes=routes, routes_found=found, routes_visited=visited, days=_days(nodes), trials=_trials(nodes),
        caps=tuple(told["cap"][:10]),
        queue_left=number("".join(told["queue_left"][:1])), robots="".join(told["robots"][:1]),
        writes="".join(told["writes"][:1]), intended=number("".join(told["intended"][:1])),
        origins=tuple(OriginSeen(_first(own, "crawl_origin"), _first(own, "crawl_origin_kind"),
                                 "crawl_origin_blocked" in own)
                      for _, own in _nodes(nodes, "crawl_origin")[:MOST_OTHERS]))


def _values(nodes: Nodes, name: str) -> list[str]:
    return [nodes.text(int(nodes.facts.value[row])) for row in nodes.with_role(f"crawl_{name}")]


def _nodes(nodes: Nodes, role: str) -> list[tuple[int, Attributes]]:
    """Row and attributes of each element that has the attribute."""
    return [(row, nodes.attributes(nodes.node_of(row))) for row in nodes.with_role(role)[:MOST_ROUTES]]


def _actor(own: Attributes) -> ActorSeen:
    return ActorSeen(_first(own, "crawl_actor"), _first(own, "crawl_login"), _first(own, "crawl_before"),
                     _first(own, "crawl_after"), _first(own, "crawl_lost_at"), number(_first(own, "crawl_states")))


def _routes(nodes: Nodes) -> tuple[tuple[RouteSeen, ...], int, int]:
    """Routes of the crawl, those not visited first; how many there are, and how many were visited. Routes that only
    scripts name have no `visited`."""
    found: dict[str, RouteSeen] = {}
    for row in nodes.with_role("visited"):
        own = nodes.attributes(nodes.node_of(row))
        path = _first(own, "route")
        was_seen = nodes.text(int(nodes.facts.value[row])) == "true"
        if path and (path not in found or was_seen):
            found[path] = RouteSeen(path, _first(own, "found_by"), was_seen, _first(own, "blocked"))
    ordered = sorted(found.values(), key=lambda route: (route.visited, route.path))
    return tuple(ordered[:MOST_ROUTES]), len(found), sum(1 for route in ordered if route.visited)


def _days(nodes: Nodes) -> tuple[DayLived, ...]:
    days: dict[tuple[str, str], DayLived] = {}
    for row, own in _nodes(nodes, "crawl_day_to")[:MOST_DAYS]:
        key = _place(nodes, row)
        days.setdefault(key, DayLived(*key, number(_first(own, "crawl_day_from")), number(_first(own, "crawl_day_to"))))
    for row, _ in _nodes(nodes, "virtual_at"):
        day = days.get(_place(nodes, row))
        if day is not None and len(day.happenings) < MOST_HAPPENINGS:
            happening = _happening(nodes, nodes.node_of(row))
            if happening not in day.happenings:
                days[_place(nodes, row)] = replace(day, happenings=(*day.happenings, happening))
    for row, own in _nodes(nodes, "interval_period"):
        day, node = days.get(_place(nodes, row)), nodes.node_of(row)
        exchange, repeat = exchange_of(nodes, nodes.rows_of(node), own), repeat_of(own)
        if day is not None and exchange is not None and repeat is not None and len(day.repeated) < MOST_HAPPENINGS:
            days[_place(nodes, row)] = replace(day, repeated=(*day.repeated, Repeated(exchange, repeat)))
    return tuple(days.values())


def _trials(nodes: Nodes) -> tuple[TrialSeen, ...]:
    found: dict[TrialSeen, None] = {}
    for test in TESTS:
        for row, own in _nodes(nodes, f"trial:{test}"):
            attempt = attempt_of(own)
            if attempt is not None:
                found[TrialSeen(*_place(nodes, row), attempt, _first(own, "picture"))] = None
    return tuple(found)[:MOST_OTHERS]


def _place(nodes: Nodes, row: int) -> tuple[str, str]:
    return nodes.text(int(nodes.facts.screen[row])), nodes.text(int(nodes.facts.actor[row]))


def _happening(nodes: Nodes, node: Node) -> Happening:
    own = nodes.attributes(node)
    at = number(_first(own, "virtual_at"))
    if "midnight" in own:
        return Happening(at, _first(own, "midnight"), _first(own, "midnight_detail"))
    text = next((nodes.text(int(nodes.facts.value[row])) for row in nodes.rows_of(node)
                 if nodes.facts.kind[row] == Fact.DIALOG), "")
    return Happening(at, "dialog", text, _first(own, "idle_dialog"))


def _first(attributes: Attributes, name: str) -> str:
    return next(iter(attributes.get(name, ())), "")
