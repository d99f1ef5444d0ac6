"""Res_value of AOSP ResourceTypes.h: its types and how they read as text. Knows no resource table."""

from __future__ import annotations

import struct

NULL = 0x00
REFERENCE = 0x01
ATTRIBUTE = 0x02
STRING = 0x03
FLOAT = 0x04
DIMENSION = 0x05
FRACTION = 0x06
DYNAMIC_REFERENCE = 0x07
DYNAMIC_ATTRIBUTE = 0x08
INT_DECIMAL = 0x10
INT_HEX = 0x11
BOOLEAN = 0x12
FIRST_COLOR = 0x1C
LAST_COLOR = 0x1F
LAST_INT = 0x1F

REFERENCES = frozenset({REFERENCE, DYNAMIC_REFERENCE})
_DIMENSION_UNITS = ("px", "dip", "sp", "pt", "in", "mm")
_FRACTION_UNITS = ("%", "%p")
_RADIX = (1 / (1 << 8), 1 / (1 << 15), 1 / (1 << 23), 1 / (1 << 31))


def value_text(kind: int, value: int) -> str:
    """Text of a value that is not a string: 12, true, 0x00000010, 16dip, #ff00ff00, @7f0a0001, ?01010001."""
    if kind in REFERENCES:
        return f"@{value:08x}" if value else "@null"
    if kind in (ATTRIBUTE, DYNAMIC_ATTRIBUTE):
        return f"?{value:08x}"
    if kind == BOOLEAN:
        return "true" if value else "false"
    if kind == FLOAT:
        return f"{struct.unpack('<f', struct.pack('<I', value))[0]:g}"
    if kind == DIMENSION:
        return _complex_text(value, _DIMENSION_UNITS, 1.0)
    if kind == FRACTION:
        return _complex_text(value, _FRACTION_UNITS, 100.0)
    if FIRST_COLOR <= kind <= LAST_COLOR:
        return f"#{value:08x}"
    if kind == INT_HEX:
        return f"0x{value:08x}"
    if INT_DECIMAL <= kind <= LAST_INT:
        return str(value - (1 << 32) if value >> 31 else value)
    return ""


def _complex_text(value: int, units: tuple[str, ...], factor: float) -> str:
    """24 bits of mantissa, 2 bits of radix, 4 bits of unit (Res_value, "complex" data)."""
    unit = value & 0xF
    mantissa = value & 0xFFFFFF00
    if mantissa & 0x80000000:
        mantissa -= 1 << 32
    number = mantissa * _RADIX[value >> 4 & 3] * factor
    return f"{number:g}{units[unit] if unit < len(units) else ''}"
