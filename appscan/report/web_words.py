"""Requests of a crawl told in words. Knows no markup and no picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appscan.report.timeline import period_named
from appscan.report.words import Json, actor_named
from appscan.texts import Language, enumerated, has, phrased, say, shown
from appscan.texts.browser_words import prompt_of

REQUESTS_OPEN, FIELDS_SHOWN = 4, 16
PATH_SHOWN = 160
_DIGITS = re.compile(r"[\d.,-]+")


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request: what it is, whether it was sent, what set it off, how often, with which fields."""

    method: str
    path: str
    host: str
    meaning: str
    sent: str
    held: bool
    causes: str
    repeats: tuple[str, ...]
    fields: str
    actor: str = ""


def requests_of(evidence: Iterable[Json], several: bool, answered: bool, lang: Language) -> tuple[RequestView, ...]:
    """The requests among the evidence, writes first; the same address once, with all that set it off. With
    `several` actors each one's apart. Where the capture `answered` writes, those of the virtual day
    were held back too."""
    grouped: dict[tuple[object, ...], list[Json]] = {}
    happened = [(one["actor"] if several else "", one["seen"]) for one in evidence
                if one["live"] and "exchange" in one.get("seen", {})]
    for actor, seen in sorted(happened, key=lambda pair: pair[1]["exchange"]["sent"] is None):
        like = (actor, *_like(seen["exchange"]))
        if seen not in grouped.setdefault(like, []):
            grouped[like].append(seen)
    ranked = sorted(grouped.items(), key=lambda pair: pair[1][0]["exchange"]["request_class"] == "read")
    return tuple(_request(same, actor_named(str(key[0]), lang) if key[0] else "", answered, lang)
                 for key, same in ranked[:REQUESTS_OPEN])


def _like(exchange: Json) -> tuple[str, ...]:
    """What makes two requests one for people: their figures (moments, places, callbacks) do not count."""
    return exchange["method"], _DIGITS.sub("", exchange["path"]), exchange["host"], exchange["request_class"]


def _request(same: Sequence[Json], actor: str, answered: bool, lang: Language) -> RequestView:
    exchanges = [one["exchange"] for one in same]
    first = exchanges[0]
    told = [one["sent"] for one in exchanges if one["sent"] is not None]
    if not told and answered and first["request_class"] in ("write", "unknown"):
        told = [False]  # only its repetition in the virtual day was kept, of which nothing is ever sent
    held = bool(told) and not any(told)
    kept_back = "held_read" if first["request_class"] == "read" else "held"
    sent = "" if not told else say(lang, f"report.web.{kept_back if held else 'sent'}")
    if any(told) and not all(told):
        sent = say(lang, "report.web.sent_and_held")
    causes = dict.fromkeys(_cause(one, lang) for one in exchanges)
    fields = list(dict.fromkeys(shown(field, 60) for one in exchanges for field in one["fields"]))
    named = enumerated(lang, fields[:FIELDS_SHOWN])
    more = say(lang, "report.web.more_fields", count=len(fields) - FIELDS_SHOWN) if len(fields) > FIELDS_SHOWN else ""
    return RequestView(
        shown(first["method"], 12), shown(first["path"], PATH_SHOWN), shown(first["host"], 80),
        say(lang, f"report.web.class.{first['request_class'] or 'unknown'}"), sent, held,
        phrased(lang, [one for one in causes if one]),
        tuple(dict.fromkeys(_repeat(one["repeat"], lang) for one in same if "repeat" in one)), named + more,
        actor)


def _cause(exchange: Json, lang: Language) -> str:
    trigger = exchange["trigger"]
    prompt, pressed = prompt_of(shown(exchange["pressed"], 60))
    if pressed and trigger in ("click", "trial", "load"):
        return say(lang, f"report.web.pressed.{trigger}", pressed=pressed)
    if prompt and trigger == "trial":
        return say(lang, "report.web.asked_in_trial", prompt=say(lang, f"report.web.permission.{prompt}"))
    return say(lang, f"report.web.trigger.{trigger}") if trigger else ""


def _repeat(repeat: Json, lang: Language) -> str:
    """每 20 秒一次，虚拟的一天里共 2,910 次，无人操作时照常发出."""
    key = "report.web.repeat_idle" if repeat["idle"] else "report.web.repeat"
    return say(lang, key, period=period_named(repeat["period"], lang), count=f"{repeat['count']:,}")


def blocked_named(blocked: str, lang: Language) -> str:
    """Why a route was not visited."""
    for key in (f"report.web.blocked.{blocked}", f"gaps.{blocked}"):
        if blocked and has(key):
            return say(lang, key)
    return shown(blocked, 120) or say(lang, "report.web.blocked.unknown")
