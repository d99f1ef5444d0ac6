"""Negative contexts: words around a hit that cancel it in its own element or sentence, or that tag the finding."""

from __future__ import annotations

import re
from collections.abc import Iterable

from appscan.checks.pack import Context, Match, Word
from appscan.judge.one_text import text_has
from appscan.judge.patterns import compiled
from appscan.model.folding import fold

SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")

_LAPSE = re.compile(r"^[\W\d一二三四五六七八九十]*(漏|缺|迟|早退|未|代|虚|拒|瞒)")
"""A listed lapse of the user (漏签, 迟到) is an order under the same heading, not a quotation of the ban."""

HEADING = "ban-heading"
"""The context of headings that speak for the lists below them."""


_LATIN = re.compile(r"[A-Za-z0-9]")


class _Words:
    """Some words asked of many sentences: the plain Han ones in one pass, Latin ones only where Latin stands."""

    def __init__(self, words: Iterable[Word]) -> None:
        words = tuple(words)
        plain = [word for word in words if word.match is Match.CONTAINS and not word.text.isascii()]
        self._plain = re.compile("|".join(re.escape(word.text) for word in plain)) if plain else None
        self._latin = [word for word in words if word.match is Match.CONTAINS and word.text.isascii()]
        self._others = [word for word in words if word.match is not Match.CONTAINS]

    def stand_in(self, text: str) -> bool:
        if self._plain is not None and self._plain.search(text):
            return True
        if any(text_has(text, word) for word in self._others):
            return True
        return bool(self._latin) and bool(_LATIN.search(text)) and any(text_has(text, word) for word in self._latin)


class Contexts:
    """The contexts that one check names."""

    def __init__(self, contexts: Iterable[Context]) -> None:
        self.contexts = tuple(contexts)
        self._words = {context.id: _Words(context.words) for context in self.contexts}
        self._unless = {context.id: _Words(context.unless) for context in self.contexts}
        self._known: dict[tuple[str, int, str], str] = {}
        self._lists: dict[int, tuple[Word, ...]] = {}

    def cancelling(self, value: str, words: tuple[Word, ...], around: str = "") -> str:
        """Id of the context that cancels every sentence of `value` in which one of `words` stands; "" for none.

        `around` are the folded texts before it: where a heading there bans what the list then names, running text of
        the list is cancelled too.
        """
        key = (value, id(words), around)  # a list is long, and asked about often: it is known by what it is
        known = self._known.get(key)
        if known is None:
            self._lists[id(words)] = words  # kept, so that no other list takes its place
            folded = fold(value)
            known = self._known[key] = self._cancelling(folded, words) or self._headed(folded, around)
        return known

    def _headed(self, folded: str, around: str) -> str:
        for context in self.contexts if around else ():
            if context.id == HEADING and any(_fits(context, heading) for heading in around.split("。")):
                return "" if _LAPSE.match(folded) else context.id
        return ""

    def _cancelling(self, folded: str, words: tuple[Word, ...]) -> str:
        words = tuple(word for word in words if text_has(folded, word))
        sentences = [part for part in SENTENCE.findall(folded) if any(text_has(part, word) for word in words)]
        by = ""
        whole: str | None = None
        for sentence in sentences or [folded]:
            by = self._sentence(sentence)
            if not by:
                whole = by = self._paragraph(folded) if whole is None else whole
            if not by:
                return ""
        return by

    def _sentence(self, sentence: str) -> str:
        for context in self.contexts:
            if context.tag is None and self._stands(context, sentence):
                return context.id
        return ""

    def _paragraph(self, folded: str) -> str:
        for context in self.contexts:
            stands = context.tag is None and _fits(context, folded)
            if stands and not self._unless[context.id].stand_in(folded):
                return context.id
        return ""

    def _stands(self, context: Context, sentence: str) -> bool:
        if not (self._words[context.id].stand_in(sentence) or _fits(context, sentence)):
            return False
        return not self._unless[context.id].stand_in(sentence)


def _fits(context: Context, text: str) -> bool:
    return any(compiled(pattern).search(text) for pattern in context.patterns)
