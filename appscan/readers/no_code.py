"""The code and resources of an artifact that has neither: tables without rows. Knows no format."""

from __future__ import annotations

import numpy as np

from appscan.model.reading import (
    Annotations,
    Calls,
    Classes,
    Code,
    Fields,
    Int32,
    Int64,
    Interfaces,
    Methods,
    Resources,
    Uses,
)


def no_code() -> Code:
    """A program without one class."""
    none, pairs = _none(), Uses(_none(), _none_wide())
    return Code(classes=Classes(none, none, none, none), interfaces=Interfaces(none, none),
                methods=Methods(none, none, none, none), fields=Fields(none, none, none, none),
                calls=Calls(none, none, np.zeros(0, dtype=np.uint8), _none_wide()), strings_used=pairs,
                types_used=pairs, resources_used=pairs, annotations=Annotations(none, none, none, none, none, none))


def no_resources() -> Resources:
    """A resource table without one row."""
    none = _none()
    return Resources(np.zeros(0, dtype=np.uint32), none, none, none, none)


def _none() -> Int32:
    return np.zeros(0, dtype=np.int32)


def _none_wide() -> Int64:
    return np.zeros(0, dtype=np.int64)
