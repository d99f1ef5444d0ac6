"""The places of a feature, one for each anchor, with the evidence worth looking at first. Knows no verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from appscan.checks.pack import Check
from appscan.judge.evaluate import EVERYWHERE, NOWHERE, screen_of
from appscan.judge.fingerprints import anchor_of, fingerprint, is_opaque
from appscan.judge.force import Forced
from appscan.judge.hits import Hit
from appscan.judge.presence import Seen
from appscan.judge.sight import Sight
from appscan.model.coverage import Kind
from appscan.model.judgement import Evidence, Force, Occurrence, Presence, Signal

MAX_OCCURRENCES = 40
MAX_EVIDENCE = 14
MAX_ALIKE = 3
MAX_CANCELLED = 20
MENTIONS_KEPT = 5
"""Occurrences kept where a feature is only mentioned: the rest would bury the reader."""


def occurrences_of(check: Check, seen: Seen, forced: Sequence[Forced]) -> tuple[Occurrence, ...]:
    """One per anchor; where there are too many, those with the most force are kept."""
    sight = seen.sight
    limit = MAX_OCCURRENCES if seen.presence.rank >= Presence.REACHABLE.rank else MENTIONS_KEPT
    found: dict[str, Occurrence] = {}
    near: dict[str, list[tuple[Force, Evidence]]] = {}
    for key in _by_force(seen.matches, forced):
        screen = screen_of(key)
        title, hits = _title_of(sight, screen), seen.matches[key]
        stable = "" if is_opaque(screen) else screen
        mark = fingerprint(check.id, *anchor_of(hits, sight.titles.get(screen) or stable, stable))
        if mark not in found and len(found) == limit:
            continue
        known = found.setdefault(mark, Occurrence(title or screen, mark, (), _path(sight, hits, screen)))
        shown = hits if sight.document is None else _of_section(hits, screen, sight.reading.artifact.label)
        own = [Evidence(_signal(hit, screen), seen.presence.value) for hit in _best(shown)]
        found[mark] = replace(known, evidence=tuple(dict.fromkeys([*known.evidence, *own]))[:MAX_EVIDENCE // 2 + 1])
        near.setdefault(mark, []).extend(
            (rung, Evidence(_signal(hit, screen), rung.value)) for rung, where, some in forced for hit in some
            if where in (key, EVERYWHERE) or where not in seen.matches)
    return tuple(replace(one, evidence=one.evidence + _strongest(near[mark])) for mark, one in found.items())


def _path(sight: Sight, hits: tuple[Hit, ...], screen: str) -> tuple[str, ...]:
    """The call path that says most: through the screen itself, to a call or request rather than to a text."""
    simple = screen.rpartition(".")[2]
    order = [Kind.CALL, Kind.ENDPOINT, Kind.REQUEST]
    ranked = []
    for place, hit in enumerate(hits):
        if hit.method >= 0 and hit.live:
            path = sight.liveness.path_to(hit.method)
            rank = order.index(hit.kind) if hit.kind in order else len(order)
            away = not any(step.startswith(simple) for step in path)
            ranked.append((away, rank, not path[0].startswith(simple), place, path))
    return min(ranked)[-1] if ranked else ()


def _title_of(sight: Sight, screen: str) -> str:
    """Title of a screen with its class, as a person would look for it."""
    if not screen or sight.document is not None:
        return screen
    label = sight.titles.get(screen, "")
    short = screen.rpartition(".")[2] if "/" not in screen else screen
    return f"{label}（{short}）" if label and label != short else short


def _by_force(matches: Mapping[str, tuple[Hit, ...]], forced: Sequence[Forced]) -> list[str]:
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


def _of_section(hits: tuple[Hit, ...], section: str, title: str) -> tuple[Hit, ...]:
    """Of a document, what stands in the section: what its title and other sections say of systems at large plans
    nothing. They are quoted where nothing else is."""
    inside = tuple(hit for hit in hits if section in hit.screens and hit.value != title)
    return inside or hits


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


def set_aside(seen: Seen, occurrences: Sequence[Occurrence]) -> tuple[Evidence, ...]:
    """What contexts cancelled, but for what proves force after all: a sentence that does not say that the feature is
    there may still say what befalls those who stay out of it, and cannot be listed as not counted."""
    rungs = {rung.value for rung in Force}
    counted = {(one.signal.value, one.signal.excerpt, one.signal.place)
               for occurrence in occurrences for one in occurrence.evidence if one.supports in rungs}
    listed = (Evidence(hit.signal(), name) for hit, name in seen.cancelled)
    kept = (one for one in listed if (one.signal.value, one.signal.excerpt, one.signal.place) not in counted)
    return tuple(islice(kept, MAX_CANCELLED))
