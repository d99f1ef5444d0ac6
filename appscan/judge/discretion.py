"""Findings, coverage and crawl of one reading with personal data covered, as they may stand in a report. Changes no
verdict and no fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from appscan.judge.nodes import Nodes
from appscan.model.coverage import Coverage
from appscan.model.judgement import Evidence, Finding, Message
from appscan.model.personal import known_names, masked
from appscan.model.reading import Reading
from appscan.model.sighting import Attempt, Crawl, Exchange, Sighting

Cover = Callable[[str], str]


def cover_of(reading: Reading) -> Cover:
    """What covers the personal data of one reading: numbers everywhere, and the names that its pages show as names."""
    names = names_of(reading)
    known: dict[str, str] = {}

    def cover(text: str) -> str:
        if text not in known:
            known[text] = masked(text, names)
        return known[text]

    return cover


def names_of(reading: Reading) -> tuple[str, ...]:
    """Names of persons that the pages of a recording show as names, the longest first."""
    nodes = Nodes(reading)
    return known_names(nodes.text(int(nodes.facts.value[row])) for row in nodes.with_role("person"))


def discreet(findings: Sequence[Finding], cover: Cover) -> tuple[Finding, ...]:
    """The findings as a report may quote them."""
    return tuple(replace(
        finding, why=tuple(_message(one, cover) for one in finding.why),
        cancelled=tuple(_evidence(one, cover) for one in finding.cancelled),
        occurrences=tuple(replace(one, screen=cover(one.screen),
                                  evidence=tuple(_evidence(piece, cover) for piece in one.evidence))
                          for one in finding.occurrences)) for finding in findings)


def discreet_coverage(coverage: Coverage, cover: Cover) -> Coverage:
    """The coverage as a report may quote it."""
    return replace(coverage, gaps=tuple(
        replace(gap, place=cover(gap.place), params={name: cover(value) for name, value in gap.params.items()})
        for gap in coverage.gaps))


def discreet_crawl(crawl: Crawl | None, cover: Cover) -> Crawl | None:
    """The crawl as a report may quote it."""
    if crawl is None:
        return None
    return replace(
        crawl, routes=tuple(replace(one, path=cover(one.path), blocked=cover(one.blocked)) for one in crawl.routes),
        start_urls=tuple(map(cover, crawl.start_urls)),
        origins=tuple(replace(one, url=cover(one.url)) for one in crawl.origins),
        days=tuple(replace(
            day, screen=cover(day.screen),
            repeated=tuple(replace(one, exchange=_exchange(one.exchange, cover)) for one in day.repeated),
            happenings=tuple(replace(one, text=cover(one.text)) for one in day.happenings)) for day in crawl.days),
        trials=tuple(replace(one, screen=cover(one.screen), attempt=_attempt(one.attempt, cover))
                     for one in crawl.trials))


def _message(message: Message, cover: Cover) -> Message:
    return replace(message, params={name: cover(value) for name, value in message.params.items()})


def _evidence(evidence: Evidence, cover: Cover) -> Evidence:
    signal = evidence.signal
    place = replace(signal.place, screen=cover(signal.place.screen), file=cover(signal.place.file),
                    element=cover(signal.place.element))
    return replace(evidence, seen=_sighting(evidence.seen, cover), signal=replace(
        signal, value=cover(signal.value), excerpt=cover(signal.excerpt), place=place))


def _sighting(seen: Sighting | None, cover: Cover) -> Sighting | None:
    if seen is None:
        return None
    return replace(seen, exchange=seen.exchange and _exchange(seen.exchange, cover),
                   attempt=seen.attempt and _attempt(seen.attempt, cover), came_by=cover(seen.came_by))


def _exchange(exchange: Exchange, cover: Cover) -> Exchange:
    return replace(exchange, path=cover(exchange.path), pressed=cover(exchange.pressed))


def _attempt(attempt: Attempt, cover: Cover) -> Attempt:
    return replace(attempt, trigger=cover(attempt.trigger), detail=cover(attempt.detail))
