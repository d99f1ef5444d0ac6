"""Reads the labels of a corpus, and the lexicon of the keyword search beside them. Knows no check and no reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from appscan.errors import UsageError
from appscan.model.folding import fold

YES, NO, UNCLEAR = "yes", "no", "unclear"


def read_labels(path: Path, needed: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Entries with `labels` and with a text under each `needed` key (docs/bench.md). Raises UsageError `labels_damaged`
    (file, why, entry counted from 1, member)."""
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("labels_damaged", file=path.name, why="missing") from None
    except OSError:
        raise UsageError("labels_damaged", file=path.name, why="unreadable") from None
    except (ValueError, RecursionError):
        raise UsageError("labels_damaged", file=path.name, why="not_json") from None
    if not isinstance(listed, list):
        raise UsageError("labels_damaged", file=path.name, why="not_list")
    if not listed:
        raise UsageError("labels_damaged", file=path.name, why="empty")
    for number, entry in enumerate(listed, start=1):
        fault = _fault(entry, needed)
        if fault is not None:
            raise UsageError("labels_damaged", file=path.name, why=fault[0], entry=number, member=fault[1])
    return listed


def read_site_labels(path: Path) -> list[dict[str, Any]]:
    """Entries of sites.json, their optional keys checked too. Raises as `read_labels`."""
    listed = read_labels(path, ("name", "folder", "entry"))
    for number, entry in enumerate(listed, start=1):
        more = entry.get("more_entries", [])
        if not isinstance(more, list) or not all(isinstance(one, str) for one in more):
            raise UsageError("labels_damaged", file=path.name, why="not_texts", entry=number, member="more_entries")
        if not isinstance(entry.get("mobile_viewport", True), bool):
            raise UsageError("labels_damaged", file=path.name, why="not_truth", entry=number, member="mobile_viewport")
        unrooted = next((one for one in (entry["entry"], *more) if not one.startswith("/")), None)
        if unrooted is not None:
            raise UsageError("labels_damaged", file=path.name, why="not_rooted", entry=number, member=unrooted)
    return listed


def _fault(entry: object, needed: tuple[str, ...]) -> tuple[str, str] | None:
    """What is wrong with one entry, and the key that is meant."""
    if not isinstance(entry, dict):
        return "not_mapping", ""
    for key in (*needed, "labels"):
        if key not in entry:
            return "lacks_key", key
    for key in needed:
        if not isinstance(entry[key], str) or not entry[key]:
            return "not_text", key
    if not isinstance(entry["labels"], dict):
        return "not_mapping", "labels"
    wrong = next((name for name, answer in entry["labels"].items() if answer not in (YES, NO, UNCLEAR)), None)
    return None if wrong is None else ("not_answer", f"labels/{wrong}")


FEATURES_OF: Mapping[str, tuple[str, ...]] = {
    "check-in": ("F_CHECKIN",), "points-ranking": ("F_POINTS_RANK",), "online-duration": ("F_ONLINE_DURATION",),
    "media-upload": ("F_EVIDENCE_UPLOAD",), "track-upload": ("F_TRACK",), "install-rate": ("F_INSTALL_RATE",),
    "forced-install": ("F_FORCED_INSTALL",), "forced-login": ("F_FORCED_LOGIN",),
    "engagement-metrics": ("F_ENGAGEMENT_METRIC",), "study-duration": ("F_STUDY", "F_ONLINE_DURATION"),
    "form-filling": ("F_FORM",), "form-frequency": ("F_FORM",), "redundant-form": ("F_FORM",),
    "paper-duplicate": ("F_FORM",), "appraisal-vehicle": ("F_APPRAISAL_VEHICLE",),
    "study-check-in": ("F_STUDY", "F_CHECKIN"), "school-platform": ("F_SCHOOL",), "zombie-app": ("F_ZOMBIE",),
    "commercial-activity": ("F_COMMERCIAL",), "filing-number": ("P_OWNER_FILING",),
}
"""Check → features of the lexicon whose words a plain keyword search looks for."""


def words_of_checks(lexicon: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Check → words of its features."""
    return {check: [word for feature in features for word in lexicon.get(feature, ())]
            for check, features in FEATURES_OF.items()}


def read_lexicon(path: Path) -> Mapping[str, list[str]]:
    """Feature → Chinese words of the strong and medium lists, folded; nothing where there is no such file. Raises
    UsageError `labels_damaged`."""
    if not path.is_file():
        return {}
    try:
        features = yaml.safe_load(path.read_text(encoding="utf-8"))["features"]
        return {str(name): [fold(word) for level in ("strong", "medium")
                            for word in (node.get(level) or {}).get("zh") or ()] for name, node in features.items()}
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError("labels_damaged", file=path.name, why="lexicon") from None
