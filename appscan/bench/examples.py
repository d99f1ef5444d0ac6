"""Runs the examples that a check carries: each is turned into a tiny reading and judged like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appscan.bench.one_activity import SCREEN, Call, code_of, resources_of
from appscan.checks.features import DOCUMENT
from appscan.checks.pack import CallGroup, Check, CheckSet, Example
from appscan.judge.contexts import Contexts
from appscan.judge.judge import judge
from appscan.model.artifact import Artifact, ArtifactKind
from appscan.model.coverage import Coverage, Kind
from appscan.model.judgement import Force, Presence
from appscan.model.reading import NO_CONSTANT, Code, Fact, Reading, Role
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.document.reader import reading_of_text

_TEXTS: Mapping[str, Role] = {"control": Role.BUTTON, "text": Role.LABEL, "title": Role.TITLE, "prose": Role.PROSE}
_GROUPED = (Kind.CALL, Kind.DIALOG, Kind.GATE, Kind.TIMER, Kind.FORM, Kind.TRIAL, Kind.REQUEST)


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example with what it should give and what it gave. `group` is found, not_found, known_misses or
    known_false_hits; `holds` is False for a surprise."""

    check_id: str
    group: str
    line: int
    expected: tuple[Presence, Force]
    got: tuple[Presence, Force]
    holds: bool
    example: Example


@dataclass(frozen=True, slots=True)
class ContextSlip:
    """An example of a context that does not come out: `group` is cancels or keeps."""

    context: str
    group: str
    text: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts over the examples of one check; known misses and known false hits are counted as what they are."""

    found: int
    missed: int
    clean: int
    false: int


@dataclass(frozen=True, slots=True)
class ExamplesResult:
    """All examples of all checks."""

    rows: tuple[ExampleResult, ...]

    @property
    def known(self) -> tuple[ExampleResult, ...]:
        """What is known to be missed or reported falsely, and still is."""
        return tuple(row for row in self.rows if row.holds and row.group in ("known_misses", "known_false_hits"))

    @property
    def surprises(self) -> tuple[ExampleResult, ...]:
        """Examples that did not come out as the pack says."""
        return tuple(row for row in self.rows if not row.holds)

    def confusion(self, check_id: str) -> Confusion:
        """Confusion counts of one check."""
        rows = [row for row in self.rows if row.check_id == check_id]
        hits = [row.got[0].rank >= Presence.REACHABLE.rank for row in rows]
        real = [row.group in ("found", "known_misses") for row in rows]
        pairs = list(zip(real, hits, strict=True))
        return Confusion(pairs.count((True, True)), pairs.count((True, False)), pairs.count((False, False)),
                         pairs.count((False, True)))


def run_examples(checks: CheckSet) -> ExamplesResult:
    """Judge every example of every check."""
    rows = []
    for check in checks.checks:
        groups = {"found": check.found, "not_found": check.not_found, "known_misses": check.known_misses,
                  "known_false_hits": check.known_false_hits}
        for group, examples in groups.items():
            rows += [_run(check, group, example, checks) for example in examples]
    return ExamplesResult(tuple(rows))


def context_slips(checks: CheckSet) -> tuple[ContextSlip, ...]:
    """Examples of contexts that do not come out. Contexts that only tag are tried as if they cancelled."""
    slips = []
    for context in checks.vocabulary.contexts.values():
        alone = Contexts([replace(context, tag=None)])
        for group, texts, wanted in (("cancels", context.cancels, True), ("keeps", context.keeps, False)):
            slips += [ContextSlip(context.id, group, text) for text in texts
                      if bool(alone.cancelling(text, ())) is not wanted]
    return tuple(slips)


def _run(check: Check, group: str, example: Example, checks: CheckSet) -> ExampleResult:
    reading = reading_of(example.screen, checks.vocabulary.calls)
    finding = next((one for one in judge(reading, checks).findings if one.check_id == check.id), None)
    got = (finding.presence, finding.force) if finding is not None else (Presence.NONE, Force.NONE)
    there = group in ("found", "known_false_hits")
    expected = (example.presence or (Presence.REACHABLE if there else Presence.NONE), example.force or Force.NONE)
    return ExampleResult(check.id, group, example.line, expected, got, _holds(example, there, got),
                         example)


def _holds(example: Example, there: bool, got: tuple[Presence, Force]) -> bool:
    """Whether an example came out as its author says: at least so present and so forced where the feature is there, and
    exactly so where it is not. What the author does not say is left open, but for the group's own claim."""
    presence, force = got
    if there:
        least = example.presence or Presence.REACHABLE
        forced = force is Force.NONE if example.force is Force.NONE else force.rank >= (example.force or force).rank
        return presence.rank >= least.rank and forced
    if example.presence is None:
        return presence.rank < Presence.BUNDLED.rank
    return presence is example.presence and force is (example.force or force)


def reading_of(screen: Mapping[str, Sequence[str]], calls: Mapping[str, CallGroup]) -> Reading:
    """A reading with one screen that holds what the example lists, or of a document with the lines that it lists."""
    if DOCUMENT in screen:
        return reading_of_text("\n\n".join(screen[DOCUMENT]))
    pool = StringPool()
    pool.add("")
    rows = FactRows(pool)
    manifest, page, name = pool.add("AndroidManifest.xml"), pool.add("example"), pool.add(SCREEN)
    rows.add(Fact.COMPONENT, SCREEN, role="activity", file=manifest, node=1)
    groups: list[CallGroup] = []
    for number, (kind, values) in enumerate(screen.items(), start=2):
        for offset, value in enumerate(values):
            node = number * 1000 + offset
            if kind in _TEXTS:
                rows.add(Fact.TEXT, value, role=_TEXTS[kind], file=page, screen=name, node=node)
            elif kind in (Kind.ENDPOINT, Kind.FIELD):
                role = "string" if kind == Kind.ENDPOINT else "key"
                rows.add(Fact.LITERAL, value, role=role, file=page, screen=name, node=node)
            elif kind == Kind.PERMISSION:
                rows.add(Fact.PERMISSION, value, role="uses", file=manifest)
            elif kind == Kind.COMPONENT:
                rows.add(Fact.COMPONENT, value, role="activity", file=manifest, node=node)
            elif kind == Kind.ROUTE:
                rows.add(Fact.ATTRIBUTE, value, role="route", file=page, screen=name, node=node)
            elif kind in _GROUPED and value in calls:
                group = calls[value]
                groups.append(group)
                for key, wanted in group.attributes.items():
                    rows.add(Fact.ATTRIBUTE, wanted[0], role=key, file=page, screen=name, node=node)
    code = _code_calling(groups, pool)
    artifact = Artifact(ArtifactKind.APK, "example", "0" * 64, 0)
    resources = resources_of(pool, [])
    return Reading(artifact, "example/1", pool.freeze(), rows.freeze(), resources, code, Coverage())


def _code_calling(groups: Sequence[CallGroup], pool: StringPool) -> Code:
    """One activity whose onCreate calls the first method of each group."""
    patterns = [next(pattern for pattern in group.methods if pattern.name != "*") for group in groups if group.methods]
    calls = [Call("Lplatform/Any;" if one.owner == "*" else one.owner, one.name,
                  NO_CONSTANT if one.equals is None and one.at_least is None else (one.equals or one.at_least or 0))
             for one in patterns]
    return code_of(pool, calls, [group.strings[0] for group in groups if group.strings and not group.methods])
