"""The sign of a verdict: a shape, a word, and a name for its colour, so that colour is never the only sign."""

from __future__ import annotations

from dataclasses import dataclass

from appscan.model.judgement import Verdict
from appscan.texts import Language, say

SIGNS = {Verdict.LIKELY_VIOLATION: "▲", Verdict.NEEDS_REVIEW: "◆", Verdict.MISSING: "◇", Verdict.INCONCLUSIVE: "?",
         Verdict.EXEMPT: "■", Verdict.EXEMPT_CLAIMED: "□", Verdict.INFO: "●", Verdict.NOT_FOUND: "○"}


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict as people see it; `key` is the verdict itself."""

    key: str
    sign: str
    word: str


def badge(verdict: str, lang: Language) -> Badge:
    """The badge of a verdict of the closed set."""
    return Badge(verdict, SIGNS[Verdict(verdict)], say(lang, f"verdicts.{verdict}"))
