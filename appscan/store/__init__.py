"""Everything that touches the office's database: reports, events, the registry, tasks of sweeps; and blobs by digest.
Knows no scan, no rule of counting and no command. Workers of a sweep never open it."""

from __future__ import annotations

from appscan.store.store import Store
from appscan.store.values import (
    Added,
    Counts,
    Event,
    EventKind,
    Exemption,
    Standing,
    StoredArtifact,
    StoredReport,
)

__all__ = ["Added", "Counts", "Event", "EventKind", "Exemption", "Standing", "Store", "StoredArtifact", "StoredReport"]
