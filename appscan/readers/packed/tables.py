"""Every table of a reading as columns of a stream, each in the form that packs it best, and checked when read.

The forms were chosen by measuring: numbers as they are where equal values repeat in patterns, steps where they rise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from appscan.model.reading import (
    Annotations,
    Calls,
    Classes,
    Code,
    Fact,
    Facts,
    Fields,
    Int64,
    Interfaces,
    Methods,
    Resources,
    Strings,
    Uses,
)
from appscan.readers.packed.prediction import OPCODES, first_opcodes, running_order, with_misses
from appscan.readers.packed.streams import ColumnReader, ColumnWriter, DamagedError, within

MOST_ROWS = 1 << 24
ANY = 1 << 62


def row_counts(facts: Facts, resources: Resources, code: Code) -> dict[str, int]:
    """Rows of every table, by its name."""
    return {"facts": len(facts.kind), "resources": len(resources.id), "classes": len(code.classes.type),
            "interfaces": len(code.interfaces.owner), "methods": len(code.methods.owner),
            "fields": len(code.fields.owner), "calls": len(code.calls.caller),
            "strings_used": len(code.strings_used.method), "types_used": len(code.types_used.method),
            "resources_used": len(code.resources_used.method), "annotations": len(code.annotations.type)}


def write_facts(writer: ColumnWriter, facts: Facts) -> None:
    """Kind, role and reference from tables; the rest rises with the document."""
    writer.put_numbers(facts.kind)
    writer.put_coded(facts.role)
    for column in (facts.value, facts.file, facts.screen, facts.node, facts.parent):
        writer.put_steps(column)
    writer.put_coded(facts.ref)
    writer.put_coded(facts.actor)


def read_facts(reader: ColumnReader, rows: int, strings: int) -> Facts:
    """Raises DamagedError, as all functions here that read."""
    kind = within(reader.take_numbers(rows), min(Fact), max(Fact) + 1)
    role = _sids(reader.take_coded(rows), strings)
    value, file, screen = (_sids(reader.take_steps(rows), strings) for _ in range(3))
    node, parent = (within(reader.take_steps(rows), -(1 << 31), 1 << 31) for _ in range(2))
    ref = within(reader.take_coded(rows), 0, 1 << 32)
    actor = _sids(reader.take_coded(rows), strings)
    return Facts(kind.astype(np.uint8), value, role, file, screen, node.astype(np.int32), parent.astype(np.int32),
                 ref.astype(np.uint32), actor)


def write_resources(writer: ColumnWriter, resources: Resources) -> None:
    """Ids, types, names and values rise; configurations are few."""
    for column in (resources.id, resources.type, resources.name, resources.value):
        writer.put_steps(column)
    writer.put_coded(resources.config)


def read_resources(reader: ColumnReader, rows: int, strings: int) -> Resources:
    ids = within(reader.take_steps(rows), 0, 1 << 32)
    kind, name, value = (_sids(reader.take_steps(rows), strings) for _ in range(3))
    return Resources(ids.astype(np.uint32), kind, name, value, _sids(reader.take_coded(rows), strings))


def write_code(writer: ColumnWriter, code: Code, strings: Strings) -> None:
    """Definitions first: calls and uses are told by what these make likely."""
    writer.put_steps(code.classes.type)
    writer.put_numbers(code.classes.superclass)
    writer.put_coded(code.classes.flags)
    writer.put_coded(code.classes.unit)
    writer.put_steps(code.interfaces.owner)
    writer.put_numbers(code.interfaces.type)
    writer.put_steps(code.methods.owner)
    writer.put_numbers(code.methods.name)
    writer.put_numbers(code.methods.proto)
    writer.put_coded(code.methods.flags)
    writer.put_steps(code.fields.owner)
    writer.put_numbers(code.fields.name)
    writer.put_numbers(code.fields.type)
    writer.put_numbers(code.fields.value)
    place = _places(running_order(code.classes, code.methods, len(strings)))
    _write_calls(writer, code, place, strings)
    for uses in (code.strings_used, code.types_used, code.resources_used):
        writer.put_steps(place[uses.method])
    writer.put_numbers(code.strings_used.what)
    writer.put_numbers(code.types_used.what)
    writer.put_coded(code.resources_used.what)
    _write_annotations(writer, code.annotations)


def read_code(reader: ColumnReader, rows: Mapping[str, int], strings: Strings) -> Code:
    count = len(strings)
    classes = _read_classes(reader, rows["classes"], count)
    interfaces = Interfaces(within(reader.take_steps(rows["interfaces"]), 0, rows["classes"]).astype(np.int32),
                            _sids(reader.take_numbers(rows["interfaces"]), count))
    methods = _read_methods(reader, rows["methods"], count)
    owner = _sids(reader.take_steps(rows["fields"]), count)
    fields = Fields(owner, *(_sids(reader.take_numbers(rows["fields"]), count) for _ in range(3)))
    order = running_order(classes, methods, count)
    calls = _read_calls(reader, rows["calls"], order, classes, methods, strings)
    users = [_in_order(reader.take_steps(rows[name]), order)
             for name in ("strings_used", "types_used", "resources_used")]
    strings_used = Uses(users[0], within(reader.take_numbers(rows["strings_used"]), -1, count))
    types_used = Uses(users[1], within(reader.take_numbers(rows["types_used"]), -1, count))
    resources_used = Uses(users[2], within(reader.take_coded(rows["resources_used"]), -1, ANY))
    return Code(classes, interfaces, methods, fields, calls, strings_used, types_used, resources_used,
                _read_annotations(reader, rows["annotations"], count, rows["methods"]))


def _read_classes(reader: ColumnReader, rows: int, count: int) -> Classes:
    kind = _sids(reader.take_steps(rows), count)
    superclass = _sids(reader.take_numbers(rows), count)
    flags = within(reader.take_coded(rows), -(1 << 31), 1 << 31).astype(np.int32)
    return Classes(kind, superclass, flags, _sids(reader.take_coded(rows), count))


def _read_methods(reader: ColumnReader, rows: int, count: int) -> Methods:
    owner = _sids(reader.take_steps(rows), count)
    name, proto = (_sids(reader.take_numbers(rows), count) for _ in range(2))
    return Methods(owner, name, proto, within(reader.take_coded(rows), -(1 << 31), 1 << 31).astype(np.int32))


def _write_calls(writer: ColumnWriter, code: Code, place: Int64, strings: Strings) -> None:
    """The opcode belongs to the method called: one per method, told by its flags, and the few calls that differ."""
    calls = code.calls
    writer.put_steps(place[calls.caller])
    writer.put_numbers(calls.callee)
    guess = first_opcodes(code.classes, code.methods, strings)
    opcode = calls.opcode.astype(np.int64)
    usual = guess.copy()
    usual[calls.callee[::-1]] = opcode[::-1]
    writer.put_numbers(with_misses(usual, guess))
    writer.put_numbers(with_misses(opcode, usual[calls.callee]))
    writer.put_coded(calls.constant)


def _read_calls(reader: ColumnReader, rows: int, order: Int64, classes: Classes, methods: Methods,
                strings: Strings) -> Calls:
    caller = _in_order(reader.take_steps(rows), order)
    callee = within(reader.take_numbers(rows), 0, len(order)).astype(np.int32)
    usual = _corrected(reader.take_numbers(len(order)), first_opcodes(classes, methods, strings))
    opcode = _corrected(reader.take_numbers(rows), usual[callee])
    return Calls(caller, callee, opcode.astype(np.uint8), reader.take_coded(rows))


def _corrected(misses: Int64, guess: Int64) -> Int64:
    """What `with_misses` took apart."""
    within(misses, 0, len(OPCODES) + 1)
    return np.where(misses == 0, guess, misses - 1 + OPCODES.start)


def _write_annotations(writer: ColumnWriter, annotations: Annotations) -> None:
    writer.put_numbers(annotations.type)
    writer.put_steps(annotations.owner)
    writer.put_steps(annotations.method)
    writer.put_numbers(annotations.member)
    writer.put_numbers(annotations.element)
    writer.put_numbers(annotations.value)


def _read_annotations(reader: ColumnReader, rows: int, strings: int, methods: int) -> Annotations:
    kind = _sids(reader.take_numbers(rows), strings)
    owner = _sids(reader.take_steps(rows), strings)
    method = within(reader.take_steps(rows), -1, methods).astype(np.int32)
    return Annotations(kind, owner, method, *(_sids(reader.take_numbers(rows), strings) for _ in range(3)))


def _sids(column: Int64, strings: int) -> NDArray[np.int32]:
    return within(column, -1, strings).astype(np.int32)


def _places(order: Int64) -> Int64:
    """Where each row stands in `order`."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def _in_order(places: Int64, order: Int64) -> NDArray[np.int32]:
    """Method rows from their places in `order`."""
    return order[within(places, 0, len(order))].astype(np.int32)


__all__ = ["MOST_ROWS", "DamagedError", "read_code", "read_facts", "read_resources", "row_counts", "write_code",
           "write_facts", "write_resources"]
