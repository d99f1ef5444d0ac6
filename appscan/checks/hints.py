"""What an author of packs should know that is no mistake: patterns of Chinese and Latin words are never tried on texts
of ASCII alone. Knows no matching."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appscan.checks.documents import read_documents
from appscan.checks.parse import ATOM
from appscan.checks.source import Token

_WORD = re.compile(r"[a-z]{3}")


def mixed_patterns(folder: Path) -> list[tuple[str, int, str]]:
    """(file, line, alternative) of each pattern, in order, that is not ASCII and has an alternative that is, with a
    Latin word in it: an English text never meets it. Raises PackError as loading does."""
    found = {(token.file, token.line, alternative): None
             for document in read_documents(folder).values() for token in _patterns(document)
             for alternative in latin_alternatives(token[1:])}
    return sorted(found)


def latin_alternatives(pattern: str) -> list[str]:
    """The outermost alternatives of a pattern that are ASCII and hold a Latin word, where others are not ASCII."""
    if pattern.isascii():
        return []
    return [one for one in _alternatives(pattern) if one.isascii() and _WORD.search(ATOM.sub("", one))]


def _alternatives(pattern: str) -> Iterator[str]:
    plain = ATOM.sub(lambda match: "x" * len(match.group()), pattern)
    depth = start = 0
    for at, sign in enumerate(plain):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            yield pattern[start:at]
            start = at + 1
    yield pattern[start:]


def _patterns(node: Any) -> Iterator[Token]:
    if isinstance(node, Token):
        if node.startswith("~"):
            yield node
    elif isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _patterns(item)
