"""What a crawl saw of one occurrence, arranged for the page: figures, requests, trials, the day, how to see it again.
Knows no markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appscan.report.figure import Figure, Figures
from appscan.report.quotation import rows
from appscan.report.replay import ReplayStep, replay
from appscan.report.timeline import Timeline, timeline
from appscan.report.trial_words import trial_told
from appscan.report.web_words import RequestView, requests_of
from appscan.report.words import Json, actor_named
from appscan.texts import Language, say

TRIALS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class WebView:
    """The web side of an occurrence. `missing` is True where screenshots were taken but are not beside this report."""

    figures: tuple[Figure, ...]
    missing: bool
    requests: tuple[RequestView, ...]
    trials: tuple[str, ...]
    timeline: Timeline | None
    replay: tuple[ReplayStep, ...]


def web_view(document: Json, artifact: str, occurrence: Json, figures: Figures, lang: Language) -> WebView | None:
    """The view of one occurrence; None where no crawl saw it. `figures` is filled with what is shown, so that
    quotations can be numbered like the frames."""
    crawl = next((one["crawl"] for one in document["artifacts"] if one["sha256"] == artifact and "crawl" in one), None)
    evidence = [one for one in occurrence["evidence"] if "seen" in one]
    if crawl is None or not evidence:
        return None
    screen = Counter(one["place"]["screen"] for one in evidence).most_common(1)[0][0]
    actors = [actor for actor, _ in Counter(one["actor"] for one in evidence).most_common()]
    several = len(document["actors"]) > 1
    for one in (one for same in rows(occurrence["evidence"]) for one in same if "seen" in one):
        figures.number_of(one["seen"], one["actor"])  # in the order in which the page quotes them
    trials = [one for one in crawl["trials"] if one["screen"] == screen and one["actor"] in actors][:TRIALS_SHOWN]
    for one in trials:
        figures.add_trial(one["picture"], one["actor"])
    day = _day(crawl, screen, actors)
    known = " ".join([*(one["attempt"]["trigger"] for one in trials),
                      *(one["text"] for one in (day["happenings"] if day else ()))])
    proving = _proving(day, evidence) if day else []
    arranged = tuple(replace(one, actor=actor_named(one.actor, lang)) for one in figures.arranged())
    whole = [*evidence, *({"live": True, "seen": one, "actor": day["actor"] if day else ""} for one in proving)]
    return WebView(
        arranged, not arranged and any(one["seen"].get("picture") for one in evidence),
        requests_of(whole, several, crawl["writes"] != "allow", lang),
        tuple(dict.fromkeys(_by(one["actor"], trial_told(one["attempt"], known, lang), several, lang)
                            for one in trials)),
        timeline(day, proving, lang) if day else None, replay(crawl, screen, actors, whole, day, lang))


def _by(actor: str, told: str, several: bool, lang: Language) -> str:
    return say(lang, "report.web.by", actor=actor_named(actor, lang)) + told if several else told


def _day(crawl: Json, screen: str, actors: Sequence[str]) -> Json | None:
    """The day of a screen: of the actors that saw it, the first in whose day something came by itself."""
    days = sorted((one for one in crawl["days"] if one["screen"] == screen and one["actor"] in actors),
                  key=lambda one: (not (one["repeated"] or one["happenings"]), actors.index(one["actor"])))
    return days[0] if days else None


def _proving(day: Json, evidence: list[Json]) -> list[Json]:
    """The repeated requests of a day that the evidence speaks of."""
    addresses = {(one["seen"]["exchange"]["method"], one["seen"]["exchange"]["path"].split("?")[0])
                 for one in evidence if "exchange" in one["seen"]}
    return [one for one in day["repeated"]
            if (one["exchange"]["method"], one["exchange"]["path"].split("?")[0]) in addresses]
