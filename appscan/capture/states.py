"""States of a site and addresses still to be opened. Knows no browser and no strategy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from appscan.capture.page import Sight


@dataclass(frozen=True, slots=True)
class Node:
    """A state and how to get there: by its address, by pressing `press` in `parent`, or (`below`) by scrolling there.
    `covered`: a dialog lay over it; `late`: it came by itself, some seconds after its address was opened."""

    id: str
    sight: Sight
    depth: int
    controls: tuple[dict[str, Any], ...]
    parent: Node | None = None
    press: str | None = None
    covered: bool = False
    late: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """An address still to be opened."""

    url: str
    origin: str | None
    by: str
    found_by: str
    depth: int


def pattern_of(route: str) -> str:
    """A route with numbers and long identifiers folded: pages of one kind."""
    return re.sub(r"[0-9a-f]{12,}|\d+", "0", route.lower())
