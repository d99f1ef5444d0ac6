"""Small recordings made by hand: invented sites without a browser, each row complete as the schema wants it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SITE = "https://wg.example.gov.cn"
HOUR = 3_600_000


def digest(content: bytes | str) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()


def control(text: str, role: str = "button", **more: Any) -> dict[str, Any]:
    return {"text": text, "role": role, "selector": "", "box": None, "disabled": False, "checked": None, **more}


def words(text: str, role: str = "text", **more: Any) -> dict[str, Any]:
    return {"text": text, "role": role, "selector": "", "box": None, **more}


def field(name: str, **more: Any) -> dict[str, Any]:
    return {"label": "", "name": name, "type": "text", "required": False, "accept": "", "capture": "",
            "value_kind": "empty", **more}


def form(*fields: Mapping[str, Any], submit: str = "", selector: str = "form") -> dict[str, Any]:
    return {"selector": selector, "submit": submit, "fields": list(fields)}


def dialog(text: str, closable: bool | None, *, modal: bool = True, **more: Any) -> dict[str, Any]:
    return {"text": text, "closable": closable, "modal": modal, "covers": 1.0, "controls": [], "box": None, **more}


def state(name: str, route: str = "/", **more: Any) -> dict[str, Any]:
    return {"id": name, "actor": "staff", "viewport": "mobile", "url": SITE + route, "route": route, "title": "",
            "arrived": "start", "from": None, "by": "", "dom": None, "picture": None, "text_length": 100,
            "canvases": 0, "time": 0, "controls": [], "texts": [], "forms": [], "dialogs": [], **more}


def request(url: str, **more: Any) -> dict[str, Any]:
    return {"actor": "staff", "state": "s1", "time": 10, "virtual": None, "method": "GET",
            "url": url if "://" in url else SITE + url, "kind": "xhr", "class": "read", "sent": True, "seen": "both",
            "status": 200, "trigger": "click", "label": "", "request_fields": [], "response_fields": [],
            "request_body": None, "response_body": None, "stack": [], **more}


def call(api: str, **more: Any) -> dict[str, Any]:
    return {"actor": "staff", "state": "s1", "time": 10, "virtual": None, "api": api, "detail": "", "stack": [], **more}


def timer(period: int, kind: str = "interval", **more: Any) -> dict[str, Any]:
    return {"actor": "staff", "state": "s1", "virtual": True, "kind": kind, "period": period, "fired": 3, "stack": [],
            **more}


def message(text: str, kind: str = "alert", **more: Any) -> dict[str, Any]:
    return {"actor": "staff", "state": "s1", "virtual": None, "kind": kind, "text": text, **more}


def trial(test: str, outcome: str, **more: Any) -> dict[str, Any]:
    return {"actor": "staff", "state": "s1", "test": test, "trigger": "", "outcome": outcome, "detail": "",
            "picture": None, **more}


def interval(path: str, **more: Any) -> dict[str, Any]:
    return {"method": "POST", "path": path, "kind": "xhr", "class": "write", "period": 30_000, "count": 1940,
            "spread": 0.0, "fields": [], "idle": True, "trigger": "timer", "first": 8 * HOUR, "last": 24 * HOUR,
            **more}


def day(*intervals: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"actor": "staff", "state": "s1", "from": 8 * HOUR, "to": 24 * HOUR + 600_000, "requests": 1940,
            "intervals": list(intervals), "dialogs": [], "midnight": [], **more}


def route(path: str, *, visited: bool = True, blocked: str | None = None, found_by: str = "router") -> dict[str, Any]:
    return {"path": path, "found_by": found_by, "visited": visited, "blocked": blocked}


def script(url: str, text: str | None, library: str | None = None) -> dict[str, Any]:
    return {"url": url if "://" in url else SITE + url, "body": None if text is None else digest(text),
            "library": library}


def gap(reason: str, *kinds: str, place: str = "", blinds: bool = False, **params: Any) -> dict[str, Any]:
    return {"kinds": list(kinds), "place": place, "reason": reason, "params": params, "blinds": blinds}


def recording(*states: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """recording.json of a site that was seen whole, by one actor who stayed signed in."""
    return {
        "version": 1, "start_urls": [SITE + "/"], "started": "2026-03-02T09:00:00+08:00",
        "ended": "2026-03-02T09:01:00+08:00", "authority": None,
        "browser": {"name": "chromium", "version": "140"},
        "settings": {"viewport": "mobile", "locale": "zh-CN", "virtual_hours": 16.2, "writes": "answer", "robots": True,
                     "include": [], "exclude": [], "max_states": 200, "max_minutes": 10},
        "actors": [{"name": "staff", "login": "state", "logged_in_before": True, "logged_in_after": True,
                    "lost_at": None}],
        "caps": {"states": 200, "minutes": 10, "reached": []}, "queue_left": 0, "queue_examples": [],
        "states": list(states), "requests": [], "calls": [], "timers": [], "messages": [], "trials": [],
        "day": [day()], "routes": [], "scripts": [], "downloads": [], "popups": [], "origins": [], "gaps": [], **more}


def write_recording(folder: Path, top: Any, parts: Mapping[str, Sequence[str | bytes]] | None = None,
                    name: str = "site.recording.zip") -> Path:
    """The ZIP. parts: contents by folder (dom, scripts), each named by its digest."""
    endings = {"dom": ".html", "scripts": ".js", "pictures": ".png", "bodies": ""}
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("recording.json", top if isinstance(top, str | bytes) else json.dumps(top))
        for kind, contents in (parts or {}).items():
            for content in contents:
                archive.writestr(f"{kind}/{digest(content)}{endings[kind]}", content)
    return path
