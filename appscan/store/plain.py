"""Frozen values as plain JSON and back, by their types. What stands at its default is left out; what a later version
wrote and this one does not know is passed over."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decoder = Callable[[Any], Any]
LONGEST_NAME = 400
"""Letters of a name; more than any real one has."""


def to_plain(value: Any) -> Any:
    """JSON values of a dataclass, enum, day, set, tuple, mapping or scalar."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_plain(given) for one in fields(value)
                if (given := getattr(value, one.name)) != _default(one)}
    match value:
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(to_plain(one) for one in value)
        case tuple():
            return [to_plain(one) for one in value]
        case Mapping():
            return {name: to_plain(one) for name, one in sorted(value.items())}
        case _:
            return value


def from_plain(kind: type[T], document: Any) -> T:
    """The value of type `kind` that `to_plain` made the document from."""
    made: T = _decoder(cast("Any", kind))(document)
    return made


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return one.default


@cache
def _decoder(kind: Any) -> Decoder:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        only = _decoder(next(one for one in inner if one is not type(None)))
        return lambda value: None if value is None else only(value)
    if origin in (tuple, frozenset):
        one = _decoder(inner[0])
        return lambda value: origin(map(one, value))
    if origin is not None and issubclass(origin, Mapping):
        one = _decoder(inner[1])
        return lambda value: {name: one(item) for name, item in value.items()}
    if is_dataclass(kind):
        return _of_dataclass(kind)
    if kind is date:
        return date.fromisoformat
    if issubclass(kind, StrEnum):
        return _of_enum(kind)
    return lambda value: value


def _of_enum(kind: Any) -> Decoder:
    members = {member.value: member for member in kind}
    return lambda value: members[value] if value in members else kind(value)


def _of_dataclass(kind: Any) -> Decoder:
    types_of = get_type_hints(kind)
    decoders = {one.name: _decoder(types_of[one.name]) for one in fields(kind)}
    plain = frozenset(name for name, of in types_of.items() if of in (str, int, bool))

    def made(value: Any) -> Any:
        return kind(**{name: item if name in plain else decoders[name](item) for name, item in value.items()
                       if name in decoders})

    return made


def canonical(document: object) -> bytes:
    """JSON bytes that are equal for equal values; lone surrogates of odd file names stay as they are."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def storable(text: str) -> str:
    """Text that every database takes: PostgreSQL has no NUL, and neither takes half a surrogate pair. Names come out of
    apps and reports of strangers."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def named(text: str) -> str:
    """A name short enough to be looked up by (an index of PostgreSQL holds 2,700 bytes); longer ones end in a
    digest."""
    text = storable(text)
    if len(text) <= LONGEST_NAME:
        return text
    return f"{text[:LONGEST_NAME - 18]}… {hashlib.sha256(text.encode()).hexdigest()[:16]}"
