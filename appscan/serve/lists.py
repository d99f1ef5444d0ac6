"""One page of a list as templates and the API show it: rows, what was asked, and addresses of the pages around it.

Pages are found by the key of their first or last row (`after`, `before`), not by number: the hundredth is as fast as
the first, and a row that came in between moves none. Knows no table and no page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from appscan.serve.refusals import Refused

T = TypeVar("T")
LONGEST_CURSOR = 2_000
LARGEST = 1 << 53
Key = tuple[str | int, ...]
"""What a row is sorted by, made unique by its last part."""


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """`query` holds the filters and `sort` (a column's key, with "-" before it for descending) that are not empty;
    `before` and `after` are cursors of the pages around, "" where there is none; `total` counts all pages."""

    path: str
    query: Mapping[str, str]
    rows: Sequence[T]
    total: int
    before: str = ""
    after: str = ""

    @property
    def sort(self) -> str:
        """What was asked to sort by; "" for the order of the list itself."""
        return self.query.get("sort", "")

    @property
    def is_filtered(self) -> bool:
        """Whether any filter was asked."""
        return any(name != "sort" for name in self.query)

    def asked(self, name: str) -> str:
        """The value of a filter; "" for none."""
        return self.query.get(name, "")

    def sorted_by(self, key: str) -> str:
        """The value of aria-sort for a column; "" where the list is sorted by another."""
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort, "")

    def sort_by(self, key: str) -> str:
        """The address of the first page sorted by a column, the other way round where it is already."""
        return address(self.path, {**self.query, "sort": f"-{key}" if self.sort == key else key})

    @property
    def first_page(self) -> str:
        """The address of the first page."""
        return address(self.path, self.query)

    @property
    def previous(self) -> str:
        """The address of the page before; "" on the first."""
        return address(self.path, {**self.query, "before": self.before}) if self.before else ""

    @property
    def next(self) -> str:
        """The address of the page after; "" on the last."""
        return address(self.path, {**self.query, "after": self.after}) if self.after else ""


def listed(path: str, query: Mapping[str, str], found: Sequence[T], total: int, key: Callable[[T], Key], *, most: int,
           after: str = "", before: str = "") -> Listed[T]:
    """One page of at most `most` rows. `found` are the rows after `after` or before `before`, in the order of the list,
    one more than `most` of them where there are more in that direction."""
    more = len(found) > most
    rows = found[-most:] if before else found[:most]
    there_before, there_after = (more, True) if before else (bool(after), more)
    return Listed(path, {name: value for name, value in query.items() if value}, rows, total,
                  cursor(key(rows[0])) if rows and there_before else "",
                  cursor(key(rows[-1])) if rows and there_after else "")


def address(path: str, query: Mapping[str, str]) -> str:
    """A path with a query; empty values are left out."""
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"{path}?{asked}" if asked else path


def cursor(key: Key) -> str:
    """A row's key for an address."""
    packed = json.dumps(list(key), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def key_of(given: str, parts: Sequence[type[str] | type[int]]) -> Key | None:
    """The key in a cursor, of parts of these types; None for "". Raises Refused 422 for what no page of ours made."""
    if not given:
        return None
    try:
        if len(given) > LONGEST_CURSOR:
            raise ValueError
        key: Any = json.loads(base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise Refused(422, "wrong") from None
    fits = isinstance(key, list) and [type(one) for one in key] == list(parts) and all(
        isinstance(one, str) or abs(one) < LARGEST for one in key)
    if not fits:
        raise Refused(422, "wrong")
    return tuple(key)
