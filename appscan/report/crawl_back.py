"""What a crawl saw, in a valid document, turned back into values. Trusts its shape, as reading_back does."""

from __future__ import annotations

from typing import Any

from appscan.model.sighting import (
    ActorSeen,
    Attempt,
    Crawl,
    DayLived,
    Exchange,
    Happening,
    OriginSeen,
    Repeat,
    Repeated,
    RouteSeen,
    Sighting,
    TrialSeen,
)

Json = dict[str, Any]


def sighting_from(one: Json) -> Sighting:
    """The sighting of one piece of evidence."""
    box = one.get("box")
    return Sighting(
        one.get("picture", ""), (box[0], box[1], box[2], box[3]) if box else None, one.get("viewport", ""),
        _exchange(one["exchange"]) if "exchange" in one else None, Repeat(**one["repeat"]) if "repeat" in one else None,
        Attempt(**one["attempt"]) if "attempt" in one else None, one.get("virtual", False),
        one.get("came_by", ""), one.get("stood_in", False))


def crawl_from(one: Json) -> Crawl:
    """The crawl of one artifact."""
    return Crawl(**{
        **one, "start_urls": tuple(one["start_urls"]), "viewports": tuple(one["viewports"]), "caps": tuple(one["caps"]),
        "actors": tuple(ActorSeen(**actor) for actor in one["actors"]),
        "routes": tuple(RouteSeen(**route) for route in one["routes"]),
        "days": tuple(_day(day) for day in one["days"]),
        "trials": tuple(TrialSeen(**{**trial, "attempt": Attempt(**trial["attempt"])}) for trial in one["trials"]),
        "origins": tuple(OriginSeen(**origin) for origin in one["origins"])})


def _day(one: Json) -> DayLived:
    repeated = (Repeated(_exchange(each["exchange"]), Repeat(**each["repeat"])) for each in one["repeated"])
    return DayLived(**{**one, "repeated": tuple(repeated),
                       "happenings": tuple(Happening(**each) for each in one["happenings"])})


def _exchange(one: Json) -> Exchange:
    return Exchange(**{**one, "fields": tuple(one["fields"])})
