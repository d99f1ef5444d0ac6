"""Does a session hold? What the start shows to who signed in, beside what it shows to anybody. Knows no policy.

That a page is no place to sign in proves nothing where its home is public: a login that has run out looks the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from playwright.sync_api import Error

from appscan.capture.failures import CaptureError, Failure
from appscan.capture.page import Seat, Sight
from appscan.capture.shapes import listed
from appscan.capture.walls import NO_SIGN_IN, SIGN_IN, is_door

WAITED = 3000
LONGEST_NAME = 20


class Proof(StrEnum):
    """What opening the start said. `same`: nothing that others do not see; `refused`: 401 or 403; `unanswered`: it did
    not open for another reason."""

    HELD = "held"
    LOST = "lost"
    SAME = "same"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Guest:
    """What the start shows to somebody who has not signed in."""

    sight: Sight
    door: bool


@dataclass(frozen=True, slots=True)
class Proved:
    """A proof, and the status of the answer where there was one."""

    proof: Proof
    status: int = 200


def guest_at(seat: Seat, url: str) -> Guest | None:
    """Look at the start without a login; None where it does not open. Raises CaptureError (browser_died)."""
    seat.away = ""
    try:
        sight = seat.open(url)
        return Guest(sight, bool(seat.away) or is_door(seat.look(), sight.route))
    except CaptureError as error:
        if error.failure is Failure.BROWSER_DIED:
            raise
        return None
    except Error:
        return None


def prove(seat: Seat, url: str, expects: tuple[str, ...], guest: Guest | None) -> Proved:
    """Open the start and tell whether the session holds: what was expected is there, or, where nothing was, something
    that a guest does not see. Raises CaptureError (browser_died)."""
    seat.away = ""
    try:
        sight = seat.open(url)
        seen = seat.look()
        if seat.away or is_door(seen, sight.route):
            return Proved(Proof.LOST)
        if expects:
            return Proved(Proof.HELD if _shows(seat, expects) else Proof.LOST)
        if guest is None or guest.door or sight.key != guest.sight.key:
            return Proved(Proof.HELD)
        more = sight.marks - guest.sight.marks
        signing = any(_signs_in(str(row.get("text", ""))) for row in listed(seen, "controls"))
        if signing:
            return Proved(Proof.SAME if more else Proof.LOST)
        return Proved(Proof.HELD if more else Proof.SAME)
    except CaptureError as error:
        if error.failure is Failure.BROWSER_DIED:
            raise
        status = error.params.get("status")
        code = status if isinstance(status, int) else 0
        return Proved(Proof.REFUSED if code in (401, 403) else Proof.UNANSWERED, code)
    except Error:
        return Proved(Proof.UNANSWERED, 0)


def _shows(seat: Seat, expects: tuple[str, ...]) -> bool:
    for _ in range(WAITED // 100):
        if all(seat.page.get_by_text(text).count() for text in expects):
            return True
        seat.page.wait_for_timeout(100)
    return False


def _signs_in(text: str) -> bool:
    return len(text) <= LONGEST_NAME and bool(SIGN_IN.search(text)) and not NO_SIGN_IN.search(text)
