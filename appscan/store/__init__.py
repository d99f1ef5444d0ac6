"""Everything that touches the office's database: reports, events, the registry, tasks of sweeps; and blobs by digest.
Knows no scan, no rule of counting and no command. Workers of a sweep never open it."""

from __future__ import annotations

from appscan.store.accounts import Role, Token, User
from appscan.store.history import Cause, Move, Step
from appscan.store.patience import patiently
from appscan.store.plain import storable
from appscan.store.store import Store
from appscan.store.tasks import Plan, QueuedTask, SweepState, TaskState
from appscan.store.values import (
    Added,
    Counts,
    Event,
    EventKind,
    Exemption,
    Standing,
    StoredArtifact,
    StoredReport,
    Summary,
)

__all__ = [
    "Added", "Cause", "Counts", "Event", "EventKind", "Exemption", "Move", "Plan", "QueuedTask", "Role", "Standing",
    "Step", "Store", "StoredArtifact", "StoredReport", "Summary", "SweepState", "TaskState", "Token", "User",
    "patiently", "storable",
]
