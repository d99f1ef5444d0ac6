"""Where in the app a person finds an occurrence: screen, dialog, button. Knows no call path and no verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from appscan.report.words import Json
from appscan.texts import Language, enumerated, has, say, shown

PRESSED = ("button", "tab", "menu", "link", "option")
"""Roles of a control that a person can press, the most telling first."""

LEADING = ("tab",)
"""Roles that are pressed to get to their screen, not on it."""

PRESSED_NAMED = 3
WORDS_SHOWN = 60

_TITLED = re.compile(r"(?P<title>[^（）]+)（(?P<technical>[\w./#$@:-]+)）")
_CLASS = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")


def way_there(occurrence: Json, lang: Language) -> str:
    """One sentence such as 页面《每日打卡》 → 按钮“立即打卡”; empty where nothing on the screen can be looked for."""
    evidence = [one for one in occurrence["evidence"] if one["live"]]
    screen = _screen(occurrence, evidence, lang)
    role, pressed = _pressed(evidence, lang)
    target = pressed or _dialog(evidence, lang)
    if not target:
        return ""
    steps = (target, screen) if role in LEADING else (screen, target)
    return " → ".join(step for step in steps if step)


def screen_title(screen: str) -> str:
    """The title that a person reads on the screen; empty where only its technical name is known."""
    titled = _TITLED.fullmatch(screen.strip())
    return titled["title"].strip() if titled else ""


def _screen(occurrence: Json, evidence: Sequence[Json], lang: Language) -> str:
    title = screen_title(occurrence["screen"]) or next(
        (one["value"] for one in evidence if one["kind"] == "title" and one["value"].strip()), "")
    if title:
        return say(lang, "report.way.screen", title=shown(title, WORDS_SHOWN))
    if _CLASS.fullmatch(occurrence["screen"]):
        return say(lang, "report.way.unnamed_screen", name=shown(occurrence["screen"].rpartition(".")[2], WORDS_SHOWN))
    return ""


def _pressed(evidence: Sequence[Json], lang: Language) -> tuple[str, str]:
    """The role that tells most, and the controls of it in words."""
    controls = [one for one in evidence if one["kind"] == "control" and one["value"].strip()]
    for role in PRESSED:
        words = list(dict.fromkeys(shown(one["value"], WORDS_SHOWN) for one in controls if one["role"] == role))
        if words:
            quoted = enumerated(lang, [say(lang, "report.way.quoted", words=word) for word in words[:PRESSED_NAMED]])
            role_named = say(lang, f"roles.{role}") if has(f"roles.{role}") else ""
            return role, say(lang, "report.way.control", role=role_named, words=quoted)
    return "", ""


def _dialog(evidence: Sequence[Json], lang: Language) -> str:
    for one in evidence:
        if one["kind"] == "dialog" and one["excerpt"].strip() and one["excerpt"] != one["value"]:
            quoted = say(lang, "report.way.quoted", words=shown(one["excerpt"], WORDS_SHOWN))
            return say(lang, "report.way.control", role=say(lang, "signals.dialog"), words=quoted)
    return ""
