"""Exemption records in words, one line each, whether they cover anything or not. Knows no layout."""

from __future__ import annotations

from dataclasses import dataclass

from appscan.report.exempted import TOLD, Exempted
from appscan.report.places import discreet
from appscan.report.words import Json, check_title
from appscan.texts import Language, has, phrased, say, shown


@dataclass(frozen=True, slots=True)
class RecordTold:
    """One record: `state` in words, `told` what it says of itself, `places` how many places it covers; `idle` where it
    covers nothing now (expired, unmatched, refused)."""

    check: str
    state: str
    told: str
    places: int
    idle: bool


def records_told(document: Json, lang: Language) -> list[RecordTold]:
    """All records of the report, then exempt places of which it holds no record."""
    exempted = Exempted(document)
    told = []
    for one in document.get("exemptions", ()):
        covering = one["state"] in ("exempt", "exempt_claimed")
        parts = [say(lang, "exemption.part", name=say(lang, f"exemption.{name}"), value=_value(name, one[name], lang))
                 for name in ("screen", *TOLD[:1], "reason", *TOLD[1:]) if one.get(name)]
        told.append(RecordTold(check_title(document, one["check_id"], lang), _state(one["state"], lang),
                               discreet(phrased(lang, parts)), len(one["fingerprints"]) if covering else 0,
                               not covering))
    bare: dict[tuple[str, str], int] = {}
    for finding in document["findings"]:
        for place in finding["occurrences"]:
            record = exempted.state(finding, place)
            if record is not None and not record.told:
                key = (finding["check_id"], record.state.value)
                bare[key] = bare.get(key, 0) + 1
    told += [RecordTold(check_title(document, check_id, lang), _state(state, lang), say(lang, "exemption.no_record"),
                        count, False) for (check_id, state), count in bare.items()]
    return told


def record_line(record: RecordTold, lang: Language) -> str:
    """A record on one line."""
    return say(lang, "exemption.line", check=record.check, state=record.state, told=record.told, count=record.places)


def _state(state: str, lang: Language) -> str:
    return say(lang, f"verdicts.{state}" if has(f"verdicts.{state}") else f"exemption_states.{state}")


def _value(name: str, value: str, lang: Language) -> str:
    key = f"grounds.{value}"
    return say(lang, key) if name == "ground" and has(key) else shown(value, 120)
