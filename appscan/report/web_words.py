"""Requests and trials of a crawl told in words. Knows no markup and no picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appscan.report.timeline import period_named
from appscan.report.words import Json, actor_named
from appscan.texts import Language, has, say, shown

REQUESTS_OPEN, FIELDS_SHOWN = 4, 16
PATH_SHOWN = 160
SAID_SHOWN = 140
TRIALS_SHOWN = 6
PROMPTS = ("geolocation", "camera", "notifications")

_REQUEST = re.compile(r"(?P<method>[A-Z]{2,8}) (?:https?://[^\s/]*)?(?P<path>/\S*)")
_LEAD = re.compile(r"(?:submitted|stopped|invalid|done|refused|missing): ?")
_MOVED = re.compile(r"(?P<wanted>\S+) -> (?P<got>\S+)")
_DIGITS = re.compile(r"[\d.,-]+")
_OWN_WORDS = frozenset({"gone by itself"})


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


def requests_of(evidence: Iterable[Json], several: bool, lang: Language) -> tuple[RequestView, ...]:
    """The requests among the evidence, writes first; the same address once, with all that set it off. With
    `several` actors each one's apart."""
    grouped: dict[tuple[object, ...], list[Json]] = {}
    happened = [(one["actor"] if several else "", one["seen"]) for one in evidence
                if one["live"] and "exchange" in one.get("seen", {})]
    for actor, seen in sorted(happened, key=lambda pair: pair[1]["exchange"]["sent"] is None):
        like = (actor, *_like(seen["exchange"]))
        sent = seen["exchange"]["sent"]
        if sent is None:  # a repetition belongs to the request that was seen once
            sent = next((known for *other, known in grouped if tuple(other) == like), None)
        if seen not in grouped.setdefault((*like, sent), []):
            grouped[*like, sent].append(seen)
    ranked = sorted(grouped.items(), key=lambda pair: pair[1][0]["exchange"]["request_class"] == "read")
    return tuple(_request(same, actor_named(str(key[0]), lang) if key[0] else "", lang)
                 for key, same in ranked[:REQUESTS_OPEN])


def _like(exchange: Json) -> tuple[str, ...]:
    """What makes two requests one for people: their figures (moments, places, callbacks) do not count."""
    return exchange["method"], _DIGITS.sub("", exchange["path"]), exchange["host"], exchange["request_class"]


def _request(same: Sequence[Json], actor: str, lang: Language) -> RequestView:
    exchanges = [one["exchange"] for one in same]
    first = exchanges[0]
    told = [one["sent"] for one in exchanges if one["sent"] is not None]
    held = bool(told) and not any(told)
    sent = "" if not told else say(lang, "report.web.held" if held else "report.web.sent")
    causes = dict.fromkeys(_cause(one, lang) for one in exchanges)
    fields = list(dict.fromkeys(shown(field, 60) for one in exchanges for field in one["fields"]))
    named = ("、" if lang == "zh" else ", ").join(fields[:FIELDS_SHOWN])
    more = say(lang, "report.web.more_fields", count=len(fields) - FIELDS_SHOWN) if len(fields) > FIELDS_SHOWN else ""
    return RequestView(
        shown(first["method"], 12), shown(first["path"], PATH_SHOWN), shown(first["host"], 80),
        say(lang, f"report.web.class.{first['request_class'] or 'unknown'}"), sent, held,
        ("；" if lang == "zh" else "; ").join(one for one in causes if one),
        tuple(dict.fromkeys(_repeat(one["repeat"], lang) for one in same if "repeat" in one)), named + more,
        actor)


def _cause(exchange: Json, lang: Language) -> str:
    trigger, pressed = exchange["trigger"], shown(exchange["pressed"], 60)
    if pressed and trigger in ("click", "trial", "load"):
        return say(lang, f"report.web.pressed.{trigger}", pressed=pressed)
    return say(lang, f"report.web.trigger.{trigger}") if trigger else ""


def _repeat(repeat: Json, lang: Language) -> str:
    """每 20 秒一次，虚拟的一天里共 2,910 次，无人操作时照常发出."""
    key = "report.web.repeat_idle" if repeat["idle"] else "report.web.repeat"
    return say(lang, key, period=period_named(repeat["period"], lang), count=f"{repeat['count']:,}")


def trial_told(attempt: Json, known: str, lang: Language) -> str:
    """A force trial in one or two sentences: what was tried, what happened, what the page said that is not in `known`,
    the words that stood there before."""
    trigger, detail = attempt["trigger"], attempt["detail"]
    prompt = next((one for one in PROMPTS if trigger == one or trigger.startswith(one + " ")), "")
    label = trigger.removeprefix(prompt).strip() if prompt else trigger
    said, kept_back, moved = _told(detail, label, known)
    did = say(lang, f"report.web.tried.{attempt['test']}", prompt=say(lang, f"report.web.prompt.{prompt or 'any'}"),
              label=shown(label, 80))
    result = say(lang, f"report.web.outcome.{attempt['test']}_{attempt['outcome']}")
    after = [say(lang, "report.web.page_said", words=shown(one, SAID_SHOWN)) for one in said[:2]]
    after += [say(lang, "report.web.not_asked", request=shown(one, PATH_SHOWN)) for one in kept_back[:1]]
    after += [say(lang, "report.web.moved", wanted=shown(wanted, 80), got=shown(got, 80))
              for wanted, got in moved[:1] if wanted != got]
    return did + result + "".join(after)


def _told(detail: str, label: str, known: str) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """What the page said, requests that were left out, and where one was led instead. Of a text and
    its parts the parts are told, as far as they are new."""
    said, kept_back, moved = list[str](), list[str](), list[tuple[str, str]]()
    for part in detail.split("; "):
        text = _LEAD.sub("", part.strip(), count=1)
        request = _REQUEST.search(text)
        if text.startswith("not asked:") and request:
            kept_back.append(f"{request['method']} {request['path'].split('?')[0]}")
        elif found := _MOVED.fullmatch(text):
            moved.append((found["wanted"], found["got"]))
        elif text and text not in _OWN_WORDS and text not in label and not (request and request.start() == 0):
            said.append(text)
    said = list({"".join(text.split()): text for text in reversed(said)}.values())[::-1]
    parts = [text for text in said if not any(other != text and _holds(text, other) for other in said)]
    fresh = [text for text in parts if not _holds(known, text)]
    return list(dict.fromkeys(fresh or parts)), kept_back, moved


def _holds(whole: str, part: str) -> bool:
    return "".join(part.split()) in "".join(whole.split())


def blocked_named(blocked: str, lang: Language) -> str:
    """Why a route was not visited."""
    for key in (f"report.web.blocked.{blocked}", f"gaps.{blocked}"):
        if blocked and has(key):
            return say(lang, key)
    return shown(blocked, 120) or say(lang, "report.web.blocked.unknown")
