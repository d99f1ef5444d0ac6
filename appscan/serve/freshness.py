"""Keeps the lists and the overview at what is in the store: a few changes at once, many in a thread of its own, so that
nobody waits for a sweep that somebody else runs. Knows no page."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import TypeVar, cast

from appscan.errors import AppscanError, UnavailableError, UsageError
from appscan.model.days import beijing_day
from appscan.office.freshening import freshen
from appscan.serve import sessions
from appscan.serve.summing import OVERVIEW, kept_on, sum_up
from appscan.serve.summing_apart import sum_up_apart
from appscan.store import Condition, Kept, Store

T = TypeVar("T")
AT_ONCE = 30
"""Changes that a request works in itself: a decision, an exemption, the end of a scan."""
LOOK_SECONDS = 2.0
REST_SECONDS = 20.0
"""At most this between two times of summing up, while one change follows the other."""
REST_SHARE = 10
"""So many times as long as it took: what is summed up in a moment follows at once."""
LONG_SECONDS = 0.3
"""What takes more of the processor to sum up is summed up apart the next time."""
MOST_REMEMBERED = 300
"""Tables of lists among them, each some thirty kilobytes. What was not asked for longest goes first."""
_LOG = logging.getLogger(__name__)


class Freshener:
    """One for a desk. `look` is asked before a list is read; `start` makes the thread, `stop` ends it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = threading.Lock()
        self._summing = threading.Lock()
        self._stop, self._wake = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._remembered: tuple[int, OrderedDict[object, object]] = (-1, OrderedDict())
        self._looked: tuple[object, Condition] | None = None
        self._is_long = False
        self._summed_up: tuple[object, Kept] | None = None

    def start(self) -> None:
        """Begin to follow the store."""
        self._thread = threading.Thread(target=self._follow, daemon=True, name="desk-lists")
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what it had in hand is done again at the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(10)

    def look(self, about: Collection[str] = ()) -> Condition:
        """See to it that the lists know of what changed, as far as that is quickly done; in any case of what changed
        `about` these entries or apps. `stale` of the answer is what they do not know of yet."""
        mark, looked = self._store.mark(), self._looked
        if looked is not None and mark is not None and looked[0] == mark and _is_fresh(looked[1]):
            return looked[1]  # nothing whatever was written since
        found = self._store.lists.condition()
        if _is_fresh(found):
            self._looked = (mark, found)
            return found
        is_little = found.stale <= AT_ONCE
        if is_little or about:
            with self._turn:
                self._freshen(AT_ONCE, () if is_little else about)
            found = self._store.lists.condition()
        if not _is_fresh(found):
            self._wake.set()
        return found

    def _freshen(self, most: int, about: Collection[str]) -> None:
        """A fault of ours leaves the lists as they are, with what they do not know of told on them: that is better than
        no list for anybody."""
        try:
            freshen(self._store, sessions.now(), most, about)
        except AppscanError:
            raise
        except Exception:  # noqa: BLE001 (as said)
            _LOG.exception("lists")

    def remembered(self, key: object, version: int, make: Callable[[], T]) -> T:
        """What `make` gave before in this state of the lists, else what it gives now. Never older than the state: what
        was kept is thrown away by the first who meets another state, before anything is made for that one, so what
        somebody makes late belongs to the state that it was asked for or to a newer one."""
        of_state = self._remembered
        if of_state[0] != version:
            of_state = self._remembered = (version, OrderedDict())
        remembered = of_state[1]
        with contextlib.suppress(KeyError):
            found = remembered[key]
            remembered.move_to_end(key)
            return cast("T", found)
        made = make()
        remembered[key] = made
        with contextlib.suppress(KeyError):  # where others throw away too
            while len(remembered) > MOST_REMEMBERED:
                remembered.popitem(last=False)
        return made

    def overview(self, condition: Condition) -> Kept:
        """What was summed up last; summed up now where that was never done. What was summed up in the state that the
        lists are in, or before anything was written since, is not read again."""
        mark, before = self._store.mark(), self._summed_up
        if before is not None and (before[1].version == condition.version or (mark is not None and before[0] == mark)):
            return before[1]
        kept = self._overview()
        self._summed_up = (mark, kept)
        return kept

    def _overview(self) -> Kept:
        kept = self._store.lists.kept(OVERVIEW)
        if kept is None:
            with self._summing:
                began = time.thread_time()
                kept = self._store.lists.kept(OVERVIEW) or sum_up(self._store, sessions.now())
                self._is_long = self._is_long or time.thread_time() - began > LONG_SECONDS
        return kept

    def _follow(self) -> None:
        rests_until = 0.0
        while not self._stop.is_set():
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            try:
                while not self._stop.is_set() and not _is_fresh(self._store.lists.condition()):
                    with self._turn:
                        freshen(self._store, sessions.now())
                began = time.monotonic()
                if began >= rests_until and self._sum_up():
                    ended = time.monotonic()
                    rests_until = ended + min(REST_SECONDS, REST_SHARE * (ended - began))
            except (UnavailableError, UsageError) as error:
                _LOG.warning("lists wait: %s", error)
            except Exception:  # noqa: BLE001 (a fault of ours must not end the thread that all later changes need)
                _LOG.exception("lists")

    def _sum_up(self) -> bool:
        """Sum up where something changed since; whether anything did."""
        kept, now = self._store.lists.kept(OVERVIEW), self._store.lists.condition()
        if self._stop.is_set() or (kept is not None and kept.version == now.version):
            return False
        with self._summing:
            if kept is not None and kept_on(self._store, sessions.now(), kept) is not None:
                return True
            if self._is_long and sum_up_apart(self._store, self._stop):
                return True
            if self._stop.is_set():
                return False
            began = time.thread_time()
            sum_up(self._store, sessions.now())
            self._is_long = time.thread_time() - began > LONG_SECONDS
        return True


def _is_fresh(condition: Condition) -> bool:
    return not condition.stale and condition.day == beijing_day(sessions.now()).isoformat()
