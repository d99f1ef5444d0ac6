"""One cell → one value, or what is wrong with it. Knows no file and no entry."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from appscan.model.registry import AppStatus, Audience, Confidence, Level, Origin, Platform
from appscan.portfolio.words import loose, meanings, means_none

LONGEST, MOST_PARTS = 2000, 200
EXACT_DIGITS = 15
"""Decimal digits that a spreadsheet keeps of a number; a longer number was changed when it was typed."""
FIRST_YEAR, LAST_YEAR = 1990, 2100

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]0{1,2}:00(?::00)?(?:\.0+)?)?|"
                  r"(\d{4})(\d{2})(\d{2})")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHORT_DIGEST = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}")
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_PACKAGE = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)+")
_MINIPROGRAM = re.compile(r"[A-Za-z0-9_-]{4,64}")
_CHECK = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+\d{2,}", re.IGNORECASE)
_PART = re.compile(r"((?:[^;；\n\\]|\\.|\\$)*)(?:[;；\n]|$)", re.DOTALL)
_ESCAPED = re.compile(r"\\([;；\\\n])")
_KEPT = frozenset("\t\n")

Closed = TypeVar("Closed", bound=StrEnum)
Raw = str | int | float | bool | date | datetime | Sequence[object] | Mapping[str, object] | None
"""What stands in a cell or at a place of a document."""


class WrongValueError(Exception):
    """A cell cannot be taken: `key` of `registry_faults` and its parameters."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key, self.params = key, params


def text(raw: Raw) -> str:
    """One line of text. Numbers are written out where the spreadsheet kept them whole."""
    value = _written(raw).strip()
    if "\n" in value:
        raise WrongValueError("lines")
    return value


def note(raw: Raw) -> str:
    """Text of one or more lines."""
    return _written(raw).strip()


def texts(raw: Raw) -> tuple[str, ...]:
    """Parts between semicolons or line ends; a backslash before a separator makes it part of the text."""
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        parts = [text(part) for part in raw if part is None or isinstance(part, str | int | float | bool | date)]
        if len(parts) != len(raw):
            raise WrongValueError("not_text")
    else:
        parts = [_ESCAPED.sub(r"\1", part) for part in _PART.findall(_written(raw))]
    kept = tuple(dict.fromkeys(part for part in (part.strip() for part in parts) if part))
    if len(kept) > MOST_PARTS:
        raise WrongValueError("too_many", limit=MOST_PARTS)
    return kept


def joined(parts: Sequence[str]) -> str:
    """Parts as `texts` reads them back."""
    return "；".join(re.sub(r"([;；\\\n])", r"\\\1", part) for part in parts)


def day(raw: Raw) -> date | None:
    """A day that exists, of this age; None for an empty cell."""
    if isinstance(raw, datetime):
        found = raw.date()
    elif isinstance(raw, date):
        found = raw
    else:
        given = unicodedata.normalize("NFKC", text(raw))
        if not given:
            return None
        parts = _DAY.fullmatch(given.replace(" ", "") if "年" in given else given)
        if parts is None:
            raise WrongValueError("no_day", given=given)
        try:
            found = date(*(int(part) for part in parts.groups() if part))
        except ValueError:
            raise WrongValueError("impossible_day", given=given) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WrongValueError("impossible_year", given=found.isoformat(), first=FIRST_YEAR, last=LAST_YEAR)
    return found


def level(raw: Raw) -> Level | None:
    """A level of government."""
    return _closed(raw, Level, "levels")


def status(raw: Raw) -> AppStatus:
    """Where in its life the app stands."""
    return _closed(raw, AppStatus, "statuses") or AppStatus.UNKNOWN


def platform(raw: Raw) -> Platform:
    """On what the app runs."""
    return _closed(raw, Platform, "platforms") or Platform.UNKNOWN


def confidence(raw: Raw) -> Confidence:
    """How sure the row is."""
    return _closed(raw, Confidence, "confidences") or Confidence.UNKNOWN


def audience(raw: Raw) -> frozenset[Audience]:
    """Who uses the app; commas part the words as semicolons do."""
    parts = texts(re.sub(r"[,，、/]", ";", raw) if isinstance(raw, str) else raw)
    return frozenset(found for part in parts if (found := _closed(part, Audience, "audiences")))


def truth(raw: Raw) -> bool | None:
    """Yes, no, or nothing said."""
    if isinstance(raw, bool):
        return raw
    given = text(raw)
    if not given:
        return None
    meant = meanings("truths").get(loose(given))
    if meant is None:
        raise WrongValueError("unknown_truths", given=given, known=_known("truths"))
    return meant == "yes"


def whole_number(raw: Raw) -> int | None:
    """A count of people; None for an empty cell."""
    given = text(raw).replace(",", "").replace("，", "")
    if not given:
        return None
    if not re.fullmatch(r"\d{1,12}", given):
        raise WrongValueError("no_count", given=given)
    return int(given)


def digest(raw: Raw) -> str:
    """A SHA-256 in lower-case hex; colons and spaces between bytes are taken out."""
    given = re.sub(r"[\s:]", "", text(raw)).lower().removeprefix("sha256")
    if not given or _SHA256.fullmatch(given):
        return given
    raise WrongValueError("short_digest" if _SHORT_DIGEST.fullmatch(given) else "no_digest", given=given)


def address(raw: Raw) -> str:
    """A web address without a user name."""
    return _matching(raw, _ADDRESS, "no_address")


def package(raw: Raw) -> str:
    """The id of a package or bundle."""
    return _matching(raw, _PACKAGE, "no_package")


def miniprogram(raw: Raw) -> str:
    """The id of a mini-program on its platform."""
    return _matching(raw, _MINIPROGRAM, "no_miniprogram")


def checks(raw: Raw) -> tuple[str, ...]:
    """Ids of checks."""
    found = texts(raw)
    for one in found:
        if not _CHECK.fullmatch(one):
            raise WrongValueError("no_check", given=one)
    return found


def declared(raw: Raw) -> Mapping[str, str] | None:
    """Check → reason; empty where it is said that there is none, None where nothing is said."""
    if isinstance(raw, Mapping):
        return {_check(str(name)): _reason(why) for name, why in raw.items()}
    if isinstance(raw, str) and means_none(raw):
        return {}
    pairs = [re.split(r"\s*[=＝:：]\s*", part, maxsplit=1) for part in texts(raw)]
    return {_check(pair[0]): pair[1] if len(pair) > 1 else "" for pair in pairs} or None


def origins(raw: Raw) -> Mapping[str, Origin]:
    """Field → where its value came from: `owner=官网页脚|C`, or a mapping of a document."""
    if isinstance(raw, Mapping):
        given = [(str(name), _origin_of(value)) for name, value in raw.items()]
    else:
        given = [(part.partition("=")[0].strip(), _origin_written(part.partition("=")[2])) for part in texts(raw)]
    return dict(given)


def _origin_written(value: str) -> Origin:
    source, bar, mark = value.rpartition("|")
    return Origin(source.strip(), confidence(mark)) if bar else Origin(value.strip())


def _origin_of(value: object) -> Origin:
    if not isinstance(value, Mapping):
        raise WrongValueError("not_text")
    return Origin(text(value.get("source")), confidence(value.get("confidence")))


def _check(name: str) -> str:
    if not _CHECK.fullmatch(name.strip()):
        raise WrongValueError("no_check", given=name)
    return name.strip()


def _reason(why: object) -> str:
    if isinstance(why, Mapping):
        return f"{why.get('reason', '')} ({why['basis']})" if "basis" in why else str(why.get("reason", ""))
    if why is None or isinstance(why, str | int | float):
        return text(why)
    raise WrongValueError("not_text")


def _matching(raw: Raw, pattern: re.Pattern[str], fault: str) -> str:
    given = text(raw)
    if given and not pattern.fullmatch(given):
        raise WrongValueError(fault, given=given)
    return given


def _closed(raw: Raw, kind: type[Closed], space: str) -> Closed | None:
    given = text(raw)
    if not given:
        return None
    meant = meanings(space).get(loose(given))
    if meant is None:
        raise WrongValueError(f"unknown_{space}", given=given, known=_known(space))
    return kind(meant)


def _known(space: str) -> str:
    return ", ".join(dict.fromkeys(meanings(space).values()))


def _written(raw: Raw) -> str:
    """The text of a cell; raises where a spreadsheet lost digits or the text holds signs that nobody sees."""
    match raw:
        case None:
            return ""
        case str():
            value = raw
        case bool():
            value = "true" if raw else "false"
        case int() | float():
            value = _number(raw)
        case datetime() | date():
            value = raw.isoformat()[:10]
        case _:
            raise WrongValueError("not_text")
    if len(value) > LONGEST:
        raise WrongValueError("too_long", limit=LONGEST)
    if _ROUNDED.fullmatch(value.strip()):
        raise WrongValueError("digits_lost", given=value.strip())
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    odd = next((sign for sign in value if sign not in _KEPT and unicodedata.category(sign) in {"Cc", "Cf", "Cs"}), "")
    if odd:
        raise WrongValueError("unseen_sign", sign=f"U+{ord(odd):04X}")
    return value


def _number(raw: float) -> str:
    if not math.isfinite(raw):
        raise WrongValueError("digits_lost", given=str(raw))
    if abs(raw) >= 10 ** EXACT_DIGITS:
        raise WrongValueError("digits_lost", given=f"{raw:.0f}")
    return str(int(raw)) if raw == int(raw) else str(raw)
