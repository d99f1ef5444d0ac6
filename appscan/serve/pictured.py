"""Which pictures belong to which report, without opening the report for every one of them. Knows no page."""

from __future__ import annotations

import threading
from collections import OrderedDict

from appscan.store import Store

MOST_REPORTS = 64
"""So many reports' pictures are known at once: those that people look at now."""


class Pictured:
    """The digests of the pictures of the last reports that were asked for. A report never changes, so what is known of
    one stays true."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, threading.Lock()
        self._known: OrderedDict[int, frozenset[str]] = OrderedDict()

    def has(self, report: int, digest: str) -> bool:
        """Whether there is such a report and it has the picture."""
        with self._lock:
            known = self._known.get(report)
            if known is not None:
                self._known.move_to_end(report)
        if known is None:
            found = self._store.report(report)
            if found is None:
                return False  # it may come
            known = frozenset(str(one["sha256"]) for one in found.document.get("pictures", ()))
            with self._lock:
                self._known[report] = known
                while len(self._known) > MOST_REPORTS:
                    self._known.popitem(last=False)
        return digest in known
