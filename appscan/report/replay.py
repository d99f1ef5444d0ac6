"""How a person sees the evidence of a crawl again with a browser, step by step, without sending anything. Knows no
markup; addresses are told, never linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from appscan.model.sighting import MIDNIGHT
from appscan.report.timeline import HOUR, clock, period_named
from appscan.report.words import Json
from appscan.texts import Language, say, shown

ADDRESS_SHOWN = 300
WAITED_AT_MOST = 900_000
"""Milliseconds that a person is asked to wait for something to repeat."""


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One step; `exact` is what is typed or looked for as it stands."""

    text: str
    exact: str = ""


def replay(crawl: Json, screen: str, actors: Sequence[str], evidence: Sequence[Json], day: Json | None,
           lang: Language) -> tuple[ReplayStep, ...]:
    """The steps for one screen; none where its address is not known to be one of the web."""
    address = address_of(crawl, screen)
    if not address:
        return ()
    seen = [one["seen"] for one in evidence if "seen" in one]
    steps = [ReplayStep(say(lang, "report.replay.open"), shown(address, ADDRESS_SHOWN))]
    if any(one.get("viewport") == "mobile" for one in seen):
        steps.append(ReplayStep(say(lang, "report.replay.mobile")))
    signed_in = [one["name"] for one in crawl["actors"] if one["name"] in actors and one["login"] not in ("none", "")]
    if signed_in:
        named = ("、" if lang == "zh" else ", ").join(shown(name, 60) for name in signed_in[:5])
        steps.append(ReplayStep(say(lang, "report.replay.login", actor=named)))
    steps += _network(seen, lang)
    steps += _trials(crawl, screen, lang)
    steps += _by_itself(seen, day, lang)
    return tuple(steps)


def address_of(crawl: Json, screen: str) -> str:
    """Where a screen is opened: its route on the host of the first start address; "" for what is no page of the web."""
    if not screen.startswith("/") or screen.startswith("//"):
        return ""
    for url in crawl["start_urls"]:
        try:
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.hostname:
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{screen}"
    return ""


def _network(seen: Sequence[Json], lang: Language) -> list[ReplayStep]:
    """Watch the network: what comes by itself, then offline what a press would send."""
    exchanges = [one["exchange"] for one in seen if "exchange" in one]
    telling = [one for one in exchanges if one["request_class"] != "read"] or exchanges
    if not telling:
        return []
    repeats = sorted((one["repeat"]["period"], one["exchange"]["path"].split("?")[0]) for one in seen
                     if "repeat" in one and "exchange" in one)
    path = repeats[0][1] if repeats else telling[0]["path"].split("?")[0]
    steps = [ReplayStep(say(lang, "report.replay.network"), shown(path.rstrip("/").rpartition("/")[2] or path, 80))]
    if repeats:
        period = repeats[0][0]
        steps.append(ReplayStep(say(
            lang, "report.replay.wait" if period <= WAITED_AT_MOST else "report.replay.wait_long",
            period=period_named(period, lang), twice=period_named(period * 3, lang), path=shown(path, 120))))
    same = [one for one in telling if one["path"].split("?")[0] == path]
    pressed = next((one for one in same if one["pressed"]), None)
    if pressed:
        steps += [ReplayStep(say(lang, "report.replay.offline")), ReplayStep(say(
            lang, "report.replay.press", control=shown(pressed["pressed"], 60),
            request=f"{shown(pressed['method'], 10)} {shown(path, 120)}"))]
    fields: Sequence[str] = next((one["fields"] for one in same if one["fields"]), ())
    if fields:
        named = ("、" if lang == "zh" else ", ").join(shown(field, 40) for field in fields[:6])
        steps.append(ReplayStep(say(lang, "report.replay.payload", fields=named)))
    return steps


def _trials(crawl: Json, screen: str, lang: Language) -> list[ReplayStep]:
    tests = dict.fromkeys(one["attempt"]["test"] for one in crawl["trials"] if one["screen"] == screen)
    return [ReplayStep(say(lang, f"report.replay.trial.{test}")) for test in tests]


def _by_itself(seen: Sequence[Json], day: Json | None, lang: Language) -> list[ReplayStep]:
    """What else was seen in virtual time, in real time: leave, wait, stay past midnight."""
    steps = []
    if any(one.get("exchange", {}).get("trigger") == "leave" for one in seen):
        steps.append(ReplayStep(say(lang, "report.replay.leave")))
    happenings = day["happenings"] if day else ()
    idle = day["begin"] + min(HOUR, (day["end"] - day["begin"]) // 4) if day else 0
    early = next((one for one in happenings if idle < one["at"] < MIDNIGHT), None)
    if early:
        steps.append(ReplayStep(say(lang, "report.replay.idle", wait=period_named(early["at"] - idle, lang))))
    late = next((one for one in happenings if one["at"] >= MIDNIGHT), None)
    if late:
        steps.append(ReplayStep(say(lang, "report.replay.midnight", time=clock(late["at"], lang))))
    return steps
