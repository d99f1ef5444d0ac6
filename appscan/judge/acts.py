"""Which calls, script lines and attributes of a program are an act that a call group names. Knows no screen."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from appscan.checks.pack import CallGroup, MethodPattern, Vocabulary
from appscan.checks.same import Same
from appscan.judge.exact import TextList
from appscan.judge.hits import endpoint_path
from appscan.judge.program import ACC_NATIVE, Program
from appscan.judge.search import Search
from appscan.judge.spans import RowsOf
from appscan.model.reading import NO_CONSTANT, Fact

PERIODIC = "periodic"
"""Call group to which timers that a crawl saw fire belong as well."""

NATIVE_CALL = "native_call"
"""Computed call group: first-party methods implemented in native code."""

NETWORK = "network_send"
"""Call group to which calls of declared requests (Retrofit interfaces) belong as well."""

_REPEATED = frozenset({"interval", "chained"})
_FETCHING = frozenset({"GET", "HEAD"})
_PART_OF_PAGE = re.compile(
    r"\.(?:html?|xhtml|tpl|hbs|mustache|vue|jsx|tsx|m?js|css|svg|png|jpe?g|gif|webp|woff2?)(?:\?|$)", re.IGNORECASE)
_STATIC = re.compile(r"\.(png|jpe?g|gif|svg|css|js|html?|vue|ttf|woff2?|mp3|mp4|json)(\?|$)|^//")


class Acts:
    """Finds call groups in one program; what many groups need is computed once."""

    def __init__(self, program: Program, search: Search, vocabulary: Vocabulary) -> None:
        self.program = program
        self.reading = program.reading
        self.search = search
        self.vocabulary = vocabulary
        self._families: dict[str, frozenset[int]] = {}

    def calls(self, group: CallGroup) -> Iterator[tuple[int, int]]:
        """(caller, callee) of first-party calls to the group's methods, with the constant that the group asks for."""
        callers, callees, constants = self.program.calls_own
        wanted = self._wanted(group)
        for row in sorted(row for callee in wanted for row in self._calls_of(callee)):
            callee = int(callees[row])
            if any(_constant_fits(pattern, int(constants[row])) for pattern in wanted[callee]):
                yield int(callers[row]), callee

    @cached_property
    def _calls_of(self) -> RowsOf:
        return RowsOf(self.program.calls_own[1], len(self.reading.code.methods.name))

    def _wanted(self, group: CallGroup) -> dict[int, list[MethodPattern]]:
        """Callee → the patterns it fits."""
        wanted: dict[int, list[MethodPattern]] = defaultdict(list)
        for pattern in group.methods:
            if pattern.owner != "*" and pattern.owner not in self._sid_of:
                continue
            for callee in self._callees(pattern):
                wanted[callee].append(pattern)
        for callee in {callee for pattern in group.excepted for callee in self._callees(pattern)} & set(wanted):
            del wanted[callee]
        if group.name in (NATIVE_CALL, NETWORK):
            for callee in self._native_methods if group.name == NATIVE_CALL else self._declared_requests:
                wanted[callee].append(MethodPattern("*", "*"))
        return wanted

    def marks(self, group: CallGroup) -> Iterator[tuple[str, int]]:
        """(text, sid) of string constants of the reading that stand for the act."""
        for text in group.strings:
            sid = self._sid_of.get(text)
            if sid is not None:
                yield text, sid

    def scripted(self, group: CallGroup) -> Iterator[int]:
        """Rows of facts that are the act in scripts."""
        if group.name == NETWORK:
            yield from self._script_requests
            yield from self._seen_requests
        if group.name == PERIODIC:
            yield from self._timers
        for chain in group.scripts:
            dotted = "." + chain
            for row in self._script_rows.get(chain.rpartition(".")[2], ()):
                if ("." + self.program.text(int(self.reading.facts.value[row]))).endswith(dotted):
                    yield row

    def attributes(self, group: CallGroup) -> Iterator[int]:
        """Rows of attributes that are the act in XML and pages."""
        for name, values in group.attributes.items():
            for row in self._attribute_rows.get(name.lower(), ()):
                value = self.program.text(int(self.reading.facts.value[row])).lower().strip()
                if any(value == one or (one.endswith("*") and value.startswith(one[:-1])) for one in values):
                    yield row

    @cached_property
    def declared_endpoints(self) -> dict[int, list[int]]:
        """Sid of an annotation value → methods it declares as a request (Retrofit and its kin)."""
        notes = self.reading.code.annotations
        grouped: dict[int, list[int]] = defaultdict(list)
        for row in np.flatnonzero(notes.method >= 0).tolist():
            if "/http/" in self.program.text(int(notes.type[row])).lower():
                grouped[int(notes.value[row])].append(int(notes.method[row]))
        return grouped

    @cached_property
    def _declared_requests(self) -> list[int]:
        """Methods of interfaces that declare a request by annotation."""
        return sorted({method for methods in self.declared_endpoints.values() for method in methods})

    @cached_property
    def _native_methods(self) -> list[int]:
        flags = self.reading.code.methods.flags
        rows: list[int] = np.flatnonzero(self.program.own_method & (flags >= 0) & ((flags & ACC_NATIVE) != 0)).tolist()
        return rows

    # -- methods ---------------------------------------------------------------------------------------------------

    def _callees(self, pattern: MethodPattern) -> Iterable[int]:
        if pattern.owner == "*":
            return self._all_callees if pattern.name == "*" else self._callees_by_name.get(pattern.name, ())
        owned = [self._callees_by_owner[sid] for sid in self._family(pattern.owner) if sid in self._callees_by_owner]
        if pattern.name == "*":
            return [callee for named in owned for callees in named.values() for callee in callees]
        return [callee for named in owned for callee in named.get(pattern.name, ())]

    def _family(self, descriptor: str) -> frozenset[int]:
        """The class with this descriptor and the first-party classes below it."""
        known = self._families.get(descriptor)
        if known is None:
            sid = self._sid_of.get(descriptor)
            known = self._families[descriptor] = frozenset() if sid is None else frozenset(
                self.program.descendants(sid))
        return known

    @cached_property
    def _all_callees(self) -> list[int]:
        callees: list[int] = np.unique(self.program.calls_own[1]).tolist()
        return callees

    @cached_property
    def _callees_by_owner(self) -> dict[int, dict[str, list[int]]]:
        """Class → name → methods called."""
        grouped: dict[int, dict[str, list[int]]] = {}
        for name, callees in self._callees_by_name.items():
            for callee in callees:
                grouped.setdefault(self.program.owner_of(callee), {}).setdefault(name, []).append(callee)
        return grouped

    @cached_property
    def _callees_by_name(self) -> dict[str, list[int]]:
        program = self.program
        grouped: dict[str, list[int]] = defaultdict(list)
        for callee in self._all_callees:
            grouped[program.text(program.method_name(callee))].append(callee)
        return grouped

    @cached_property
    def _sid_of(self) -> dict[str, int]:
        """Exact text → sid for everything that call groups name."""
        return self.search.exact(_named_in(Same(self.vocabulary)))

    # -- scripts ---------------------------------------------------------------------------------------------------

    @cached_property
    def _timers(self) -> list[int]:
        """Timers that a crawl saw come again, on their own or one after the other."""
        facts = self.reading.facts
        rows = np.flatnonzero(facts.kind == Fact.TIMER).tolist()
        return [row for row in rows if self.program.text(int(facts.role[row])) in _REPEATED]

    @cached_property
    def _script_requests(self) -> list[int]:
        """Literals of scripts that name a path of a server: requests go through wrappers that calls do not show."""
        facts = self.reading.facts
        literal = [sid for sid in np.unique(facts.role).tolist() if self.program.text(sid) in ("string", "template")]
        rows = np.flatnonzero((facts.kind == Fact.LITERAL) & np.isin(facts.role, literal))
        routes = {self.program.text(int(facts.value[row])).strip("/") for row in self._attribute_rows.get("route", ())}
        meaning: dict[int, bool] = {}
        found = []
        for row, sid in zip(rows.tolist(), facts.value[rows].tolist(), strict=True):
            if sid not in meaning:
                meaning[sid] = self._is_request(sid, routes)
            if meaning[sid]:
                found.append(row)
        return found

    @cached_property
    def _seen_requests(self) -> list[int]:
        """Requests that a crawl saw, but for those that only fetch a part of a page."""
        facts = self.reading.facts
        return [row for row in np.flatnonzero(facts.kind == Fact.REQUEST).tolist()
                if self.program.text(int(facts.role[row])) not in _FETCHING
                or not _PART_OF_PAGE.search(self.program.text(int(facts.value[row])))]

    def _is_request(self, sid: int, routes: set[str]) -> bool:
        raw = self.reading.strings.raw(sid)
        if not raw.startswith((b"/", b"http")):
            return False
        path = endpoint_path(raw.decode("utf-8", "replace"))
        return path.count("/") > 1 and path.split("?")[0].strip("/") not in routes and not _STATIC.search(path)

    @cached_property
    def _script_rows(self) -> dict[str, list[int]]:
        """Last component of a call → rows of calls in scripts, and of calls that a crawl saw."""
        facts = self.reading.facts
        grouped: dict[str, list[int]] = defaultdict(list)
        for row in np.flatnonzero((facts.kind == Fact.CALL) | (facts.kind == Fact.API)).tolist():
            grouped[self.program.text(int(facts.value[row])).rpartition(".")[2]].append(row)
        return grouped

    @cached_property
    def _attribute_rows(self) -> dict[str, list[int]]:
        facts = self.reading.facts
        grouped: dict[str, list[int]] = defaultdict(list)
        for row in np.flatnonzero(facts.kind == Fact.ATTRIBUTE).tolist():
            grouped[self.program.text(int(facts.role[row])).lower()].append(row)
        return grouped


@functools.lru_cache(maxsize=8)
def _named_in(vocabulary: Same[Vocabulary]) -> TextList:
    """Classes and strings that call groups name."""
    groups = vocabulary.it.calls.values()
    owners = {pattern.owner for group in groups for pattern in (*group.methods, *group.excepted)}
    return TextList(owners.union(*(group.strings for group in groups)))


def _constant_fits(pattern: MethodPattern, constant: int) -> bool:
    if pattern.equals is not None:
        return constant == pattern.equals
    if pattern.at_least is not None:
        return constant != NO_CONSTANT and constant >= pattern.at_least
    return True
