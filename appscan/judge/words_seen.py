"""Words → hits: where the strings that carry them stand as texts, endpoints, fields and names. Knows no check.

What a string gives is looked up once, however many words and terms ask for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from appscan.checks.pack import Match, Term, Word
from appscan.judge.acts import Acts
from appscan.judge.data_sets import MEMBER, DataSets, is_data_row
from appscan.judge.hits import DIALOG_LENGTH, Hit, endpoint_path, is_constant, is_han_name, is_identifier, is_prose
from appscan.judge.one_text import OneText, text_has
from appscan.judge.places import Places
from appscan.judge.reading_matter import READING_MATTER, ReadingMatter
from appscan.judge.search import Search
from appscan.model.coverage import Kind
from appscan.model.folding import fold
from appscan.model.reading import Fact, Role

_GENERATED = re.compile(r"/(R\$\w+|R|BR|BuildConfig|Manifest(\$\w+)?);$")
"""Classes that hold resource ids and build constants: their field names are no data of the app."""

# Addresses of pictures and pages: the names of files are no words of an interface.
_RESOURCE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|ico|css|m?js|html?|ttf|woff2?|mp[34])(?:\?|$)", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|ico|css|woff2?|ttf)(?:\?|$)", re.IGNORECASE)
"""Addresses that nothing is asked of, whatever their words: files that a page only shows."""

CONTROL_ROLES = frozenset({Role.BUTTON, Role.MENU, Role.TAB, Role.LINK, Role.OPTION})
_FIELD_ROLES = frozenset({"name", "id", "key", "v-model", "prop", "dataIndex", "field", "request_field"})
NATIVE = "native"
_LITERALS = frozenset({"string", "template", NATIVE})
_MACHINERY = re.compile(r"Fragment|Adapter|(?:Grid|List|Recycler|Scroll|Web)View|GridLayout|ViewPager|MainActivity")
"""Names of the parts an interface is built of: in a field only the rest says something, for `GridView` has a grid in
it, and `rankListView` shows ranks."""
_WAITING = re.compile(r"(?:^|[_.-]|(?<=[a-z]))(?:read|write|connect(?:ion)?|socket|request|response|http|network|call|"
                      r"so|conn|server|default)_?time_?out$", re.IGNORECASE)
"""How long a connection is waited for: no data of the app, though `readTimeout` has the time of reading in it."""
_NAMED = {Kind.COMPONENT: Fact.COMPONENT, Kind.PERMISSION: Fact.PERMISSION, Kind.ROUTE: Fact.ATTRIBUTE}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A text where a person may see it: as a control and as a title, where it is one, and as a text of any kind.
    `listed`: it stands in a data set."""

    as_control: Hit | None
    as_title: Hit | None
    as_text: Hit
    prose: bool
    listed: bool


class WordsSeen:
    """Built once per reading."""

    def __init__(self, places: Places, search: Search, acts: Acts) -> None:
        self.places = places
        self.search = search
        self.acts = acts
        self.reading = places.reading
        self.program = places.program
        self.sets = DataSets(places, search)
        self._reading_matter = ReadingMatter(places.reading)
        self._shown: dict[int, list[_Shown]] = {}
        self._texts: dict[tuple[int, Kind, bool], tuple[Hit, ...]] = {}
        self._endpoints: dict[int, tuple[_Path, tuple[Hit, ...]]] = {}
        self._fields: dict[int, tuple[Hit, ...]] = {}

    def hits(self, term: Term) -> Iterator[Hit]:
        """Hits of the words of a term, in a fixed order; the same one for each word that its string carries."""
        for word in self.search.carried(term):
            for sid in self.search.listed(word):
                yield from self._spots(sid, term, word)

    def _spots(self, sid: int, term: Term, word: Word) -> Iterable[Hit]:
        kind = term.kind
        match kind:
            case Kind.TEXT | Kind.CONTROL | Kind.TITLE:
                return self._texts_of(sid, kind, term.prose)
            case Kind.ENDPOINT | Kind.REQUEST:
                return self._endpoints_of(sid, word)
            case Kind.FIELD:
                return self._fields_of(sid, word)
            case Kind.COMPONENT:
                return [*self._components(sid, word), *self._classes(sid, word)]
            case Kind.ROUTE | Kind.PERMISSION:
                return self._named_facts(sid, kind)
            case _:
                return ()

    # -- texts -----------------------------------------------------------------------------------------------------

    def _texts_of(self, sid: int, kind: Kind, prose: bool) -> tuple[Hit, ...]:
        """What a text is to a term of this kind; `prose`: running text counts too."""
        key = sid, kind, prose
        known = self._texts.get(key)
        if known is None:
            known = self._texts[key] = tuple(self._texts_as(sid, kind, prose))
        return known

    def _texts_as(self, sid: int, kind: Kind, prose: bool) -> Iterator[Hit]:
        shown = self._shown.get(sid)
        if shown is None:
            shown = self._shown[sid] = list(self._shown_at(sid))
        for one in shown:
            if prose or not (one.prose or one.listed):
                hit = {Kind.CONTROL: one.as_control, Kind.TITLE: one.as_title}.get(kind, one.as_text)
                if hit is not None:
                    yield hit
        value = self.reading.strings[sid]
        if kind is Kind.TEXT and (not value.isascii() or " " in value) and not is_data_row(value):
            is_long = is_prose(self.search.folded(sid), "")
            if prose or not is_long:
                for method in self.places.methods_using(sid):
                    yield self.places.of_method(method, Kind.TEXT, value, prose=is_long)

    def _shown_at(self, sid: int) -> Iterator[_Shown]:
        folded, value, places = self.search.folded(sid), self.reading.strings[sid], self.places
        for row in places.rows_with(sid):
            fact, role = places.kinds[row], places.role(row)
            if fact == Fact.LITERAL:
                if role not in _LITERALS or _RESOURCE.search(value) or is_data_row(value) or self.sets.is_data(row):
                    continue
            elif fact not in (Fact.TEXT, Fact.DIALOG):
                continue
            hit = places.of_fact(row, Kind.TEXT, value, role if fact == Fact.TEXT else "")
            if self._reading_matter.is_read(row):
                hit = replace(hit, said=READING_MATTER)
            if role == NATIVE and hit.origin:
                continue  # messages of a decoder or a data base inside a map SDK are no words of an interface
            is_control = hit.role in CONTROL_ROLES or (
                fact == Fact.TEXT and hit.role == Role.LABEL and places.layouts.is_clickable(row))
            is_title = hit.role == Role.TITLE
            prose = len(folded) > DIALOG_LENGTH if fact == Fact.DIALOG else is_prose(folded, hit.role)
            kind = Kind.CONTROL if is_control else Kind.TITLE if is_title else Kind.TEXT
            role = hit.role if hit.role in CONTROL_ROLES else Role.BUTTON
            yield _Shown(replace(hit, kind=Kind.CONTROL, role=role) if is_control else None,
                         replace(hit, kind=Kind.TITLE) if is_title else None,
                         replace(hit, kind=kind, prose=prose), prose, fact == Fact.LITERAL and self.sets.is_list(row))

    # -- endpoints and fields --------------------------------------------------------------------------------------

    def _endpoints_of(self, sid: int, word: Word) -> tuple[Hit, ...]:
        known = self._endpoints.get(sid)
        if known is None:
            value = self.reading.strings[sid]
            declared = self.acts.declared_endpoints.get(sid, ())
            path = endpoint_path(value) or (value if declared else "")
            asked = bool(path) and not _PICTURE.search(path)
            known = self._endpoints[sid] = _Path(path), tuple(self._endpoints_at(sid, path, declared)) if asked else ()
        path_of, hits = known
        return hits if hits and path_of.has(word) else ()

    def _endpoints_at(self, sid: int, path: str, declared: Iterable[int]) -> Iterator[Hit]:
        places = self.places
        for method in declared:
            yield places.of_method(method, Kind.ENDPOINT, path)
        for row in places.rows_with(sid):
            fact, role = places.kinds[row], places.role(row)
            if fact == Fact.REQUEST or (fact == Fact.PATH and role in ("action", "request", "start")) or (
                    fact == Fact.LITERAL and role in _LITERALS):
                yield places.of_fact(row, Kind.ENDPOINT, path, role)
        for method in places.methods_using(sid):
            yield places.of_method(method, Kind.ENDPOINT, path)

    def _fields_of(self, sid: int, word: Word) -> tuple[Hit, ...]:
        known = self._fields.get(sid)
        if known is None:
            known = self._fields[sid] = tuple(self._fields_at(sid))
        return known if known and self._is_said(self.reading.strings[sid], word) else ()

    @staticmethod
    def _is_said(name: str, word: Word) -> bool:
        """Whether the name carries the word beside what tells the part of an interface it is."""
        rest = _MACHINERY.sub("", name)
        return rest == name or text_has(rest, word) or text_has(fold(rest), word)

    def _fields_at(self, sid: int) -> Iterator[Hit]:
        value, places = self.reading.strings[sid], self.places
        if _WAITING.search(value) or not (is_identifier(value) or is_han_name(value)):
            return
        for row in places.rows_with(sid):
            fact, role = places.kinds[row], places.role(row)
            if (fact == Fact.LITERAL and role in ("key", MEMBER) and not self.sets.is_data(row)) or (
                    fact == Fact.ATTRIBUTE and role in _FIELD_ROLES):
                yield places.of_fact(row, Kind.FIELD, value, role)
        if not value.isascii():
            return  # in code a Han text is a text
        if is_constant(value):
            return
        for owner in self._field_owners.get(sid, ()):
            yield places.of_class(owner, Kind.FIELD, value)
        for method in (*places.own_methods_using(sid), *places.own_users_of_id(sid)):
            if method not in self.sets.syllable_tables:
                yield places.of_method(method, Kind.FIELD, value)

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

    # -- names -----------------------------------------------------------------------------------------------------

    def _named_facts(self, sid: int, kind: Kind) -> Iterator[Hit]:
        places = self.places
        for row in places.rows_with(sid):
            role = places.role(row)
            if places.kinds[row] == _NAMED[kind] and (kind is not Kind.ROUTE or role == "route"):
                yield places.of_fact(row, kind, self.reading.strings[sid], role)

    def _components(self, sid: int, word: Word) -> Iterator[Hit]:
        for hit in self._named_facts(sid, Kind.COMPONENT):
            if text_has(hit.value.rpartition(".")[2], word):  # the package is what every component shares
                origin = self.program.origins.of_class("L" + hit.value.replace(".", "/") + ";")
                yield replace(hit, origin=origin)

    def _classes(self, sid: int, word: Word) -> Iterator[Hit]:
        name = self.reading.strings[sid]
        if not name.startswith("L") or not name.endswith(";") or self.program.origin_of_class(sid):
            return
        simple = name[1:-1].rpartition("/")[2].partition("$")[0]
        if text_has(simple, word):
            yield self.places.of_class(sid, Kind.COMPONENT, simple)

    def named_methods(self, word: Word) -> Iterator[Hit]:
        """First-party methods, calls of scripts and handlers whose name carries the word."""
        methods, names = self.reading.code.methods, self.search.listed(word)
        if not names:
            return
        wanted = np.zeros(len(self.reading.strings) + 1, dtype=bool)
        wanted[list(names)] = True
        rows = np.flatnonzero(self.program.own_method & (methods.flags >= 0) & wanted[methods.name])
        for row in rows.tolist():
            yield self.places.of_method(row, Kind.CALL, self.program.name_of(row))
        for sid in names:
            yield from self._named_in_scripts(sid, word)

    def _named_in_scripts(self, sid: int, word: Word) -> Iterator[Hit]:
        """Calls in scripts, and handlers of a press, whose last name carries the word."""
        value, places = self.reading.strings[sid], self.places
        if not text_has(value.rpartition(".")[2], word):
            return
        for row in places.rows_with(sid):
            fact = places.kinds[row]
            if fact == Fact.CALL or (fact == Fact.ATTRIBUTE and places.role(row) == "onclick"):
                yield places.of_fact(row, Kind.CALL, value, "")


class _Path:
    """A path that is asked for several words: it itself, not the host; a whole word is one segment or query value."""

    def __init__(self, path: str) -> None:
        self._whole, self._lower = OneText(path), OneText(path.lower())

    def has(self, word: Word) -> bool:
        """Whether it carries the word."""
        if word.match is Match.WHOLE:
            return any(part.has(word) for part in self._parts)
        return (self._lower if word.match is Match.PATTERN else self._whole).has(word)

    @cached_property
    def _parts(self) -> list[OneText]:
        return [OneText(part) for part in re.split("[/?=&]", self._whole.text)]
