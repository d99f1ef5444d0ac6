"""A file on disk → opened package: one APK or a set of splits, with its .idsig where there is one beside it."""

from __future__ import annotations

from pathlib import Path

from appscan.model.artifact import Artifact, ArtifactKind, Part
from appscan.readers.apk.container import open_container
from appscan.readers.apk.reader import Package
from appscan.readers.apk.splits import open_target
from appscan.readers.limits import InflateBudget, Limits

MAX_IDSIG = 16 << 20


def open_package(path: Path, name: str, limits: Limits) -> Package:
    """Open an APK or a split set. Raises UnreadableError as `open_target` does."""
    target = open_target(path, limits)
    budget = InflateBudget(limits.inflated_bytes)
    containers = tuple(open_container(part.source, limits, name=part.name, budget=budget) for part in target.parts)
    parts = tuple(Part(part.name, part.sha256, part.size) for part in target.parts)
    artifact = Artifact(target.kind, name, target.sha256, target.size,
                        parts if target.kind is ArtifactKind.SPLIT_SET else ())
    return Package(artifact, containers, _idsig(path), target.gaps)


def _idsig(path: Path) -> bytes | None:
    """The v4 signature that lies beside the APK as NAME.apk.idsig."""
    beside = path.with_name(path.name + ".idsig")
    if not beside.is_file() or beside.stat().st_size > MAX_IDSIG:
        return None
    return beside.read_bytes()
