"""The end of a sweep by owner. Knows no terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from appscan.portfolio.owner_names import OwnerNames
from appscan.store import QueuedTask, TaskState


@dataclass(slots=True)
class OwnerSum:
    """One owner's artifacts: how many have which overall verdict, and how many failed for good. The owner is the
    canonical body where there is one, else as the registry writes it, empty where it does not say."""

    owner: str
    verdicts: Counter[str] = field(default_factory=Counter)
    failed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.verdicts.total() + self.failed


def by_owner(ended: Iterable[QueuedTask], names: OwnerNames) -> list[OwnerSum]:
    """Sums over all tasks that ended, the owner with the most first."""
    owners: dict[str, OwnerSum] = {}
    for task in ended:
        name = names.of(str(task.content["app"]["owner"]), str(task.content["app"]["level"]))
        one = owners.setdefault(name, OwnerSum(name))
        if task.state is TaskState.DONE:
            one.verdicts[str(task.outcome["overall"])] += 1
        else:
            one.failed += 1
    return sorted(owners.values(), key=lambda one: (-one.total, one.owner))
