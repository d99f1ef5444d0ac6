"""The evidence that a paper quotes of a finding: the strongest pieces first, a few, each once, with the picture that
shows most of them under the same numbers. Knows neither Word nor HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from appscan.report.album import Album, Shot
from appscan.report.figure import Figure as Screenshot
from appscan.report.finding_view import FindingView, OccurrenceView
from appscan.report.paper.blocks import Line, Span, plain
from appscan.report.quotation import Quotation
from appscan.texts import Language, say

PLACES_LOOKED_AT = 40
QUOTES_TOLD = 6
QUOTES_OF_A_PLACE = 4
TRIALS_TOLD = 2


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation under its number, and the place that it comes from."""

    number: int
    quote: Quotation
    place: OccurrenceView


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture, the place that it shows, and the numbers of the evidence framed on it."""

    shot: Shot
    place: OccurrenceView
    numbers: tuple[int, ...]


def places_of(view: FindingView) -> Iterator[OccurrenceView]:
    """The places of a finding that the page spells out."""
    yield from view.occurrences.first
    yield from view.occurrences.folded


def quoted(view: FindingView, names: frozenset[str]) -> list[Quoted]:
    """The quotations of a finding; what only repeats one of the `names` of the app proves nothing."""
    candidates: list[tuple[int, int, Quotation, OccurrenceView]] = []
    for at, place in enumerate(islice(places_of(view), PLACES_LOOKED_AT)):
        listed = (*place.quotations.first, *place.quotations.folded)
        ranked = sorted(listed, key=lambda quote: (-quote.weight, quote.stood_in))
        own = [quote for quote in ranked if _text(quote) not in names]
        candidates += [(rank, at, quote, place) for rank, quote in enumerate(own)]
    once: dict[str, tuple[int, int, Quotation, OccurrenceView]] = {}
    for one in sorted(candidates, key=lambda one: (-one[2].weight, one[2].stood_in, one[1], one[0])):
        once.setdefault(_text(one[2]).partition("?")[0], one)  # one address is told once, whatever is asked of it
    told: list[tuple[Quotation, OccurrenceView]] = []
    for _, _, quote, place in once.values():
        if len(told) < QUOTES_TOLD and sum(place is other for _, other in told) < QUOTES_OF_A_PLACE:
            told.append((quote, place))
    return [Quoted(number, *pair) for number, pair in enumerate(told, 1)]


def _text(quote: Quotation) -> str:
    return f"{quote.before}{quote.hit}{quote.after}".strip()


def evidence_lines(view: FindingView, told: list[Quoted], lang: Language) -> Iterator[Line]:
    """The quotations under their numbers, then what was tried."""
    space = " " if lang == "en" else ""
    for one in told:
        yield (Span(f"{one.number}. {one.quote.role}{space}"), *_spans(one.quote, lang))
    trials = dict.fromkeys(trial for place in islice(places_of(view), PLACES_LOOKED_AT)
                           for trial in (place.web.trials if place.web else ()))
    for number, trial in enumerate(islice(trials, TRIALS_TOLD), len(told) + 1):
        yield plain(f"{number}. {trial}")


def _spans(quote: Quotation, lang: Language) -> Iterator[Span]:
    """The quotation with its hit in bold, and where it stands."""
    left, right = ("“", "”") if lang == "zh" else ('"', '"')
    yield Span(left + quote.before)
    yield Span(quote.hit, bold=True)
    yield Span(quote.after + right)
    place = " · ".join(part for part in (quote.file, quote.element) if part)
    if quote.context:
        place = f"{quote.context}{'；' if lang == 'zh' else '; '}{place}" if place else quote.context
    if quote.stood_in:  # who reads it must know that no server said this
        told = say(lang, "report.web.stood_in")
        place = f"{place}{'；' if lang == 'zh' else '; '}{told}" if place else told
    if place:
        yield Span(f"（{place}）" if lang == "zh" else f" ({place})")


def pictured(view: FindingView, told: list[Quoted], album: Album) -> Pictured | None:
    """The picture that shows most of the quoted evidence, with only that framed, under the numbers of the paper."""
    offered: list[tuple[int, Screenshot, OccurrenceView, tuple[int, ...]]] = []
    for place in islice(places_of(view), PLACES_LOOKED_AT):
        numbers = {one.quote.frame: one.number for one in told if one.place is place and one.quote.frame}
        for figure in place.web.figures if place.web else ():
            frames = tuple(replace(frame, number=numbers[frame.number]) for frame in figure.frames
                           if frame.number in numbers)
            shown = tuple(sorted(frame.number for frame in frames))
            offered.append((len(frames), replace(figure, frames=frames), place, shown))
    for _, figure, place, shown in sorted(offered, key=lambda one: -one[0]):
        shot = album.shot(figure)
        if shot is not None:
            return Pictured(shot, place, shown)
    return None
