"""What a capture did not see: its own gaps, caps, walls, blocked routes and frames → gaps of the reading.

Knows no fact and no check. What blinds a kind as a whole: seams.md, "Coverage" (a login wall, a cap hit before the
queue was empty); anything else blinds its own place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from appscan.model.coverage import CODE_KINDS, Gap, Kind
from appscan.readers.recording_pages import Places, route_of
from appscan.readers.recording_rows import Row
from appscan.texts import has

PAGE_KINDS = CODE_KINDS | {Kind.TRIAL}
"""Kinds that an unseen page leaves open."""
LOOK_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE, Kind.DIALOG, Kind.FORM})
PICTURE_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})
DAY_KINDS = frozenset({Kind.TIMER, Kind.REQUEST})
LOGINS = frozenset({"none", "state", "steps", "hand"})
CAPS = frozenset({"states", "minutes", "requests", "bytes", "controls", "depth", "lists"})
FRAMES = frozenset({"frame", "iframe", "document", "sub_frame", "subdocument"})
LITTLE_TEXT = 20
"""Fewer characters beside a canvas are no page of texts."""
GAPS_NAMED = 20
"""Gaps of one reason that are named one by one; more are one gap with their count."""
LONGEST_PLACE = 400
MOST_COMPARED = 100


def capture_gaps(top: Row, places: Places) -> Iterator[Gap]:
    """Gaps that the recording lists, and those that its counts, actors, states and origins show."""
    listed = {row.text("reason", 60) for row in top.rows("gaps")}
    blinding = {row.text("reason", 60) for row in top.rows("gaps") if row.flag("blinds")}
    yield from map(_told, top.rows("gaps"))
    shown = (*_bounds(top), *_logins(top, places))
    yield from (gap for gap in shown if gap.reason not in (blinding if gap.blinds else listed))
    if not places.of_state:
        yield Gap(PAGE_KINDS, "", "nothing_captured", blinds=True)
    yield from (gap for gap in _canvases(top) if gap.blinds or gap.reason not in listed)
    yield from _blank(top)
    yield from _pictures(top)
    yield from (gap for gap in _outside(top) if gap.reason not in listed)
    lived = top.row("settings").number("virtual_hours") > 0 or any(True for _ in top.rows("day"))
    if places.of_state and not lived and "no_virtual_day" not in listed:
        yield Gap(DAY_KINDS, "", "no_virtual_day")


def route_gaps(unseen: Iterable[tuple[str, str]], told: Iterable[Gap]) -> Iterator[Gap]:
    """One local gap per route that is registered and was not visited, unless `told` has one at that place."""
    places = tuple(gap.place for gap in told)
    for path, why in unseen:
        if len(path) > 1 and any(place.endswith(path) for place in places[:MOST_COMPARED]):
            continue
        yield Gap(PAGE_KINDS, path, "route_unvisited", {"why": why})


def bounded(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Each gap once; of one reason no more than GAPS_NAMED by name unless they blind, the others as one with their
    count."""
    named: dict[str, int] = defaultdict(int)
    kinds: dict[str, frozenset[Kind]] = {}
    kept: dict[tuple[str, str, bool, tuple[tuple[str, str], ...]], Gap] = {}
    for gap in gaps:
        mark = (gap.reason, gap.place, gap.blinds, tuple(sorted(gap.params.items())))
        if mark in kept:
            continue
        named[gap.reason] += 1
        if named[gap.reason] <= GAPS_NAMED:
            kept[mark] = gap
        elif gap.blinds:
            kept[gap.reason, "", True, ()] = Gap(
                gap.kinds | kept.get((gap.reason, "", True, ()), gap).kinds, "", gap.reason, {}, blinds=True)
        else:
            kinds[gap.reason] = kinds.get(gap.reason, frozenset()) | gap.kinds
    more = (Gap(of_reason, "", "more_gaps", {"reason": reason, "count": str(named[reason] - GAPS_NAMED)})
            for reason, of_reason in kinds.items())
    return (*kept.values(), *more)


def _told(row: Row) -> Gap:
    """A gap of the recording; one whose reason this version has no text for keeps it as a parameter."""
    kinds = frozenset(Kind(kind) for kind in row.texts("kinds", 40) if kind in set(Kind))
    params = dict(row.row("params").members())
    reason, place = row.text("reason", 60), row.text("place", LONGEST_PLACE)
    if not has(f"gaps.{reason}"):
        reason, params = "capture_gap", {**params, "why": reason}
    return Gap(kinds or PAGE_KINDS, place, reason, params, row.flag("blinds"))


def _bounds(top: Row) -> Iterator[Gap]:
    """A cap that was hit before the queue was empty blinds; one that was hit with nothing left to see does not."""
    waiting, reached = top.count("queue_left"), top.row("caps").texts("reached", 20)
    examples = top.texts("queue_examples", LONGEST_PLACE)
    limit = ", ".join(sorted(set(reached) & CAPS))
    if waiting:
        yield Gap(PAGE_KINDS, examples[0] if examples else "", "cap_reached",
                  {"limit": limit, "count": str(waiting)}, blinds=True)
    elif limit:
        yield Gap(PAGE_KINDS, "", "cap_touched", {"limit": limit})


def _logins(top: Row, places: Places) -> Iterator[Gap]:
    """A login that never held, one that was lost, and a site of which nobody saw more than where to sign in."""
    signed_in = False
    for actor in top.rows("actors"):
        name, lost_at = actor.text("name", 100), actor.maybe_text("lost_at", LONGEST_PLACE)
        before, after = actor.maybe_flag("logged_in_before"), actor.maybe_flag("logged_in_after")
        if actor.one_of("login", LOGINS) == "none":
            continue
        if before is False:
            yield Gap(PAGE_KINDS, name, "login_failed", {"name": name}, blinds=True)
        elif after is False:
            yield Gap(PAGE_KINDS, lost_at or name, "login_lost", {"name": name}, blinds=True)
        signed_in = signed_in or before is not False
    if places.logins and not signed_in and places.routes <= places.logins | places.doors:
        yield Gap(PAGE_KINDS, min(places.logins), "login_wall", blinds=True)


def _canvases(top: Row) -> Iterator[Gap]:
    """Pages drawn on a canvas have no text to read; where there is nothing else, nothing was read."""
    drawn, others = dict[str, None](), 0
    for state in top.rows("states"):
        if state.count("canvases") and state.count("text_length") < LITTLE_TEXT:
            drawn[route_of(state)] = None
        else:
            others += 1
    for route in drawn:
        yield Gap(LOOK_KINDS, route, "canvas_page", blinds=not others)


def _blank(top: Row) -> Iterator[Gap]:
    """Pages that showed nothing at all; a start that stayed so, and all that came of it by itself, blinds."""
    shows, starts, later = dict[str, bool](), dict[str, bool](), list[tuple[str, str]]()
    waiting = any(row.flag("blocked") and row.text("kind", 40) == "script" for row in top.rows("origins"))
    routes: dict[str, str] = {}
    for state in top.rows("states"):
        identity, route = state.text("id", 100), route_of(state)
        length, controls = state.count("text_length"), any(True for _ in state.rows("controls"))
        blank = not controls and not state.count("canvases") and length < (LITTLE_TEXT if waiting else 1)
        shows[route] = shows.get(route, False) or not blank
        routes[identity] = route
        origin = state.maybe_text("from", 100)
        if origin:
            later.append((routes.get(origin, ""), route))
        else:
            starts[route] = True
    for origin, route in later:
        if starts.get(origin) and shows[route]:
            starts[origin] = False
    seen = any(shows.values())
    pictured = _pictured(top)
    for route, shown in shows.items():
        if not shown and not any(place.endswith(route) for place in pictured):
            yield Gap(PAGE_KINDS, route, "blank_page", blinds=starts.get(route, False) or not seen)


def _pictured(top: Row) -> set[str]:
    return {row.text("place", LONGEST_PLACE) for row in top.rows("gaps") if row.text("reason", 60) == "picture_page"}


def _pictures(top: Row) -> Iterator[Gap]:
    """Pages made of pictures are local; where most pages are, nobody has read the texts of the site."""
    drawn = _pictured(top)
    urls = {state.text("url", LONGEST_PLACE) for state in top.rows("states")}
    if drawn and len(drawn & urls) * 2 > len(urls):
        yield Gap(PICTURE_KINDS, min(drawn), "picture_page", blinds=True)


def _outside(top: Row) -> Iterator[Gap]:
    """Frames and scripts of other origins that were not let in."""
    for origin in top.rows("origins"):
        kind, url, blocked = origin.text("kind", 40), origin.text("url", LONGEST_PLACE), origin.flag("blocked")
        if blocked and kind in FRAMES:
            yield Gap(PAGE_KINDS, url, "remote_page", {"url": url})
        elif blocked and kind == "script":
            yield Gap(CODE_KINDS, url, "remote_script", {"url": url})
