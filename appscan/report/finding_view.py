"""One finding arranged for the page: what was found, how sure, by which clause, on which evidence. Knows no markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from appscan.model.judgement import Force, Presence
from appscan.report.badge import Badge, badge
from appscan.report.declared import declaration_named, reason_of
from appscan.report.figure import Figures
from appscan.report.listed import Listed, listed
from appscan.report.quotation import Quotation, Step, path_steps, quotation, rows
from appscan.report.way import way_there
from appscan.report.web_view import WebView, web_view
from appscan.report.words import (
    NAME_SHOWN,
    TEXT_SHOWN,
    Json,
    check_title,
    clause_source,
    in_language,
    interval,
    presence_of,
    reason_in_short,
    reasons_of,
)
from appscan.texts import Language, enumerated, say, shown

OCCURRENCES_OPEN, OCCURRENCES_FOLDED = 6, 60
QUOTATIONS_OPEN, QUOTATIONS_FOLDED = 5, 20
CANCELLED_LISTED = 60

ACTED_ON = {"likely_violation", "needs_review", "missing", "exempt_claimed"}
"""Verdicts under which the notice of the check is printed."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of a ladder: `state` is at (surely reached), maybe (up to here is open), or empty."""

    word: str
    meaning: str
    state: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """Presence or force: the interval in words, what its low end means, and the rungs."""

    label: str
    words: str
    meaning: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class TagView:
    """A borderline case and what follows from it for the person who decides."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One clause in our own words; not quotable ones are shown as reference only. `notes`: why it stands beside."""

    source: str
    summary: str
    quotable: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OccurrenceView:
    """One screen or endpoint with its evidence; `way` is for people, `steps` for those who read code, `web`
    is what a crawl saw."""

    screen: str
    way: str
    web: WebView | None
    quotations: Listed[Quotation]
    steps: tuple[Step, ...]
    fingerprint: str
    in_document: bool = False


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding as the page spells it out."""

    anchor: str
    check_id: str
    title: str
    question: str
    badge: Badge
    meaning: str
    artifact: str
    ladders: tuple[Ladder, ...]
    why: tuple[str, ...]
    declaration: str
    declared_reason: str
    tags: tuple[TagView, ...]
    clauses: tuple[ClauseView, ...]
    beside: tuple[ClauseView, ...]
    occurrences: Listed[OccurrenceView]
    places: int
    cancelled: Listed[Quotation]
    notice: str
    planned: bool = False


def _meaning(document: Json, finding: Json, lang: Language) -> str:
    """What the verdict means; "not found" is said of what was read, where something was not. Of a required feature
    that is not asked for, its reason says it all."""
    if finding["verdict"] == "info" and (reason := reason_in_short(document, finding["check_id"], lang)):
        return reason
    unread = finding["verdict"] == "not_found" and bool(document["coverage"]["gaps"])
    return say(lang, "report.not_found_but_gaps" if unread else f"verdict_means.{finding['verdict']}")


def finding_view(document: Json, finding: Json, anchor: str, name_artifact: bool, lang: Language) -> FindingView:
    """One finding of the document; the artifact is named where there are several."""
    check: Json = next((one for one in document["checks"] if one["id"] == finding["check_id"]), {})
    return FindingView(
        anchor=anchor,
        check_id=finding["check_id"],
        title=check_title(document, finding["check_id"], lang),
        question=in_language(check["question"], lang) if check else "",
        badge=badge(finding["verdict"], lang),
        meaning=_meaning(document, finding, lang),
        artifact=_artifact_name(document, finding["artifact"]) if name_artifact else "",
        ladders=_ladders(finding, lang),
        why=reasons_of(document, finding["check_id"], lang, finding),
        declaration=declaration_named(finding["declaration"], lang),
        declared_reason=reason_of(document, finding["check_id"], lang),
        tags=tuple(TagView(say(lang, f"tags.{tag}"), say(lang, f"tags_mean.{tag}")) for tag in finding["tags"]),
        clauses=_clauses(document, finding["clauses"], lang),
        beside=_clauses(document, finding.get("beside", ()), lang),
        occurrences=listed(finding["occurrences"], lambda one: _occurrence(document, finding, one, lang),
                           OCCURRENCES_OPEN, OCCURRENCES_FOLDED),
        places=len(finding["occurrences"]),
        cancelled=listed(finding["cancelled"], lambda one: quotation([one], lang, several=len(document["actors"]) > 1,
                                                                presence=presence_of(finding)),
                         CANCELLED_LISTED, 0),
        notice=in_language(check["notice"], lang) if check and finding["verdict"] in ACTED_ON else "",
        planned=finding.get("stage") == "planned" and Presence(finding["presence"]).rank >= Presence.REACHABLE.rank,
    )


def together(views: Iterable[FindingView], lang: Language) -> list[FindingView]:
    """The views with those that say the same of several artifacts, and show no place, as one that names them all: what
    every package of an app lacks is said once."""
    kept: list[FindingView] = []
    for view in views:
        first = next((at for at, one in enumerate(kept) if one.check_id == view.check_id and _alike(one, view)), None)
        if first is None:
            kept.append(view)
        else:
            names = enumerated(lang, (kept[first].artifact, view.artifact))
            kept[first] = replace(kept[first], artifact=names)
    return kept


def _alike(one: FindingView, other: FindingView) -> bool:
    shows = any(view.places or view.cancelled.first for view in (one, other))
    return not shows and replace(one, anchor=other.anchor, artifact=other.artifact) == other


def _artifact_name(document: Json, digest: str) -> str:
    return next((shown(one["name"], NAME_SHOWN) for one in document["artifacts"] if one["sha256"] == digest),
                shown(digest, NAME_SHOWN))


def _ladders(finding: Json, lang: Language) -> tuple[Ladder, ...]:
    presence = _ladder(presence_of(finding), [one.value for one in Presence], finding["presence"],
                       finding["presence_at_most"], lang)
    if finding["presence_at_most"] == "none":
        return (presence,)
    force = _ladder("force", [one.value for one in Force], finding["force"], finding["force_at_most"], lang)
    return presence, force


def _ladder(name: str, rungs: list[str], low: str, high: str, lang: Language) -> Ladder:
    at, open_to = rungs.index(low), rungs.index(high)
    nothing_sure = at == 0 and open_to > 0
    states = ["maybe" if at < index <= open_to or (index == at and nothing_sure) else "at" if index == at else ""
              for index in range(len(rungs))]
    if nothing_sure:
        meaning = say(lang, "report.dashed")
    else:
        meaning = say(lang, f"{name}_means.{low}" if low == high else "report.interval_means",
                      low=say(lang, f"{name}_means.{low}"))
    return Ladder(say(lang, f"report.{name.removesuffix('_planned')}"), interval(lang, name, low, high), meaning,
                  tuple(Rung(say(lang, f"{name}.{rung}"), say(lang, f"{name}_means.{rung}"), state)
                        for rung, state in zip(rungs, states, strict=True)))


def _clauses(document: Json, keys: Sequence[str], lang: Language) -> tuple[ClauseView, ...]:
    texts = {clause["id"]: clause for clause in document["clauses"]}
    return tuple(_clause(texts[key], texts, lang) if key in texts else ClauseView(shown(key, NAME_SHOWN), "", False)
                 for key in keys)


def _clause(clause: Json, texts: Mapping[str, Json], lang: Language) -> ClauseView:
    return ClauseView(clause_source(clause, lang), shown(in_language(clause["summary"], lang), TEXT_SHOWN),
                      clause["quotable"], tuple(_notes(clause, texts, lang)))


def _notes(clause: Json, texts: Mapping[str, Json], lang: Language) -> Iterator[str]:
    """What to know of a clause before resting on it."""
    if clause.get("effect") == "permit":
        yield say(lang, "report.clause_permits")
    if "only" in clause:
        yield say(lang, "report.clause_only", subject=in_language(clause["only"], lang))
    above = texts.get(clause.get("outranked_by", ""))
    if above is not None:
        yield say(lang, "report.clause_outranked", above=clause_source(above, lang))


def _occurrence(document: Json, finding: Json, occurrence: Json, lang: Language) -> OccurrenceView:
    figures = Figures(document)
    web = web_view(document, finding["artifact"], occurrence, figures, lang)

    def quote(same: Sequence[Json]) -> Quotation:
        return quotation(same, lang, max(figures.number_of(one.get("seen", {}), one["actor"]) for one in same),
                         len(document["actors"]) > 1, presence_of(finding))

    return OccurrenceView(
        screen=shown(occurrence["screen"], 200),
        way=way_there(occurrence, lang),
        web=web,
        quotations=listed(rows(occurrence["evidence"]), quote, QUOTATIONS_OPEN, QUOTATIONS_FOLDED),
        steps=tuple(path_steps(occurrence["path"], lang)),
        fingerprint=occurrence["fingerprint"],
        in_document=finding.get("stage") == "planned",
    )
