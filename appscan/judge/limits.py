"""Limits: marks in a reading that blind kinds. They never accuse."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Container, Sequence
from fnmatch import fnmatchcase
from functools import cached_property

import numpy as np

from appscan.checks.pack import Limit, Mark, Structure, Vocabulary
from appscan.judge.data_sets import LIST_LENGTH
from appscan.judge.remote import RemotePages
from appscan.judge.sight import Sight
from appscan.judge.word_list import Automaton
from appscan.model.coverage import Gap, Kind
from appscan.model.reading import Fact, Reading

FEW_CLASSES = 20


class Structures:
    """Structures of an artifact that marks may name, computed from the reading."""

    def __init__(self, reading: Reading, vocabulary: Vocabulary) -> None:
        self.reading = reading
        self.vocabulary = vocabulary
        self._stands: dict[int, tuple[Mark, str]] = {}
        self._seeking = Automaton(())
        self._found: frozenset[str] = frozenset()

    def seek(self, limits: Sequence[Limit]) -> None:
        """Look for what all these limits name, in one walk over the classes and the entries."""
        marks = [mark for limit in limits for mark in (*limit.strong, *limit.weak)]
        seeking = _parts_of(tuple(_dotted(glob) for mark in marks for glob in mark.classes)
                            + tuple(glob for mark in marks for glob in mark.entry))
        if seeking is not self._seeking:
            self._seeking = seeking
            found = seeking.matches("\n".join([self._class_lines, *self.entries]))[:, 0]
            self._found = frozenset(seeking.texts[place] for place in set(found.tolist()))

    def shows(self, mark: Mark, pages: RemotePages | None) -> str:
        """What shows a mark, "" for nothing; remembered, but for what only sight tells."""
        if mark.structure is Structure.LAUNCHER_IS_REMOTE_PAGE:
            return _stands(mark, self, pages)
        known = self._stands.get(id(mark))
        if known is None:
            known = self._stands[id(mark)] = mark, _stands(mark, self, pages)
        return known[1]

    @cached_property
    def entries(self) -> list[str]:
        """Names of the container's entries."""
        facts = self.reading.facts
        return [self.reading.strings[sid] for sid in facts.value[facts.kind == Fact.ENTRY].tolist()]

    @cached_property
    def components(self) -> list[str]:
        """Class names in the manifest, the application's included."""
        facts = self.reading.facts
        return sorted({self.reading.strings[sid] for sid in facts.value[facts.kind == Fact.COMPONENT].tolist()})

    @cached_property
    def classes(self) -> frozenset[str]:
        """Dotted names of the classes defined in the artifact."""
        strings, sids = self.reading.strings, self.reading.code.classes.type.tolist()
        lines = self._class_lines.split("\n") if sids else []
        if len(lines) != len(sids):  # a name with a line feed in it
            lines = [strings[sid].replace("/", ".") for sid in sids]
        return frozenset([line[1:-1] for line in lines])

    @cached_property
    def _class_lines(self) -> str:
        """Descriptors of the classes with dots in place of slashes, one a line."""
        raw = map(self.reading.strings.raw, self.reading.code.classes.type.tolist())
        return b"\n".join(raw).decode("utf-8", "replace").replace("/", ".")

    def entry_like(self, globs: Sequence[str]) -> str:
        """First entry that fits one of the globs, "" for none."""
        return _first_like(lambda: self.entries, globs, self._found)

    def class_like(self, globs: Sequence[str]) -> str:
        """First class (dotted name) that fits one of the globs, "" for none."""
        return _first_like(lambda: self._sorted_classes, globs, self._found)

    @cached_property
    def _sorted_classes(self) -> list[str]:
        return sorted(self.classes)

    @cached_property
    def missing_components(self) -> bool:
        """Most classes that the manifest declares (or all launchers) are in no DEX."""
        facts = self.reading.facts
        strings = self.reading.strings
        roles = {"activity", "service", "receiver", "provider", "application", "launcher"}
        declared: dict[str, set[str]] = {}
        for row in np.flatnonzero(facts.kind == Fact.COMPONENT).tolist():
            role = strings[int(facts.role[row])]
            if role in roles:
                declared.setdefault(strings[int(facts.value[row])], set()).add(role)
        if not declared:
            return False
        missing = [name for name in declared if name not in self.classes]
        launchers = [name for name, held in declared.items() if "launcher" in held]
        return (bool(launchers) and all(name in missing for name in launchers)) or len(missing) * 2 > len(declared)

    @cached_property
    def few_classes(self) -> bool:
        """Fewer classes than a real app with these components would have."""
        return len(self.classes) < FEW_CLASSES and len(self.components) > 3

    def holds(self, structure: Structure, pages: RemotePages | None) -> str:
        """What was seen of a structure ("" for nothing): a count, a class, an address."""
        match structure:
            case Structure.MISSING_COMPONENTS:
                return "manifest" if self.missing_components else ""
            case Structure.FEW_CLASSES:
                return str(len(self.classes)) if self.few_classes else ""
            case Structure.LAUNCHER_IS_REMOTE_PAGE:
                return pages.start() if pages else ""


def _first_like(names: Callable[[], Sequence[str]], globs: Sequence[str], parts: Container[str]) -> str:
    """First of `names` that fits a glob. A glob with a longest literal part that is not among the parts that the names
    have cannot fit, which spares nearly all comparisons."""
    likely = [glob for glob in globs if not _literal_part(glob) or _literal_part(glob) in parts]
    return next((name for name in names() if any(fnmatchcase(name, glob) for glob in likely)), "") if likely else ""


@functools.cache
def _literal_part(glob: str) -> str:
    """The longest part of a glob of the packs that stands for itself."""
    return max(re.split(r"[*?\[\]]+", glob), key=len)


def _dotted(glob: str) -> str:
    """A glob of descriptors as one of dotted names."""
    return glob.removeprefix("L").removesuffix(";").replace("/", ".")


@functools.lru_cache(maxsize=8)
def _parts_of(globs: tuple[str, ...]) -> Automaton:
    """What seeks the longest parts of many globs; of one without such a part (`*`) there is nothing to seek."""
    return Automaton(filter(None, map(_literal_part, globs)))


def standing_limits(limits: Sequence[Limit], structures: Structures, pages: RemotePages | None,
                    in_own_words: bool = False) -> tuple[Gap, ...]:
    """Gaps of all limits whose marks stand: any strong one, or two different weak ones. Limits of custom packs bring
    title and advice `in_own_words`, as the catalogue of the program does not know them."""
    structures.seek(limits)
    gaps = []
    for limit in limits:
        strong = [(mark, seen) for mark in limit.strong if (seen := structures.shows(mark, pages))]
        weak = [(mark, seen) for mark in limit.weak if (seen := structures.shows(mark, pages))]
        if strong or len({mark.name for mark, _ in weak}) > 1:
            mark, seen = (strong or weak)[0]
            params = {"name": mark.name, "url": seen, **(_own_words(limit) if in_own_words else {})}
            gaps.append(Gap(frozenset(limit.blinds), seen, limit.id, params, blinds=bool(limit.blinds)))
    return tuple(gaps)


def list_gaps(sight: Sight) -> tuple[Gap, ...]:
    """A gap for each file of scripts that holds more literals than an interface has: its words are taken for a
    dictionary or a data set, and what they would say of a screen is not known; in a data set, its names neither."""
    files = sorted({sight.program.text(file) for file, _ in sight.lists})
    data = {sight.program.text(file) for file, _ in sight.data}
    return tuple(Gap(frozenset({Kind.TEXT, Kind.FIELD} if file in data else {Kind.TEXT}), file, "word_list",
                     {"limit": str(LIST_LENGTH)}) for file in files)


def _own_words(limit: Limit) -> dict[str, str]:
    return {"title_zh": limit.title["zh"], "title_en": limit.title["en"],
            "advice_zh": limit.advice["zh"], "advice_en": limit.advice["en"]}


def _stands(mark: Mark, structures: Structures, pages: RemotePages | None) -> str:
    """What shows the mark, "" where one of its keys does not hold."""
    seen = ""
    if mark.component:
        seen = next((name for name in structures.components if name in mark.component), "")
        if not seen:
            return ""
    if mark.entry:
        seen = structures.entry_like(mark.entry)
        if not seen:
            return ""
    if mark.classes:
        seen = structures.class_like([_dotted(glob) for glob in mark.classes])
        if not seen:
            return ""
    if mark.structure:
        held = structures.holds(mark.structure, pages)
        if not held:
            return ""
        seen = seen or held
    return seen
