"""Long lists cut for people: a few shown, more folded away, the rest only counted. Knows nothing of what it lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Raw = TypeVar("Raw")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """`first` is shown, `folded` can be opened, `beyond` counts what only the JSON report has."""

    first: tuple[Item, ...]
    folded: tuple[Item, ...] = ()
    beyond: int = 0

    @property
    def hidden(self) -> int:
        """How many items are not shown at once."""
        return len(self.folded) + self.beyond


def listed(raw: Sequence[Raw], arrange: Callable[[Raw], Item], shown_first: int, folded: int) -> Listed[Item]:
    """The list `raw`, each item arranged; no fold for a single item more."""
    first = shown_first + 1 if len(raw) == shown_first + 1 else shown_first
    return Listed(tuple(arrange(one) for one in raw[:first]),
                  tuple(arrange(one) for one in raw[first:first + folded]),
                  max(len(raw) - first - folded, 0))
