"""How far a crawl came, arranged for the page and told in lines. Knows no markup."""

from __future__ import annotations

from dataclasses import dataclass

from appscan.report.listed import Listed, listed
from appscan.report.timeline import clock
from appscan.report.web_words import blocked_named
from appscan.report.words import Json, actor_named
from appscan.texts import Language, enumerated, has, say, shown

ROUTES_OPEN, ROUTES_FOLDED = 8, 200
OTHERS_SHOWN = 40
PATH_SHOWN = 200


@dataclass(frozen=True, slots=True)
class RouteView:
    """One route: visited, or why not."""

    path: str
    visited: bool
    why: str
    found: str


@dataclass(frozen=True, slots=True)
class ActorView:
    """One user role with what proves that it was signed in."""

    name: str
    login: str
    proof: str
    states: int


@dataclass(frozen=True, slots=True)
class CrawlView:
    """The crawl of one artifact."""

    title: str
    sentences: tuple[str, ...]
    actors: tuple[ActorView, ...]
    unvisited: Listed[RouteView]
    visited: Listed[RouteView]
    others: tuple[tuple[str, str], ...]


def crawl_view(artifact: Json, lang: Language) -> CrawlView | None:
    """The crawl behind one artifact; None where there is none."""
    crawl = artifact.get("crawl")
    if crawl is None:
        return None
    unvisited = [one for one in crawl["routes"] if not one["visited"]]
    visited = [one for one in crawl["routes"] if one["visited"]]
    return CrawlView(
        shown(artifact["name"], 120), crawl_told(crawl, lang, artifact["details"].get("virtual_hours") != "0"),
        tuple(_actor(one, lang) for one in crawl["actors"]),
        listed(unvisited, lambda one: _route(one, lang), ROUTES_OPEN, ROUTES_FOLDED),
        listed(visited, lambda one: _route(one, lang), 0, ROUTES_FOLDED),
        tuple((_kind(one["kind"], lang), shown(one["url"], PATH_SHOWN)) for one in crawl["origins"][:OTHERS_SHOWN]))


def crawl_told(crawl: Json, lang: Language, hours: bool = True) -> tuple[str, ...]:
    """Sentences on what was gone through, what stopped it, and under which rules; `hours` where a day was asked for."""
    found, visited = crawl["routes_found"], crawl["routes_visited"]
    told = [say(lang, "report.crawl.routes", found=found, visited=visited, unvisited=found - visited,
                states=crawl["states"])]
    if crawl["days"]:
        day = max(crawl["days"], key=lambda one: one["end"] - one["begin"])
        told.append(say(lang, "report.crawl.day", begin=clock(day["begin"], lang), end=clock(day["end"], lang),
                        count=len(crawl["days"])))
    else:
        told.append(say(lang, "report.crawl.no_day" if hours else "report.crawl.no_day_asked"))
    told.append(say(lang, "report.crawl.trials", count=len(crawl["trials"])) if crawl["trials"]
                else say(lang, "report.crawl.no_trials"))
    if crawl["queue_left"]:
        told.append(say(lang, "report.crawl.stopped", caps=_caps(crawl, lang), left=crawl["queue_left"]))
    elif crawl["caps"]:
        told.append(say(lang, "report.crawl.capped", caps=_caps(crawl, lang)))
    else:
        told.append(say(lang, "report.crawl.finished"))
    if crawl["robots"]:
        told.append(say(lang, f"report.crawl.robots_{crawl['robots']}"))
    if crawl["writes"] == "allow":
        told.append(say(lang, "report.crawl.writes_allowed"))
    else:
        told.append(say(lang, "report.crawl.writes_answered", count=f"{intended_writes(crawl):,}",
                        virtual=f"{_in_days(crawl):,}"))
    return tuple(told)


def crawl_line(crawl: Json, lang: Language) -> str:
    """The crawl in one line of the short text."""
    names = enumerated(lang, [actor_named(one["name"], lang) for one in crawl["actors"][:5]])
    return say(lang, "report.crawl.line", found=crawl["routes_found"], visited=crawl["routes_visited"],
               states=crawl["states"], actors=names, intended=f"{intended_writes(crawl):,}",
               virtual=f"{_in_days(crawl):,}")


def intended_writes(crawl: Json) -> int:
    """Writes that were intended and not sent: those of the walk, and those repeated in virtual days, frames too."""
    return int(crawl["intended"]) + _in_days(crawl)


def _in_days(crawl: Json) -> int:
    return sum(one["repeat"]["count"] for day in crawl["days"] for one in day["repeated"]
               if one["exchange"]["request_class"] == "write")


def _caps(crawl: Json, lang: Language) -> str:
    return enumerated(lang, [
        say(lang, f"report.crawl.cap.{cap}") if has(f"report.crawl.cap.{cap}") else shown(cap, 30)
        for cap in crawl["caps"]]) or say(lang, "report.crawl.cap.other")


def _actor(actor: Json, lang: Language) -> ActorView:
    login = actor["login"] if actor["login"] in ("none", "state", "steps", "hand") else "none"
    proof = ""
    if login != "none":
        if actor["lost_at"] or actor["after"] == "no":
            proof = say(lang, "report.crawl.proof_lost", place=shown(actor["lost_at"], PATH_SHOWN))
        else:
            proof = say(lang, f"report.crawl.proof_{'held' if actor['before'] == actor['after'] == 'yes' else 'open'}")
        if actor["before"] == "no":
            proof = say(lang, "report.crawl.proof_failed")
    return ActorView(actor_named(actor["name"], lang), say(lang, f"report.crawl.login.{login}"), proof, actor["states"])


def _route(route: Json, lang: Language) -> RouteView:
    found = f"report.crawl.found.{route['found_by']}"
    return RouteView(shown(route["path"], PATH_SHOWN), route["visited"],
                     "" if route["visited"] else blocked_named(route["blocked"], lang),
                     say(lang, found) if has(found) else "")


def _kind(kind: str, lang: Language) -> str:
    key = f"report.crawl.other.{kind}"
    return say(lang, key) if has(key) else shown(kind, 30)
