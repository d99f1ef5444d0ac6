"""Names of places, in either language, → their codes. The names stand in the catalogue under jurisdictions."""

from __future__ import annotations

from difflib import get_close_matches

from appscan.model.jurisdiction import CENTRAL, code_of
from appscan.texts import LANGUAGES, catalogue

_ENDINGS = ("壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "省", "市")
_ENGLISH_ENDINGS = ("autonomousregion", "province", "municipality")
_COUNTRY = frozenset({"全国", "中国", "中央", "china", "central", "national"})


def place_of(text: str) -> str | None:
    """The code of a place: 浙江, 浙江省杭州市, Zhejiang, CN-ZJ, 330100, CN; None for a name we do not know.

    A city or county is known by its code, or by its name after that of its province (it counts as the province).
    """
    code = code_of(text)
    if code is not None:
        return code
    plain = "".join(sign for sign in text.strip().casefold() if sign.isalnum())
    if plain in _COUNTRY:
        return CENTRAL
    for named, full in _names():
        if plain in (full, _without(full)) or (plain.startswith(full) and not full.isascii()):
            return named
        if full.isascii() and any(plain == full + ending for ending in _ENGLISH_ENDINGS):
            return named
    return None


def near_place(text: str) -> str:
    """The name of a place that was probably meant, or nothing."""
    names = {name: name for _, name in _names()}
    return next(iter(get_close_matches(text.strip().casefold(), names, 1)), "")


def _names() -> list[tuple[str, str]]:
    return [(key.removeprefix("jurisdictions."), "".join(sign for sign in name.casefold() if sign.isalnum()))
            for lang in LANGUAGES for key, name in catalogue(lang).items() if key.startswith("jurisdictions.CN-")]


def _without(full: str) -> str:
    """The short name of a province."""
    return next((full.removesuffix(ending) for ending in _ENDINGS if full.endswith(ending)), full)
