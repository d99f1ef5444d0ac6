"""How a person sees the evidence of a crawl again with a browser, step by step, without sending anything: what
writes is done offline. Knows no markup; addresses are told, never linked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from appscan.model.sighting import MIDNIGHT
from appscan.report.timeline import HOUR, clock, period_named
from appscan.report.trial_words import told_of
from appscan.report.words import Json, actor_named
from appscan.texts import Language, enumerated, say, shown
from appscan.texts.browser_words import prompt_of

ADDRESS_SHOWN = 300
WAITED_AT_MOST = 900_000
"""Milliseconds that a person is asked to wait for something to repeat."""

LOOKED_FOR, LOOKED_FOR_LENGTH = 4, 40
SEEN_ON_PAGE = ("title", "text", "control", "dialog")
PLACE_FIELDS = ("longitude", "latitude", "lng", "lat")
MADE_ONCE = 4
"""Trials that are told as steps."""


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
    trials = _trials(crawl, screen, actors)
    steps = [ReplayStep(say(lang, "report.replay.open"), shown(address, ADDRESS_SHOWN))]
    if any(one.get("viewport") == "mobile" for one in seen):
        steps.append(ReplayStep(say(lang, "report.replay.mobile")))
    signed_in = [one["name"] for one in crawl["actors"] if one["name"] in actors and one["login"] not in ("none", "")]
    if signed_in:
        named = enumerated(lang, [actor_named(name, lang) for name in signed_in[:5]])
        steps.append(ReplayStep(say(lang, "report.replay.login", actor=named)))
    prompts = [prompt for prompt, _ in (prompt_of(one["trigger"]) for one in trials) if prompt]
    if prompts or _needs_place(evidence):
        steps.append(ReplayStep(say(lang, "report.replay.allow")))
    steps += _look(evidence, seen, lang)
    steps += _frames([one for one in seen if _is(one, "write", "unknown") and _is_frame(one)], lang)
    steps += _offline([one for one in seen if _is(one, "write", "unknown") and not _is_frame(one)], trials, day, lang)
    steps += [ReplayStep(say(lang, f"report.replay.trial.{one['test']}",
                             dialog=shown(prompt_of(one["trigger"])[1], LOOKED_FOR_LENGTH),
                             control=shown(_brought_by(evidence, one["trigger"]), 60)))
              for one in trials if one["test"] in ("skip", "opt_out")]
    return tuple(dict.fromkeys(steps + _past_midnight(day, lang)))


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


def _trials(crawl: Json, screen: str, actors: Sequence[str]) -> list[Json]:
    """The trials of a screen, each test once: that which tells most first."""
    made = [one["attempt"] for one in crawl["trials"] if one["screen"] == screen and one["actor"] in actors]
    made.sort(key=lambda one: one["outcome"] != "refused")
    return list({one["test"]: one for one in reversed(made)}.values())[::-1][:MADE_ONCE]


def _brought_by(evidence: Iterable[Json], dialog: str) -> str:
    """The control whose press brought a dialog; empty where opening the page did, or nobody saw what did."""
    return next((str(one["seen"]["came_by"]) for one in evidence
                 if one.get("value") and one["value"] in dialog and one.get("seen", {}).get("came_by")), "")


def _needs_place(evidence: Iterable[Json]) -> bool:
    return any("geolocation" in one.get("value", "")
               or any(field.rpartition(".")[2].lower() in PLACE_FIELDS
                      for field in one.get("seen", {}).get("exchange", {}).get("fields", ())) for one in evidence)


def _look(evidence: Sequence[Json], seen: Sequence[Json], lang: Language) -> list[ReplayStep]:
    """What a plain page shows: what to press to read it, and the words to look for."""
    steps = []
    pressed = next((one["exchange"]["pressed"] for one in seen if _is(one, "read") and one["exchange"]["pressed"]
                    and one["exchange"]["trigger"] != "trial"), "")
    if pressed and not any(_is(one, "write", "unknown") for one in seen):
        steps.append(ReplayStep(say(lang, "report.replay.press_to_read", control=shown(pressed, 60))))
    on_page = [one for one in evidence if one.get("kind") in SEEN_ON_PAGE and one["live"] and one["seen"].get("picture")
               and not one["seen"].get("stood_in") and one["role"] not in ("literal", "string", "key")]
    words = dict.fromkeys(shown(one["value"], LOOKED_FOR_LENGTH) for one in on_page)
    short = [one for one in words if one and not any(other != one and other in one for other in words if other)]
    told = [say(lang, "report.way.quoted", words=one) for one in short[:LOOKED_FOR]]
    if told:
        steps.append(ReplayStep(say(lang, "report.replay.look", words=enumerated(lang, told))))
    return steps


def _is(seen: Json, *classes: str) -> bool:
    return "exchange" in seen and (seen["exchange"]["request_class"] or "unknown") in classes


def _is_frame(seen: Json) -> bool:
    return bool(seen["exchange"]["kind"] == "socket")


def _offline(requests: Sequence[Json], trials: Sequence[Json], day: Json | None, lang: Language) -> list[ReplayStep]:
    """What writes, or may write: the page is loaded, then taken offline, then pressed or left alone."""
    omitted = [one for one in trials if one["test"] == "omit"]
    asked = [one for one in trials if one["test"] in ("decline", "revoke")]
    idle = _idle(day, lang)
    if not (requests or omitted or asked or idle):
        return []
    steps, path = [], _telling_path(requests)
    if path:
        steps.append(ReplayStep(say(lang, "report.replay.network"),
                                shown(path.rstrip("/").rpartition("/")[2] or path, 80)))
    steps.append(ReplayStep(say(lang, "report.replay.offline")))
    steps += [ReplayStep(_omitted(one, lang)) for one in omitted]
    given = next((prompt_of(one["trigger"])[1] for one in omitted if one["outcome"] == "refused"), "")
    same = [one for one in requests if one["exchange"]["path"].split("?")[0] == path]
    steps += _sent_offline(same, path, given, lang)
    steps += idle
    known = " ".join(one["trigger"] for one in trials)
    steps += [ReplayStep(_asked(one, known, lang)) for one in asked]
    return [*steps, ReplayStep(say(lang, "report.replay.online"))]


def _telling_path(requests: Sequence[Json]) -> str:
    """The address of what is repeated most often, else of the first write that was seen outside of trials."""
    repeats = sorted((one["repeat"]["period"], one["exchange"]["path"].split("?")[0]) for one in requests
                     if "repeat" in one)
    if repeats:
        return str(repeats[0][1])
    return next((str(one["exchange"]["path"].split("?")[0]) for one in requests), "")


def _sent_offline(same: Sequence[Json], path: str, given: str, lang: Language) -> list[ReplayStep]:
    """Wait, press, leave: what then stands in the list of requests as failed. `given` is the control that refused
    without a photo."""
    steps = []
    periods = sorted(one["repeat"]["period"] for one in same if "repeat" in one)
    if periods:
        key = "report.replay.wait" if periods[0] <= WAITED_AT_MOST else "report.replay.wait_long"
        steps.append(ReplayStep(say(lang, key, period=period_named(periods[0], lang),
                                    twice=period_named(periods[0] * 3, lang), path=shown(path, 120))))
    exchanges = [one["exchange"] for one in same]
    pressed = next((one for one in exchanges if prompt_of(one["pressed"])[1]), None)
    if pressed:
        control = prompt_of(pressed["pressed"])[1]
        key = "report.replay.press_given" if control == given else "report.replay.press"
        steps.append(ReplayStep(say(lang, key, control=shown(control, 60),
                                    request=f"{shown(pressed['method'], 10)} {shown(path, 120)}")))
    if any(one["trigger"] == "leave" for one in exchanges):
        steps.append(ReplayStep(say(lang, "report.replay.leave")))
    fields: Sequence[str] = next((one["fields"] for one in exchanges if one["fields"]), ())
    if fields and steps:
        named = enumerated(lang, [shown(field, 40) for field in fields[:6]])
        steps.append(ReplayStep(say(lang, "report.replay.payload", fields=named)))
    return steps


def _frames(frames: Sequence[Json], lang: Language) -> list[ReplayStep]:
    """A socket is one entry of the list; what goes through it stands under its messages."""
    if not frames:
        return []
    path = frames[0]["exchange"]["path"].split("?")[0]
    periods = sorted(one["repeat"]["period"] for one in frames if "repeat" in one)
    steps = [ReplayStep(say(lang, "report.replay.network"), shown(path.rstrip("/").rpartition("/")[2] or path, 80)),
             ReplayStep(say(lang, "report.replay.frames",
                            period=period_named(periods[0], lang) if periods else ""))]
    fields: Sequence[str] = next((one["exchange"]["fields"] for one in frames if one["exchange"]["fields"]), ())
    if fields:
        named = enumerated(lang, [shown(field, 40) for field in fields[:6]])
        steps.append(ReplayStep(say(lang, "report.replay.frame_fields", fields=named)))
    return steps


def _omitted(trial: Json, lang: Language) -> str:
    """Submitting without the picture: the page's words and no request where it refused, else the request."""
    told = told_of(trial)
    control = shown(prompt_of(trial["trigger"])[1], 60)
    if trial["outcome"] != "refused":
        return say(lang, "report.replay.trial.omit", control=control)
    return say(lang, "report.replay.trial.omit_refused", control=control, words=(told.said or [""])[0],
               request=(told.kept_back or [""])[0])


def _asked(trial: Json, known: str, lang: Language) -> str:
    """A permission refused, or taken back: what the page then said and did not send."""
    prompt, label = prompt_of(trial["trigger"])
    told = told_of(trial, known)
    refused = trial["outcome"] == "refused"
    permission = say(lang, f"report.web.permission.{prompt or 'any'}")
    return say(lang, f"report.replay.trial.{trial['test']}", prompt=permission, control=shown(label, 60),
               words=(told.said or [""])[0] if refused else "", request=(told.kept_back or [""])[0] if refused else "")


def _idle(day: Json | None, lang: Language) -> list[ReplayStep]:
    """A dialog that comes where nobody touches the page, waited for in real time."""
    idle = day["begin"] + min(HOUR, (day["end"] - day["begin"]) // 4) if day else 0
    early = next((one for one in (day["happenings"] if day else ())
                  if one["what"] in ("dialog", "message") and idle < one["at"] < MIDNIGHT), None)
    if day is None or early is None:
        return []
    return [ReplayStep(say(lang, "report.replay.idle", wait=period_named(early["at"] - idle, lang)))]


def _past_midnight(day: Json | None, lang: Language) -> list[ReplayStep]:
    late = next((one for one in (day["happenings"] if day else ()) if one["at"] >= MIDNIGHT), None)
    return [ReplayStep(say(lang, "report.replay.midnight", time=clock(late["at"], lang)))] if late else []
