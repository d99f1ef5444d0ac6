"""Reading + vocabulary → hits of a term, with screens, origin and liveness. Knows no check and no verdict."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from appscan.checks.pack import CallGroup, Match, Term, Vocabulary, Word
from appscan.judge.acts import Acts
from appscan.judge.again import ASKED_AGAIN, rows_asked_again
from appscan.judge.boxes import TYPED_INTO, rows_typed_into
from appscan.judge.documents.plans import DocumentSense
from appscan.judge.hits import DIALOG_LENGTH, Hit, endpoint_path, is_han_name, is_identifier, is_prose
from appscan.judge.layouts import Layouts
from appscan.judge.liveness import Liveness
from appscan.judge.one_text import text_has
from appscan.judge.origins import Origins
from appscan.judge.program import Program, components_of
from appscan.judge.screens import Screens
from appscan.judge.search import Search
from appscan.judge.spans import span
from appscan.judge.word_list import WordList
from appscan.model.artifact import ArtifactKind
from appscan.model.coverage import Kind
from appscan.model.reading import Fact, Reading, Role

SELF_STARTED = "self_started"
"""Computed call group: continuous positioning whose call path has no press of a control in it."""

_EXERCISED = frozenset({Fact.REQUEST, Fact.API, Fact.TIMER})
"""Facts of what a crawl saw happen."""

_BEHAVIOUR = re.compile(r"(?:idle|leave|midnight|repeated|refused|trial)[:_]")
"""Attributes of what a crawl saw happen."""

MEMBER = "member"
"""Role of the names that a script reads of a value: a field, but no word of an interface and no row of a list."""

MAX_HITS = 1500
"""Hits of one term at most: a hostile file can repeat a word without end, and nobody reads more."""
LIST_LENGTH = 3000
TEXTS_BEFORE, ROWS_BEFORE = 14, 80
_GENERATED = re.compile(r"/(R\$\w+|R|BR|BuildConfig|Manifest(\$\w+)?);$")
"""Classes that hold resource ids and build constants: their field names are no data of the app."""

# Addresses of pictures and pages: the names of files are no words of an interface.
_RESOURCE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|ico|css|m?js|html?|ttf|woff2?|mp[34])(?:\?|$)", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|ico|css|woff2?|ttf)(?:\?|$)", re.IGNORECASE)
"""Addresses that nothing is asked of, whatever their words: files that a page only shows."""

_CONTINUOUS = ("location_continuous", "location_background", "track_service")
_PRESS = re.compile(r"\.(on\w*(Click|Touch|Press|Selected|CheckedChanged|Checked)\w*|lambda\$\w*[cC]lick\w*)$")

CONTROL_ROLES = frozenset({Role.BUTTON, Role.MENU, Role.TAB, Role.LINK, Role.OPTION})
_TEXT_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})
_FIELD_ROLES = frozenset({"name", "id", "key", "v-model", "prop", "dataIndex", "field", "request_field"})


class Sight:
    """Everything that can be seen in one reading. Built once, asked by all checks."""

    def __init__(self, reading: Reading, vocabulary: Vocabulary, *, code_blind: bool = False) -> None:
        self.reading = reading
        self.vocabulary = vocabulary
        self.origins = Origins(vocabulary, reading.artifact.package, components_of(reading))
        self.program = Program(reading, self.origins)
        self.search = Search(reading.strings, self.program.told_strings())
        self.acts = Acts(self.program, self.search, vocabulary)
        self.liveness = Liveness(self.program)
        self.screens = Screens(self.program)
        self.layouts = Layouts(self.program, self.liveness, self.screens, everything_lives=code_blind)
        self.code_blind = code_blind
        is_document = reading.artifact.kind is ArtifactKind.DOCUMENT
        self.document = DocumentSense(reading, vocabulary.plans) if is_document else None
        self._hits: dict[int, tuple[Term, tuple[Hit, ...]]] = {}

    def hits(self, term: Term) -> tuple[Hit, ...]:
        """All hits of a term, first party or not, alive or not, in a fixed order."""
        known = self._hits.get(id(term))  # hashing the words of a term each time costs more than finding them
        if known is None:
            asked = self._in_document(term) if self.document else self._find(term)
            found = dict.fromkeys(itertools.islice(asked, MAX_HITS))
            known = self._hits[id(term)] = term, tuple(sorted(found, key=_order))
        return known[1]

    def _in_document(self, term: Term) -> Iterator[Hit]:
        """A document has sentences and rows, and nothing that is pressed or called."""
        if self.document is not None and term.prose:
            yield from self.document.hits(term)

    def asks(self, term: Term) -> bool:
        """Whether a term can be true of this reading at all: no app holds a sentence that plans."""
        return self.document is not None or not term.plan

    def learn(self, words: WordList) -> None:
        """Find many words in one pass."""
        if self.document is not None:
            self.document.learn(words)
        else:
            self.search.learn(words)

    def _find(self, term: Term) -> Iterator[Hit]:
        if term.plan:
            return
        for name in term.groups:
            match name:
                case "self_started":
                    yield from self._self_started(term.kind)
                case "runs_as_service":
                    yield from self._services(term.kind)
                case "asked_again":
                    yield from (self._fact_hit(row, term.kind, self._value(row), ASKED_AGAIN)
                                for row in rows_asked_again(self.reading, self.search))
                case "typed_into":
                    yield from (self._fact_hit(row, term.kind, self._value(row), TYPED_INTO)
                                for row in rows_typed_into(self.reading))
                case _:
                    yield from self._acts(self.vocabulary.calls[name], term.kind)
        for word in term.named:
            yield from self._named_methods(word)
        carried = self.search.carried(term.word_set)
        for word in term.words if carried else ():
            if word in carried:
                for sid in sorted(self.search.having(word)):
                    yield from self._spots(sid, term, word)

    # -- strings ---------------------------------------------------------------------------------------------------

    def _spots(self, sid: int, term: Term, word: Word) -> Iterator[Hit]:
        kind = term.kind
        match kind:
            case Kind.TEXT | Kind.CONTROL | Kind.TITLE:
                yield from self._texts(sid, term)
            case Kind.ENDPOINT | Kind.REQUEST:
                yield from self._endpoints(sid, word)
            case Kind.FIELD:
                yield from self._fields(sid)
            case Kind.COMPONENT | Kind.ROUTE | Kind.PERMISSION:
                yield from self._named_facts(sid, kind, word)
                if kind is Kind.COMPONENT:
                    yield from self._classes(sid, word)
            case _:
                return

    def _texts(self, sid: int, term: Term) -> Iterator[Hit]:
        folded = self.search.folded(sid)
        value = self.reading.strings[sid]
        for row in self._rows_with(sid):
            fact = Fact(int(self.reading.facts.kind[row]))
            role = self.program.text(int(self.reading.facts.role[row]))
            if fact in (Fact.TEXT, Fact.DIALOG) or (fact is Fact.LITERAL and role in ("string", "template", "native")):
                if fact is Fact.LITERAL and (_RESOURCE.search(value) or (not term.prose and self._is_list(row))):
                    continue
                hit = self._fact_hit(row, Kind.TEXT, value, role if fact is Fact.TEXT else "")
                prose = len(folded) > DIALOG_LENGTH if fact is Fact.DIALOG else is_prose(folded, hit.role)
                yield from self._as_kind(hit, term, prose, row if fact is Fact.TEXT else -1)
        if term.kind is Kind.TEXT and (not value.isascii() or " " in value):
            prose = is_prose(folded, "")
            if term.prose or not prose:
                for method in self._methods_using(sid):
                    yield self._method_hit(method, Kind.TEXT, value, prose=prose)

    def _is_list(self, row: int) -> bool:
        """Whether a literal stands among so many others that they are a dictionary or a data set, not an interface."""
        facts = self.reading.facts
        return (int(facts.file[row]), int(facts.screen[row])) in self.lists

    @cached_property
    def _member(self) -> int:
        """Sid of the role of names that a script reads of a value; no string's where there are none."""
        return self.search.exact([MEMBER]).get(MEMBER, -2)

    @cached_property
    def lists(self) -> frozenset[tuple[int, int]]:
        """(file, screen) pairs with more literals than a page of an app holds."""
        facts = self.reading.facts
        rows = np.flatnonzero((facts.kind == Fact.LITERAL) & (facts.role != self._member))
        pairs, counts = np.unique(np.stack((facts.file[rows], facts.screen[rows]), axis=1), axis=0, return_counts=True)
        return frozenset((file, screen) for file, screen in pairs[counts > LIST_LENGTH].tolist())

    def _as_kind(self, hit: Hit, term: Term, prose: bool, row: int) -> Iterator[Hit]:
        if prose and not term.prose:
            return
        is_control = hit.role in CONTROL_ROLES or (
            row >= 0 and hit.role == Role.LABEL and self.layouts.is_clickable(row))
        match term.kind:
            case Kind.CONTROL if is_control:
                yield _changed(hit, Kind.CONTROL, role=hit.role if hit.role in CONTROL_ROLES else Role.BUTTON)
            case Kind.TITLE if hit.role == Role.TITLE:
                yield _changed(hit, Kind.TITLE)
            case Kind.TEXT:
                yield _changed(hit, Kind.CONTROL if is_control else Kind.TITLE if hit.role == Role.TITLE else Kind.TEXT,
                               prose=prose)
            case _:
                return

    def _endpoints(self, sid: int, word: Word) -> Iterator[Hit]:
        value = self.reading.strings[sid]
        declared = self.acts.declared_endpoints.get(sid, ())
        path = endpoint_path(value) or (value if declared else "")
        if not path or _PICTURE.search(path) or not _path_has(path, word):
            return
        for method in declared:
            yield self._method_hit(method, Kind.ENDPOINT, path)
        for row in self._rows_with(sid):
            fact = Fact(int(self.reading.facts.kind[row]))
            role = self.program.text(int(self.reading.facts.role[row]))
            if fact is Fact.REQUEST or (fact is Fact.PATH and role in ("action", "request", "start")) or (
                    fact is Fact.LITERAL and role in ("string", "template", "native")):
                yield self._fact_hit(row, Kind.ENDPOINT, path, role)
        for method in self._methods_using(sid):
            yield self._method_hit(method, Kind.ENDPOINT, path)

    def _fields(self, sid: int) -> Iterator[Hit]:
        value = self.reading.strings[sid]
        if not is_identifier(value) and not is_han_name(value):
            return
        for row in self._rows_with(sid):
            fact = Fact(int(self.reading.facts.kind[row]))
            role = self.program.text(int(self.reading.facts.role[row]))
            if (fact is Fact.LITERAL and role in ("key", MEMBER)) or (fact is Fact.ATTRIBUTE and role in _FIELD_ROLES):
                yield self._fact_hit(row, Kind.FIELD, value, role)
        if not value.isascii():
            return  # in code a Han text is a text
        for owner in self._field_owners.get(sid, ()):
            yield self._class_hit(owner, Kind.FIELD, value)
        for method in self._methods_using(sid):
            if not self.program.origin_of(method):
                yield self._method_hit(method, Kind.FIELD, value)
        for identifier in self._ids_named.get(sid, ()):
            for method in self.layouts.users_of(identifier):
                if not self.program.origin_of(method):
                    yield self._method_hit(method, Kind.FIELD, value)

    @cached_property
    def _field_owners(self) -> dict[int, list[int]]:
        """Sid of a field's name, in code or in an annotation of it → first-party classes that have the field."""
        code = self.reading.code
        annotated = np.flatnonzero(code.annotations.member >= 0)
        names = np.concatenate((code.annotations.value[annotated], code.fields.name))
        owners = np.concatenate((code.annotations.owner[annotated], code.fields.owner))
        grouped: dict[int, list[int]] = defaultdict(list)
        own = self.program.own_sid[owners] & (names >= 0)
        for name, owner in zip(names[own].tolist(), owners[own].tolist(), strict=True):
            if not _GENERATED.search(self.program.text(owner)):
                grouped[name].append(owner)
        return grouped

    def _named_facts(self, sid: int, kind: Kind, word: Word) -> Iterator[Hit]:
        wanted = {Kind.COMPONENT: Fact.COMPONENT, Kind.PERMISSION: Fact.PERMISSION, Kind.ROUTE: Fact.ATTRIBUTE}[kind]
        for row in self._rows_with(sid):
            fact = Fact(int(self.reading.facts.kind[row]))
            role = self.program.text(int(self.reading.facts.role[row]))
            if fact is wanted and (kind is not Kind.ROUTE or role == "route"):
                hit = self._fact_hit(row, kind, self.reading.strings[sid], role)
                if kind is Kind.COMPONENT:
                    if not text_has(hit.value.rpartition(".")[2], word):
                        continue  # the word stands in the package, which every component shares
                    hit = _changed(hit, kind, origin=self.origins.of_class("L" + hit.value.replace(".", "/") + ";"))
                yield hit

    def _classes(self, sid: int, word: Word) -> Iterator[Hit]:
        name = self.reading.strings[sid]
        if not name.startswith("L") or not name.endswith(";") or self.program.origin_of_class(sid):
            return
        simple = name[1:-1].rpartition("/")[2].partition("$")[0]
        if text_has(simple, word):
            yield self._class_hit(sid, Kind.COMPONENT, simple)

    # -- calls -----------------------------------------------------------------------------------------------------

    def _acts(self, group: CallGroup, kind: Kind) -> Iterator[Hit]:
        for caller, callee in self.acts.calls(group):
            yield self._method_hit(caller, kind, self._api_name(callee), role=group.name)
        for text, sid in self.acts.marks(group):
            for method in self._methods_using(sid):
                if not self.program.origin_of(method):
                    yield self._method_hit(method, kind, text, role=group.name)
        for row in self.acts.scripted(group):
            yield self._fact_hit(row, kind, self._value(row), group.name)
        for row in self.acts.attributes(group):
            name = self.program.text(int(self.reading.facts.role[row]))
            yield self._fact_hit(row, kind, f"{name}={self._value(row)}", group.name)

    def _value(self, row: int) -> str:
        return self.program.text(int(self.reading.facts.value[row]))

    def _self_started(self, kind: Kind) -> Iterator[Hit]:
        for name in _CONTINUOUS:
            for hit in self.hits(Term(kind, groups=(name,))) if name in self.vocabulary.calls else ():
                if hit.method >= 0:
                    by_itself = hit.live and not any(_PRESS.search(step) for step in self.liveness.path_to(hit.method))
                else:
                    by_itself = bool(hit.screens & self._launch_screens) or self._in_virtual_day(hit.row)
                if by_itself:
                    yield _changed(hit, kind, role=SELF_STARTED)

    def _in_virtual_day(self, row: int) -> bool:
        """Whether a crawl saw the call in a virtual day, in which nobody presses anything."""
        return self.reading.facts.kind[row] == Fact.API and self.program.text(self.reading.facts.role[row]) == "virtual"

    def _services(self, kind: Kind) -> Iterator[Hit]:
        """First-party services of the manifest that are alive: what stands in them goes on without a screen."""
        for name, role in sorted(self.program.components.items()):
            sid = self.program.class_by_name.get(name)
            if role == "service" and sid is not None and (self.code_blind or sid in self.liveness.classes):
                yield Hit(kind, name, "AndroidManifest.xml", frozenset([name]), name, role=role)

    @cached_property
    def _launch_screens(self) -> frozenset[str]:
        """Modules of scripts that run when the app starts (onLaunch of uni-app and mini-programs)."""
        sid = self.search.exact(["onLaunch"]).get("onLaunch")
        rows = self._rows_with(sid) if sid is not None else []
        return frozenset().union(*(self.layouts.place_of(row).screens for row in rows))

    def _api_name(self, callee: int) -> str:
        methods = self.reading.code.methods
        owner = self.program.text(int(methods.owner[callee]))[1:-1].replace("/", ".")
        return f"{owner}.{self.program.text(int(methods.name[callee]))}"

    def _named_methods(self, word: Word) -> Iterator[Hit]:
        methods = self.reading.code.methods
        names = np.fromiter(self.search.having(word), dtype=np.int64)
        rows = np.flatnonzero(self.program.own_method & (methods.flags >= 0) & np.isin(methods.name, names))
        for row in rows.tolist():
            yield self._method_hit(row, Kind.CALL, self.program.name_of(row))
        for sid in sorted(self.search.having(word)):
            yield from self._named_in_scripts(sid, word)

    def _named_in_scripts(self, sid: int, word: Word) -> Iterator[Hit]:
        """Calls in scripts, and handlers of a press, whose last name carries the word."""
        value = self.reading.strings[sid]
        if not text_has(value.rpartition(".")[2], word):
            return
        for row in self._rows_with(sid):
            fact = self.reading.facts.kind[row]
            if fact == Fact.CALL or (fact == Fact.ATTRIBUTE and self._role(row) == "onclick"):
                yield self._fact_hit(row, Kind.CALL, value, "")

    def _role(self, row: int) -> str:
        return self.program.text(int(self.reading.facts.role[row]))

    # -- places ----------------------------------------------------------------------------------------------------

    def _fact_hit(self, row: int, kind: Kind, value: str, role: str) -> Hit:
        facts = self.reading.facts
        file = self.program.text(int(facts.file[row]))
        seen = self.layouts.place_of(row)
        fact = Fact(int(facts.kind[row]))
        happened = fact in _EXERCISED or (fact is Fact.ATTRIBUTE and kind is not Kind.FIELD and bool(
            _BEHAVIOUR.match(self.program.text(int(facts.role[row])))))
        return Hit(kind, value, file, seen.screens, f"{file}#{int(facts.node[row])}", role=role,
                   actor=self.program.text(int(facts.actor[row])), origin=seen.origin, live=seen.live, row=row,
                   exercised=happened)

    def around(self, hit: Hit) -> str:
        """Titles and the texts just before a fact in its file, folded: the heading of a list says what the list is.
        Nothing for a document, whose hits have it in `said`."""
        if hit.row < 0 or self.document is not None:
            return ""
        facts = self.reading.facts
        texts: list[str] = []
        left = ROWS_BEFORE
        for row in range(hit.row - 1, max(-1, hit.row - ROWS_BEFORE * 4), -1):
            if facts.file[row] != facts.file[hit.row] or len(texts) == TEXTS_BEFORE or left == 1:
                break
            left -= facts.role[row] != self._member
            if facts.kind[row] == Fact.TEXT:
                texts.append(self.search.folded(int(facts.value[row])))
        return "。".join(reversed(texts))

    def _method_hit(self, method: int, kind: Kind, value: str, *, role: str = "", prose: bool = False) -> Hit:
        origin = self.program.origin_of(method)
        live = bool(origin) or self.code_blind or method in self.liveness.methods
        screens = self.screens.screens_of(method)
        return Hit(kind, value, "", screens, self.program.name_of(method), role=role, origin=origin, live=live,
                   prose=prose, method=method)

    def _class_hit(self, owner: int, kind: Kind, value: str) -> Hit:
        program = self.program
        origin = program.origin_of_class(owner)
        name = program.text(owner)[1:-1].replace("/", ".")
        live = bool(origin) or self.code_blind or owner in self.liveness.classes
        screens = frozenset([name]) if origin else self.screens.screens_of_class(owner)
        return Hit(kind, value, "", screens, name, origin=origin, live=live)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Screen (class or page) → its title: the activity's label, else the first title on its page."""
        facts = self.reading.facts
        named: dict[str, str] = {}
        for row in np.flatnonzero(facts.kind == Fact.TEXT).tolist():
            if self.program.text(int(facts.role[row])) == Role.TITLE:
                for screen in self.layouts.place_of(row).screens:
                    named.setdefault(screen, self.program.text(int(facts.value[row]))[:40])
        return named

    @cached_property
    def _facts_by_value(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.reading.facts.value, kind="stable")
        return order, self.reading.facts.value[order]

    def _rows_with(self, sid: int) -> list[int]:
        order, values = self._facts_by_value
        first, last = span(values, sid)
        return sorted(order[first:last].tolist())

    @cached_property
    def _uses_by_string(self) -> tuple[np.ndarray, np.ndarray]:
        uses = self.reading.code.strings_used
        order = np.argsort(uses.what, kind="stable")
        return uses.method[order], uses.what[order]

    def _methods_using(self, sid: int) -> list[int]:
        """Methods that load a string constant, or a string resource with this text."""
        methods, values = self._uses_by_string
        first, last = span(values, sid)
        found = methods[first:last].tolist()
        for identifier in self._strings_named.get(sid, ()):
            found += self.layouts.users_of(identifier)
        return sorted(set(found))

    @cached_property
    def _strings_named(self) -> dict[int, list[int]]:
        """Sid of a text → ids of the string resources that hold it."""
        resources = self.reading.resources
        grouped: dict[int, list[int]] = defaultdict(list)
        textual = {sid for sid in np.unique(resources.type).tolist()
                   if self.program.text(sid) in ("string", "array", "plurals")}
        rows = np.flatnonzero(np.isin(resources.type, list(textual)))
        for identifier, value in zip(resources.id[rows].tolist(), resources.value[rows].tolist(), strict=True):
            grouped[value].append(identifier)
        return grouped

    @cached_property
    def _ids_named(self) -> dict[int, list[int]]:
        """Sid of a view id's name → resource ids."""
        resources = self.reading.resources
        grouped: dict[int, list[int]] = defaultdict(list)
        kinds = [sid for sid in np.unique(resources.type).tolist() if self.program.text(sid) == "id"]
        rows = np.flatnonzero(np.isin(resources.type, kinds))
        for identifier, name in zip(resources.id[rows].tolist(), resources.name[rows].tolist(), strict=True):
            grouped[name].append(identifier)
        return grouped


def _order(hit: Hit) -> tuple[bool, bool, str, str, str, str]:
    return (bool(hit.origin), not hit.live, hit.file, hit.element, hit.value, hit.role)


def _changed(hit: Hit, kind: Kind, *, role: str | None = None, origin: str | None = None, prose: bool = False) -> Hit:
    return replace(hit, kind=kind, role=hit.role if role is None else role,
                   origin=hit.origin if origin is None else origin, prose=prose)


def _path_has(path: str, word: Word) -> bool:
    """Whether the path itself (not the host) carries the word; a whole word is one segment or query value."""
    if word.match is Match.WHOLE:
        return any(text_has(part, word) for part in re.split("[/?=&]", path))
    return text_has(path.lower() if word.match is Match.PATTERN else path, word)
