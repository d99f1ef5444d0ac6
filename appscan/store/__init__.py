"""Everything that touches the office's database: reports, events, the registry, tasks of sweeps; and blobs by digest.
Knows no scan, no rule of counting and no command. Workers of a sweep never open it."""

from __future__ import annotations

from appscan.store.accounts import Role, Session, Token, User
from appscan.store.history import Cause, Move, Step
from appscan.store.listed import (
    AppsAsked,
    Blinding,
    Decision,
    FindingsAsked,
    ListedApp,
    ListedFinding,
    ListedGap,
    ReviewState,
    Window,
)
from appscan.store.lists import Condition, Kept, Lists, Made, Stale
from appscan.store.patience import patiently
from appscan.store.plain import storable
from appscan.store.registry import mark as entry_mark
from appscan.store.stale import StaleKind
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
    "Added", "AppsAsked", "Blinding", "Cause", "Condition", "Counts", "Decision", "Event", "EventKind", "Exemption",
    "FindingsAsked", "Kept", "ListedApp", "ListedFinding", "ListedGap", "Lists", "Made", "Move", "Plan", "QueuedTask",
    "ReviewState", "Role", "Session", "Stale", "StaleKind", "Standing", "Step", "Store", "StoredArtifact",
    "StoredReport", "Summary", "SweepState", "TaskState", "Token", "User", "Window", "entry_mark", "patiently",
    "storable",
]
