"""A working day of a page in a sealed copy: nothing leaves, the clock is ours. Knows no policy."""

from __future__ import annotations

import itertools
import json
import re
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page

from appscan.capture.addresses import urlsplit
from appscan.capture.browser import Chromium
from appscan.capture.contexts import leave
from appscan.capture.journal import Journal, Moment
from appscan.capture.network import Network
from appscan.capture.options import DAY_START_HOUR, CaptureOptions
from appscan.capture.shapes import listed, number_of, whole
from appscan.capture.writes import classify

HOUR = 3_600_000
MINUTE = 60_000
MIDNIGHT = 24 * HOUR
ACTIVE = HOUR
STARTED_LIFE = 3 * HOUR
CHUNK = 30 * MINUTE
CHUNK_BUDGET = 1500
DAY_BUDGET = 12_000
MAX_ANSWERS, MAX_LEFT = 2_000_000, 500
LATEST = 48 * HOUR
MAX_TIMES = 100_000
LEAST = 3
MAX_PUSHED = 5
LEAVE_TIME = 600
SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Copy:
    """A logged-in page to be copied: where, with which session storage, where else one can go from it, keys of the
    controls to press until the state is there, and texts of controls that were seen to start timers. `started`: one of
    those presses has started something already."""

    state: str
    url: str
    session: dict[str, str]
    elsewhere: str | None
    presses: tuple[str, ...] = ()
    starters: tuple[str, ...] = ()
    started: bool = False


@dataclass
class _Notes:
    """What one day has shown so far."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)
    dialogs: list[dict[str, Any]] = field(default_factory=list)
    midnight: list[dict[str, Any]] = field(default_factory=list)
    reached: int = 0
    left_itself: bool = False


def midnight_of(now: datetime) -> int:
    """Milliseconds of the epoch at 00:00 of this day in China."""
    return int(now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def settings_of(options: CaptureOptions, network: Network, hosts: frozenset[str], now: datetime) -> dict[str, Any]:
    """Settings of the instrument in a sealed copy: start of the day, and the answers that the living site gave."""
    midnight = midnight_of(now)
    answers, left = carried(network.kept.answers.living, MAX_ANSWERS)
    channels = network.journal.hearing.channels
    return {
        "hosts": sorted(hosts),
        "writes": options.writes,
        "sealed": True,
        "answers": answers,
        "left": sorted({*left, *network.kept.answers.unkept})[:MAX_LEFT],
        "pushed": {key: channel.texts[:MAX_PUSHED] for key, channel in channels.items() if channel.texts},
        **network.kept.answers.settings(),
        "midnight": midnight,
        "start": midnight + DAY_START_HOUR * HOUR,
    }


def carried(living: dict[str, dict[str, Any]], most: int) -> tuple[dict[str, Any], list[str]]:
    """The answers that a sealed copy takes along, small ones first, and the addresses of those that find no room."""
    size, left = 0, []
    answers: dict[str, Any] = {}
    for key, answer in sorted(living.items(), key=lambda row: len(row[1]["text"])):
        size += len(answer["text"])
        if size > most:
            left.append(key)
        else:
            answers[key] = answer
    return answers, left


def live_through(
    copy: Copy,
    context: BrowserContext,
    chromium: Chromium,
    journal: Journal,
    options: CaptureOptions,
    sealed: Network,
) -> None:
    """Live one virtual day of one page and write it into the journal. The context carries the sealed instrument."""
    journal.moment = Moment(journal.moment.actor, copy.state, "timer", "", journal.moment.viewport)
    notes = _Notes()
    begin = DAY_START_HOUR * HOUR
    end = begin + int(options.virtual_hours * HOUR)
    listening, calls = [notes], len(journal.calls)
    context.expose_binding("__appscanTell", lambda _source, text: _told(journal, listening[0], text))
    page = context.new_page()
    try:
        _begun(page, copy, chromium, journal, notes, starting=False)
        _pass_hours(page.evaluate, chromium, journal, notes, begin, end)
        left = _ask(page.evaluate, chromium, "(to) => __appscan.leave(to)", copy.elsewhere)
        _keep(journal, notes, left)
        notes.series = left.get("series") or notes.series
        journal.take_timers(left.get("timers"))
    except Error as error:
        notes.left_itself = True
        if "navigat" not in str(error) and "destroyed" not in str(error):
            journal.gap("day_not_lived", ["timer", "request"], copy.url, why=str(error).splitlines()[0][:200])
        elif notes.reached < MIDNIGHT <= end and (notes.reached < MIDNIGHT - CHUNK):
            journal.gap("page_left_itself", ["timer", "request"], copy.url, step=clock_of(notes.reached))
        notes.midnight.append({"virtual": max(notes.reached, begin), "kind": "route", "detail": page.url[:2000]})
    finally:
        leave(page)
    if sealed.leaks:
        journal.gap(
            "day_answer_missing", ["request", "timer"], copy.url, count=len(sealed.leaks), why=sealed.leaks[0][:300]
        )
    intervals = intervals_of(notes.series, notes.requests, begin + min(ACTIVE, (end - begin) // 4))
    if copy.started:
        _pressed(notes, intervals, journal.calls[calls:])
    if notes.series or notes.dialogs or notes.midnight:
        _append(journal, copy, notes, begin, min(notes.reached or begin, end), intervals)
    listening[0] = _Notes()
    _live_started(page.context, copy, chromium, journal, listening[0], begin, min(begin + STARTED_LIFE, end))


def _live_started(
    context: BrowserContext, copy: Copy, chromium: Chromium, journal: Journal, notes: _Notes, begin: int, end: int
) -> None:
    """Some hours of the page after what starts something was pressed: that it goes on then is seen, and not taken for
    something that the page does by itself."""
    calls = len(journal.calls)
    page = context.new_page()
    try:
        if not _begun(page, copy, chromium, journal, notes, starting=True):
            return
        _pass_hours(page.evaluate, chromium, journal, notes, begin, end)
        notes.series = _ask(page.evaluate, chromium, "(to) => __appscan.leave(to)", None).get("series") or notes.series
    except Error:
        return
    finally:
        leave(page)
    intervals = intervals_of(notes.series, notes.requests, begin + ACTIVE)
    _pressed(notes, intervals, journal.calls[calls:])
    if intervals:
        notes.dialogs, notes.midnight = [], []
        _append(journal, copy, notes, begin, min(notes.reached or begin, end), intervals)


def _pressed(notes: _Notes, intervals: list[dict[str, Any]], calls: list[dict[str, Any]]) -> None:
    """Mark as following from a press what otherwise would count as done by the page itself."""
    for row in calls:
        row["virtual"] = None
    for row in intervals:
        row.update(idle=False, trigger="click" if row["trigger"] == "idle" else row["trigger"])
    for row in notes.requests:
        row["trigger"] = "click" if row["trigger"] == "idle" else row["trigger"]


def _append(
    journal: Journal, copy: Copy, notes: _Notes, begin: int, reached: int, intervals: list[dict[str, Any]]
) -> None:
    """Write what was lived into the journal."""
    journal.day.append(
        {
            "actor": journal.moment.actor,
            "state": copy.state,
            "from": begin,
            "to": max(begin, reached),
            "requests": sum(number_of(row, "count") for row in notes.series),
            "intervals": intervals,
            "dialogs": notes.dialogs[:200],
            "midnight": notes.midnight[:400],
        }
    )


def _begun(page: Page, copy: Copy, chromium: Chromium, journal: Journal, notes: _Notes, starting: bool) -> bool:
    """Load the copy and go to the state; `starting` presses what starts something there: False where that led away."""
    page.goto(copy.url, wait_until="load", timeout=15_000)
    if copy.session:
        page.evaluate(
            "(rows) => { for (const [name, value] of Object.entries(rows)) sessionStorage[name] = value; }",
            copy.session,
        )
        notes.series.clear()
        page.reload(wait_until="load", timeout=15_000)
    way = [list(copy.presses), list(copy.starters) if starting else None]
    try:
        seen = _ask(page.evaluate, chromium, "(way) => __appscan.begin(way)", way)
        if starting and seen.get("pressed") and not seen.get("moved"):
            page.wait_for_timeout(LEAVE_TIME)  # a press that leads elsewhere takes a moment
            page.wait_for_load_state("load", timeout=5000)
            seen["moved"] = not page.evaluate("() => Boolean(__appscan.begun)")
    except Error:
        if not starting:
            raise
        return False
    if starting and (seen.get("moved") or not seen.get("started")):
        return False
    _keep(journal, notes, seen)
    return True


def _pass_hours(
    run: Callable[..., Any], chromium: Chromium, journal: Journal, notes: _Notes, begin: int, end: int
) -> None:
    """An hour of use, then nobody touches the page; dialogs are looked for every half hour, and around midnight."""
    active = begin + min(ACTIVE, (end - begin) // 4)
    stops = sorted(
        {
            active,
            *(stop for stop in range(active + CHUNK, end, CHUNK) if stop != MIDNIGHT),
            end,
            *(stop for stop in (MIDNIGHT - 30_000, MIDNIGHT + 30_000) if active < stop < end),
        }
    )
    before: dict[str, Any] | None = None
    spent_cut = False
    for stop in stops:
        seen = _ask(
            run,
            chromium,
            "([to, active, budget]) => __appscan.pass(to + __appscan.clock.midnight, active, budget)",
            [stop, stop <= active, CHUNK_BUDGET],
        )
        notes.reached = stop
        _keep(journal, notes, seen)
        _note_dialogs(notes, seen, stop)
        if stop < MIDNIGHT:
            before = seen
        elif before is not None:
            _note_midnight(notes, before, seen, stop)
        if seen.get("cut") and not spent_cut:
            spent_cut = True
            journal.gap("day_cut_short", ["timer", "request"], str(seen.get("route", "")), step=clock_of(stop))
            return
        if seen.get("thinned"):
            journal.gap("timers_thinned", ["timer"], str(seen.get("route", "")))


def _ask(run: Callable[..., Any], chromium: Chromium, code: str, argument: Any) -> dict[str, Any]:
    chromium.alive()
    answer = run(code, argument)
    chromium.alive()
    return answer if isinstance(answer, dict) else {}


def _keep(journal: Journal, notes: _Notes, seen: dict[str, Any]) -> None:
    notes.requests += journal.take(seen.get("rows"), virtual=True)


def _told(journal: Journal, notes: _Notes, text: object) -> None:
    """What the copy had seen when it went elsewhere by itself."""
    try:
        told = json.loads(text) if isinstance(text, str) and len(text) < 50_000_000 else None
    except (ValueError, RecursionError):
        return
    if isinstance(told, dict):
        _keep(journal, notes, told)
        series = told.get("series")
        if isinstance(series, list) and series:
            notes.series = [row for row in series if isinstance(row, dict)]
        now = told.get("now")
        if isinstance(now, (int, float)):
            notes.reached = max(notes.reached, whole(now, 0, LATEST))


def _note_dialogs(notes: _Notes, seen: dict[str, Any], when: int) -> None:
    known = {row["text"] for row in notes.dialogs}
    for row in listed(seen, "dialogs")[:20]:
        text = str(row.get("text", ""))[:4000]
        closable = row.get("closable")
        if text not in known:
            notes.dialogs.append(
                {
                    "virtual": when,
                    "text": text,
                    "modal": bool(row.get("modal")),
                    "closable": closable if isinstance(closable, bool) else None,
                }
            )
            if when > MIDNIGHT:
                notes.midnight.append({"virtual": when, "kind": "dialog", "detail": text[:2000]})


def _note_midnight(notes: _Notes, before: dict[str, Any], after: dict[str, Any], when: int) -> None:
    """What is there after midnight that was not there before; running figures are folded away."""
    known = {fold(str(text)) for text in _list_of(before, "texts")}
    known |= {fold(row["detail"]) for row in notes.midnight}
    for text in _list_of(after, "texts")[:600]:
        if fold(str(text)) not in known and len(notes.midnight) < 100:
            notes.midnight.append({"virtual": when, "kind": "text", "detail": str(text)[:2000]})
    if before.get("route") != after.get("route"):
        notes.midnight.append({"virtual": when, "kind": "route", "detail": str(after.get("route", ""))[:2000]})
    endpoints: dict[str, list[dict[str, Any]]] = {}
    for row in notes.requests:
        endpoints.setdefault(f"{row['method']} {urlsplit(row['url']).path}", []).append(row)
    for endpoint, rows in endpoints.items():
        if all((row["virtual"] or 0) >= MIDNIGHT for row in rows):
            for row in rows:
                row["trigger"] = "midnight"
            entry = {"virtual": int(rows[0]["virtual"] or MIDNIGHT), "kind": "request", "detail": endpoint[:2000]}
            if entry not in notes.midnight:
                notes.midnight.append(entry)


def intervals_of(series: list[dict[str, Any]], requests: list[dict[str, Any]], idle_from: int) -> list[dict[str, Any]]:
    """Endpoints that were asked again and again, with the median distance; those that go on while idle come as idle."""
    found = []
    for row in series:
        times = sorted(whole(time) for time in _list_of(row, "times")[:MAX_TIMES])
        idle = [time for time in times if time > idle_from]
        judged = idle if len(idle) >= LEAST else times
        distances = sorted(later - earlier for earlier, later in itertools.pairwise(judged) if later - earlier > 200)
        if len(judged) < LEAST or len(distances) < LEAST - 1:
            continue
        period = int(statistics.median(distances))
        spread = (
            distances[int(len(distances) * 0.9) - (len(distances) > 9)] - distances[int(len(distances) * 0.1)]
        ) / period
        method, url, kind = str(row.get("method", "GET"))[:20], str(row.get("url", "")), str(row.get("kind", "other"))
        path = urlsplit(url).path
        alike = [asked for asked in requests if asked["method"] == method and urlsplit(asked["url"]).path == path]
        fields = list(dict.fromkeys(name for asked in alike for name in asked["request_fields"]))[:400]
        verdict = alike[0]["class"] if alike else classify(method, url, "", kind).value
        is_idle = judged is idle
        found.append(
            {
                "method": method,
                "path": path[:2000],
                "kind": kind,
                "class": verdict,
                "period": period,
                "count": max(len(times), number_of(row, "count")),
                "spread": round(max(0.0, spread), 3),
                "fields": fields,
                "idle": is_idle,
                "trigger": "idle" if is_idle else "timer",
                "first": times[0],
                "last": times[-1],
            }
        )
    return sorted(found, key=lambda row: (row["path"], row["method"]))


def _list_of(row: dict[str, Any], name: str) -> list[Any]:
    found = row.get(name)
    return found if isinstance(found, list) else []


def fold(text: str) -> str:
    """A text with its figures folded, so that a running clock is no change."""
    return re.sub(r"\d+", "0", text).strip()


def clock_of(when: int) -> str:
    """Milliseconds of the day as HH:MM."""
    return f"{when // HOUR:02d}:{when % HOUR // MINUTE:02d}"
