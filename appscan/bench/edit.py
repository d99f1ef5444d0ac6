"""What an edit of the packs would change on saved readings: each is judged both ways. Writes and prints nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from appscan.checks.applying import applying
from appscan.checks.pack import Check, CheckSet
from appscan.errors import UnreadableError
from appscan.judge.discretion import cover_of, discreet
from appscan.judge.judge import Judgement, judge, judge_versions
from appscan.judge.witness import witnessed
from appscan.model.judgement import Finding, Force, Occurrence, Presence, Verdict
from appscan.model.reading import Reading
from appscan.readers.saved import load_reading

APIECE = 8
"""Readings that are worth a process of their own."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one check comes out on one reading."""

    presence: Presence
    force: Force
    verdict: Verdict
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One check that comes out differently on one reading; a side is None where the packs do not have the check. `new`
    and `gone` are occurrences that only one side has."""

    app: str
    artifact: str
    check_id: str
    before: Standing | None
    after: Standing | None
    new: tuple[Occurrence, ...]
    gone: tuple[Occurrence, ...]

    @property
    def added(self) -> bool:
        """Whether the edit makes a finding that a person has to look at."""
        return not _counts(self.before) and _counts(self.after)

    @property
    def dropped(self) -> bool:
        """Whether the edit takes such a finding away."""
        return _counts(self.before) and not _counts(self.after)


def _counts(standing: Standing | None) -> bool:
    return standing is not None and standing.verdict.severity >= Verdict.NEEDS_REVIEW.severity


@dataclass(frozen=True, slots=True)
class Edit:
    """The packs before and after, with only the checks that can differ. `touched` are their ids; `everything` is True
    where something that all checks share differs."""

    before: CheckSet
    after: CheckSet
    touched: tuple[str, ...]
    everything: bool


def difference_document(one: Difference) -> dict[str, Any]:
    """A difference as JSON."""
    return {"app": one.app, "artifact": one.artifact, "check_id": one.check_id, "before": _side(one.before),
            "after": _side(one.after), "added": one.added, "dropped": one.dropped,
            "new": [_place(place) for place in one.new], "gone": [_place(place) for place in one.gone]}


def _side(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {"presence": standing.presence.value, "force": standing.force.value, "verdict": standing.verdict.value,
            "clauses": list(standing.clauses)}


def _place(place: Occurrence) -> dict[str, Any]:
    return {"screen": place.screen, "fingerprint": place.fingerprint, "evidence": [
        {"kind": one.signal.kind.value, "value": one.signal.value[:2000], "file": one.signal.place.file,
         "element": one.signal.place.element, "supports": one.supports} for one in place.evidence]}


def edit_of(before: CheckSet, after: CheckSet, place: str) -> Edit:
    """The edit that turns one set of packs into another, under the rules of `place`."""
    one, other = applying(before, place), applying(after, place)
    everything = one.limits != other.limits or _shared(one) != _shared(other)
    contexts = {name for name in {*one.vocabulary.contexts, *other.vocabulary.contexts}
                if one.vocabulary.contexts.get(name) != other.vocabulary.contexts.get(name)}
    old, new = ({check.id: check for check in side.checks} for side in (one, other))
    touched = [name for name in dict.fromkeys([*old, *new])
               if everything or _differ(old.get(name), new.get(name), contexts)]
    return Edit(_only(one, touched), _only(other, touched), tuple(touched), everything)


def _shared(checks: CheckSet) -> object:
    """What every check is judged with, but for contexts, which checks name, and audiences, which judge nothing."""
    return replace(checks.vocabulary, contexts={}, audiences={})


def _differ(one: Check | None, other: Check | None, contexts: set[str]) -> bool:
    if one is None or other is None or contexts & {*one.contexts, *other.contexts}:
        return True
    return _judged_by(one) != _judged_by(other)


def _judged_by(check: Check) -> tuple[object, ...]:
    return (check.polarity, check.presence, check.force, check.tags, check.contexts, check.needs, check.clauses,
            check.beside)


def _only(checks: CheckSet, ids: Iterable[str]) -> CheckSet:
    wanted = set(ids)
    return replace(checks, checks=tuple(check for check in checks.checks if check.id in wanted))


def differences(reading: Reading, edit: Edit) -> tuple[Difference, ...]:
    """What the edit changes on one reading. Personal data is covered, as in reports."""
    if not edit.touched:
        return ()
    if edit.everything:
        before, after = judge(reading, edit.before), judge(reading, edit.after)
    else:
        before, after = judge_versions(reading, (edit.before, edit.after))
    return tuple(_compared(reading, edit.touched, before, after))


def over_files(paths: Sequence[Path], edit: Edit) -> Iterator[tuple[Path, tuple[Difference, ...] | UnreadableError]]:
    """What the edit changes on each saved reading, in order; a file that cannot be read gives its error."""
    workers = min(os.cpu_count() or 1, len(paths) // APIECE)
    if workers < 2:
        yield from ((path, _of_file(edit, path)) for path in paths)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from zip(paths, pool.map(partial(_of_file, edit), paths, chunksize=APIECE), strict=True)


def _of_file(edit: Edit, path: Path) -> tuple[Difference, ...] | UnreadableError:
    try:
        return differences(load_reading(path), edit)
    except UnreadableError as error:
        return UnreadableError(error.key, **{**error.params, "name": str(path)})


def _compared(reading: Reading, ids: Iterable[str], before: Judgement, after: Judgement) -> Iterator[Difference]:
    old, new = ({finding.check_id: finding for finding in side.findings} for side in (before, after))
    for check_id in ids:
        one, other = old.get(check_id), new.get(check_id)
        standings = _standing(before, one, check_id), _standing(after, other, check_id)
        if standings[0] == standings[1] and _marks(one) == _marks(other):
            continue
        artifact = reading.artifact
        yield Difference(artifact.label or artifact.name, artifact.sha256, check_id, *standings,
                         _only_in(reading, other, one), _only_in(reading, one, other))


def _standing(judged: Judgement, finding: Finding | None, check_id: str) -> Standing | None:
    verdict = next((row.verdict for row in judged.verdicts if row.check_id == check_id), None)
    if verdict is None:
        return None
    if finding is None:
        return Standing(Presence.NONE, Force.NONE, verdict, ())
    return Standing(finding.presence, finding.force, verdict, finding.clauses)


def _marks(finding: Finding | None) -> frozenset[str]:
    return frozenset(one.fingerprint for one in finding.occurrences) if finding else frozenset()


def _is_there(finding: Finding | None) -> bool:
    return finding is not None and finding.presence.rank >= Presence.REACHABLE.rank


def _only_in(reading: Reading, finding: Finding | None, other: Finding | None) -> tuple[Occurrence, ...]:
    """Places of one side that the other does not have, or at which it only reads words; fit to be shown."""
    if finding is None:
        return ()
    shared = frozenset() if _is_there(finding) and not _is_there(other) else _marks(other)
    kept = tuple(one for one in finding.occurrences if one.fingerprint not in shared)
    if not kept:
        return ()
    shown = discreet(witnessed((replace(finding, occurrences=kept, cancelled=()),), reading), cover_of(reading))
    return shown[0].occurrences
