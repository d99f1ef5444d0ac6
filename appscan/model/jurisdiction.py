"""Where rules hold: CN for the country, CN- with the first digits of GB/T 2260 for a part of it. Knows no rule."""

from __future__ import annotations

import re

CENTRAL = "CN"

PROVINCES = {
    "11": "BJ", "12": "TJ", "13": "HE", "14": "SX", "15": "NM", "21": "LN", "22": "JL", "23": "HL", "31": "SH",
    "32": "JS", "33": "ZJ", "34": "AH", "35": "FJ", "36": "JX", "37": "SD", "41": "HA", "42": "HB", "43": "HN",
    "44": "GD", "45": "GX", "46": "HI", "50": "CQ", "51": "SC", "52": "GZ", "53": "YN", "54": "XZ", "61": "SN",
    "62": "GS", "63": "QH", "64": "NX", "65": "XJ", "71": "TW", "81": "HK", "82": "MO",
}
"""First two digits of GB/T 2260 → letters of ISO 3166-2:CN."""

_CODE = re.compile(r"(?:CN-)?(?P<digits>[0-9]{2}(?:[0-9]{2}){0,2})(?:[0-9]{6})?")
_LETTERS = re.compile(r"CN-(?P<letters>[A-Z]{2})")


def code_of(text: str) -> str | None:
    """The place that a code names (CN, CN-ZJ, CN-33, 330100, and 12-digit codes of villages), None for what is no code.

    Trailing zeros say nothing: 330000 is the province, 330100 the city CN-3301.
    """
    plain = text.strip().upper()
    if plain == CENTRAL:
        return CENTRAL
    if lettered := _LETTERS.fullmatch(plain):
        return next((f"CN-{digits}" for digits, letters in PROVINCES.items() if letters == lettered["letters"]), None)
    found = _CODE.fullmatch(plain)
    if found is None or found["digits"][:2] not in PROVINCES:
        return None
    digits = found["digits"]
    while digits.endswith("00"):
        digits = digits[:-2]
    return f"CN-{digits}"


def covers(rule: str, place: str) -> bool:
    """Whether a rule made for `rule` holds in `place`; both as `code_of` writes them."""
    return rule in (CENTRAL, place) or place.startswith(rule)
