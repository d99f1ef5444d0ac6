"""Literals that are no interface: dictionaries and sets of data, told by how many stand together. Knows no word."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from appscan.judge.places import Places
from appscan.judge.search import Search
from appscan.model.reading import Fact

MEMBER = "member"
"""Role of the names that a script reads of a value: a field, but no word of an interface and no row of a list."""

LIST_LENGTH = 3000
MOST_COLUMNS = 0.1
"""Names of fields among the literals of a set of rows, at most: rows repeat the same few. A catalogue of texts has a
name for each text."""
SYLLABLES = 200
"""So many short words of small letters make what a method loads a table of syllables: lists of people are sorted by
their sounds, and half the syllables of Chinese are initials or words of something. The language has about 400."""

LONGEST_SYLLABLE = 6
_SYLLABLE = re.compile(r"[a-zü]{1,6}")
_DATA_FILE = re.compile(r"\.(?:json|geojson|csv|tsv|sql|txt|xml|plist|dat)$", re.IGNORECASE)
_CATALOGUE = re.compile(r"(?:^|[/._-])(?:i18n|l10n|locales?|lang(?:uages?)?|translations?|strings?|messages?|intl|"
                        r"(?:zh|en|bo|ug|mn)(?:[_-]\w{2,4}){0,2})(?=[/._-]|$)", re.IGNORECASE)
"""Files and folders of the texts of an interface in its languages."""
_NAMED_TEXT = re.compile(r"[A-Za-z_$][\w$.-]{0,80}")
_DATA_ROW = re.compile(r"\s*(?:insert(?:\s+or\s+\w+|\s+ignore)?|replace)\s+into\b.{1,400}?[\s)\"`'\]]values?\s*\(",
                       re.IGNORECASE | re.DOTALL)
"""A row that fills a table: what stands in it is data, read by nobody as it is. Its columns are fields."""


def is_data_row(text: str) -> bool:
    """Whether a text is a statement that fills a table."""
    return _DATA_ROW.match(text) is not None


class DataSets:
    """Built once per reading."""

    def __init__(self, places: Places, search: Search) -> None:
        self.places = places
        self.search = search
        self.reading = places.reading

    def is_data(self, row: int) -> bool:
        """Whether it is one of the many literals of a file that is no program, no page and no catalogue of texts:
        places, products, people."""
        return self._stands_in(self.data, row)

    def is_list(self, row: int) -> bool:
        """Whether a literal stands among so many others that they are a dictionary or a data set, not an interface."""
        return self._stands_in(self.lists, row)

    def _stands_in(self, pairs: frozenset[tuple[int, int]], row: int) -> bool:
        facts = self.reading.facts
        return bool(pairs) and (int(facts.file[row]), int(facts.screen[row])) in pairs

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
    def syllable_tables(self) -> frozenset[int]:
        """Methods that load a table of syllables: no word there is a name."""
        uses, strings = self.reading.code.strings_used, self.reading.strings
        if len(uses.method) < SYLLABLES:
            return frozenset()
        is_short = np.diff(strings.ends, prepend=0) <= LONGEST_SYLLABLE
        methods, counts = np.unique(uses.method[is_short[uses.what]], return_counts=True)
        return frozenset(method for method in methods[counts >= SYLLABLES].tolist()
                         if len(set(filter(_SYLLABLE.fullmatch, strings.texts(
                             uses.what[uses.method == method].tolist())))) >= SYLLABLES)

    @cached_property
    def member(self) -> int:
        """Sid of the role of names that a script reads of a value; no string's where there are none."""
        return self.search.exact([MEMBER]).get(MEMBER, -2)
