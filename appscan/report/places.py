"""One occurrence in a few plain words, for formats that have a line where the page has a block. Personal data is
covered once more: a report may come from elsewhere. Knows no markup."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from appscan.model.personal import masked
from appscan.report.exempted import Exempted, Record
from appscan.report.quotation import Quotation, quotation, rows, weight_of
from appscan.report.way import way_there
from appscan.report.words import Json
from appscan.texts import Language, say, shown

QUOTES_TOLD = 2
QUOTE_LENGTH = 160


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """Where a finding stands: `where` is the way there for people or the best name there is, `quotes` what was seen,
    `file` and `element` of the evidence that tells most."""

    finding: Json
    occurrence: Json
    where: str
    quotes: tuple[str, ...]
    file: str
    element: str
    exemption: Record | None

    @property
    def fingerprint(self) -> str:
        return str(self.occurrence["fingerprint"])


def absence_mark(check_id: str) -> str:
    """The fingerprint of a required feature that is missing: it has no place, and is known again all the same."""
    return hashlib.sha256(f"{check_id}|missing".encode()).hexdigest()[:16]


def places_told(document: Json, lang: Language, quotes: int = QUOTES_TOLD) -> Iterator[PlaceTold]:
    """Every occurrence of a report, in its order."""
    exempted = Exempted(document)
    for finding in document["findings"]:
        for occurrence in finding["occurrences"]:
            yield place_told(finding, occurrence, exempted, lang, quotes)


def place_told(finding: Json, occurrence: Json, exempted: Exempted, lang: Language,
               quotes: int = QUOTES_TOLD) -> PlaceTold:
    """One occurrence; what proves most is quoted first."""
    grouped = sorted(rows(occurrence["evidence"]), key=lambda same: -weight_of(same))
    place: Json = grouped[0][0]["place"] if grouped else {"file": "", "element": ""}
    return PlaceTold(finding, occurrence, discreet(where_told(occurrence, lang)),
                     tuple(discreet(quote_told(quotation(same, lang), lang)) for same in grouped[:quotes]),
                     discreet(shown(place["file"], 200)), discreet(shown(place["element"], 200)),
                     exempted.state(finding, occurrence))


def where_told(occurrence: Json, lang: Language) -> str:
    """The way there; else the screen, else the file of the first evidence."""
    files = (one["place"]["file"] for one in occurrence["evidence"])
    return (way_there(occurrence, lang) or shown(occurrence["screen"], 200)
            or next((shown(file, 200) for file in files if file), "") or say(lang, "report.screen_unknown"))


def quote_told(quote: Quotation, lang: Language) -> str:
    """What was seen, in quotation marks, with its role."""
    text = f"{quote.before}{quote.hit}{quote.after}"
    words = say(lang, "report.way.quoted", words=shown(text, QUOTE_LENGTH))
    return f"{quote.role}{words}" if lang == "zh" else f"{quote.role} {words}"


@lru_cache(maxsize=4096)
def discreet(text: str) -> str:
    """`text` with numbers and labelled names of persons covered."""
    return masked(text)
