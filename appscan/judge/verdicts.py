"""Presence × force → verdict, per profile; intervals; the verdict of an app. Knows no reading."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from appscan.model.judgement import Declaration, Force, Message, Presence, Verdict


class Profile(StrEnum):
    """How strict presence alone is taken (judgement.md)."""

    DEFAULT = "default"
    STRICT = "strict"


def verdict_of(presence: Presence, force: Force, profile: Profile) -> Verdict:
    """The verdict where both are known for certain."""
    match presence:
        case Presence.NONE:
            return Verdict.NOT_FOUND
        case Presence.MENTIONED | Presence.BUNDLED:
            # An order is the app's own text, so with it a feature that is bundled is mentioned as well.
            return Verdict.NEEDS_REVIEW if force is Force.ORDER else Verdict.INFO
        case Presence.REACHABLE | Presence.EXERCISED:
            if profile is Profile.STRICT or force.rank >= Force.CONSEQUENCE.rank:
                return Verdict.LIKELY_VIOLATION
            return Verdict.NEEDS_REVIEW


def verdict_between(low: tuple[Presence, Force], high: tuple[Presence, Force],
                    profile: Profile) -> tuple[Verdict, bool]:
    """Verdict of an interval, and whether it is open upwards (seams.md, "Presence and force under partial sight")."""
    least, most = verdict_of(*low, profile), verdict_of(*high, profile)
    if least is most:
        return least, False
    if least.severity >= Verdict.NEEDS_REVIEW.severity:
        return least, True
    return Verdict.INCONCLUSIVE, True


def verdict_of_required(presence: Presence, at_most: Presence, applies: bool | None = True) -> Verdict:
    """Verdict on a feature that must be there: its earned absence is `missing` where it is asked of the app at all.
    `applies` is None where too little was seen to tell."""
    if presence.rank >= Presence.REACHABLE.rank:
        return Verdict.NOT_FOUND
    if applies is False:
        return Verdict.INFO
    if at_most.rank >= Presence.REACHABLE.rank or applies is None:
        return Verdict.INCONCLUSIVE
    return Verdict.MISSING


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that ranks highest; not_found for none."""
    return max(verdicts, key=lambda verdict: verdict.severity, default=Verdict.NOT_FOUND)


def declaration_of(declared: bool | None, verdict: Verdict, *, is_there: bool = False) -> Declaration:
    """How the finding stands to app.yaml. `declared` is None where there is no declaration; `is_there`: a required
    feature was found, which nobody has to declare."""
    if declared is None:
        return Declaration.NO_DECLARATION
    if is_there:
        return Declaration.MATCHES
    match verdict:
        case Verdict.INCONCLUSIVE:
            return Declaration.CANNOT_TELL
        case Verdict.NOT_FOUND | Verdict.INFO | Verdict.MISSING:
            return Declaration.DECLARED_NOT_FOUND if declared else Declaration.MATCHES
        case _:
            return Declaration.MATCHES if declared else Declaration.UNDECLARED


def reason_of(verdict: Verdict, presence: Presence, force: Force) -> Message:
    """Why, as a catalogue entry."""
    match verdict:
        case Verdict.LIKELY_VIOLATION | Verdict.NEEDS_REVIEW:
            return Message(f"{presence}_{verdict}", {"force": force.value})
        case Verdict.INCONCLUSIVE:
            return Message("not_enough_seen", {})
        case _:
            return Message(f"{verdict}_{presence}", {})
