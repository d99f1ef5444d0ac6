"""Whether one text carries a word, as the search over all strings would say. Knows no reading."""

from __future__ import annotations

import itertools
import re
from functools import cached_property

from appscan.checks.pack import Match, Word
from appscan.checks.regexes import compiled
from appscan.model.folding import tokens

_NOT_WORD = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """A text without signs and blanks."""
    return _NOT_WORD.sub("", text)


def is_whole(folded: str, word: Word) -> bool:
    """Whether a text is the word and nothing else but signs and blanks."""
    return bare(folded) == bare(word.text)


class OneText:
    """A folded text that is asked for several words."""

    def __init__(self, text: str) -> None:
        self.text = text

    def has(self, word: Word) -> bool:
        """Whether it carries a word."""
        match word.match:
            case Match.PATTERN:
                return compiled(word.text).search(self.text) is not None
            case Match.WHOLE:
                return (word.text.isascii() or word.text in self.text) and self._bare == bare(word.text)
            case Match.CONTAINS:
                return self._has_run(word.text) if word.text.isascii() else word.text in self.text

    @cached_property
    def _bare(self) -> str:
        return bare(self.text.lower())

    @cached_property
    def _tokens(self) -> tuple[str, ...]:
        return tokens(self.text)

    @cached_property
    def _letters(self) -> str:
        return "".join(self._tokens)

    @cached_property
    def _borders(self) -> frozenset[int]:
        """Where a token of the letters ends and the next begins."""
        return frozenset(itertools.accumulate(map(len, self._tokens), initial=0))

    def _has_run(self, word: str) -> bool:
        """Whether some run of whole tokens, joined, is the word."""
        at = self._letters.find(word)
        while at >= 0:
            if at in self._borders and at + len(word) in self._borders:
                return True
            at = self._letters.find(word, at + 1)
        return False


def text_has(text: str, word: Word) -> bool:
    """Whether one folded text carries a word."""
    return OneText(text).has(word)
