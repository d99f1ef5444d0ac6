"""Sets that grow together, with pairs that never may. Pure; knows no product's meaning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence


class Union:
    """Disjoint sets of names (Tarjan 1975). Each name may carry a label; sets with different labels are joined only by
    force. Names that were forbidden to meet do not."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._parent = {name: name for name in labels}
        self._labels = {name: {label} if label else set() for name, label in labels.items()}
        self._apart: dict[str, set[str]] = defaultdict(set)
        self._pairs: list[tuple[frozenset[str], frozenset[str]]] = []

    def root(self, name: str) -> str:
        """The name that stands for the whole set."""
        parent = self._parent
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def forbid(self, left: Collection[str], right: Collection[str]) -> None:
        """Keep two groups apart, but where they are one already."""
        for one in {self.root(name) for name in left}:
            for other in {self.root(name) for name in right} - {one}:
                self._apart[one].add(other)
                self._apart[other].add(one)
        self._pairs.append((frozenset(left), frozenset(right)))

    def forbidden_pairs(self) -> Iterator[tuple[str, str]]:
        """All pairs of names, in order, that were forbidden and did not meet."""
        for left, right in self._pairs:
            for one in left:
                for other in right:
                    if self.root(one) != self.root(other):
                        yield (min(one, other), max(one, other))

    def join_all(self, names: Sequence[str], force: bool = False) -> list[str]:
        """Join names as far as they may be; those that are in one set with another of them. Where the names have
        several labels, those without one are joined with each other only: with which of the labels they belong is for
        a person."""
        by_label: dict[str, list[str]] = defaultdict(list)
        for name in names:
            by_label[min(self._labels[self.root(name)], default="")].append(name)
        parts = list(by_label.values()) if len(by_label.keys() - {""}) > 1 and not force else [list(names)]
        for part in parts:
            self._join(part, force)
        count = Counter(map(self.root, names))
        return [name for name in names if count[self.root(name)] > 1]

    def _join(self, names: Sequence[str], force: bool) -> None:
        roots: list[str] = []
        for name in names:
            own = self.root(name)
            place = next((place for place, other in enumerate(roots) if self._may(own, self.root(other), force)), None)
            if place is None:
                roots.append(own)
            else:
                roots[place] = self._joined(own, self.root(roots[place]))

    def _may(self, one: str, other: str, force: bool) -> bool:
        if one == other:
            return True
        if other in self._apart.get(one, ()):
            return False
        labels, others = self._labels[one], self._labels[other]
        return force or not labels or not others or bool(labels & others)

    def _joined(self, one: str, other: str) -> str:
        if one == other:
            return one
        keep, drop = min(one, other), max(one, other)
        self._parent[drop] = keep
        self._labels[keep] |= self._labels.pop(drop)
        for foreign in self._apart.pop(drop, set()):
            self._apart[foreign].discard(drop)
            self._apart[foreign].add(keep)
            self._apart[keep].add(foreign)
        return keep
