"""The commands store init, upgrade, status, and history. Owns no rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from appscan.cli.check_names import CheckNames
from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode
from appscan.cli.stores import opened
from appscan.errors import UsageError
from appscan.model.days import clock
from appscan.texts import Language, enumerated, say

if TYPE_CHECKING:
    from appscan.store import Event, Step


def make_store(url: str, console: Console) -> ExitCode:
    """Make an empty store; one that is there stays as it is."""
    with opened(url, create=True) as store:
        console.result([say(console.lang, "storing.made", url=store.name)])
    return ExitCode.OK


def upgrade_store(url: str, console: Console) -> ExitCode:
    """Bring a store of an older version up to this one."""
    with opened(url, update=True) as store:
        console.result([say(console.lang, "storing.current", url=store.name)])
    return ExitCode.OK


def show_status(url: str, as_json: bool, console: Console) -> ExitCode:
    """What the store holds."""
    with opened(url) as store:
        summary = store.summary()
        name = store.name
    if as_json:
        print(json.dumps({"store": name, **asdict(summary)}, ensure_ascii=False, indent=2, default=str))
        return ExitCode.OK
    last = clock(summary.last) if summary.last else ""
    console.result([say(console.lang, "storing.at", url=name, revision=summary.revision),
                    say(console.lang, "storing.holds", **{key: value for key, value in asdict(summary).items()
                                                          if key not in ("last", "revision")}, last=last)])
    return ExitCode.OK


def show_history(entry: str, url: str, as_json: bool, console: Console) -> ExitCode:
    """What stood for an entry, why it changed, and what it comes to today. Raises UsageError `no_history`."""
    from appscan.office.standing import acts_on, history_of, on_day

    day = day_of("")
    with opened(url) as store:
        steps = history_of(store, entry)
        if not steps:
            raise UsageError("no_history", entry=entry)
        last = {step.appearance: step.report for step in steps}
        acts = {event.id: event for report in last.values() for event in acts_on(store, report, entry)}
        today = {appearance: str(on_day(store, report, day, entry)["overall"]) for appearance, report in last.items()}
    if as_json:
        print(json.dumps({"entry": entry, "steps": [_step(one) for one in steps],
                          "events": [_act(one) for one in acts.values()], "as_of": day.isoformat(), "today": today},
                         ensure_ascii=False, indent=2))
        return ExitCode.OK
    names = CheckNames(console.lang)
    told = [(one.since, list(_step_lines(one, names, console.lang))) for one in steps]
    told += [(one.when, [_act_line(one, names, console.lang)]) for one in acts.values()]
    console.result(line for _, lines in sorted(told, key=lambda one: one[0]) for line in lines)
    console.result(say(console.lang, "history.today", day=day, appearance=on_one_line(appearance),
                       verdict=say(console.lang, f"verdicts.{verdict}")) for appearance, verdict in today.items())
    return ExitCode.OK


def on_one_line(appearance: str) -> str:
    """The artifacts of an appearance, which has a line for each."""
    return appearance.replace("\n", " + ")


def _step(step: Step) -> dict[str, Any]:
    report = step.report
    return {"since": step.since.isoformat(), "appearance": step.appearance, "report": report.id,
            "standing": report.standing.value, "own": report.own, "overall": report.overall,
            "causes": list(step.causes), "artifacts": list(report.digests), "readers": list(report.readers),
            "checks_digest": report.checks_digest, "options_digest": report.options_digest,
            "moves": [asdict(one) for one in step.moves]}


def _act(event: Event) -> dict[str, Any]:
    return {"when": event.when.isoformat(), "kind": event.kind.value, "who": event.who, "reason": event.reason,
            "content": dict(event.content)}


def _step_lines(step: Step, names: CheckNames, lang: Language) -> Iterator[str]:
    causes = [say(lang, f"history.cause.{one}") for one in step.causes]
    standing = "given" if step.report.standing == "office" and not step.report.own else step.report.standing
    yield say(lang, "history.step", when=clock(step.since), appearance=on_one_line(step.appearance),
              verdict=say(lang, f"verdicts.{step.report.overall}"), standing=say(lang, f"history.standing.{standing}"),
              causes=enumerated(lang, causes))
    for move in step.moves:
        before, now = (say(lang, f"verdicts.{one}") if one else "–" for one in (move.before, move.now))
        yield "    " + say(lang, "history.move", check=names.of(move.check_id), before=before, now=now,
                           cause=say(lang, f"history.cause.{move.cause}"))


def _act_line(event: Event, names: CheckNames, lang: Language) -> str:
    check = event.content.get("record", {}).get("check", "")
    return say(lang, f"history.act.{event.kind}", when=clock(event.when), who=event.who, reason=event.reason,
               check=names.of(check) if check else "", number=event.content.get("grant", event.id))
