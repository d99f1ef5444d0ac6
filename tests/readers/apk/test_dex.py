"""What a DEX says, on two small files built from the smali sources beside them (`smali assemble -a 26`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from appscan.model.reading import NO_CONSTANT, Code, Strings
from appscan.readers.apk.dex import loose_text, read_dex
from appscan.readers.columns import StringPool

SAMPLES = Path(__file__).parent / "dex_samples"
PROGRAM = (SAMPLES / "program.dex").read_bytes()
LIBRARY = (SAMPLES / "library.dex").read_bytes()


def _read(*units: bytes) -> tuple[Code, Strings]:
    pool = StringPool()
    code, gaps = read_dex([(f"classes{number}.dex", unit) for number, unit in enumerate(units)], pool)
    assert gaps == []
    return code, pool.freeze()


def _constant_of(called: str, *units: bytes) -> int:
    code, strings = _read(*(units or (PROGRAM,)))
    (constant,) = {constant for callee, constant in zip(code.calls.callee, code.calls.constant.tolist(), strict=True)
                   if strings[code.methods.name[callee]] == called}
    return int(constant)


def _used(column: str, method: str, *units: bytes) -> list[int]:
    code, strings = _read(*units)
    uses = getattr(code, column)
    return [what for row, what in zip(uses.method, uses.what.tolist(), strict=True)
            if strings[code.methods.name[row]] == method]


def _annotations(*units: bytes) -> set[tuple[str, ...]]:
    code, strings = _read(*units)
    table = code.annotations
    return {(strings[table.type[row]], strings[table.owner[row]],
             strings[code.methods.name[table.method[row]]] if table.method[row] >= 0 else "",
             strings[table.member[row]], strings[table.element[row]], strings[table.value[row]])
            for row in range(len(table.type))}


@pytest.mark.parametrize(("called", "constant"), [
    ("setFinishOnTouchOutside", 0), ("sendEmptyMessageDelayed", 60_000), ("whole", 100), ("high", 0x10000),
    ("range", -2), ("wideRange", 0x4000000000000000), ("distant", 123)])
def test_the_constant_of_the_last_argument_is_told(called: str, constant: int) -> None:
    assert _constant_of(called) == constant


@pytest.mark.parametrize("called", ["setVisible", "computed", "clobbered", "summed", "passed",
                                    "removeCallbacksAndMessages"])
def test_an_argument_that_no_integer_constant_reached_last_has_none(called: str) -> None:
    assert _constant_of(called) == NO_CONSTANT


def test_range_calls_are_folded_and_equal_calls_stand_once() -> None:
    code, strings = _read(PROGRAM)
    called = [(strings[code.methods.name[callee]], opcode) for callee, opcode
              in zip(code.calls.callee, code.calls.opcode.tolist(), strict=True)]
    assert ("range", 0x71) in called
    assert called.count(("<init>", 0x70)) == 1


def test_resource_ids_come_from_constants_switches_and_arrays() -> None:
    assert _used("resources_used", "onClick", PROGRAM) == [
        0x7F060000, 0x7F080010, 0x7F080011, 0x7F0800AA, 0x7F0A0003, 0x7F0B0001]


@pytest.mark.parametrize("units", [(PROGRAM, LIBRARY), (LIBRARY, PROGRAM)])
def test_fields_of_r_classes_in_another_file_are_resolved_to_ids(units: tuple[bytes, ...]) -> None:
    assert 0x7F0B0006 in _used("resources_used", "onClick", *units)
    assert 0x7F0B0005 not in _used("resources_used", "onClick", *units)


def test_payloads_are_not_taken_for_instructions() -> None:
    code, strings = _read(PROGRAM)
    called = {strings[code.methods.name[callee]] for caller, callee
              in zip(code.calls.caller, code.calls.callee, strict=True)
              if strings[code.methods.name[caller]] == "onClick"}
    assert called == {"setContentView"}
    assert _used("strings_used", "onClick", PROGRAM) == []


def test_strings_and_types_used_stand_once_per_method() -> None:
    _, strings = _read(PROGRAM)
    assert sorted(strings[sid] for sid in _used("strings_used", "strings", PROGRAM)) == ["jumbo", "plain"]
    assert sorted(strings[sid] for sid in _used("types_used", "strings", PROGRAM)) == [
        "Ljava/lang/Object;", "Lsample/Target;"]
    assert [strings[sid] for sid in _used("types_used", "onClick", PROGRAM)] == ["Lsample/R$layout;"]


def test_a_method_used_in_one_file_and_defined_in_another_is_one_row() -> None:
    code, strings = _read(PROGRAM, LIBRARY)
    rows = [row for row in range(len(code.methods.owner))
            if strings[code.methods.owner[row]] == "Lsample/Shared;" and strings[code.methods.name[row]] == "run"]
    assert len(rows) == 1
    assert code.methods.flags[rows[0]] == 0x0009
    assert rows[0] in code.calls.callee.tolist()
    assert rows[0] in code.strings_used.method.tolist()


def test_a_file_given_twice_adds_classes_but_no_second_calls_or_uses() -> None:
    once, _ = _read(PROGRAM)
    twice, _ = _read(PROGRAM, PROGRAM)
    assert len(twice.classes.type) == 2 * len(once.classes.type)
    for table, column in (("methods", "owner"), ("calls", "callee"), ("strings_used", "what"), ("types_used", "what"),
                          ("resources_used", "what")):
        assert len(getattr(getattr(twice, table), column)) == len(getattr(getattr(once, table), column)), table


def test_classes_name_their_superclass_interfaces_and_file() -> None:
    code, strings = _read(PROGRAM, LIBRARY)
    row = [strings[sid] for sid in code.classes.type].index("Lsample/Sample;")
    assert strings[code.classes.superclass[row]] == "Landroid/app/Activity;"
    assert strings[code.classes.unit[row]] == "classes0.dex"
    assert [(strings[code.classes.type[owner]], strings[of]) for owner, of
            in zip(code.interfaces.owner, code.interfaces.type, strict=True)] == [
        ("Lsample/Sample;", "Landroid/view/View$OnClickListener;")]


def test_prototypes_are_whole_signatures() -> None:
    code, strings = _read(PROGRAM)
    signatures = {strings[name]: strings[proto]
                  for name, proto in zip(code.methods.name, code.methods.proto, strict=True)}
    assert signatures["constants"] == "(Landroid/os/Handler;Z)V"
    assert signatures["sendEmptyMessageDelayed"] == "(IJ)Z"


def test_constant_strings_of_fields_are_utf8() -> None:
    code, strings = _read(PROGRAM)
    values = {strings[name]: strings[value] for name, value in zip(code.fields.name, code.fields.value, strict=True)}
    assert values == {"ENDPOINT": "patrol/report", "INTERVAL": "", "note": "",
                      "SURROGATES": "打卡😀\0end", "LONE": "a\ufffdb"}
    assert all(strings.raw(sid).decode("utf-8") is not None for sid in range(len(strings)))


def test_annotations_of_classes_methods_parameters_and_fields_are_read() -> None:
    sample = ("Lsample/Sample;", "", "")
    assert _annotations(PROGRAM) == {
        ("Lcom/alibaba/android/arouter/facade/annotation/Route;", *sample, "path", "/attend/main"),
        ("Lsample/Many;", *sample, "names", "first"), ("Lsample/Many;", *sample, "names", "second"),
        ("Lsample/Many;", *sample, "target", "Lsample/Target;"), ("Lsample/Many;", *sample, "level", "HIGH"),
        ("Lsample/Inner;", *sample, "text", "nested"),
        ("Lcom/google/gson/annotations/SerializedName;", "Lsample/Sample;", "", "note", "value", "signNote"),
        ("Lretrofit2/http/POST;", "Lsample/Api;", "report", "", "value", "sign"),
        ("Lretrofit2/http/Field;", "Lsample/Api;", "report", "", "value", "photo"),
        ("Lretrofit2/http/FormUrlEncoded;", "Lsample/Api;", "report", "", "", "")}


def test_no_dex_at_all_is_an_empty_program() -> None:
    code, _ = _read()
    assert len(code.methods.owner) == len(code.calls.caller) == len(code.classes.type) == 0


def _container() -> bytes:
    """A version 041 container of two files that share the tables: offsets count from its start."""
    first = PROGRAM[:4] + b"041" + PROGRAM[7:]
    return first + first[:0x20] + (0x78).to_bytes(4, "little") + first[0x24:0x70] + bytes(8)


def test_every_file_of_a_container_is_read() -> None:
    code, strings = _read(_container())
    assert [strings[sid] for sid in code.classes.type].count("Lsample/Sample;") == 2


def test_clear_text_outside_of_the_string_table_is_found() -> None:
    unit = PROGRAM + b"\xff\x00" + "网格员每日签到".encode() + b"\x01" + "考勤".encode() + b"\x02" + "勤".encode()
    assert loose_text(unit, None) == ["网格员每日签到", "考勤"]
    assert loose_text(unit, {"考勤".encode()}) == ["网格员每日签到"]
    assert loose_text(b"no dex " + "每日".encode() + b"\xe4\xb8", None) == ["每日"]


def test_loose_text_is_bounded() -> None:
    runs = b"".join(chr(0x4E00 + number % 20_000).encode() * 2 + b" " for number in range(30_000))
    assert len(loose_text(runs, None)) <= 20_000

