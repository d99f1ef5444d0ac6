"""The JSON of a recording, asked member by member: every value has the type that the contract says, or the recording is
damaged. Knows no member's meaning.

The published schema says more (closed objects, longest texts); what a reader does not need is not asked here, so that
reading stays linear in the size of the file.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

MOST_ROWS = 100_000
"""Rows of one list (maxItems of the schema)."""
LONGEST_TEXT = 4_000
LARGEST_COUNT = 1 << 53


class DamagedRecording(Exception):
    """The recording breaks its contract; the message is the place, such as states/3/url."""


class Row:
    """One object of the recording. Every method raises DamagedRecording where the member is missing or of another
    type; texts come without lone surrogates and cut to `most` characters."""

    __slots__ = ("_members", "place")

    def __init__(self, members: object, place: str = "") -> None:
        if not isinstance(members, dict):
            raise DamagedRecording(place or "/")
        self._members: dict[str, Any] = members
        self.place = place

    def text(self, name: str, most: int = LONGEST_TEXT) -> str:
        """A text."""
        return self._text(self._get(name), name, most)

    def maybe_text(self, name: str, most: int = LONGEST_TEXT) -> str:
        """A text, "" for null."""
        value = self._get(name)
        return "" if value is None else self._text(value, name, most)

    def text_if_any(self, name: str, most: int = LONGEST_TEXT) -> str:
        """A text, "" where there is no such member (one that was added after the version began)."""
        return self.text(name, most) if name in self._members else ""

    def one_of(self, name: str, words: Collection[str]) -> str:
        """One word of a closed set."""
        value = self._get(name)
        if not isinstance(value, str) or value not in words:
            raise self._damaged(name)
        return value

    def count(self, name: str) -> int:
        """An integer, not negative."""
        value = self._get(name)
        if type(value) is not int or not 0 <= value <= LARGEST_COUNT:
            raise self._damaged(name)
        return value

    def maybe_count(self, name: str) -> int | None:
        """An integer that is not negative, or None for null."""
        return None if self._get(name) is None else self.count(name)

    def number(self, name: str) -> float:
        """A finite number, not negative."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_COUNT:
            raise self._damaged(name)
        return float(value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._get(name)
        if not isinstance(value, bool):
            raise self._damaged(name)
        return value

    def maybe_flag(self, name: str) -> bool | None:
        """True, false, or None for null."""
        return None if self._get(name) is None else self.flag(name)

    def texts(self, name: str, most: int = LONGEST_TEXT) -> list[str]:
        """A list of texts."""
        return [self._text(value, name, most) for value in self._list(name)]

    def row(self, name: str) -> Row:
        """An object."""
        return Row(self._get(name), f"{self.place}/{name}" if self.place else name)

    def row_if_any(self, name: str) -> Row | None:
        """An object, or None where there is no such member (one that was added after the version began)."""
        return self.row(name) if name in self._members else None

    def rows(self, name: str) -> Iterator[Row]:
        """A list of objects, one after the other."""
        place = f"{self.place}/{name}" if self.place else name
        for index, value in enumerate(self._list(name)):
            yield Row(value, f"{place}/{index}")

    def members(self) -> Iterator[tuple[str, str]]:
        """Names and values of an object that holds texts and numbers only, the values as text."""
        for name, value in self._members.items():
            if isinstance(value, bool) or not isinstance(value, str | int | float) or (
                    not isinstance(value, str) and not abs(value) <= LARGEST_COUNT):
                raise self._damaged(name)
            yield clean(name[:100]), clean((value if isinstance(value, str) else f"{value:.15g}")[:LONGEST_TEXT])

    def box(self) -> str:
        """The member `box` as "x,y,width,height" in pixels of the picture, "" for null."""
        value = self._get("box")
        if value is None:
            return ""
        if not isinstance(value, list) or len(value) != 4 or any(
                type(one) is not int or abs(one) > 1 << 31 for one in value):
            raise self._damaged("box")
        return ",".join(map(str, value))

    def _get(self, name: str) -> Any:
        try:
            return self._members[name]
        except KeyError:
            raise self._damaged(name) from None

    def _list(self, name: str) -> list[Any]:
        value = self._get(name)
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise self._damaged(name)
        return value

    def _text(self, value: object, name: str, most: int) -> str:
        if not isinstance(value, str):
            raise self._damaged(name)
        return clean(value[:most])

    def _damaged(self, name: str) -> DamagedRecording:
        return DamagedRecording(f"{self.place}/{name}"[:200] if self.place else name[:200])


def clean(text: str) -> str:
    """Text that UTF-8 can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def parse(raw: bytes) -> Row:
    """The outermost object. Raises DamagedRecording where the bytes are no JSON object, or nested beyond reason."""
    try:
        return Row(json.loads(raw))
    except (ValueError, RecursionError):
        raise DamagedRecording("recording.json") from None
