"""Patterns of the packs, tried on the lines that may match them. Knows no string's use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from appscan.checks.pack import Word
from appscan.checks.regexes import compiled
from appscan.judge.lines import Lines
from appscan.judge.word_list import NeedleList


def by_needles(needles: NeedleList, lines: Lines) -> Iterator[tuple[Word, set[int]]]:
    """Patterns with the sids of the lines in which they stand, of those that need something: only lines that hold what
    a pattern needs are asked, and most patterns of most apps are not even compiled."""
    table = needles.automaton.matches(lines.joined)
    if not len(table) or not lines.texts:
        return
    numbers, places = needles.owners_of(table[:, 0])
    near = lines.at(table[:, 1] + needles.shifts[table[:, 0]])[places]
    likely = np.unique(numbers << 32 | near)
    of_pattern, first = np.unique(likely >> 32, return_index=True)
    groups = np.split(likely & 0xFFFF_FFFF, first[1:])
    for number, group in zip(of_pattern.tolist(), groups, strict=True):
        word = needles.patterns[number]
        if found := _matching(word, lines, group.tolist()):
            yield word, found


def by_reading(patterns: Iterable[Word], lines: Lines) -> Iterator[tuple[Word, set[int]]]:
    """The same for patterns of which nothing is known: each is tried on everything.

    A match in the joined text may run over several lines, or hide one that begins inside it: each line that it touches
    is asked by itself.
    """
    for word in patterns if lines.texts else ():
        touched: set[int] = set()
        for match in compiled(word.text).finditer(lines.joined):
            first, last = lines.at(match.span()).tolist()
            touched.update(range(first, last + 1))
        if found := _matching(word, lines, sorted(touched)):
            yield word, found


def _matching(word: Word, lines: Lines, among: Iterable[int]) -> set[int]:
    """Sids of those of the lines in which the pattern stands."""
    search, texts, sids = compiled(word.text).search, lines.texts, lines.sids
    return {sids[line] for line in among if search(texts[line])}
