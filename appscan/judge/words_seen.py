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
from appscan.judge.hits import DIALOG_LENGTH, Hit, endpoint_path, is_han_name, is_identifier, is_prose
from appscan.judge.one_text import OneText, text_has
from appscan.judge.places import Places
from appscan.judge.search import Search
from appscan.model.coverage import Kind
from appscan.model.reading import Fact, Role

MEMBER = "member"
"""Role of the names that a script reads of a value: a field, but no word of an interface and no row of a list."""

LIST_LENGTH = 3000
MOST_COLUMNS = 0.1
"""Names of fields among the literals of a set of rows, at most: rows repeat the same few. A catalogue of texts has a
name for each text."""
_DATA_FILE = re.compile(r"\.(?:json|geojson|csv|tsv|sql|txt|xml|plist|dat)$", re.IGNORECASE)
_CATALOGUE = re.compile(r"(?:^|[/._-])(?:i18n|l10n|locales?|lang(?:uages?)?|translations?|strings?|messages?|intl|"
                        r"(?:zh|en|bo|ug|mn)(?:[_-]\w{2,4}){0,2})(?=[/._-]|$)", re.IGNORECASE)
"""Files and folders of the texts of an interface in its languages."""
_NAMED_TEXT = re.compile(r"[A-Za-z_$][\w$.-]{0,80}")
_DATA_ROW = re.compile(r"\s*(?:insert|replace)\s+into\s.{1,400}?\svalues\s*\(", re.IGNORECASE | re.DOTALL)
"""A row that fills a table: what stands in it is data, read by nobody as it is."""

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
_MACHINERY = re.compile(r"(?:Fragment|Adapter|(?:Grid|List|Recycler|Scroll|Web)View|GridLayout|ViewPager|MainActivity)|"
                        r"[Tt]ime_?[Oo]ut$|TIME_?OUT$")
"""Names of the parts an interface is built of, and how long a connection is waited for: no data of the app, though
`GridView` has a grid in it and `readTimeout` the time of reading."""
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
                return self._fields_of(sid)
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
        if kind is Kind.TEXT and (not value.isascii() or " " in value) and not _DATA_ROW.match(value):
            is_long = is_prose(self.search.folded(sid), "")
            if prose or not is_long:
                for method in self.places.methods_using(sid):
                    yield self.places.of_method(method, Kind.TEXT, value, prose=is_long)

    def _shown_at(self, sid: int) -> Iterator[_Shown]:
        folded, value, places = self.search.folded(sid), self.reading.strings[sid], self.places
        for row in places.rows_with(sid):
            fact, role = places.kinds[row], places.role(row)
            if fact == Fact.LITERAL:
                if role not in _LITERALS or _RESOURCE.search(value) or _DATA_ROW.match(value) or self._is_data(row):
                    continue
            elif fact not in (Fact.TEXT, Fact.DIALOG):
                continue
            hit = places.of_fact(row, Kind.TEXT, value, role if fact == Fact.TEXT else "")
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
                         replace(hit, kind=kind, prose=prose), prose, fact == Fact.LITERAL and self._is_list(row))

    def _is_data(self, row: int) -> bool:
        """Whether it is one of the many literals of a file that is no program, no page and no catalogue of texts:
        places, products, people."""
        facts = self.reading.facts
        return bool(self.data) and (int(facts.file[row]), int(facts.screen[row])) in self.data

    @cached_property
    def data(self) -> frozenset[tuple[int, int]]:
        """Those of `lists` that hold rows of data: no text and no field of theirs is of a screen."""
        named = ((pair, self.reading.strings[pair[0]]) for pair in self.lists)
        return frozenset(pair for pair, name in named if _DATA_FILE.search(name) and not _CATALOGUE.search(name)
                         and self._is_rows(*pair))

    def _is_rows(self, file: int, screen: int) -> bool:
        """Whether few of the literals there are names of fields; each is kept once."""
        facts, strings = self.reading.facts, self.reading.strings
        there = np.flatnonzero((facts.kind == Fact.LITERAL) & (facts.file == file) & (facts.screen == screen))
        names = sum(1 for row in there.tolist()
                    if self.places.role(row) == "key" and _NAMED_TEXT.fullmatch(strings[int(facts.value[row])]))
        return names <= MOST_COLUMNS * len(there)

    def _is_list(self, row: int) -> bool:
        """Whether a literal stands among so many others that they are a dictionary or a data set, not an interface."""
        facts = self.reading.facts
        return bool(self.lists) and (int(facts.file[row]), int(facts.screen[row])) in self.lists

    @cached_property
    def lists(self) -> frozenset[tuple[int, int]]:
        """(file, screen) pairs with more literals than a page of an app holds."""
        facts = self.reading.facts
        rows = np.flatnonzero((facts.kind == Fact.LITERAL) & (facts.role != self.member))
        if len(rows) <= LIST_LENGTH:
            return frozenset()
        pairs, counts = np.unique(facts.file[rows].astype(np.int64) << 32 | facts.screen[rows].astype(np.uint32),
                                  return_counts=True)
        many = pairs[counts > LIST_LENGTH]
        return frozenset(zip((many >> 32).tolist(), many.astype(np.int32).tolist(), strict=True))

    @cached_property
    def member(self) -> int:
        """Sid of the role of names that a script reads of a value; no string's where there are none."""
        return self.search.exact([MEMBER]).get(MEMBER, -2)

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

    def _fields_of(self, sid: int) -> tuple[Hit, ...]:
        known = self._fields.get(sid)
        if known is None:
            known = self._fields[sid] = tuple(self._fields_at(sid))
        return known

    def _fields_at(self, sid: int) -> Iterator[Hit]:
        value, places = self.reading.strings[sid], self.places
        if _MACHINERY.search(value) or not (is_identifier(value) or is_han_name(value)):
            return
        for row in places.rows_with(sid):
            fact, role = places.kinds[row], places.role(row)
            if (fact == Fact.LITERAL and role in ("key", MEMBER) and not self._is_data(row)) or (
                    fact == Fact.ATTRIBUTE and role in _FIELD_ROLES):
                yield places.of_fact(row, Kind.FIELD, value, role)
        if not value.isascii():
            return  # in code a Han text is a text
        for owner in self._field_owners.get(sid, ()):
            yield places.of_class(owner, Kind.FIELD, value)
        for method in (*places.own_methods_using(sid), *places.own_users_of_id(sid)):
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
