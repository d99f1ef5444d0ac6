"""What a crawl saw around a piece of evidence, and how far it came. Values only; how they are found is judge/'s
business."""

from __future__ import annotations

from dataclasses import dataclass

from appscan.model.personal import Box

MIDNIGHT = 86_400_000
"""Milliseconds of the virtual day's date; later ones belong to the next day."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request: `sent` is False where the capture answered it itself, None where only its repetition was kept;
    `pressed` is the control that set it off; `host` is empty for the site's own."""

    method: str
    path: str
    request_class: str
    kind: str
    trigger: str
    sent: bool | None
    host: str = ""
    status: str = ""
    pressed: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request that was repeated in the virtual day: period, first and last in milliseconds (virtual), spread as a
    share of the period; `idle` where nobody was at the page."""

    period: int
    count: int
    spread: str
    idle: bool
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A force trial in one word each, and what was tried and seen in the words of the page."""

    test: str
    outcome: str
    trigger: str
    detail: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where evidence can be seen: `picture` is the SHA-256 of the screenshot in the recording, `box` the place on it;
    the rest is what happened there. `came_by` is the control whose press showed the page so; `stood_in` where the
    page came after an answer of the capture itself."""

    picture: str = ""
    box: Box | None = None
    viewport: str = ""
    exchange: Exchange | None = None
    repeat: Repeat | None = None
    attempt: Attempt | None = None
    virtual: bool = False
    came_by: str = ""
    stood_in: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that came by itself in the virtual day: `what` is dialog, text, request, route or message."""

    at: int
    what: str
    text: str
    way: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A request that was repeated in a virtual day."""

    exchange: Exchange
    repeat: Repeat


@dataclass(frozen=True, slots=True)
class DayLived:
    """The virtual day of one screen as one actor: begin and end in milliseconds, what was sent again and again, and
    what came by itself."""

    screen: str
    actor: str
    begin: int
    end: int
    repeated: tuple[Repeated, ...] = ()
    happenings: tuple[Happening, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialSeen:
    """A force trial with the screen where it was made; `picture` is the SHA-256 of what was seen afterwards."""

    screen: str
    actor: str
    attempt: Attempt
    picture: str = ""


@dataclass(frozen=True, slots=True)
class ActorSeen:
    """One user role: how it signed in, whether that was proved before and after (yes, no, unknown)."""

    name: str
    login: str
    before: str
    after: str
    lost_at: str = ""
    states: int = 0


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """One route: who found it, whether it was visited, and why not."""

    path: str
    found_by: str
    visited: bool
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class OriginSeen:
    """Another origin, a popup or a download; recorded, not followed."""

    url: str
    kind: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Crawl:
    """How far a crawl came. Lists are bounded; `routes_found` and `routes_visited` count all."""

    start_urls: tuple[str, ...] = ()
    states: int = 0
    viewports: tuple[str, ...] = ()
    actors: tuple[ActorSeen, ...] = ()
    routes: tuple[RouteSeen, ...] = ()
    routes_found: int = 0
    routes_visited: int = 0
    days: tuple[DayLived, ...] = ()
    trials: tuple[TrialSeen, ...] = ()
    caps: tuple[str, ...] = ()
    queue_left: int = 0
    robots: str = ""
    writes: str = ""
    intended: int = 0
    origins: tuple[OriginSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class PictureKept:
    """A picture beside the report: `sha256` names the file in evidence/, `source` the screenshot in the recording it
    was made from; equal where nothing had to be covered. `left` and `top` are where it begins on the screenshot."""

    source: str
    sha256: str
    width: int
    height: int
    covered: int = 0
    left: int = 0
    top: int = 0
