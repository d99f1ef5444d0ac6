"""The commands exemption grant, withdraw and list. Owns no rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode
from appscan.cli.stores import acting, now, opened
from appscan.model.days import beijing_day
from appscan.texts import Language, say

if TYPE_CHECKING:
    from appscan.store import Exemption


def grant(records: Path, url: str, blobs: str, document: Path | None, who: str, reason: str,
          console: Console) -> ExitCode:
    """Grant the records of a file, all or none."""
    from appscan.office.exemptions import grant_all

    with opened(url, blobs) as store:
        granted = grant_all(store, records, who=acting(who), when=now(), reason=reason, document=document)
    for one in granted:
        key = "exempting.granted" if one.is_new else "exempting.known"
        console.result([say(console.lang, key, number=one.number, check=one.record["check"], app=one.record["app"],
                            expires=one.record["expires"])])
    return ExitCode.OK


def withdraw(number: int, url: str, who: str, reason: str, console: Console) -> ExitCode:
    """End a grant."""
    with opened(url) as store:
        store.withdraw(number, who=acting(who), when=now(), reason=reason)
    console.result([say(console.lang, "exempting.withdrawn", number=number)])
    return ExitCode.OK


def show_exemptions(url: str, as_of: str, everything: bool, as_json: bool, console: Console) -> ExitCode:
    """What the office granted: in force on a day, or everything that was not withdrawn by then."""
    from appscan.office.exemptions import Phase, phase

    day = day_of(as_of)
    with opened(url) as store:
        found = [one for one in store.exemptions(day) if everything or phase(one.record, day) is Phase.IN_FORCE]
    if as_json:
        print(json.dumps([{"number": one.event, "state": phase(one.record, day), "record": dict(one.record),
                           "who": one.who, "when": one.when.isoformat(), "reason": one.reason} for one in found],
                         ensure_ascii=False, indent=2))
    elif not found:
        console.result([say(console.lang, "exempting.none", day=day)])
    else:
        console.result(line for one in found for line in _lines(one, day, console.lang))
    return ExitCode.OK


def _lines(one: Exemption, day: date, lang: Language) -> Iterator[str]:
    from appscan.office.exemptions import phase

    record = one.record
    place = record.get("screen") or record.get("fingerprint") or say(lang, "exempting.everywhere")
    state = say(lang, f"exempting.phase.{phase(record, day)}")
    yield say(lang, "exempting.row", number=one.event, check=record["check"], app=record["app"], place=place,
              begins=record["from"], expires=record["expires"], state=state)
    yield "    " + say(lang, "exempting.basis", ground=say(lang, f"grounds.{record['ground']}"),
                       approver=record["approver"], document=record["document"], who=one.who,
                       when=beijing_day(one.when))
