"""Our strings, calls, constants and references against androguard's, on every fixture and APK of the shared corpus."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from appscan.model.reading import NO_CONSTANT, Code, Strings
from appscan.readers.apk.dex import read_dex
from appscan.readers.apk.dex.layout import open_layouts
from appscan.readers.apk.dex.strings import read_strings
from appscan.readers.columns import StringPool

from .oracle_apks import oracle_apks

Method = tuple[str, str, str]

READS_ONLY = ("invoke", "if-", "goto", "return", "throw", "nop", "iput", "sput", "aput", "monitor", "check-cast",
              "fill", "packed-switch", "sparse-switch")


@dataclass(slots=True)
class Facts:
    """What both readers must agree on."""

    strings: list[list[str]] = field(default_factory=list)
    methods: set[tuple[Method, int]] = field(default_factory=set)
    calls: set[tuple[Method, Method, int, int]] = field(default_factory=set)
    string_uses: set[tuple[Method, str]] = field(default_factory=set)
    type_uses: set[tuple[Method, str]] = field(default_factory=set)
    resource_constants: set[tuple[Method, int]] = field(default_factory=set)


def _dex_entries(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as container:
        return [(name, raw) for name in container.namelist()
                if name.endswith(".dex") and (raw := container.read(name))[:4] == b"dex\n"]


@pytest.fixture(scope="module", params=oracle_apks("DEX files of the shared corpus were"))
def path(request: pytest.FixtureRequest) -> Path:
    """One APK at a time, so that androguard reads each only once."""
    chosen: Path = request.param
    return chosen


def _sound(text: str) -> str:
    """androguard keeps lone surrogates; a reading holds U+FFFD in their place."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@lru_cache(maxsize=1)
def _androguard(path: Path) -> Facts:
    facts = Facts()
    for _, raw in _dex_entries(path):
        _add_androguard(raw, facts)
    return facts


def _add_androguard(raw: bytes, facts: Facts) -> None:
    parse = pytest.importorskip("androguard.core.dex").DEX
    pytest.importorskip("loguru").logger.disable("androguard")
    dex = parse(raw)
    facts.strings.append([_sound(text) for text in dex.get_strings()])
    for owner in dex.get_classes():
        for method in owner.get_methods():
            name = _triple(method.get_class_name(), method.get_name(), method.get_descriptor())
            facts.methods.add((name, method.get_access_flags()))
            _add_method(dex, name, list(method.get_instructions()), facts)


def _triple(owner: str, name: str, proto: str) -> Method:
    return _sound(owner), _sound(name), _sound(proto.replace(" ", ""))


def _add_method(dex: Any, caller: Method, instructions: list[Any], facts: Facts) -> None:
    registers: dict[int, int | None] = {}
    for instruction in instructions:
        opcode = instruction.get_op_value()
        name = instruction.get_name()
        if opcode in (0x1A, 0x1B):
            facts.string_uses.add((caller, _sound(dex.get_cm_string(instruction.get_ref_kind()))))
        elif opcode in (0x1C, 0x22):
            facts.type_uses.add((caller, _sound(dex.get_cm_type(instruction.get_ref_kind()))))
        elif 0x60 <= opcode <= 0x6D:
            facts.type_uses.add((caller, _sound(dex.get_cm_field(instruction.get_ref_kind())[0])))
        elif 0x6E <= opcode <= 0x72 or 0x74 <= opcode <= 0x78:
            owner, called, (parameters, result) = dex.get_cm_method(instruction.get_ref_kind())
            constant = _last_argument(instruction, parameters, registers)
            folded = opcode - 6 if opcode >= 0x74 else opcode
            facts.calls.add((caller, _triple(owner, called, parameters + result), folded, constant))
        if name in ("const", "const/high16"):
            value = _literal(name, instruction)
            if 0x7F010000 <= value <= 0x7F7FFFFE:
                facts.resource_constants.add((caller, value))
        _write(name, instruction, registers)


def _last_argument(instruction: Any, parameters: str, registers: dict[int, int | None]) -> int:
    last = parameters.strip("()").split(" ")[-1] if parameters != "()" else ""
    given = [operand[1] for operand in instruction.get_operands(0)[:-1]]
    if "range" in instruction.get_name():
        given = list(range(instruction.CCCC, instruction.CCCC + instruction.AA))
    if last in ("Z", "B", "S", "C", "I"):
        value = registers.get(given[-1])
    elif last == "J":
        value = registers.get(given[-2])
    else:
        value = None
    return NO_CONSTANT if value is None else value


def _literal(name: str, instruction: Any) -> int:
    raw = instruction.get_raw()
    if name == "const/4":
        return int.from_bytes(raw[1:2], "little", signed=True) >> 4
    value = int.from_bytes(raw[2:], "little", signed=True)
    shift = {"const/high16": 16, "const-wide/high16": 48}.get(name, 0)
    return value << shift


def _write(name: str, instruction: Any, registers: dict[int, int | None]) -> None:
    """Note what the instruction does to its first register, told from its name and androguard's reading of operands."""
    if name.startswith(READS_ONLY) or "payload" in name:
        return
    target = instruction.get_operands(0)[0][1]
    constant = name.startswith("const") and not name.startswith(("const-string", "const-class", "const-method"))
    registers[target] = _literal(name, instruction) if constant else None
    operation = name.removesuffix("/2addr")
    if "-wide" in name or (operation.endswith(("long", "double")) and not name.startswith("cmp")):
        registers[target + 1] = None


def _names(code: Code, strings: Strings) -> list[Method]:
    methods = code.methods
    return [(strings[owner], strings[name], strings[proto]) for owner, name, proto
            in zip(methods.owner, methods.name, methods.proto, strict=True)]


@lru_cache(maxsize=1)
def _ours(path: Path) -> tuple[Code, Strings]:
    pool = StringPool()
    code, gaps = read_dex(_dex_entries(path), pool)
    assert gaps == []
    return code, pool.freeze()


def _shortened(differences: set[Any]) -> list[Any]:
    return sorted(differences, key=str)[:5]


def _assert_same(ours: set[Any], oracle: set[Any]) -> None:
    assert _shortened(ours - oracle) == []
    assert _shortened(oracle - ours) == []


def _uses(path: Path, column: str) -> Iterator[tuple[Method, int]]:
    code, strings = _ours(path)
    uses = getattr(code, column)
    names = _names(code, strings)
    return ((names[method], what) for method, what in zip(uses.method.tolist(), uses.what.tolist(), strict=True))


def test_string_table_equals_androguards(path: Path) -> None:
    _, strings = _ours(path)
    tables = [[text.decode() for layout in open_layouts(raw) for text in read_strings(layout)]
              for _, raw in _dex_entries(path)]
    assert tables == _androguard(path).strings
    interned = {strings[row] for row in range(len(strings))}
    assert all(interned.issuperset(table) for table in tables)


def test_call_edges_equal_androguards(path: Path) -> None:
    code, strings = _ours(path)
    names, calls = _names(code, strings), code.calls
    ours = {(names[caller], names[callee], opcode) for caller, callee, opcode
            in zip(calls.caller.tolist(), calls.callee.tolist(), calls.opcode.tolist(), strict=True)}
    _assert_same(ours, {call[:3] for call in _androguard(path).calls})


def test_constants_of_last_arguments_equal_a_walk_over_androguards_instructions(path: Path) -> None:
    code, strings = _ours(path)
    names, calls = _names(code, strings), code.calls
    rows = list(zip(calls.caller.tolist(), calls.callee.tolist(), calls.opcode.tolist(), calls.constant.tolist(),
                    strict=True))
    ours = {(names[caller], names[callee], opcode, constant) for caller, callee, opcode, constant in rows}
    _assert_same(ours, _androguard(path).calls)
    assert len(ours) == len(rows)


def test_string_references_equal_androguards(path: Path) -> None:
    _, strings = _ours(path)
    _assert_same({(method, strings[what]) for method, what in _uses(path, "strings_used")},
                 _androguard(path).string_uses)


def test_types_used_equal_androguards(path: Path) -> None:
    _, strings = _ours(path)
    _assert_same({(method, strings[what]) for method, what in _uses(path, "types_used")}, _androguard(path).type_uses)


def test_every_resource_id_that_androguard_sees_as_a_constant_is_used(path: Path) -> None:
    _assert_same(_androguard(path).resource_constants - set(_uses(path, "resources_used")), set())


def test_defined_methods_and_their_flags_equal_androguards(path: Path) -> None:
    code, strings = _ours(path)
    ours = {(name, flags) for name, flags in zip(_names(code, strings), code.methods.flags.tolist(), strict=True)
            if flags >= 0}
    _assert_same(ours, _androguard(path).methods)
