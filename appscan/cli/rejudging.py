"""The command `rejudge`: new checks over everything stored. Knows no reader and no table."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.interruptions import noticed
from appscan.cli.storing import on_one_line
from appscan.cli.sweeping import MIB, engine_for
from appscan.errors import AppscanError, UsageError
from appscan.texts import say, say_error

if TYPE_CHECKING:
    from appscan.sweep.rejudge import Rejudged

APPS_SHOWN = 50
EVERY = 15.0


@dataclass(frozen=True, slots=True)
class RejudgeOrder:
    """What the options ask for."""

    console: Console
    store: str
    blobs: str
    checks: Path | None
    write: bool
    workers: int
    cluster: str
    as_json: bool
    memory: int


@dataclass(slots=True)
class _Sums:
    """What all reports together say; its size does not depend on how many there are."""

    judged: int = 0
    current: int = 0
    changed: int = 0
    unjudged: int = 0
    moves: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    apps: list[Rejudged] = field(default_factory=list)

    def add(self, one: Rejudged) -> None:
        if one.current:
            self.current += 1
        elif one.fault is not None:
            self.unjudged += 1
        else:
            self.judged += 1
            self.changed += bool(one.moved)
            self.moves.update((check, before or "", now or "") for check, (before, now) in one.moved.items())
            if one.moved and len(self.apps) < APPS_SHOWN:
                self.apps.append(one)


def rejudge_all(order: RejudgeOrder) -> ExitCode:
    """Judge everything stored with other checks and say what changes; with `write` keep the new reports. Raises
    UsageError and PackError before any work."""
    from appscan.checks import load
    from appscan.cli.stores import opened
    from appscan.sweep.rejudge import rejudge
    from appscan.sweep.tasks import Manners

    checks = load(order.checks)
    folder = os.path.abspath(order.checks) if order.checks else ""  # noqa: PTH100 (resolving would follow links)
    manners = Manners(folder, checks.digest, memory_bytes=order.memory * MIB)
    sums, stopped = _Sums(), False
    with opened(order.store, order.blobs) as store, noticed() as stop:
        store.reach_blobs()
        engine = engine_for(order.workers, order.cluster, manners)
        try:
            for one in _told(rejudge(store, engine, manners, write=order.write), order.console):
                sums.add(one)
                _say_one(one, order)
                if stop():
                    stopped = True
                    break
        except UsageError:
            raise
        except AppscanError as error:
            order.console.failure(error)
            return ExitCode.OWN_FAILURE
        finally:
            engine.close()
    _say_all(sums, order)
    if stopped:
        order.console.trouble("cli.rejudge.interrupted")
        return ExitCode.INTERRUPTED
    return ExitCode.UNDECIDED if sums.unjudged else ExitCode.OK


def _told(ended: Iterator[Rejudged], console: Console) -> Iterator[Rejudged]:
    """A line now and then, as long as it takes."""
    begun = told = time.monotonic()
    for number, one in enumerate(ended, 1):
        yield one
        now = time.monotonic()
        if now - told > EVERY:
            told = now
            console.note("cli.rejudge.progress", done=number, rate=f"{number / (now - begun):.1f}")


def _say_one(one: Rejudged, order: RejudgeOrder) -> None:
    if order.as_json and not one.current:
        row = {"report": one.report, "entry": one.entry, "appearance": one.appearance, "owner": one.owner,
               "before": one.overall[0], "now": one.overall[1],
               "moved": {check: list(pair) for check, pair in one.moved.items()},
               "fault": one.fault.to_json() if one.fault else None}
        print(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode(), flush=True)
    elif one.fault is not None and not order.console.quiet:
        print(say_error(order.console.lang, one.fault.as_error()), file=sys.stderr)


def _say_all(sums: _Sums, order: RejudgeOrder) -> None:
    lang = order.console.lang
    lines = [say(lang, "cli.rejudge.sum", judged=sums.judged, changed=sums.changed, current=sums.current,
                 unjudged=sums.unjudged)]
    lines += [say(lang, "cli.rejudge.move", check=check, count=count, before=before or "none", now=now or "none")
              for (check, before, now), count in sorted(sums.moves.items(), key=lambda item: (-item[1], item[0]))]
    lines += [say(lang, "cli.rejudge.app", entry=one.entry, appearance=on_one_line(one.appearance),
                  before=one.overall[0], now=one.overall[1], checks=", ".join(one.moved)) for one in sums.apps]
    if sums.changed > len(sums.apps):
        lines.append(say(lang, "cli.rejudge.more", count=sums.changed - len(sums.apps)))
    lines.append(say(lang, "cli.rejudge.written" if order.write else "cli.rejudge.dry"))
    order.console.result(lines)
