"""One actor's crawl in one window: sign in, walk, force trials, proof of the login, virtual days. Knows no policy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Error

from appscan.capture.addresses import urldefrag
from appscan.capture.browser import Chromium
from appscan.capture.contexts import close, living
from appscan.capture.days import Days
from appscan.capture.explore import Explorer
from appscan.capture.failures import CaptureError, Failure
from appscan.capture.journal import PAGE_KINDS, Journal, Moment
from appscan.capture.manners import Manners
from appscan.capture.network import Network
from appscan.capture.options import Actor, CaptureOptions, Progress
from appscan.capture.page import Seat
from appscan.capture.patience import Patience
from appscan.capture.proof import Guest, guest_at
from appscan.capture.refusals import tell_refusals
from appscan.capture.secrets import Secrets
from appscan.capture.session import Home, Session, Stored, restoring
from appscan.capture.trials import Trials
from appscan.capture.walls import Walk, tell_walls
from appscan.capture.ways import Ways
from appscan.errors import UsageError

BROWSER_DEATHS = 3
WALK_SHARE, TRIALS_SHARE = 0.7, 0.85
"""Parts of a crawl's time at whose end the walk and the trials stop where something is wanted after them."""


@dataclass
class Run:
    """What one capture shares between its actors."""

    urls: list[str]
    options: CaptureOptions
    chromium: Chromium
    journal: Journal
    secrets: Secrets
    progress: Progress
    hosts: frozenset[str]
    left: list[str] = field(default_factory=list)
    actors: list[dict[str, Any]] = field(default_factory=list)
    failures: list[CaptureError] = field(default_factory=list)
    walled: bool = False


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When the parts of a crawl stop, in seconds of the monotonic clock."""

    walk: float
    trials: float
    end: float

    @staticmethod
    def within(seconds: float, options: CaptureOptions, extras: bool) -> Deadlines:
        """Shares of the next `seconds`; what a part does not need is left to those after it."""
        now = time.monotonic()
        days = extras and options.days > 0 and options.virtual_hours > 0
        trials = extras and options.trials > 0
        walk = WALK_SHARE if days or trials else 1.0
        return Deadlines(now + seconds * walk, now + seconds * (TRIALS_SHARE if days else 1.0), now + seconds)


@dataclass
class Crawl:
    """Goes on where it was after a browser that died; what was seen stays in the journal."""

    run: Run
    actor: Actor
    viewport: str
    first: bool
    deadlines: Deadlines
    explorer: Explorer | None = None
    trials: Trials | None = None
    days: Days | None = None
    unseen: CaptureError | None = None
    """Why nothing was seen so far; a gap only where no later try gets further."""

    def go(self) -> None:
        """The whole crawl; failures are kept as gaps."""
        run = self.run
        run.journal.moment = Moment(self.actor.name, viewport=self.viewport)
        network = Network(run.options, run.hosts, run.journal)
        network.manners.starts = frozenset(urldefrag(url).url for url in run.urls)
        session = Session(run.journal, run.secrets, self._row(), run.urls[0], self._guest)
        try:
            for death in range(BROWSER_DEATHS):
                if death and time.monotonic() > self.deadlines.end:
                    break
                try:
                    self._once(network, session)
                    break
                except (CaptureError, Error) as error:
                    if not self._failed(error):
                        break
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 (a fault of ours must not cost what was seen, nor pass for a whole walk)
            failure = CaptureError(Failure.OWN_FAILURE, run.urls[0], why=f"{type(error).__name__}: {error}"[:200])
            run.failures.append(failure)
            run.journal.gap(failure.failure.value, list(PAGE_KINDS), "", blinds=True, why=failure.params["why"])
        finally:
            self._end()

    def _once(self, network: Network, session: Session) -> None:
        run = self.run
        saved = Stored.of(self.actor.storage_state)
        with self._context(saved.state) as context:
            network.attach(context)
            if saved.sessions:
                context.add_init_script(saved.restoring())
            seat = Seat(run.chromium, context, network, run.journal)
            session.sign_in(self.actor, network, seat)
            home = Home(context.storage_state(), seat.stored())
            explorer = self._explorer(network, seat)
            with self._anew(network, home) as explorer.ways.fresh:
                explorer.seat = seat
                explorer.run()
                if self.first:
                    self._try(explorer, explorer.ways.fresh)
            explorer.seat = seat
            explorer.forget_place()
            session.prove_after(seat, self.deadlines.end)
            if self.first:
                self.days = self.days or self._days()
                self.days.live(explorer, home, network, self.viewport, self.deadlines.end)

    def _days(self) -> Days:
        run = self.run
        return Days(run.options, run.chromium, run.journal, run.progress, run.hosts)

    def _explorer(self, network: Network, seat: Seat) -> Explorer:
        if self.explorer is None:
            run = self.run
            suffix = self.actor.name if self.first else f"{self.actor.name}-{self.viewport}"
            deadline = self.deadlines.walk
            ways = Ways(run.journal, seat, Patience(run.journal))
            self.explorer = Explorer(run.journal, network, run.options, ways, run.progress, deadline, suffix)
            self.explorer.start(run.urls)
        return self.explorer

    def _failed(self, error: CaptureError | Error) -> bool:
        """Note why the browser or the page could not go on; True where it is worth starting again."""
        run = self.run
        if run.chromium.stop.is_set():
            raise KeyboardInterrupt
        failure = error if isinstance(error, CaptureError) else CaptureError(Failure.BROWSER_DIED, self.actor.name)
        run.failures.append(failure)
        if self.explorer is None:
            self.unseen = failure  # another try may still see everything
        else:
            last = failure.failure is not Failure.BROWSER_DIED  # then what is to come stays unseen
            run.journal.gap(failure.failure.value, list(PAGE_KINDS), "", blinds=last)
        if failure.failure is not Failure.BROWSER_DIED:
            return False
        if time.monotonic() > self.deadlines.end:
            run.journal.reached.add("minutes")
            return False
        try:
            run.chromium.renew()
        except CaptureError as gone:
            run.failures.append(gone)
            run.journal.gap(gone.failure.value, list(PAGE_KINDS), "", blinds=True)
            return False
        return True

    def _end(self) -> None:
        if self.explorer is None:
            if self.unseen:
                gap = self.unseen.failure.value
                step = {name: str(of) for name, of in self.unseen.params.items() if name == "step"}
                self.run.journal.gap(gap, list(PAGE_KINDS), self.run.urls[0], blinds=True, **step)
            return
        if self.first:
            (self.days or self._days()).tell_missing(self.explorer)
        self.run.failures += self.explorer.failures
        self.run.left += self.explorer.frontier.left()
        nodes, doors = tuple(self.explorer.nodes.values()), frozenset(self.explorer.doors)
        turned, journal = self.explorer.turned.tell(self.run.journal), self.run.journal
        refused = tell_refusals(journal, self.actor.name, {node.id for node in nodes})
        walk = Walk(nodes, doors, self.explorer.arrivals, turned, refused)
        self.run.walled = tell_walls(walk, journal, self.run.urls, self.actor.login == "none") or self.run.walled

    def _row(self) -> dict[str, Any]:
        """The actor's row of the recording, one for all windows."""
        for row in self.run.actors:
            if row["name"] == self.actor.name:
                return row
        row = {
            "name": self.actor.name,
            "login": self.actor.login,
            "logged_in_before": None,
            "logged_in_after": None,
            "lost_at": None,
        }
        self.run.actors.append(row)
        return row

    def _guest(self) -> Guest | None:
        """The start as somebody sees it who has not signed in; not this actor's, so it is not recorded."""
        run, unread = self.run, Journal()
        network = Network(run.options, run.hosts, unread)
        network.manners = Manners(run.options, frozenset(urldefrag(url).url for url in run.urls))
        context = living(run.chromium, run.options, self.viewport, None, run.hosts, unread)
        try:
            network.attach(context)
            return guest_at(Seat(run.chromium, context, network, unread), run.urls[0])
        finally:
            close(context)

    @contextmanager
    def _context(self, storage: Any) -> Iterator[BrowserContext]:
        run = self.run
        try:
            context = living(run.chromium, run.options, self.viewport, storage, run.hosts, run.journal)
        except Error as error:
            path = self.actor.storage_state
            if path is None or run.chromium.browser is None or not run.chromium.browser.is_connected():
                raise
            raise UsageError("login_state_wrong", file=path.name) from error  # the browser lives: it is the file
        try:
            yield context
        finally:
            close(context)

    @contextmanager
    def _anew(self, network: Network, home: Home) -> Iterator[Callable[[], Seat]]:
        """Gives pages in fresh contexts as they were when the walk began; the one before is closed each time."""
        run = self.run
        contexts: list[BrowserContext] = []

        def fresh() -> Seat:
            while contexts:
                close(contexts.pop())
            context = living(run.chromium, run.options, self.viewport, home.stored, run.hosts, run.journal)
            contexts.append(context)
            network.attach(context)
            if home.session:
                context.add_init_script(restoring(json.dumps(home.session)))
            return Seat(run.chromium, context, network, run.journal)

        try:
            yield fresh
        finally:
            while contexts:
                close(contexts.pop())

    def _try(self, explorer: Explorer, fresh: Callable[[], Seat]) -> None:
        """Force trials; they remember over a browser that died what was tried."""
        if self.trials is None:
            most = self.run.options.trials
            self.trials = Trials(explorer, self.run.journal, most, fresh, self.deadlines.trials)
        self.trials.fresh = fresh
        self.trials.run()
