"""One reading against all checks: limits first, then presence, force, occurrences, verdicts. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appscan.checks.pack import Check, CheckSet, Expression
from appscan.checks.parse import terms_of
from appscan.checks.same import Same
from appscan.judge.contexts import Contexts, Heard, index_of
from appscan.judge.evaluate import Evaluator, Truth
from appscan.judge.force import force_of, tags_of
from appscan.judge.limits import Structures, list_gaps, standing_limits
from appscan.judge.occurrences import occurrences_of, set_aside
from appscan.judge.presence import Seen, presence_of
from appscan.judge.remote import RemotePages
from appscan.judge.sight import Sight
from appscan.judge.uncollected import uncollected
from appscan.judge.verdicts import Profile, declaration_of, reason_of, verdict_between, verdict_of, verdict_of_required
from appscan.judge.word_list import WordList
from appscan.model.artifact import ArtifactKind
from appscan.model.coverage import Coverage, Kind
from appscan.model.judgement import (
    CheckVerdict,
    Declaration,
    Finding,
    Force,
    Message,
    Presence,
    Verdict,
)
from appscan.model.reading import Reading

_ELSEWHERE = frozenset({"cap_reached", "login_wall", "login_lost", "login_failed", "script_not_loaded"})
"""Gaps that hide places nobody saw, and nothing on a screen that was seen."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one reading gives: findings, one verdict per check, and the coverage after the limits."""

    findings: tuple[Finding, ...]
    verdicts: tuple[CheckVerdict, ...]
    coverage: Coverage


def judge(reading: Reading, checks: CheckSet, *, profile: Profile = Profile.DEFAULT,
          declared: Mapping[str, str] | None = None, of_government: bool = False) -> Judgement:
    """Judge one reading. `declared` are the features that app.yaml names, None where there is no declaration;
    `of_government`: app.yaml says that required features are asked of this app."""
    return judge_versions(reading, (checks,), profile=profile, declared=declared, of_government=of_government)[0]


def judge_versions(reading: Reading, versions: Sequence[CheckSet], *, profile: Profile = Profile.DEFAULT,
                   declared: Mapping[str, str] | None = None, of_government: bool = False) -> tuple[Judgement, ...]:
    """Judge one reading by several sets of checks that share their limits and all vocabulary but contexts, looking
    through the reading once."""
    with uncollected():
        return _judge_versions(reading, versions, profile, declared, of_government)


def _judge_versions(reading: Reading, versions: Sequence[CheckSet], profile: Profile,
                    declared: Mapping[str, str] | None, of_government: bool) -> tuple[Judgement, ...]:
    checks = versions[0]
    structures = Structures(reading, checks.vocabulary)
    early = standing_limits(checks.limits, structures, None)
    blinded = reading.coverage.blinded().union(*(gap.kinds for gap in early))
    sight = Sight(reading, checks.vocabulary, code_blind=Kind.CALL in blinded)
    sight.learn(_words(tuple(map(Same, versions)), sight.document is not None))
    pages = RemotePages(sight)
    gaps = standing_limits(checks.limits, structures, pages, in_own_words=not checks.shipped)
    gaps += pages.gaps() + list_gaps(sight)
    coverage = Coverage(reading.coverage.read, reading.coverage.gaps + gaps)
    hidden = Coverage((), tuple(gap for gap in coverage.gaps if gap.reason not in _ELSEWHERE)).blinded()
    judged = []
    for version in versions:
        bench = _Bench(reading, sight, Evaluator(sight, coverage.blinded(), hidden), coverage, profile, version,
                       Heard(index_of(Same(version.vocabulary))), of_government)
        judged.append(bench.judgement(declared))
    return tuple(judged)


@functools.lru_cache(maxsize=8)
def _words(versions: tuple[Same[CheckSet], ...], of_document: bool) -> WordList:
    """All words that the checks ask for, sorted out once and kept: the next reading will be asked for the same."""
    terms = [term for version in versions for check in version.it.checks for expression in _expressions(check)
             for term in terms_of(expression) if of_document or not term.plan]
    terms += [context.mention for version in versions for context in version.it.vocabulary.contexts.values()
              if context.tag is not None]
    return WordList((word for term in terms for word in (*term.words, *term.named)), terms)


def _expressions(check: Check) -> list[Expression]:
    return [*check.presence.values(), *check.force.values(), *check.tags.values(),
            *([] if check.applies is None else [check.applies])]


@dataclass(frozen=True, slots=True)
class _Bench:
    """Everything that judging one check needs."""

    reading: Reading
    sight: Sight
    evaluator: Evaluator
    coverage: Coverage
    profile: Profile
    checks: CheckSet
    heard: Heard
    of_government: bool = False

    def judgement(self, declared: Mapping[str, str] | None) -> Judgement:
        """All checks, one after the other."""
        findings, verdicts = [], []
        for check in self.checks.checks:
            finding, verdict = self.judge_check(check, None if declared is None else check.id in declared)
            verdicts.append(verdict)
            if finding is not None:
                findings.append(finding)
        return Judgement(tuple(findings), tuple(verdicts), self.coverage)

    def judge_check(self, check: Check, declared: bool | None) -> tuple[Finding | None, CheckVerdict]:
        vocabulary = self.checks.vocabulary
        contexts = Contexts((vocabulary.contexts[name] for name in check.contexts
                             if self.sight.document is None or name not in vocabulary.plans.replaced), self.heard)
        seen = presence_of(check, self.evaluator, contexts)
        force, force_at_most, forced = force_of(check, seen, self.evaluator)
        verdict, is_open = self._verdict(check, seen, force, force_at_most)
        weak = verdict is Verdict.LIKELY_VIOLATION and not self._stands_firm(check, seen)
        if weak:
            verdict = Verdict.NEEDS_REVIEW
        groundless = verdict is Verdict.LIKELY_VIOLATION and not check.clauses
        if groundless:
            verdict = Verdict.NEEDS_REVIEW  # no rule that holds here says so: a person has to look for the ground
        why = [self._reason(verdict, seen.presence, force)]
        if weak:
            why.append(Message("weak_signs", {}))
        if groundless:
            why.append(Message("no_clause_here", {}))
        is_required = check.polarity == "required"
        if is_required and verdict is Verdict.INFO:
            why = [Message("not_asked_of_document" if self._is_document else "not_asked", {})]
        if is_open:
            why += [Message("open_upwards", {"presence": seen.at_most.value, "force": force_at_most.value})]
            why += [Message("gap", {"reason": gap.reason, "place": gap.place})
                    for gap in self.coverage.gaps if gap.blinds and gap.kinds & set(check.needs)][:5]
        if seen.dead:
            why.append(Message("dead", {}))
        row = CheckVerdict(check.id, verdict, tuple(why))
        occurrences = occurrences_of(check, seen, forced)
        declaration = declaration_of(
            declared, verdict, is_there=is_required and seen.presence.rank >= Presence.REACHABLE.rank)
        says_more = verdict in (Verdict.INCONCLUSIVE, Verdict.MISSING) or declaration is Declaration.DECLARED_NOT_FOUND
        if not occurrences and not seen.cancelled and not says_more:
            return None, row
        return Finding(
            check_id=check.id, artifact=self.reading.artifact.sha256, presence=seen.presence,
            presence_at_most=seen.at_most, force=force, force_at_most=force_at_most, verdict=verdict,
            declaration=declaration, tags=tags_of(check, seen, self.evaluator),
            clauses=check.clauses, occurrences=occurrences, why=tuple(why),
            cancelled=set_aside(seen, occurrences),
            beside=check.beside, stage="built" if self.sight.document is None else "planned"), row

    def _reason(self, verdict: Verdict, presence: Presence, force: Force) -> Message:
        acted_on = verdict in (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW) and presence is Presence.REACHABLE
        if self.sight.document is not None and acted_on:
            return Message(f"planned_{verdict}", {"force": force.value})
        return reason_of(verdict, presence, force)

    def _verdict(self, check: Check, seen: Seen, force: Force, force_at_most: Force) -> tuple[Verdict, bool]:
        if check.polarity == "required":
            verdict = verdict_of_required(seen.presence, seen.at_most, self._applies(check, seen))
            return verdict, verdict is Verdict.INCONCLUSIVE
        high_force = force_at_most if seen.at_most.rank >= Presence.REACHABLE.rank else force
        return verdict_between((seen.presence, force), (seen.at_most, high_force), self.profile)

    def _stands_firm(self, check: Check, seen: Seen) -> bool:
        """Whether it would be a likely violation by the places alone at which more than weak conditions hold."""
        if seen.is_firm:
            return True
        force, _, _ = force_of(check, replace(seen, matches=seen.firm), self.evaluator)
        return bool(seen.firm) and verdict_of(seen.presence, force, self.profile) is Verdict.LIKELY_VIOLATION

    @property
    def _is_document(self) -> bool:
        return self.reading.artifact.kind is ArtifactKind.DOCUMENT

    def _applies(self, check: Check, seen: Seen) -> bool | None:
        """Whether a required feature is asked of this app; a paper need not speak of all that its app will have,
        but one that could not be read may."""
        if self._is_document:
            return None if Kind.TEXT in self.evaluator.blinded else False
        if self.of_government or check.applies is None:
            return True
        truth = self.evaluator.evaluate(check.applies, seen.pick_order).truth
        return None if truth is Truth.UNKNOWN else truth is Truth.TRUE
