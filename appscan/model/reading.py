"""The reading: raw facts of one artifact in columns, collected with no pattern from checks/.

All strings live once in one `Strings` table; everywhere else a string is its index there ("sid"), -1 for none.
Tables are frozen dataclasses of equally long NumPy arrays, so that a reading is small, saved as it is, and judged again
without its artifact. Knows nothing of checks, origins or reachability: those are computed when judging.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from appscan.model.artifact import Artifact
from appscan.model.coverage import Coverage

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt32 = NDArray[np.uint32]
UInt8 = NDArray[np.uint8]

NO_CONSTANT = np.iinfo(np.int64).min
"""Stands in `Calls.constant` where the last argument is not a constant."""


class Fact(IntEnum):
    """Kinds of raw facts in the `facts` table. `role` and `value` mean:

    NODE        an element of a tree (XML, HTML). value: tag; role: ""; ref: android:id
    TEXT        text that a person can see. value: the text; role: a `Role`; ref: the string resource it came from
    ATTRIBUTE   an attribute kept for its meaning. value: its text; role: attribute name; ref: the resource it names.
                role margin: a `Margin` of the page, from its node to its parent, which is the last element in it
    LITERAL     a string literal in script, data or native code. value: itself; role: string | key | template | native,
                or a name in script: key (of an object, a column in SQL) | member (read or written of a value). What is
                put together of parts is a template, "{}" for what is computed
    CALL        a call in script. value: dotted chain without arguments (uni.getLocation); role: ""
    PATH        an address in markup. value: the address; role: action | href | src | start
    PERMISSION  value: permission name; role: uses | defines
    COMPONENT   value: dotted class name; role: application | activity | alias | service | receiver |
                provider | launcher
    ENTRY       an entry of the container. value: its name; role: dex | native | asset | resource | nested | other
    REQUEST     a request that a crawl saw sent or intended. value: path and query; role: method; its properties are
                ATTRIBUTE rows whose parent is its node (class, trigger, request_field, response_field, sent, virtual)
    API         a browser call that a crawl saw. value: dotted chain; role: "" | virtual
    TIMER       a timer that a crawl saw fire. value: period in milliseconds; role: interval | timeout | chained
    DIALOG      a dialog that a crawl saw. value: its text; role: closable | stuck
    """

    NODE = 1
    TEXT = 2
    ATTRIBUTE = 3
    LITERAL = 4
    CALL = 5
    PATH = 6
    PERMISSION = 7
    COMPONENT = 8
    ENTRY = 9
    REQUEST = 10
    API = 11
    TIMER = 12
    DIALOG = 13


class Role(StrEnum):
    """What a visible text is on its screen (`label` is the rest), or in a document (`heading` and what follows)."""

    BUTTON = "button"
    TITLE = "title"
    MENU = "menu"
    TAB = "tab"
    HINT = "hint"
    LABEL = "label"
    OPTION = "option"
    LINK = "link"
    PROSE = "prose"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    CELL = "cell"
    HEADER_CELL = "header_cell"


@dataclass(frozen=True, slots=True)
class Strings:
    """All strings: `blob` is their UTF-8 bytes end to end, `ends[i]` the end offset of string i (int64, rising)."""

    blob: bytes
    ends: Int64
    _ends: memoryview[int] = field(init=False, repr=False, compare=False)
    """The same for looking up single ones, which an array is slow to give."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ends", np.ascontiguousarray(self.ends).data)

    def __len__(self) -> int:
        return len(self.ends)

    def raw(self, sid: int) -> bytes:
        """UTF-8 bytes of string `sid`; empty for -1."""
        if sid < 0:
            return b""
        return self.blob[self._ends[sid - 1] if sid else 0:self._ends[sid]]

    def __getitem__(self, sid: int) -> str:
        """Text of string `sid`; empty for -1."""
        return self.raw(sid).decode("utf-8", "replace")

    def texts(self, sids: Sequence[int]) -> list[str]:
        """Texts of many strings: decoded together, where none has a line feed in it."""
        chosen, blob = np.asarray(sids, dtype=np.int64), self.blob
        ends = np.append(self.ends, 0)  # -1 and the start of the first string find the last place
        starts, stops = ends[np.maximum(chosen, 0) - 1], ends[chosen]
        raw = [blob[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
        texts = b"\n".join(raw).decode("utf-8", "replace").split("\n")
        return texts if len(texts) == len(sids) else [self[sid] for sid in sids]


@dataclass(frozen=True, slots=True)
class Facts:
    """One row per raw fact.

    kind: `Fact`; value, role, file, screen: sids (screen -1 where the reader does not know it); node: index of the
    element in its file, or offset in a script; parent: node index of the enclosing element, -1 for none; ref: resource
    id, 0 for none; actor: sid of the user role that saw it in a crawl, -1 elsewhere. Rows of one file stand together,
    in document order.
    """

    kind: UInt8
    value: Int32
    role: Int32
    file: Int32
    screen: Int32
    node: Int32
    parent: Int32
    ref: UInt32
    actor: Int32


@dataclass(frozen=True, slots=True)
class Resources:
    """Rows of resources.arsc for the types that carry meaning (string, plurals, array, id, layout, menu, xml,
    navigation, raw). One row per (id, configuration, item). type, name, value, config: sids; value is the text, or the
    file path for file resources, -1 for plain ids. config is "" for the default, else the qualifier (zh-rCN, night, …).
    """

    id: UInt32
    type: Int32
    name: Int32
    value: Int32
    config: Int32


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes defined in the artifact. type, superclass: sid of the descriptor (Lcom/foo/Bar;); flags: access flags;
    unit: sid of the DEX file it lies in."""

    type: Int32
    superclass: Int32
    flags: Int32
    unit: Int32


@dataclass(frozen=True, slots=True)
class Interfaces:
    """Pairs (row of `Classes`, sid of the interface descriptor)."""

    owner: Int32
    type: Int32


@dataclass(frozen=True, slots=True)
class Methods:
    """Every method defined or referred to, once across all DEX files.

    owner: sid of the class descriptor; name: sid; proto: sid of the full signature, e.g. (Ljava/lang/String;I)V;
    flags: access flags, -1 when the method is only referred to (not defined here).
    """

    owner: Int32
    name: Int32
    proto: Int32
    flags: Int32


@dataclass(frozen=True, slots=True)
class Calls:
    """Each distinct (caller, callee, constant) once. caller, callee: rows of `Methods`; opcode: 0x6e–0x72 (range forms
    are folded onto them); constant: integer constant last loaded into the register of the last argument before the
    call in the same method, `NO_CONSTANT` where there is none (booleans are 0 and 1; milliseconds stay as they are)."""

    caller: Int32
    callee: Int32
    opcode: UInt8
    constant: Int64


@dataclass(frozen=True, slots=True)
class Uses:
    """Pairs (row of `Methods`, something used in it). `what`: a sid (string, type descriptor) or a resource id."""

    method: Int32
    what: Int64


@dataclass(frozen=True, slots=True)
class Annotations:
    """String and type values of annotations. type: sid of the annotation's descriptor; owner: sid of the class's;
    method: row of `Methods` or -1; member: sid of the annotated field's name or -1; element: sid of the element name;
    value: sid of the string, type descriptor, or enum name."""

    type: Int32
    owner: Int32
    method: Int32
    member: Int32
    element: Int32
    value: Int32


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields defined in the artifact. owner: sid of class descriptor; name, type: sids; value: sid of a constant string
    initial value or -1."""

    owner: Int32
    name: Int32
    type: Int32
    value: Int32


@dataclass(frozen=True, slots=True)
class Code:
    """All DEX files of the artifact as one program."""

    classes: Classes
    interfaces: Interfaces
    methods: Methods
    fields: Fields
    calls: Calls
    strings_used: Uses
    types_used: Uses
    resources_used: Uses
    annotations: Annotations


@dataclass(frozen=True, slots=True)
class Reading:
    """Artifact + raw facts + coverage, made by `reader` (name/version). `details` are loose facts for people
    (engine: uni-app, start_url: …), never judged; nor is `icon`, the file of the picture that stands for the app (PNG,
    JPEG or WebP, at most 64 KiB, not decoded; empty where none was found)."""

    artifact: Artifact
    reader: str
    strings: Strings
    facts: Facts
    resources: Resources
    code: Code
    coverage: Coverage
    details: dict[str, str] = field(default_factory=dict)
    icon: bytes = b""
