"""Small parts of pages that rows of lists repeat: what they say is made once for each language. Filters of templates,
which cost a row less than a macro or a call. Knows no page."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from markupsafe import Markup

from appscan.model.days import BEIJING
from appscan.texts import Language, say

MOST = 1024
_SIGN = Markup('<span class="{} {}">{}</span>')


@lru_cache(MOST)
def word(value: str, space: str, lang: Language) -> str:
    """What a closed word is called: the entry `space.value` of the catalogue."""
    return say(lang, f"{space}.{value}")


@lru_cache(MOST)
def verdict_sign(verdict: str, lang: Language) -> Markup:
    """The sign of a verdict; "" for an app that nobody has judged."""
    text = say(lang, f"verdicts.{verdict}") if verdict else say(lang, "desk.lists.unjudged")
    return _SIGN.format("verdict", verdict or "none", text)


@lru_cache(MOST)
def state_sign(state: str, lang: Language) -> Markup:
    """The sign of what people decided."""
    return _SIGN.format("state", state, say(lang, f"desk.review_state.{state}"))


def day(when: datetime) -> Markup:
    """The day of a moment by the clock in Beijing."""
    here = when.astimezone(BEIJING).isoformat()
    return Markup(f'<time datetime="{here}">{here[:10]}</time>')  # noqa: S704 (digits and signs)


def seconds(when: datetime) -> str:
    """A moment to the second by the clock in Beijing."""
    return f"{when.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
