"""What a vendor's CI runs on reports: gate, baseline, diff. Reads files, calls one function, prints; owns no rule."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode
from appscan.errors import UsageError
from appscan.texts import Language, say

if TYPE_CHECKING:
    from appscan.gate.decide import Entry, GateResult
    from appscan.gate.difference import Difference

GateFormat = Literal["table", "markdown", "json", "codequality"]
FEW = 3
SHOWN = 60
"""So many lines of one kind are printed; the rest is counted."""


def run_gate(reports: Sequence[Path], policy: Path | None, baseline: Path | None, exemptions: Path | None,
             as_of: str, form: GateFormat, console: Console, store: str = "") -> ExitCode:
    """Judge reports against a policy. Exit 11 where something stops a release, 10 where only something unseen does.
    With the office's `store`, what it granted is exempt, and claims are only listed."""
    from appscan.gate.baseline import read_baseline
    from appscan.gate.decide import Outcome, decide
    from appscan.gate.exemptions import lay_over, read_claims, renewed
    from appscan.gate.policy import Policy, read_policy

    if store and exemptions:
        raise UsageError("exemptions_twice")
    known = read_baseline(baseline) if baseline else None
    claims = read_claims(exemptions) if exemptions else ()
    day = day_of(as_of)
    documents = _documents(reports)
    rules = read_policy(policy, lambda name: _exists(name, documents)) if policy else Policy()
    if store:
        documents = _granted(documents, store, day)
    else:
        documents = [lay_over(one, claims, day) if exemptions else renewed(one, day) for one in documents]
    result = decide(documents, rules, known)
    if form == "json":
        print(json.dumps(_as_document(result), ensure_ascii=False, indent=2))
    elif form == "codequality":
        print(json.dumps(_code_quality(result, documents, console.lang), ensure_ascii=False, indent=2))
    else:
        console.result(_gate_lines(result, console.lang, marked=form == "markdown"))
    foreign = [claim.app for claim in claims if not any(claim.is_of(document) for document in documents)]
    if foreign:
        console.note("gate.foreign_exemptions", count=len(foreign), apps=", ".join(dict.fromkeys(foreign[:FEW])))
    match result.outcome:
        case Outcome.FAIL:
            return ExitCode.FOUND
        case Outcome.UNSEEN:
            return ExitCode.UNDECIDED
        case _:
            return ExitCode.OK


def _exists(check_id: str, documents: Sequence[dict[str, Any]]) -> bool:
    """Whether a report was judged by the check or it comes with the program; loading the packs is left for the end."""
    if any(row["check_id"] == check_id for document in documents for row in document["verdicts"]):
        return True
    from appscan.checks import load

    return any(check.id == check_id for check in load().checks)


def _granted(documents: Sequence[dict[str, Any]], url: str, day: date) -> list[dict[str, Any]]:
    from appscan.cli.stores import opened
    from appscan.office.standing import exempted

    with opened(url) as store:
        return [exempted(store, document, day) for document in documents]


def write_baseline(reports: Sequence[Path], target: Path, console: Console) -> ExitCode:
    """Hold what the reports show as accepted."""
    from appscan.gate.baseline import baseline_document

    document = baseline_document(_documents(reports))
    _write_aside(target, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    count = sum(len(app["occurrences"]) for app in document["apps"])
    console.result([say(console.lang, "gate.baseline_written", path=target, apps=len(document["apps"]), count=count)])
    return ExitCode.OK


def check_baseline(reports: Sequence[Path], baseline: Path, console: Console) -> ExitCode:
    """What is new against a baseline, and what is gone: exit 11 where something is new, whatever its verdict."""
    from appscan.gate.baseline import read_baseline
    from appscan.gate.decide import decide
    from appscan.gate.policy import Act, Policy

    policy = Policy(fail_on="needs_review", undeclared=Act.IGNORE, declared_not_found=Act.IGNORE)
    result = decide(_documents(reports), policy, read_baseline(baseline))
    console.result(_gate_lines(result, console.lang, marked=False))
    return ExitCode.FOUND if result.count(_fail()) else ExitCode.OK


def _fail() -> Any:
    from appscan.gate.decide import Outcome

    return Outcome.FAIL


def show_difference(old: Path, new: Path, form: Literal["table", "json"], console: Console) -> ExitCode:
    """What differs between two reports of one app."""
    from appscan.gate.difference import compare

    before, now = _documents([old, new])
    difference = compare(before, now)
    if form == "json":
        print(json.dumps(_difference_document(difference), ensure_ascii=False, indent=2))
    else:
        console.result(_difference_lines(difference, console.lang))
    return ExitCode.OK


def write_app_file(target: Path, console: Console) -> ExitCode:
    """A commented app.yaml to fill in. Raises UsageError `file_there` rather than write over one."""
    if target.exists():
        raise UsageError("file_there", path=str(target))
    _write_aside(target, say(console.lang, "gate.app_template").lstrip("\n"))
    console.result([say(console.lang, "gate.app_written", path=target)])
    return ExitCode.OK


def _documents(paths: Sequence[Path]) -> list[dict[str, Any]]:
    from appscan.report.given import read_report

    return [read_report(path).document for path in paths]


def _write_aside(target: Path, text: str) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_text(text, "utf-8")
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError("out_unusable", path=str(target), reason=error.strerror or "") from None


def _gate_lines(result: GateResult, lang: Language, *, marked: bool) -> list[str]:
    from appscan.gate.decide import Outcome

    lines = [f"## {say(lang, f'gate.outcome.{result.outcome}')}" if marked else say(
        lang, f"gate.outcome.{result.outcome}")]
    for outcome in Outcome:
        entries = [entry for entry in result.entries if entry.outcome is outcome]
        lines += [_entry_line(entry, lang, marked=marked) for entry in entries[:SHOWN]]
        if len(entries) > SHOWN:
            lines.append(say(lang, "gate.more", count=len(entries) - SHOWN))
    for app, blind, errors in result.unseen:
        if blind or errors:
            lines.append(("- " if marked else "") + say(lang, "gate.unseen", app=app, blind=blind, errors=errors))
    lines.append(say(lang, "gate.counts", **{str(outcome): result.count(outcome) for outcome in Outcome}))
    return lines


def _entry_line(entry: Entry, lang: Language, *, marked: bool) -> str:
    verdict = say(lang, f"verdicts.{entry.verdict}") if entry.verdict else ""
    detail = say(lang, f"gate.record.{entry.detail}") if entry.kind == "exemption" else entry.detail
    told = say(lang, f"gate.kind.{entry.kind}", check=entry.check_id, verdict=verdict, detail=detail,
               fingerprint=entry.fingerprint, record=entry.record)
    mark = say(lang, f"gate.mark.{entry.outcome}")
    return f"{'- ' if marked else ''}{mark} {entry.app}: {told}"


def _as_document(result: GateResult) -> dict[str, Any]:
    return {"gate_version": 1, "outcome": result.outcome.value, "entries": [asdict(one) for one in result.entries],
            "unseen": [{"app": app, "blinding_gaps": blind, "errors": errors}
                       for app, blind, errors in result.unseen]}


def _code_quality(result: GateResult, documents: Sequence[dict[str, Any]], lang: Language) -> list[dict[str, Any]]:
    """What stops or is told, in the form that GitLab shows beside a merge request (Code Climate issues)."""
    from appscan.gate.apps import key_of
    from appscan.gate.decide import Outcome

    paths = {key_of(one): one["artifacts"][0]["name"] for one in documents if one["artifacts"]}
    severity = {Outcome.FAIL: "major", Outcome.UNSEEN: "minor", Outcome.WARN: "info"}
    return [{"type": "issue", "check_name": entry.check_id or entry.kind.value,
             "description": _entry_line(entry, lang, marked=False), "severity": severity[entry.outcome],
             "fingerprint": entry.fingerprint or f"{entry.app} {entry.kind} {entry.check_id}",
             "location": {"path": paths.get(entry.app, entry.app), "lines": {"begin": 1}}}
            for entry in result.entries if entry.outcome in severity]


def _difference_document(difference: Difference) -> dict[str, Any]:
    return {
        "diff_version": 1, "same_app": difference.same_app, "causes": list(difference.causes),
        "verdicts": [{"check_id": one.check_id, "before": one.before and one.before.value,
                      "now": one.now and one.now.value} for one in difference.moved],
        "places": [{"state": one.state.value, "check_id": one.check_id,
                    "fingerprint": one.occurrence["fingerprint"] if one.occurrence else "",
                    "screen": one.occurrence["screen"] if one.occurrence else "",
                    "before": one.before and one.before.value, "now": one.now and one.now.value,
                    "why": one.why.value} for one in difference.places.items]}


def _difference_lines(difference: Difference, lang: Language) -> list[str]:
    lines = [] if difference.same_app else [say(lang, "gate.other_app")]
    causes = [say(lang, f"gate.cause.{cause}") for cause in difference.causes]
    lines.append(say(lang, "gate.causes", causes="、".join(causes) if lang == "zh" else ", ".join(causes))
                 if causes else say(lang, "gate.no_cause"))
    for one in difference.moved:
        before, now = (say(lang, f"verdicts.{verdict}") if verdict else "–" for verdict in (one.before, one.now))
        lines.append(say(lang, "gate.moved", check=one.check_id, before=before, now=now))
    for item in difference.places.items:
        place = item.occurrence["screen"] if item.occurrence else ""
        mark = item.occurrence["fingerprint"] if item.occurrence else ""
        lines.append(say(lang, f"gate.place.{item.state}", check=item.check_id, screen=place, fingerprint=mark))
    if difference.is_empty:
        lines.append(say(lang, "gate.no_difference"))
    return lines
