"""Frames that the page around them may not look into (sandboxed, of another host): asked one by one, and put into what
the page shows. Knows no strategy and no policy."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Error, Frame, Page

from appscan.capture.journal import Journal
from appscan.capture.shapes import listed, number_of

MAX_FRAMES = 8
MAX_LINES = 400
REST = 1500
SEALED = "() => window.__appscan ? Boolean(__appscan.alone && !__appscan.inner()) : true"
"""True in a frame that nobody around it sees; also where the instrument could not run."""
RUNS = """() => { const probe = document.createElement('script'); probe.textContent = 'window.__appscanRuns = 1';
document.documentElement.append(probe); probe.remove(); return window.__appscanRuns === 1; }"""
"""True where scripts may run: elsewhere nothing that is waited for ever comes."""
LINES = "() => document.body ? document.body.innerText.split('\\n').map((line) => line.trim()).filter(Boolean) : []"
"""What there is to read where no script may run."""


def with_frames(page: Page, seen: dict[str, Any], journal: Journal) -> dict[str, Any]:
    """What a page shows, with what its sealed-off frames show; their addresses stand under `frames`."""
    inner = [frame for frame in page.frames[1:] if frame.url not in ("", "about:blank")][: MAX_FRAMES * 2]
    shown = [(frame, place) for frame in inner if _is_sealed(frame) and (place := _place(frame)) is not None]
    for frame, place in shown[:MAX_FRAMES]:
        try:
            seen = _joined(seen, _asked(frame, journal), frame.url, place)
        except Error as error:
            why = str(error).splitlines()[0][:200]
            journal.gap("frame_not_read", ["text", "control", "title"], frame.url, why=why)
    for frame, _ in shown[MAX_FRAMES:]:
        journal.gap("frame_not_read", ["text", "control", "title"], frame.url)
    return seen


def _is_sealed(frame: Frame) -> bool:
    try:
        return frame.evaluate(SEALED) is True
    except Error:
        return False


def _place(frame: Frame) -> tuple[float, float] | None:
    """Where a frame lies in the window; None where nobody sees it."""
    try:
        box = frame.frame_element().bounding_box()
    except Error:
        return None
    return (box["x"], box["y"]) if box and box["width"] > 2 and box["height"] > 2 else None


def _asked(frame: Frame, journal: Journal) -> dict[str, Any]:
    if frame.evaluate("() => Boolean(window.__appscan)") is not True:
        lines = [line for line in frame.evaluate(LINES)[:MAX_LINES] if isinstance(line, str)]
        texts = [{"text": line[:2000], "role": "text", "selector": "body", "box": None} for line in lines]
        return {"texts": texts, "text_length": sum(map(len, lines))}
    if frame.evaluate(RUNS) is True:
        rested = frame.evaluate("(most) => __appscan.rest(most, 40)", REST)
        journal.take(rested.get("rows") if isinstance(rested, dict) else None)
    told = frame.evaluate("() => __appscan.look(true)")
    return told if isinstance(told, dict) else {}


def _joined(seen: dict[str, Any], inner: dict[str, Any], url: str, place: tuple[float, float]) -> dict[str, Any]:
    """Both as one; a dialog in a frame covers that frame, not the page."""
    whole = dict(seen)
    for name in ("controls", "texts", "forms", "dialogs"):
        whole[name] = [*listed(seen, name), *(_moved(row, place) for row in listed(inner, name))]
    for row in whole["dialogs"][len(listed(seen, "dialogs")) :]:
        row["modal"] = False
    for name in ("marks", "links"):
        whole[name] = [*_list_of(seen, name), *_list_of(inner, name)]
    for name in ("text_length", "canvases"):
        whole[name] = number_of(seen, name) + number_of(inner, name)
    if isinstance(seen.get("html"), str) and isinstance(inner.get("html"), str):
        whole["html"] = f'{seen["html"]}\n<section data-appscan-frame="">{inner["html"]}</section>'
    whole["frames"] = [*_list_of(seen, "frames"), url]
    return whole


def _moved(row: dict[str, Any], place: tuple[float, float]) -> dict[str, Any]:
    box, moved = row.get("box"), {**row, "selector": f"iframe>>>{row.get('selector', '')}", "sealed": True}
    if isinstance(box, list) and len(box) == 4 and all(isinstance(edge, (int, float)) for edge in box):
        moved["box"] = [box[0] + place[0], box[1] + place[1], box[2], box[3]]
    return moved


def _list_of(row: dict[str, Any], name: str) -> list[Any]:
    found = row.get(name)
    return found if isinstance(found, list) else []
