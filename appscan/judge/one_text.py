"""Whether one text carries a word, as the search over all strings would say. Knows no reading."""

from __future__ import annotations

import itertools
import re

from appscan.checks.pack import Match, Word
from appscan.judge.patterns import compiled
from appscan.model.folding import tokens

_NOT_WORD = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """A text without signs and blanks."""
    return _NOT_WORD.sub("", text)


def is_whole(folded: str, word: Word) -> bool:
    """Whether a text is the word and nothing else but signs and blanks."""
    return bare(folded) == bare(word.text)


def text_has(text: str, word: Word) -> bool:
    """Whether one folded text carries a word."""
    match word.match:
        case Match.PATTERN:
            return compiled(word.text).search(text) is not None
        case Match.WHOLE:
            return (word.text.isascii() or word.text in text) and is_whole(text.lower(), word)
        case Match.CONTAINS:
            return _has_run(tokens(text), word.text) if word.text.isascii() else word.text in text


def _has_run(parts: tuple[str, ...], word: str) -> bool:
    """Whether some run of whole tokens, joined, is the word."""
    joined = "".join(parts)
    at = joined.find(word)
    if at < 0:
        return False
    borders = frozenset(itertools.accumulate(map(len, parts), initial=0))
    while at >= 0:
        if at in borders and at + len(word) in borders:
            return True
        at = joined.find(word, at + 1)
    return False
