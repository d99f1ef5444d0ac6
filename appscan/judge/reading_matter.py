"""Files that hold nothing but long text: chapters of books, statutes, manuals. What stands in them is read, not done.
Knows no word."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from appscan.model.reading import Fact, Reading, Role

READING_MATTER = "said-to-read"
"""Why words in such a text say nothing about what the app does; a catalogue key below `contexts.`."""

LEAST = 1000
"""Characters of Chinese in the texts of a file from which on nobody takes it for a screen, if nothing can be done
there."""

LENGTH = 14
"""Characters of Chinese of a text there, on average, at least: labels and names have two to eight."""

_BYTES = 3
"""Of a Chinese character in UTF-8."""

_TEXTS = (Fact.TEXT, Fact.LITERAL)
_READ = (Role.LABEL, Role.PROSE, Role.TITLE, Role.HEADING, Role.PARAGRAPH, Role.ITEM, Role.CELL, Role.HEADER_CELL,
         "string", "key", "template", "")
"""Roles of texts that are only read; a button, a link or a hint to fill something in makes a file a screen."""

_SHAPES = ("margin", "visibility", "layout", "class", "style", "href", "src")
"""Roles of attributes and addresses that do nothing; the address of a form, or what a press starts, does."""


class ReadingMatter:
    """Built once per reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def is_read(self, row: int) -> bool:
        """Whether a fact stands in a file that is only read."""
        return bool(self._files) and int(self.reading.facts.file[row]) in self._files

    @cached_property
    def _files(self) -> frozenset[int]:
        facts, strings = self.reading.facts, self.reading.strings
        sizes = np.diff(strings.ends, prepend=0)
        is_text = np.isin(facts.kind, _TEXTS)
        size = np.bincount(facts.file[is_text] + 1, weights=sizes[facts.value[is_text]])
        large = set((np.flatnonzero(size >= LEAST * _BYTES) - 1).tolist()) - {-1}
        if not large:
            return frozenset()
        roles = {sid: strings[sid] for sid in np.unique(facts.role).tolist() if sid >= 0}
        is_read = is_text & np.isin(facts.role, [sid for sid, role in roles.items() if role in _READ])
        is_shape = np.isin(facts.kind, (Fact.ATTRIBUTE, Fact.PATH)) & np.isin(
            facts.role, [sid for sid, role in roles.items() if role in _SHAPES])
        large -= set(np.unique(facts.file[~is_read & ~is_shape & (facts.kind != Fact.NODE)]).tolist())
        return frozenset(file for file in large if self._is_long(facts.value[is_text & (facts.file == file)].tolist()))

    def _is_long(self, sids: list[int]) -> bool:
        """Whether the texts hold so much Chinese, and each of them enough."""
        counts = [sum(letter > "\u2e7f" for letter in text) for text in self.reading.strings.texts(sids)]
        told = [count for count in counts if count]
        return sum(told) >= max(LEAST, LENGTH * len(told))
