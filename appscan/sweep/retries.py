"""Whether and when a task that failed is tried again. Knows no store and no network."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from appscan.sweep.tasks import FaultKind

GROWTH = 3.0


@dataclass(frozen=True, slots=True)
class Patience:
    """`attempts`: how often a task is tried in all before it counts as failed; `first`: seconds before the second try
    after a transient failure, three times as many before each further one."""

    attempts: int = 4
    first: float = 5.0

    def next_try(self, kind: FaultKind, attempts: int, key: str, now: datetime) -> datetime | None:
        """When the task is tried again after `attempts` tries; None for never."""
        match kind:
            case FaultKind.PERMANENT | FaultKind.OWN:
                return None
            case FaultKind.SLOW:
                return now  # after all that were not tried yet, since those go first
            case FaultKind.TRANSIENT | FaultKind.DIED:
                if attempts >= self.attempts:
                    return None
                return now + timedelta(seconds=self.first * GROWTH ** (attempts - 1) * _spread(key, attempts))
            case _:
                assert_never(kind)


def _spread(key: str, attempts: int) -> float:
    """0.75–1.25, the same for the same task: those that failed together do not come back together."""
    first = hashlib.sha256(f"{key} {attempts}".encode()).digest()[0]
    return 0.75 + first / 510
