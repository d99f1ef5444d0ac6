"""Call groups → hits: where the acts that they name happen. Knows no check."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property

from appscan.checks.pack import CallGroup, Term, Vocabulary
from appscan.judge.acts import Acts
from appscan.judge.again import ASKED_AGAIN, rows_asked_again
from appscan.judge.boxes import TYPED_INTO, rows_typed_into
from appscan.judge.hits import MAX_HITS, Hit
from appscan.judge.places import Places
from appscan.model.coverage import Kind
from appscan.model.reading import Fact

SELF_STARTED = "self_started"
"""Computed call group: continuous positioning whose call path has no press of a control in it."""

RUNS_AS_SERVICE = "runs_as_service"
"""Computed call group: services of the manifest that are alive."""

_CONTINUOUS = ("location_continuous", "location_background", "track_service")
_PRESS = re.compile(r"\.(on\w*(Click|Touch|Press|Selected|CheckedChanged|Checked)\w*|lambda\$\w*[cC]lick\w*)$")


Ask = Callable[[Term], tuple[Hit, ...]]
"""Answers a term with its hits."""


class ActsSeen:
    """Built once per reading."""

    def __init__(self, places: Places, acts: Acts, vocabulary: Vocabulary) -> None:
        self.places = places
        self.acts = acts
        self.vocabulary = vocabulary
        self._known: dict[tuple[str, Kind], tuple[Hit, ...]] = {}

    def hits(self, name: str, kind: Kind, ask: Ask) -> tuple[Hit, ...]:
        """Hits of a call group, as those of a term of this kind, in a fixed order; bounded. Some groups are made of
        others, for which it will `ask`."""
        known = self._known.get((name, kind))
        if known is None:
            known = self._known[name, kind] = tuple(itertools.islice(self._find(name, kind, ask), MAX_HITS))
        return known

    def _find(self, name: str, kind: Kind, ask: Ask) -> Iterator[Hit]:
        places = self.places
        match name:
            case "self_started":
                yield from self._self_started(kind, ask)
            case "runs_as_service":
                yield from self._services(kind)
            case "asked_again":
                yield from (places.of_fact(row, kind, places.value(row), ASKED_AGAIN)
                            for row in rows_asked_again(places.reading, self.acts.search))
            case "typed_into":
                yield from (places.of_fact(row, kind, places.value(row), TYPED_INTO)
                            for row in rows_typed_into(places.reading))
            case _:
                yield from self._acts(self.vocabulary.calls[name], kind)

    def _acts(self, group: CallGroup, kind: Kind) -> Iterator[Hit]:
        places, acts = self.places, self.acts
        for caller, callee in acts.calls(group):
            yield places.of_method(caller, kind, self._api_name(callee), role=group.name)
        for text, sid in acts.marks(group):
            for method in places.own_methods_using(sid):
                yield places.of_method(method, kind, text, role=group.name)
        for row in acts.scripted(group):
            yield places.of_fact(row, kind, places.value(row), group.name)
        for row in acts.attributes(group):
            yield places.of_fact(row, kind, f"{places.role(row)}={places.value(row)}", group.name)

    def _api_name(self, callee: int) -> str:
        program = self.places.program
        return f"{program.dotted(program.owner_of(callee))}.{program.text(program.method_name(callee))}"

    def _self_started(self, kind: Kind, ask: Ask) -> Iterator[Hit]:
        for name in _CONTINUOUS:
            for hit in ask(Term(kind, groups=(name,))) if name in self.vocabulary.calls else ():
                if hit.method >= 0:
                    path = self.places.liveness.path_to(hit.method)
                    by_itself = hit.live and not any(_PRESS.search(step) for step in path)
                else:
                    by_itself = bool(hit.screens & self._launch_screens) or self._in_virtual_day(hit.row)
                if by_itself:
                    yield replace(hit, role=SELF_STARTED, prose=False)

    def _in_virtual_day(self, row: int) -> bool:
        """Whether a crawl saw the call in a virtual day, in which nobody presses anything."""
        return self.places.kinds[row] == Fact.API and self.places.role(row) == "virtual"

    def _services(self, kind: Kind) -> Iterator[Hit]:
        """First-party services of the manifest that are alive: what stands in them goes on without a screen."""
        program, places = self.places.program, self.places
        for name, role in sorted(program.components.items()):
            sid = program.class_by_name.get(name)
            if role == "service" and sid is not None and (
                    places.everything_lives or sid in places.liveness.classes):
                yield Hit(kind, name, "AndroidManifest.xml", frozenset([name]), name, role=role)

    @cached_property
    def _launch_screens(self) -> frozenset[str]:
        """Modules of scripts that run when the app starts (onLaunch of uni-app and mini-programs)."""
        sid = self.acts.search.exact(["onLaunch"]).get("onLaunch")
        rows = self.places.rows_with(sid) if sid is not None else []
        return frozenset().union(*(self.places.layouts.place_of(row).screens for row in rows))
