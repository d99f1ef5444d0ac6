"""The command `trends`: what changed from sweep to sweep. Knows no table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, time
from typing import TYPE_CHECKING

from appscan.cli.check_names import CheckNames
from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode
from appscan.model.days import BEIJING
from appscan.texts import say

if TYPE_CHECKING:
    from appscan.sweep.trends import Row


def show_trends(address: str, blobs: str, since: str, as_of: str, owner: str, check: str, as_json: bool,
                console: Console) -> ExitCode:
    """Per sweep, owner and check: new, fixed, returned, flagged. Sweeps before `since` count as known but are not
    shown. Raises UsageError."""
    from appscan.cli.stores import opened
    from appscan.sweep.trends import of_days, trends

    first = datetime.combine(day_of(since), time.min, BEIJING) if since else None
    last = datetime.combine(day_of(as_of), time.max, BEIJING) if as_of else None
    with opened(address, blobs) as store:
        sweeps = of_days(store.sweeps(), None, last)
        shown = {one.id for one in of_days(sweeps, first, None)}
        rows = [row for row in trends(store, sweeps) if row.sweep in shown and (not owner or row.owner == owner)
                and (not check or row.check_id == check)]
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
    else:
        console.result(_lines(rows, [one.id for one in sweeps if one.id in shown], console))
    return ExitCode.OK


def _lines(rows: Sequence[Row], sweeps: Sequence[str], console: Console) -> list[str]:
    lang, lines, names = console.lang, [], CheckNames(console.lang)
    for sweep in sweeps:
        of_sweep = [row for row in rows if row.sweep == sweep]
        total = {name: sum(getattr(row, name) for row in of_sweep) for name in ("new", "fixed", "returned", "flagged")}
        lines.append(say(lang, "cli.trends.sweep", sweep=sweep, **total))
        lines += [say(lang, "cli.trends.row", owner=row.owner or say(lang, "cli.sweep.no_owner"),
                      check=names.of(row.check_id), new=row.new, fixed=row.fixed, returned=row.returned,
                      flagged=row.flagged)
                  for row in of_sweep]
    return lines or [say(lang, "cli.trends.none")]
