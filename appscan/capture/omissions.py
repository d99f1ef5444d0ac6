"""The trial `omit`: submit a form with a stand-in for the picture or place, then without it. Knows no policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from appscan.capture.attempts import Attempts, Reply
from appscan.capture.journal import Journal
from appscan.capture.states import Node

PICTURES = re.compile(
    r"choose(Image|Media|Video|File)|file\.choose|getUserMedia|takePhoto|camera|uploadImage", re.IGNORECASE
)
PLACES = re.compile(r"geolocation|getLocation|getCurrentPosition|chooseLocation", re.IGNORECASE)
SUBMITS = re.compile(
    r"提交|上报|报送|保存|发布|办结|完成|确认|确定|打卡|签到|submit|save|finish|done|\bok\b", re.IGNORECASE
)
PICKS = re.compile(r"照片|图片|拍照|拍摄|相册|视频|附件|定位|位置|获取|选择|添加|photo|image|locat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Omission:
    """What to leave out of which form: file fields of the form, what pressing `picker` supplies, or a permission
    that the page asks for by itself."""

    form: int
    submit: str
    picker: str = ""
    family: str = ""


def omissions(state: dict[str, Any], journal: Journal) -> list[Omission]:
    """What can be left out on one state."""
    found = [
        Omission(index, form["submit"])
        for index, form in enumerate(state["forms"])
        if form["submit"] and any(item["type"] == "file" for item in form["fields"])
    ]
    submits = [form["submit"] for form in state["forms"] if form["submit"]] + [
        row["text"] for row in state["controls"] if row["role"] == "button" and is_submit(row["text"])
    ]
    if not submits:
        return found
    form = next((index for index, row in enumerate(state["forms"]) if row["submit"] == submits[0]), -1)
    for call in journal.calls:
        if call["state"] != state["id"] or call["virtual"] is not None:
            continue
        family = "camera" if PICTURES.search(call["api"]) else "geolocation" if PLACES.search(call["api"]) else ""
        label = journal.prompted_by.get((call["actor"], call["state"], call["api"]), "")
        by_itself = not label and family == "geolocation" and bool(state["forms"])
        wanted = Omission(form, submits[0], label, family)
        if family and (by_itself or (label and label != submits[0])) and wanted not in found:
            found.append(wanted)
    return found


def is_submit(text: str) -> bool:
    """True for words of a control that hands something in, not of one that picks a picture or a place."""
    return len(text) <= 20 and bool(SUBMITS.search(text)) and not PICKS.search(text)


def omit(attempts: Attempts, node: Node, omission: Omission) -> tuple[str, str] | None:
    """(outcome, detail): refused is only what goes through with the thing and not without. None where the form does
    not go through either way, so that nothing is known."""
    _, whole = _hand_in(attempts, node, omission, without=False)
    before, after = _hand_in(attempts, node, omission, without=True)
    detail = "; ".join([*after.messages, *sorted(after.texts - before.texts)])
    if after.intended:
        return "server_decides", "; ".join([*after.intended, detail]).strip("; ")
    if whole.intended:
        return "refused", f"{after.sight.outcome}: {detail}; not asked: {whole.intended[0]}"
    return None


def _hand_in(attempts: Attempts, node: Node, omission: Omission, without: bool) -> tuple[Reply, Reply]:
    """(the page before, the page after): only what follows the press on submit counts, not an upload on picking."""
    by_itself = omission.family and not omission.picker
    before = attempts.start(node, omission.family if without and by_itself else None)
    prepare = [omission.form, without, omission.picker]
    attempts.after("([form, without, picker]) => __appscan.prepare(form, without, picker)", prepare)
    network = attempts.explorer.network
    network.handing_in = True
    try:
        after = attempts.after("([form, label]) => __appscan.submit(form, label)", [omission.form, omission.submit])
    finally:
        network.handing_in = False
    return before, after
