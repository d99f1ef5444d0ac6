"""Screens that several user roles of a crawl saw: one screen to each of them. Knows no check and no verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from appscan.model.reading import Reading

MARK = "\x1f"
"""Between screen and actor in the key of a screen that several actors saw."""


def shared_screens(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Screens that more than one actor saw, with those actors in order."""
    facts = reading.facts
    rows = np.flatnonzero(facts.actor >= 0)
    places = np.where(facts.screen[rows] >= 0, facts.screen[rows], facts.file[rows])
    saw: dict[str, set[str]] = defaultdict(set)
    for screen, actor in np.unique(np.stack((places, facts.actor[rows]), axis=1), axis=0).tolist():
        if name := reading.strings[actor]:
            saw[reading.strings[screen]].add(name)
    return {screen: tuple(sorted(actors)) for screen, actors in saw.items() if len(actors) > 1}


def keys_of(screen: str, actor: str, shared: Mapping[str, Sequence[str]]) -> list[str]:
    """Keys of a screen for what `actor` saw there; what nobody is named for (a script) counts for all who saw it."""
    actors = shared.get(screen, ())
    return [screen + MARK + one for one in ([actor] if actor else actors)] if actors else [screen]


def screen_in(key: str) -> str:
    """The screen of a key, whoever saw it."""
    return key.partition(MARK)[0]
