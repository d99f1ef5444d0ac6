"""Findings on a recording → the same findings with what the crawl saw around each piece of evidence: picture and box,
request, repetition, trial. Judges nothing; changes no verdict and no fingerprint."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from appscan.judge.nodes import Node, Nodes, box_of, number
from appscan.model.artifact import ArtifactKind
from appscan.model.judgement import Evidence, Finding, Signal
from appscan.model.personal import Box
from appscan.model.reading import Fact, Reading
from appscan.model.sighting import Attempt, Exchange, Repeat, Sighting

FIELDS_KEPT = 24
_HAPPENED = frozenset({Fact.REQUEST, Fact.API, Fact.TIMER, Fact.DIALOG})
_DIGEST = 64
_FIELD = re.compile(r"[^\W\d][\w.$\[\]-]{0,79}")
"""What can be the name of a field; pieces of a body that nobody could take apart are none."""

Attributes = Mapping[str, list[str]]


def witnessed(findings: Sequence[Finding], reading: Reading) -> tuple[Finding, ...]:
    """The findings with their sightings; those of anything but a recording as they are."""
    if reading.artifact.kind is not ArtifactKind.RECORDING:
        return tuple(findings)
    witness = _Witness(reading)
    return tuple(replace(finding, occurrences=tuple(
        replace(one, evidence=tuple(witness.told(evidence) for evidence in one.evidence))
        for one in finding.occurrences)) for finding in findings)


class _Witness:
    """Looks evidence up in the facts of one recording."""

    def __init__(self, reading: Reading) -> None:
        self.nodes = Nodes(reading)
        self._seen: dict[tuple[Node, str], Sighting] = {}

    def told(self, evidence: Evidence) -> Evidence:
        signal = evidence.signal
        node = self.nodes.named(signal.place.file, signal.place.element)
        if node is None:
            return evidence
        key = node, signal.place.screen
        if key not in self._seen:
            self._seen[key] = self._sighting(node, signal)
        sighting = self._seen[key]
        return evidence if sighting == Sighting() else replace(evidence, seen=sighting)

    def _sighting(self, node: Node, signal: Signal) -> Sighting:
        nodes, rows = self.nodes, self.nodes.rows_of(node)
        own = nodes.attributes(node)
        exchange, repeat, attempt = exchange_of(nodes, rows, own), repeat_of(own), attempt_of(own)
        picture, viewport, box = _first(own, "picture"), _first(own, "viewport"), box_of(_first(own, "box"))
        for around in nodes.above(node) if not picture else ():
            if picture := _first(state := nodes.attributes(around), "picture"):
                viewport = _first(state, "viewport")
                break
        happened = any(nodes.facts.kind[row] in _HAPPENED for row in rows) or "virtual_at" in own
        if attempt is None and happened and not picture:
            picture, viewport, box = self._beside(signal, exchange)
        return Sighting(picture if len(picture) == _DIGEST else "", box, viewport, exchange, repeat, attempt,
                        "virtual" in own or "virtual_at" in own, *self._arrival(node))

    def _arrival(self, node: Node) -> tuple[str, bool]:
        """What was pressed for the state that shows a node, and whether the capture's own answer lies before it."""
        for around in self.nodes.above(node):
            state = self.nodes.attributes(around)
            if "viewport" in state:
                return _first(state, "came_by"), "stood_in" in state
        return "", False

    def _beside(self, signal: Signal, exchange: Exchange | None) -> tuple[str, str, Box | None]:
        """Picture of the screen where something happened: the one that shows the control that was pressed, with its
        box, else the first of the screen."""
        pictures = self._pictures.get((signal.place.screen, signal.actor), [])
        if not pictures:
            return "", "", None
        if exchange is not None and exchange.pressed:
            for row in self._shown.get(exchange.pressed, ()):
                nodes = self.nodes
                if nodes.text(int(nodes.facts.screen[row])) != signal.place.screen:
                    continue
                node = nodes.node_of(row)
                box = box_of(_first(nodes.attributes(node), "box"))
                state = next(nodes.above(node), None)
                if box is not None and state is not None and (found := _first(nodes.attributes(state), "picture")):
                    return found, _first(nodes.attributes(state), "viewport"), box
        return *pictures[0], None

    @cached_property
    def _pictures(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """(screen, actor) → pictures of its states with their windows, in the order of the crawl."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        nodes = self.nodes
        for row in nodes.with_role("picture"):
            own = nodes.attributes(nodes.node_of(row))
            if "viewport" in own:
                key = nodes.text(int(nodes.facts.screen[row])), nodes.text(int(nodes.facts.actor[row]))
                found.setdefault(key, []).append((nodes.text(int(nodes.facts.value[row])), _first(own, "viewport")))
        return found

    @cached_property
    def _shown(self) -> dict[str, list[int]]:
        """Texts that were pressed → rows where they stand."""
        nodes = self.nodes
        pressed = np.unique(nodes.facts.value[nodes.with_role("pressed")])
        rows = np.flatnonzero((nodes.facts.kind == Fact.TEXT) & np.isin(nodes.facts.value, pressed))
        found: dict[str, list[int]] = {}
        for row in rows.tolist():
            found.setdefault(nodes.text(int(nodes.facts.value[row])), []).append(row)
        return found


def exchange_of(nodes: Nodes, rows: Sequence[int], own: Attributes) -> Exchange | None:
    """The request that an element of a recording is."""
    row = next((row for row in rows if nodes.facts.kind[row] == Fact.REQUEST), None)
    if row is None:
        return None
    sent = _first(own, "sent")
    fields = (field for field in own.get("request_field", ()) if _FIELD.fullmatch(field))
    return Exchange(
        nodes.text(int(nodes.facts.role[row])), nodes.text(int(nodes.facts.value[row])), _first(own, "class"),
        _first(own, "kind"), _first(own, "trigger"), {"true": True, "false": False}.get(sent), _first(own, "host"),
        _first(own, "status"), _first(own, "pressed"), tuple(fields)[:FIELDS_KEPT])


def repeat_of(own: Attributes) -> Repeat | None:
    """How it was repeated, where it was."""
    period = number(_first(own, "interval_period"))
    if not period:
        return None
    trigger = _first(own, "trigger")
    return Repeat(period, number(_first(own, "interval_count")), _first(own, "interval_spread"),
                  trigger == "idle" or "interval:idle" in own, number(_first(own, "interval_first")),
                  number(_first(own, "interval_last")))


def attempt_of(own: Attributes) -> Attempt | None:
    """The force trial that an element of a recording is."""
    for name, values in own.items():
        if name.startswith("trial:"):
            return Attempt(name.removeprefix("trial:"), values[0], _first(own, "trial_trigger"),
                           _first(own, "trial_detail"))
    return None


def _first(attributes: Attributes, name: str) -> str:
    return next(iter(attributes.get(name, ())), "")
