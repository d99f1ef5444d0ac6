"""The code of an app with one activity, as a reader would give it: for examples and cases. Knows no check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from appscan.model.reading import (
    NO_CONSTANT,
    Annotations,
    Calls,
    Classes,
    Code,
    Fields,
    Int32,
    Interfaces,
    Methods,
    Resources,
    Uses,
)
from appscan.readers.columns import StringPool

SCREEN = "example.Screen"


@dataclass(frozen=True, slots=True)
class Call:
    """A method that onCreate calls, and the integer constant of its last argument."""

    owner: str
    name: str
    constant: int = NO_CONSTANT


def code_of(pool: StringPool, calls: Sequence[Call] = (), strings: Sequence[str] = (), fields: Sequence[str] = (),
            resources: Sequence[int] = ()) -> Code:
    """One activity whose onCreate calls the methods and uses strings and resource ids; `fields` are of its class."""
    owner = pool.add("L" + SCREEN.replace(".", "/") + ";")
    owners = [owner] + [pool.add(call.owner) for call in calls]
    names = [pool.add("onCreate")] + [pool.add(call.name) for call in calls]
    proto, text = pool.add("()V"), pool.add("Ljava/lang/String;")
    used, count = [pool.add(one) for one in strings], len(calls)
    none, none_used = _column([]), np.zeros(0, dtype=np.int64)
    return Code(
        classes=Classes(_column([owner]), _column([pool.add("Landroid/app/Activity;")]), _column([1]), _column([0])),
        interfaces=Interfaces(none, none),
        methods=Methods(_column(owners), _column(names), _column([proto] * (count + 1)), _column([4] + [-1] * count)),
        fields=Fields(_column([owner] * len(fields)), _column([pool.add(name) for name in fields]),
                      _column([text] * len(fields)), _column([-1] * len(fields))),
        calls=Calls(_column([0] * count), _column(list(range(1, count + 1))), np.full(count, 0x6E, dtype=np.uint8),
                    np.array([call.constant for call in calls], dtype=np.int64)),
        strings_used=Uses(_column([0] * len(used)), np.array(used, dtype=np.int64)),
        types_used=Uses(none, none_used),
        resources_used=Uses(_column([0] * len(resources)), np.array(resources, dtype=np.int64)),
        annotations=Annotations(none, none, none, none, none, none))


def resources_of(pool: StringPool, rows: Sequence[tuple[int, str, str, str]]) -> Resources:
    """Rows (id, type, name, value; no value for plain ids) as a resource table of the default configuration."""
    return Resources(np.array([row[0] for row in rows], dtype=np.uint32), _column([pool.add(row[1]) for row in rows]),
                     _column([pool.add(row[2]) for row in rows]),
                     _column([pool.add(row[3]) if row[3] else -1 for row in rows]),
                     _column([pool.add("") for _ in rows]))


def _column(values: Sequence[int]) -> Int32:
    return np.array(values, dtype=np.int32)
