"""What a vendor's CI runs on reports: gate, baseline, diff. Reads files, calls one function, prints; owns no rule."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from appscan.cli.console import Console
from appscan.cli.days import day_of
from appscan.cli.exits import ExitCode
from appscan.cli.gate_words import GateWords, gate_document
from appscan.errors import UsageError
from appscan.texts import Language, enumerated, say

if TYPE_CHECKING:
    from appscan.gate.decide import GateResult
    from appscan.gate.difference import Difference
    from appscan.gate.exemptions import Claim

GateFormat = Literal["table", "markdown", "json", "codequality", "junit"]


def run_gate(reports: Sequence[Path], policy: Path | None, baseline: Path | None, exemptions: Path | None,
             as_of: str, form: GateFormat, console: Console, store: str = "") -> ExitCode:
    """Judge reports against a policy. Exit 11 where something stops a release, 10 where only something unseen does.
    With the office's `store`, what it granted is exempt, and claims are only listed."""
    from appscan.gate.baseline import read_baseline
    from appscan.gate.decide import decide
    from appscan.gate.exemptions import lay_over, read_claims, renewed
    from appscan.gate.policy import Policy, read_policy

    if store and exemptions:
        raise UsageError("exemptions_twice")
    known = read_baseline(baseline) if baseline else None
    day = day_of(as_of)
    documents = _documents_of_apps(reports, by_kind=True)
    claims = read_claims(exemptions, lambda name: _exists(name, documents)) if exemptions else ()
    rules = read_policy(policy, lambda name: _exists(name, documents)) if policy else Policy()
    if store:
        documents = _granted(documents, store, day)
    else:
        documents = [lay_over(one, claims, day) if exemptions else renewed(one, day) for one in documents]
    result = decide(documents, rules, known)
    words = GateWords(documents, console.lang)
    match form:
        case "json":
            print(json.dumps(gate_document(result), ensure_ascii=False, indent=2))
        case "codequality":
            print(json.dumps(words.code_quality(result), ensure_ascii=False, indent=2))
        case "junit":
            from appscan.gate.junit import gate_junit

            alone = [decide([one], rules, known) for one in documents]
            print(gate_junit(documents, alone, words.told, console.lang), end="")
        case _:
            console.result(words.lines(result, marked=form == "markdown"))
    for key, claim in _idle_claims(claims, documents):
        console.note(key, file=exemptions, line=claim.line, app=claim.app, check=words.check(claim.check_id),
                     ground=say(console.lang, f"grounds.{claim.ground}"))
    return _exit_code(result)


def _exit_code(result: GateResult) -> ExitCode:
    from appscan.gate.decide import Outcome

    match result.outcome:
        case Outcome.FAIL:
            return ExitCode.FOUND
        case Outcome.UNSEEN:
            return ExitCode.UNDECIDED
        case _:
            return ExitCode.OK


def _idle_claims(claims: Sequence[Claim], documents: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Claim]]:
    """Records of the file that do nothing here, with the text that says why: they name another app, or a ground that no
    clause of the check knows."""
    from appscan.gate.exemptions import fits_ground

    for claim in claims:
        own = [document for document in documents if claim.is_of(document)]
        if not own:
            yield "gate.foreign_exemption", claim
        elif not any(fits_ground(document, claim) for document in own):
            yield "gate.refused_exemption", claim


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


def write_baseline(reports: Sequence[Path], target: Path, console: Console, *, force: bool = False) -> ExitCode:
    """Hold what the reports show as accepted. Raises UsageError `file_there_force` rather than write over a baseline
    unasked."""
    from appscan.gate.baseline import baseline_document

    if target.exists() and not force:
        raise UsageError("file_there_force", path=str(target))
    document = baseline_document(_documents_of_apps(reports))
    _write_aside(target, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    count = sum(len(app["occurrences"]) for app in document["apps"])
    console.result([say(console.lang, "gate.baseline_written", path=target, apps=len(document["apps"]), count=count)])
    return ExitCode.OK


def check_baseline(reports: Sequence[Path], baseline: Path, console: Console) -> ExitCode:
    """What is new against a baseline, and what is gone: exit 11 where something is new, whatever its verdict, 10
    where only what was not seen could be."""
    from appscan.gate.baseline import read_baseline
    from appscan.gate.decide import decide
    from appscan.gate.policy import Act, Policy

    policy = Policy(fail_on="needs_review", undeclared=Act.IGNORE, declared_not_found=Act.IGNORE)
    documents = _documents_of_apps(reports)
    result = decide(documents, policy, read_baseline(baseline))
    console.result(GateWords(documents, console.lang).lines(result, marked=False))
    return _exit_code(result)


def show_difference(old: Path, new: Path, form: Literal["table", "json"], console: Console) -> ExitCode:
    """What differs between two reports of one app."""
    from appscan.gate.difference import compare
    from appscan.report.given import read_report

    before, now = (read_report(path).document for path in (old, new))
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


def _documents_of_apps(paths: Sequence[Path], *, by_kind: bool = False) -> list[dict[str, Any]]:
    """The reports in files, each of another app, or of another kind of artifact of one. Raises UsageError
    `report_twins` where two are of one."""
    from appscan.gate.apps import refuse_twins
    from appscan.report.given import read_report

    given = [read_report(path) for path in paths]
    refuse_twins(given, by_kind=by_kind)
    return [one.document for one in given]


def _write_aside(target: Path, text: str) -> None:
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_text(text, "utf-8")
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError("out_unusable", path=str(target), reason=error.strerror or "") from None


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
    lines.append(say(lang, "gate.causes", causes=enumerated(lang, causes))
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
