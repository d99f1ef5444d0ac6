"""How far a capture came → facts of the recording itself: actors, bounds, days, other origins. Knows no page's content
and no check. Their roles begin with `crawl_`, which no page and no script can write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from appscan.model.reading import Fact
from appscan.readers.recording_facts import PageFacts, RecordedFiles
from appscan.readers.recording_gaps import CAPS, LOGINS
from appscan.readers.recording_pages import UNKNOWN_PLACE, Places
from appscan.readers.recording_rows import Row

ORIGINS_KEPT = 60
URLS_KEPT = 20
PROVED = {True: "yes", False: "no", None: "unknown"}


def read_crawl(top: Row, files: RecordedFiles, places: Places) -> None:
    """Gather what the recording says of its own capture."""
    page = files.of(UNKNOWN_PLACE)
    _bounds(top, page)
    states = Counter(state.text("actor", 100) for state in top.rows("states"))
    for actor in top.rows("actors"):
        name = actor.text("name", 100)
        files.of(UNKNOWN_PLACE, name)
        _row(page, actor=name, login=actor.one_of("login", LOGINS), before=PROVED[actor.maybe_flag("logged_in_before")],
             after=PROVED[actor.maybe_flag("logged_in_after")], lost_at=actor.maybe_text("lost_at", 400),
             states=states[name])
    for day in top.rows("day"):
        place = places.of(day.maybe_text("state", 200))
        here = files.of(place.file, day.text("actor", 100))
        _row(here, here.screen(place.screen) if place.screen else -1, day_from=str(day.count("from")),
             day_to=str(day.count("to")))
    files.of(UNKNOWN_PLACE)
    kept = set[tuple[str, str]]()
    for url, kind, blocked in _others(top):
        if len(kept) < ORIGINS_KEPT and url and (url, kind) not in kept:
            kept.add((url, kind))
            _row(page, origin=url, origin_kind=kind, origin_blocked=blocked)


def _bounds(top: Row, page: PageFacts) -> None:
    settings = top.row("settings")
    intended = sum(1 for row in top.rows("requests")
                   if not row.flag("sent") and row.maybe_count("virtual") is None and row.text("class", 20) == "write")
    _row(page, robots="respected" if settings.flag("robots") else "ignored", writes=settings.text("writes", 20),
         queue_left=top.count("queue_left"), intended=intended)
    for url in top.texts("start_urls")[:URLS_KEPT]:
        _row(page, start=url)
    for cap in sorted(set(top.row("caps").texts("reached", 20)) & CAPS):
        _row(page, cap=cap)


def _others(top: Row) -> Iterator[tuple[str, str, bool]]:
    for origin in top.rows("origins"):
        yield origin.text("url", 400), origin.text("kind", 40), origin.flag("blocked")
    for what, kind in (("popups", "popup"), ("downloads", "download")):
        for row in top.rows(what):
            yield row.text("url", 400), kind, row.flag("blocked")


def _row(page: PageFacts, screen: int = -1, /, **attributes: object) -> None:
    """One node with its attributes."""
    node = page.node()
    page.add(Fact.NODE, "crawl", screen=screen, node=node)
    page.note(node, screen, **{f"crawl_{name}": value for name, value in attributes.items()})
