"""Force trials of a crawl told in words. Knows no markup and no picture."""

from __future__ import annotations

import re
from dataclasses import dataclass

from appscan.report.words import Json
from appscan.texts import Language, say, shown
from appscan.texts.browser_words import prompt_of

PATH_SHOWN = 160
SAID_SHOWN = 140

_REQUEST = re.compile(r"(?P<method>[A-Z]{2,8}) (?:https?://[^\s/]*)?(?P<path>/\S*)")
_LEAD = re.compile(r"(?:submitted|stopped|invalid|done|refused|missing): ?")
_MOVED = re.compile(r"(?P<wanted>\S+) -> (?P<got>\S+)")
_OWN_WORDS = frozenset({"gone by itself"})


@dataclass(frozen=True, slots=True)
class Told:
    """What the page `said`, the requests that were `kept_back`, and where one was led instead (`moved`)."""

    said: tuple[str, ...]
    kept_back: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]


def trial_told(attempt: Json, known: str, lang: Language) -> str:
    """A force trial in one or two sentences: what was tried, what happened, what the page said that is not in `known`,
    the words that stood there before."""
    prompt, label = prompt_of(attempt["trigger"])
    told = told_of(attempt, known)
    did = say(lang, f"report.web.tried.{attempt['test']}", prompt=say(lang, f"report.web.prompt.{prompt or 'any'}"),
              label=shown(label, 80))
    result = say(lang, f"report.web.outcome.{attempt['test']}_{attempt['outcome']}")
    after = [say(lang, "report.web.page_said", words=shown(one, SAID_SHOWN)) for one in told.said[:2]]
    after += [say(lang, "report.web.not_asked", request=shown(one, PATH_SHOWN)) for one in told.kept_back[:1]]
    after += [say(lang, "report.web.moved", wanted=shown(wanted, 80), got=shown(got, 80))
              for wanted, got in told.moved[:1] if wanted != got]
    return (" " if lang == "en" else "").join(one.strip() for one in [did, result, *after])


def told_of(attempt: Json, known: str = "") -> Told:
    """The parts of what was written down of a trial. Of a text and its parts the parts are told, as far as they are not
    in `known`, the shortest things first where nothing is."""
    label = prompt_of(attempt["trigger"])[1]
    said, kept_back, moved = list[str](), list[str](), list[tuple[str, str]]()
    for part in attempt["detail"].split("; "):
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
    return Told(tuple(dict.fromkeys(fresh or parts)), tuple(kept_back), tuple(moved))


def _holds(whole: str, part: str) -> bool:
    return "".join(part.split()) in "".join(whole.split())
