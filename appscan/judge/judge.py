"""One reading against all checks: limits first, then presence, force, occurrences, verdicts. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from appscan.checks.pack import AllOf, AnyOf, Check, CheckSet, Expression, Term, Within
from appscan.checks.parse import terms_of
from appscan.checks.same import Same
from appscan.judge.contexts import Contexts
from appscan.judge.documents.plans import of_same_row
from appscan.judge.documents.standing import Said
from appscan.judge.evaluate import EVERYWHERE, NOWHERE, Evaluator, Outcome, Truth, screen_of
from appscan.judge.fingerprints import anchor_of, fingerprint, is_opaque
from appscan.judge.hits import Hit
from appscan.judge.limits import Structures, list_gaps, standing_limits
from appscan.judge.remote import RemotePages
from appscan.judge.sight import Sight
from appscan.judge.verdicts import Profile, declaration_of, reason_of, verdict_between, verdict_of_required
from appscan.judge.word_list import WordList
from appscan.model.artifact import ArtifactKind
from appscan.model.coverage import Coverage, Kind
from appscan.model.judgement import (
    CheckVerdict,
    Declaration,
    Evidence,
    Finding,
    Force,
    Message,
    Occurrence,
    Presence,
    Signal,
    Tag,
    Verdict,
)
from appscan.model.reading import Reading

BARRED = "other-words"
"""Named in place of a context where other words of the screen barred a match (`not:` of a condition)."""

_COMMON_ACTS = frozenset({"network_send", "periodic"})
"""Call groups that happen on nearly every screen: that they happened does not show that the feature did."""

_ELSEWHERE = frozenset({"cap_reached", "login_wall", "login_lost", "login_failed", "script_not_loaded"})
"""Gaps that hide places nobody saw, and nothing on a screen that was seen."""

MAX_OCCURRENCES = 40
MAX_EVIDENCE = 14
MAX_ALIKE = 3
MAX_CANCELLED = 20
MENTIONS_KEPT = 5
"""Occurrences kept where a feature is only mentioned: the rest would bury the reader."""


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
    checks = versions[0]
    structures = Structures(reading, checks.vocabulary)
    early = standing_limits(checks.limits, structures, None)
    blinded = reading.coverage.blinded().union(*(gap.kinds for gap in early))
    sight = Sight(reading, checks.vocabulary, code_blind=Kind.CALL in blinded)
    sight.learn(_words(tuple(map(Same, versions)), sight.document is not None))
    gaps = standing_limits(checks.limits, structures, sight, in_own_words=not checks.shipped)
    gaps += RemotePages(sight).gaps() + list_gaps(sight)
    coverage = Coverage(reading.coverage.read, reading.coverage.gaps + gaps)
    hidden = Coverage((), tuple(gap for gap in coverage.gaps if gap.reason not in _ELSEWHERE)).blinded()
    judged = []
    for version in versions:
        bench = _Bench(reading, sight, Evaluator(sight, coverage.blinded(), hidden), coverage, profile, version,
                       of_government)
        judged.append(bench.judgement(declared))
    return tuple(judged)


@functools.lru_cache(maxsize=8)
def _words(versions: tuple[Same[CheckSet], ...], of_document: bool) -> WordList:
    """All words that the checks ask for, sorted out once and kept: the next reading will be asked for the same."""
    return WordList(word for version in versions for check in version.it.checks for expression in _expressions(check)
                    for term in terms_of(expression) if of_document or not term.plan
                    for word in (*term.words, *term.named))


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
        contexts = Contexts(vocabulary.contexts[name] for name in check.contexts
                            if self.sight.document is None or name not in vocabulary.plans.replaced)
        seen = _presence(check, self.evaluator, contexts)
        force, force_at_most, forced = self._force(check, seen)
        verdict, is_open = self._verdict(check, seen, force, force_at_most)
        groundless = verdict is Verdict.LIKELY_VIOLATION and not check.clauses
        if groundless:
            verdict = Verdict.NEEDS_REVIEW  # no rule that holds here says so: a person has to look for the ground
        why = [self._reason(verdict, seen.presence, force)]
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
        occurrences = self._occurrences(check, seen, forced)
        declaration = declaration_of(
            declared, verdict, is_there=is_required and seen.presence.rank >= Presence.REACHABLE.rank)
        says_more = verdict in (Verdict.INCONCLUSIVE, Verdict.MISSING) or declaration is Declaration.DECLARED_NOT_FOUND
        if not occurrences and not seen.cancelled and not says_more:
            return None, row
        return Finding(
            check_id=check.id, artifact=self.reading.artifact.sha256, presence=seen.presence,
            presence_at_most=seen.at_most, force=force, force_at_most=force_at_most, verdict=verdict,
            declaration=declaration, tags=self._tags(check, seen, contexts),
            clauses=check.clauses, occurrences=occurrences, why=tuple(why),
            cancelled=_set_aside(seen, occurrences),
            beside=check.beside, stage="built" if self.sight.document is None else "planned"), row

    def _reason(self, verdict: Verdict, presence: Presence, force: Force) -> Message:
        acted_on = verdict in (Verdict.LIKELY_VIOLATION, Verdict.NEEDS_REVIEW) and presence is Presence.REACHABLE
        if self.sight.document is not None and acted_on:
            return Message(f"planned_{verdict}", {"force": force.value})
        return reason_of(verdict, presence, force)

    def _verdict(self, check: Check, seen: _Seen, force: Force, force_at_most: Force) -> tuple[Verdict, bool]:
        if check.polarity == "required":
            verdict = verdict_of_required(seen.presence, seen.at_most, self._applies(check, seen))
            return verdict, verdict is Verdict.INCONCLUSIVE
        high_force = force_at_most if seen.at_most.rank >= Presence.REACHABLE.rank else force
        return verdict_between((seen.presence, force), (seen.at_most, high_force), self.profile)

    @property
    def _is_document(self) -> bool:
        return self.reading.artifact.kind is ArtifactKind.DOCUMENT

    def _applies(self, check: Check, seen: _Seen) -> bool | None:
        """Whether a required feature is asked of this app; a paper need not speak of all that its app will have,
        but one that could not be read may."""
        if self._is_document:
            return None if Kind.TEXT in self.evaluator.blinded else False
        if self.of_government or check.applies is None:
            return True
        truth = self.evaluator.evaluate(check.applies, seen.pick_order).truth
        return None if truth is Truth.UNKNOWN else truth is Truth.TRUE

    def _force(self, check: Check, seen: _Seen) -> tuple[Force, Force, list[tuple[Force, str, tuple[Hit, ...]]]]:
        """(at least, at most, [(rung, screen, hits)]): force words count only beside the feature."""
        found: list[tuple[Force, str, tuple[Hit, ...]]] = []
        least = most = Force.NONE
        only_order = seen.presence is Presence.MENTIONED
        for rung, expression in check.force.items():
            if only_order and rung is not Force.ORDER:
                continue
            pick = seen.pick_order if rung is Force.ORDER else seen.pick_own
            for item in expression.items if isinstance(expression, AnyOf) else (expression,):
                outcome = self.evaluator.evaluate(item, pick)
                beside = _beside(outcome, seen.screens, anywhere=rung is Force.ORDER or _in_app(item))
                if self.sight.document is not None:
                    beside = {key: hits for key, some in beside.items()
                              if (hits := of_same_row(some, seen.matches.get(key, ())))}
                if beside and seen.presence.rank >= Presence.MENTIONED.rank:
                    found += [(rung, key, hits) for key, hits in beside.items()]
                    least = max(least, rung, key=lambda force: force.rank)
                elif seen.at_most.rank > Presence.MENTIONED.rank and (
                        outcome.truth is Truth.UNKNOWN or self.evaluator.is_open(item)):
                    most = max(most, rung, key=lambda force: force.rank)
        if seen.at_most.rank >= Presence.REACHABLE.rank and seen.presence.rank < Presence.REACHABLE.rank:
            most = Force.ORDER  # nothing is known of what could not be seen
        return least, max(least, most, key=lambda force: force.rank), found

    def _occurrences(self, check: Check, seen: _Seen, forced: list[tuple[Force, str, tuple[Hit, ...]]]
                     ) -> tuple[Occurrence, ...]:
        """One per anchor; where there are too many, those with the most force are kept."""
        limit = MAX_OCCURRENCES if seen.presence.rank >= Presence.REACHABLE.rank else MENTIONS_KEPT
        found: dict[str, Occurrence] = {}
        near: dict[str, list[tuple[Force, Evidence]]] = {}
        for key in _by_force(seen.matches, forced):
            screen = screen_of(key)
            title, hits = self._title_of(screen), seen.matches[key]
            stable = "" if is_opaque(screen) else screen
            mark = fingerprint(check.id, *anchor_of(hits, self.sight.titles.get(screen) or stable, stable))
            if mark not in found and len(found) == limit:
                continue
            known = found.setdefault(mark, Occurrence(title or screen, mark, (), self._path(hits, screen)))
            own = [Evidence(_signal(hit, screen), seen.presence.value) for hit in _best(hits)]
            found[mark] = replace(known, evidence=tuple(dict.fromkeys([*known.evidence, *own]))[:MAX_EVIDENCE // 2 + 1])
            near.setdefault(mark, []).extend(
                (rung, Evidence(_signal(hit, screen), rung.value)) for rung, where, some in forced for hit in some
                if where in (key, EVERYWHERE) or where not in seen.matches)
        return tuple(replace(one, evidence=one.evidence + _strongest(near[mark])) for mark, one in found.items())

    def _path(self, hits: tuple[Hit, ...], screen: str) -> tuple[str, ...]:
        """The call path that says most: through the screen itself, to a call or request rather than to a text."""
        simple = screen.rpartition(".")[2]
        order = [Kind.CALL, Kind.ENDPOINT, Kind.REQUEST]
        ranked = []
        for place, hit in enumerate(hits):
            if hit.method >= 0 and hit.live:
                path = self.sight.liveness.path_to(hit.method)
                rank = order.index(hit.kind) if hit.kind in order else len(order)
                away = not any(step.startswith(simple) for step in path)
                ranked.append((away, rank, not path[0].startswith(simple), place, path))
        return min(ranked)[-1] if ranked else ()

    def _title_of(self, screen: str) -> str:
        """Title of a screen with its class, as a person would look for it."""
        if not screen or self.sight.document is not None:
            return screen
        label = self.sight.titles.get(screen, "")
        short = screen.rpartition(".")[2] if "/" not in screen else screen
        return f"{label}（{short}）" if label and label != short else short

    def _tags(self, check: Check, seen: _Seen, contexts: Contexts) -> tuple[Tag, ...]:
        if seen.presence is Presence.NONE:
            return ()
        tags = set()
        for tag, expression in check.tags.items():
            outcome = self.evaluator.evaluate(expression, seen.pick_order)
            if _beside(outcome, seen.screens, anywhere=_in_app(expression)):
                tags.add(tag)
        for context in contexts.contexts:
            if context.tag is not None and context.words:
                outcome = self.evaluator.evaluate(Term(Kind.TEXT, context.words, prose=True), seen.pick_order)
                if _beside(outcome, seen.screens, anywhere=False):
                    tags.add(context.tag)
        return tuple(sorted(tags))


@dataclass(frozen=True, slots=True)
class _Seen:
    """How present a feature is, where, and which hits may still speak about its force."""

    presence: Presence
    at_most: Presence
    matches: Mapping[str, tuple[Hit, ...]]
    cancelled: tuple[tuple[Hit, str], ...]
    dead: bool
    contexts: Contexts
    sight: Sight

    @property
    def screens(self) -> frozenset[str]:
        return frozenset(self.matches)

    def pick_own(self, hit: Hit, _term: Term) -> bool:
        """First party and alive; of a document, planned."""
        return not hit.origin and hit.live and not hit.said

    def pick_order(self, hit: Hit, term: Term) -> bool:
        """First party, alive, and no quotation."""
        return not hit.origin and hit.live and not hit.said and not (
            hit.kind is Kind.TEXT and not term.plan
            and self.contexts.cancelling(hit.value, term.words, self.sight.around(hit)))


class _Picks:
    """Which hits count for presence; remembers what a negative context cancelled."""

    def __init__(self, contexts: Contexts, sight: Sight) -> None:
        self.contexts = contexts
        self.sight = sight
        self.cancelled: dict[tuple[Hit, str], None] = {}

    def own(self, hit: Hit, term: Term) -> bool:
        """First party and alive; of a document, only what asks for plans: its prose is never a feature."""
        return not hit.origin and hit.live and self._spared(hit, term) and self._planned(hit) and (
            term.plan or self.sight.document is None)

    def own_or_dead(self, hit: Hit, term: Term) -> bool:
        return not hit.origin and self._spared(hit, term) and hit.said != Said.FOR_OTHERS

    def of_library(self, hit: Hit, term: Term) -> bool:
        return bool(hit.origin) and self._spared(hit, term)

    def _planned(self, hit: Hit) -> bool:
        """What a document only speaks of is told beside the finding."""
        if hit.said:
            self.cancelled[hit, hit.said] = None
        return not hit.said

    def _spared(self, hit: Hit, term: Term) -> bool:
        """A negative context cancels text only, never a control, endpoint or behaviour."""
        if hit.kind is not Kind.TEXT or not term.words or term.plan:
            return True  # what is planned is known by its whole sentence already
        by = self.contexts.cancelling(hit.value, term.words, self.sight.around(hit) if hit.prose else "")
        if by:
            self.cancelled[hit, by] = None
        return not by


def _set_aside(seen: _Seen, occurrences: Sequence[Occurrence]) -> tuple[Evidence, ...]:
    """What contexts cancelled, but for what proves force after all: a sentence that does not say that the feature is
    there may still say what befalls those who stay out of it, and cannot be listed as not counted."""
    rungs = {rung.value for rung in Force}
    counted = {(one.signal.value, one.signal.excerpt, one.signal.place)
               for occurrence in occurrences for one in occurrence.evidence if one.supports in rungs}
    listed = (Evidence(hit.signal(), name) for hit, name in seen.cancelled)
    kept = (one for one in listed if (one.signal.value, one.signal.excerpt, one.signal.place) not in counted)
    return tuple(islice(kept, MAX_CANCELLED))


def _presence(check: Check, evaluator: Evaluator, contexts: Contexts) -> _Seen:
    """The highest rung that holds: of what is alive and own, then of what is dead, then of libraries."""
    picks = _Picks(contexts, evaluator.sight)
    evaluator.barred.clear()
    tries = [(rung, picks.own, rung) for rung in (Presence.EXERCISED, Presence.REACHABLE)]
    tries += [(rung, pick, result) for rung in (Presence.REACHABLE, Presence.MENTIONED)
              for pick, result in ((picks.own_or_dead, Presence.MENTIONED), (picks.of_library, Presence.BUNDLED))]
    found, presence, at_most = Outcome(Truth.FALSE), Presence.NONE, Presence.NONE
    for rung, pick, result in tries:
        if rung not in check.presence:
            continue
        outcome = evaluator.evaluate(check.presence[rung], pick)
        if outcome.truth is Truth.TRUE:
            found, presence = outcome, result
            if result is Presence.REACHABLE and any(
                    hit.exercised and hit.role not in _COMMON_ACTS for hit in outcome.hits()):
                presence = Presence.EXERCISED
            break
        if outcome.truth is Truth.UNKNOWN:
            at_most = max(at_most, result, key=lambda one: one.rank)
    if presence.rank < Presence.REACHABLE.rank and evaluator.blinded & set(check.needs):
        at_most = max(at_most, Presence.REACHABLE, key=lambda one: one.rank)  # "not found" needs them seen whole
    picks.cancelled.update(dict.fromkeys((hit, BARRED) for hit in evaluator.barred))
    is_dead = presence is Presence.MENTIONED and not any(hit.live for hit in found.hits())
    return _Seen(presence, max(presence, at_most, key=lambda one: one.rank), found.matches, tuple(picks.cancelled),
                 is_dead, contexts, evaluator.sight)


def _beside(outcome: Outcome, screens: frozenset[str], *, anywhere: bool) -> dict[str, tuple[Hit, ...]]:
    """Matches on the screens of the feature (or anywhere)."""
    if outcome.truth is not Truth.TRUE:
        return {}
    return {key: hits for key, hits in outcome.matches.items() if anywhere or key in screens or key == EVERYWHERE}


def _in_app(expression: Expression) -> bool:
    """Whether an expression speaks of the whole app rather than of the feature's screen."""
    return isinstance(expression, AllOf) and expression.within is Within.APP


def _by_force(matches: Mapping[str, tuple[Hit, ...]], forced: list[tuple[Force, str, tuple[Hit, ...]]]) -> list[str]:
    """Keys of `matches`: those with the strongest force first, then known screens, then by name."""
    strongest: dict[str, int] = {}
    for rung, key, _ in forced:
        strongest[key] = max(rung.rank, strongest.get(key, 0))
    return sorted(matches, key=lambda key: (-strongest.get(key, 0), key in (NOWHERE, EVERYWHERE), key))


def _strongest(near: list[tuple[Force, Evidence]]) -> tuple[Evidence, ...]:
    """Some evidence of each rung of force, the highest rungs first: the rung that counts is always among it."""
    kept: list[Evidence] = []
    for rung, evidence in sorted(dict.fromkeys(near), key=lambda pair: -pair[0].rank):
        if sum(1 for other in kept if other.supports == rung) < MAX_ALIKE:
            kept.append(evidence)
    return tuple(kept[:MAX_EVIDENCE // 2])


def _signal(hit: Hit, screen: str) -> Signal:
    """The hit as seen on `screen`, or where it stands itself when that is elsewhere."""
    return hit.signal(screen if screen in hit.screens or not hit.screens else "")


def _best(hits: tuple[Hit, ...]) -> list[Hit]:
    """Hits worth showing first: controls, endpoints, calls, then texts; bounded."""
    order = [Kind.CONTROL, Kind.ENDPOINT, Kind.REQUEST, Kind.TITLE, Kind.CALL, Kind.TIMER, Kind.FIELD, Kind.TEXT]
    ranked = sorted(hits, key=lambda hit: order.index(hit.kind) if hit.kind in order else len(order))
    kept: list[Hit] = []
    for hit in ranked:
        same = sum(1 for other in kept if (other.kind, other.role) == (hit.kind, hit.role))
        if same < MAX_ALIKE:
            kept.append(hit)
    return kept[:MAX_EVIDENCE // 2 + 1]

