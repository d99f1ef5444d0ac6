"""Patterns of the packs, compiled once for the check of the pack and for all readings. Knows no pack and no text."""

from __future__ import annotations

import functools
import re


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the packs, compiled when first needed and kept: there are more than `re` itself would keep. Raises
    what `re.compile` raises.

    `^` and `$` mean a line: many texts are searched joined, and a folded text has no line feed in it.
    """
    return re.compile(pattern, re.MULTILINE)
