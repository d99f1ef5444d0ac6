"""Claims about the virtual day: what starts a heartbeat, what would hang it, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from appscan.capture import CaptureOptions, capture

from .conftest import QUICK, Recording, opened
from .hostile import Plan, counting, page

BEAT = "fetch('/api/online/tick', {method: 'POST', body: JSON.stringify({userId: 3, seconds: 30})})"
TICKING = f"setInterval(() => {BEAT}, 30000)"


@pytest.fixture
def lived(tmp_path: Path) -> Callable[..., Recording]:
    def run(body: str, files: Mapping[str, tuple[str, str]] | None = None, **wishes: Any) -> Recording:
        with counting(Plan({"/index.html": page(body), **(files or {})})) as told:
            options = CaptureOptions(**{**QUICK, "max_states": 3, **wishes})
            recording = opened(capture([f"{told.url}/index.html"], tmp_path / "o.zip", options))
            assert not [row for row in told.arrived if row.startswith("POST")]
            return recording

    return run


def beats(recording: Recording, path: str = "/api/online/tick") -> dict[str, Any]:
    return next(
        (row for day in recording.document["day"] for row in day["intervals"] if urlsplit(row["path"]).path == path), {}
    )


def reasons(recording: Recording) -> set[str]:
    return {row["reason"] for row in recording.document["gaps"]}


SCRIPT = "text/javascript"
SHARED = """onconnect = (e) => { e.ports[0].onmessage = () => setInterval(() => fetch('/api/online/tick',
{method: 'POST', body: 'userId=3'}), 30000); };"""
DEEPER = "document.getElementById('m').innerHTML = '<p>任务一</p><p>任务二</p>'"
IF_DUE = f"if (Date.now() - last >= 30000) {{ last = Date.now(); {BEAT} }}"
STARTED_BY: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "a press": (f"<button onclick=\"{TICKING}\">开始学习</button>", {}),
    "a press of what no word tells": (f'<div id=m></div><button onclick="{DEEPER}; {TICKING}">我的任务</button>', {}),
    "a video that plays": (
        f"<video id=v src=/v.mp4 width=300 controls></video><script>v.onplaying = () => {{ {TICKING} }}</script>",
        {},
    ),
    "the progress of a video": (
        f"<video id=v></video><script>let n = 0; v.ontimeupdate = () => {{ if (++n % 30 === 0) {BEAT} }}</script>",
        {},
    ),
    "another window in front": (
        f"<script>document.addEventListener('visibilitychange', () => {{ if (!document.hidden) {TICKING} }})</script>",
        {},
    ),
    "animation frames": (
        f"<script>let last = Date.now(); const f = () => {{ {IF_DUE} requestAnimationFrame(f) }}; f()</script>",
        {},
    ),
    "idle callbacks": (
        f"<script>let last = Date.now(); const f = () => {{ {IF_DUE} requestIdleCallback(f) }}; f()</script>",
        {},
    ),
    "a frame": ("<iframe src=/f.html></iframe>", {"/f.html": page(f"<script>{TICKING}</script>")}),
    "a frame without address": (
        f"<iframe id=i></iframe><script>document.getElementById('i').contentWindow.{TICKING}</script>",
        {},
    ),
    "a shared Worker": ("<script>new SharedWorker('/w.js').port.postMessage(1)</script>", {"/w.js": (SCRIPT, SHARED)}),
    "a module Worker": (
        "<script>new Worker('/w.js', {type: 'module'})</script>",
        {
            "/w.js": (SCRIPT, "import { beat } from './b.js'; setInterval(beat, 30000);"),
            "/b.js": (SCRIPT, f"export function beat() {{ {BEAT} }}"),
        },
    ),
    "an imported script of a Worker": (
        "<script>new Worker('/w.js')</script>",
        {"/w.js": (SCRIPT, "importScripts('/b.js')"), "/b.js": (SCRIPT, TICKING)},
    ),
    "a Worker that lets the page ask": (
        f"<script>new Worker('/w.js').onmessage = () => {BEAT}</script>",
        {"/w.js": (SCRIPT, "setInterval(() => postMessage(1), 30000)")},
    ),
}


@pytest.mark.parametrize("start", STARTED_BY)
def test_a_heartbeat_is_seen_whatever_starts_it(lived, start: str):
    body, files = STARTED_BY[start]
    row = beats(lived(body, files))
    assert row, start
    assert abs(row["period"] - 30_000) <= 1000
    assert row["class"] == "write"
    assert row["count"] > 30


def test_a_socket_in_a_worker_is_heard_beating(lived):
    worker = "const s = new WebSocket('ws://h/ws/a'); setInterval(() => s.send('{\"uid\": 1}'), 30000)"
    row = beats(lived("<script>new Worker('/w.js')</script>", {"/w.js": (SCRIPT, worker)}), "/ws/a")
    assert (row["method"], row["period"], row["fields"]) == ("SEND", 30_000, ["uid"])


def test_a_nested_worker_is_a_named_gap(lived):
    inner = "new Worker('/x.js')"
    assert "worker_not_read" in reasons(lived("<script>new Worker('/w.js')</script>", {"/w.js": (SCRIPT, inner)}))


@pytest.mark.parametrize("moment", ["08:30:00", "17:30:00", "00:00:00"])
def test_a_clock_that_waits_for_a_second_of_the_day_sees_it(lived, moment: str):
    body = f"""<script>setInterval(() => {{ if (new Date().toTimeString().startsWith('{moment}'))
    fetch('/api/kq/remind', {{method: 'POST', body: 'userId=3'}}) }}, 1000)</script>"""
    recording = lived(body)
    hour, minute, _ = map(int, moment.split(":"))
    expected = ((hour or 24) * 60 + minute) * 60_000
    times = {row["virtual"] for row in recording.rows("requests", method="POST") if row["virtual"] is not None}
    assert any(abs(when - expected) < 1000 for when in times), times


@pytest.mark.parametrize(
    "loop",
    [
        "const f = () => fetch('/api/msg/poll').then((r) => r.json()).then(f); f()",
        "const f = async () => { for (;;) await fetch('/api/msg/poll?t=' + Math.random()) }; f()",
        "const f = () => { const x = new XMLHttpRequest(); x.open('GET', '/poll'); x.onload = f; x.send() }; f()",
        "new Worker(URL.createObjectURL(new Blob(['const f = () => fetch(`/api/msg/poll`).then(f); f()'])))",
    ],
)
def test_a_long_poll_that_is_answered_at_once_neither_hangs_nor_hides_the_heartbeat(lived, loop: str):
    recording = lived(f"<script>setTimeout(() => {{ {loop} }}, 5000); {TICKING}</script>")
    assert "poll_held" in reasons(recording)
    assert "browser_died" not in reasons(recording)
    assert beats(recording)["period"] == 30_000
    assert beats(recording)["last"] > 86_000_000


def test_timers_that_multiply_end_the_day_early_and_say_so(lived):
    recording = lived("<script>const f = () => { setTimeout(f, 1000); setTimeout(f, 1000) }; f()</script>")
    assert reasons(recording) & {"day_cut_short", "timers_thinned"}
    assert "browser_died" not in reasons(recording)


def test_eight_hours_of_five_timers_fire_as_often_as_they_should(lived):
    saving = "setInterval(() => fetch('/api/t{}/save', {{method: 'POST', body: 'a=1'}}), {});"
    timers = "".join(saving.format(at, at * 15000) for at in range(1, 6))
    recording = lived(f"<script>{timers}</script>", virtual_hours=8)
    for at in range(1, 6):
        row = beats(recording, f"/api/t{at}/save")
        assert (row["period"], abs(row["count"] - 8 * 3600 // (at * 15)) <= 2) == (at * 15_000, True)


def test_a_page_that_leaves_when_pressed_still_lives_its_day(lived):
    body = f"<button onclick=\"location.href = '/next.html'\">开始答题</button><script>{TICKING}</script>"
    recording = lived(body, {"/next.html": page("<p>题目</p>")})
    assert beats(recording)["last"] > 86_000_000
