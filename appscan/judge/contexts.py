"""Negative contexts: words around a hit that cancel it in its own element or sentence, or that tag the finding."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from functools import cached_property

import ahocorasick_rs

from appscan.checks.pack import Context, Match, Vocabulary, Word
from appscan.checks.regexes import compiled
from appscan.checks.same import Same
from appscan.judge.needles import needles
from appscan.judge.one_text import OneText
from appscan.model.folding import fold, tokens

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
        has = OneText(text).has
        if any(map(has, self._others)):
            return True
        return bool(self._latin) and bool(_LATIN.search(text)) and any(map(has, self._latin))


class Prepared:
    """A context with all that asking it needs, made once for all readings."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.id = context.id
        self.words = _Words(context.words)
        self.unless = _Words(context.unless)
        self.cancels = context.tag is None

    @cached_property
    def patterns(self) -> list[re.Pattern[str]]:
        """Its patterns, compiled."""
        return [compiled(pattern) for pattern in self.context.patterns]

    def fits(self, text: str) -> bool:
        """Whether one of them stands in a text."""
        return any(pattern.search(text) for pattern in self.patterns)

    def stands(self, sentence: str) -> bool:
        """Whether the context speaks of a sentence."""
        return (self.words.stand_in(sentence) or self.fits(sentence)) and not self.unless.stand_in(sentence)


    def needs(self) -> frozenset[str] | None:
        """Texts of which each sentence that the context speaks of, or its Latin letters alone, holds one; None where
        nothing can be said."""
        found = {word.text for word in self.context.words if word.match is not Match.PATTERN}
        patterns = [word.text for word in self.context.words if word.match is Match.PATTERN]
        for pattern in (*patterns, *self.context.patterns):
            some = needles(pattern)
            if some is None:
                return None
            found |= some
        return frozenset(found)


@functools.lru_cache(maxsize=512)
def _prepared(context: Same[Context]) -> Prepared:
    return Prepared(context.it)


class Index:
    """Which of many contexts may speak of a sentence, asked in one pass. Most speak of none."""

    def __init__(self, contexts: Iterable[Context]) -> None:
        self._always: set[Prepared] = set()
        self._owners: dict[str, set[Prepared]] = {}
        for context in contexts:
            one = _prepared(Same(context))
            needed = one.needs()
            if needed is None:
                self._always.add(one)
            for text in needed or ():
                self._owners.setdefault(text, set()).add(one)
        self._texts = list(self._owners)
        self._machine = ahocorasick_rs.AhoCorasick(self._texts) if self._texts else None

    def near(self, sentence: str) -> set[Prepared]:
        """Contexts that may speak of it."""
        letters = "".join(tokens(sentence)) if _LATIN.search(sentence) else ""
        text = f"\n{sentence}\n{letters}"
        found = self._machine.find_matches_as_indexes(text, overlapping=True) if self._machine else ()
        return self._always.union(*(self._owners[self._texts[index]] for index in {match[0] for match in found}))


@functools.lru_cache(maxsize=16)
def index_of(vocabulary: Same[Vocabulary]) -> Index:
    """The contexts of a vocabulary, prepared once for all readings."""
    return Index(vocabulary.it.contexts.values())


class Heard:
    """What the contexts of a vocabulary made of sentences, remembered for all checks that name the same contexts."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[str, set[Prepared]] = {}
        self._fitting: dict[str, set[Prepared]] = {}
        self._whole: dict[str, set[Prepared]] = {}
        self._folded: dict[str, str] = {}
        self._parts: dict[str, list[str]] = {}
        self._sentences: dict[tuple[str, int], tuple[tuple[Word, ...], list[str]]] = {}

    def folded(self, value: str) -> str:
        """A text, folded."""
        known = self._folded.get(value)
        if known is None:
            known = self._folded[value] = fold(value)
        return known

    def sentences(self, folded: str) -> list[str]:
        """The sentences of a folded text."""
        known = self._parts.get(folded)
        if known is None:
            known = self._parts[folded] = SENTENCE.findall(folded)
        return known

    def sentences_with(self, folded: str, words: tuple[Word, ...]) -> list[str]:
        """Sentences in which one of the words stands; the whole text where none does by itself."""
        key = folded, id(words)  # the words are kept, so that no other list takes their place
        known = self._sentences.get(key)
        if known is None:
            known = self._sentences[key] = words, _sentences_with(folded, self.sentences(folded), words)
        return known[1]

    def standing(self, sentence: str) -> set[Prepared]:
        """The contexts that speak of a sentence."""
        known = self._known.get(sentence)
        if known is None:
            known = self._known[sentence] = {one for one in self._index.near(sentence) if one.stands(sentence)}
        return known

    def fitting(self, text: str) -> set[Prepared]:
        """The contexts of which a pattern fits a text."""
        known = self._fitting.get(text)
        if known is None:
            known = self._fitting[text] = {one for one in self._index.near(text) if one.fits(text)}
        return known

    def of_whole(self, text: str) -> set[Prepared]:
        """Those of them that speak of a text as a whole."""
        known = self._whole.get(text)
        if known is None:
            known = self._whole[text] = {one for one in self.fitting(text) if not one.unless.stand_in(text)}
        return known


class Contexts:
    """The contexts that one check names."""

    def __init__(self, contexts: Iterable[Context], heard: Heard | None = None) -> None:
        """`heard` is shared by the checks of one reading, whose vocabulary has the contexts."""
        self.contexts = tuple(contexts)
        self._prepared = [_prepared(Same(context)) for context in self.contexts]
        self._cancelling_ones = [one for one in self._prepared if one.cancels]
        self._heard = heard or Heard(Index(self.contexts))
        self._known: dict[tuple[str, int, str], str] = {}
        self._lists: dict[int, tuple[Word, ...]] = {}
        self._speaking: dict[str, bool] = {}

    def cancelling(self, value: str, words: tuple[Word, ...], around: str = "") -> str:
        """Id of the context that cancels every sentence of `value` in which one of `words` stands; "" for none.

        `around` are the folded texts before it: where a heading there bans what the list then names, running text of
        the list is cancelled too.
        """
        key = (value, id(words), around)  # a list is long, and asked about often: it is known by what it is
        known = self._known.get(key)
        if known is None:
            self._lists[id(words)] = words  # kept, so that no other list takes its place
            folded = self._heard.folded(value)
            known = self._known[key] = self._by(folded, words) or self._headed(folded, around)
        return known

    def _headed(self, folded: str, around: str) -> str:
        for one in self._prepared if around else ():
            if one.id == HEADING and any(one in self._heard.fitting(heading) for heading in around.split("。")):
                return "" if _LAPSE.match(folded) else one.id
        return ""

    def _by(self, folded: str, words: tuple[Word, ...]) -> str:
        if not self._speak_of(folded):
            return ""
        by = ""
        whole: str | None = None
        for sentence in self._heard.sentences_with(folded, words):
            by = self._sentence(sentence)
            if not by:
                whole = by = self._paragraph(folded) if whole is None else whole
            if not by:
                return ""
        return by

    def _speak_of(self, folded: str) -> bool:
        """Whether one of the contexts speaks of a sentence of a text, or of the whole: of most texts none does, and it
        need not be known which words stand where."""
        known = self._speaking.get(folded)
        if known is None:
            known = self._speaking[folded] = bool(self._sentence(folded) or self._paragraph(folded) or any(
                map(self._sentence, self._heard.sentences(folded))))
        return known

    def _sentence(self, sentence: str) -> str:
        return self._first(self._heard.standing(sentence))

    def _paragraph(self, folded: str) -> str:
        return self._first(self._heard.of_whole(folded))

    def _first(self, some: set[Prepared]) -> str:
        return next((one.id for one in self._cancelling_ones if one in some), "") if some else ""


def _sentences_with(folded: str, parts: list[str], words: tuple[Word, ...]) -> list[str]:
    if parts == [folded]:
        return parts
    carried = list(filter(OneText(folded).has, words))
    return [part for part in parts if any(map(OneText(part).has, carried))] or [folded]
