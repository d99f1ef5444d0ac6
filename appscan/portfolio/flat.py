"""An entry → flat rows by column, the way back from `assembling`. Knows no file format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from appscan.model.registry import Audience, Confidence, Entry, Level, Origin, Platform
from appscan.portfolio.assembling import ARTIFACT
from appscan.portfolio.values import joined
from appscan.texts import Language, say

NONE = {"zh": "无", "en": "none"}


def fields_of(entry: Entry) -> dict[str, Any]:
    """The filled columns of an entry without its artifacts, as values."""
    approval, usage = entry.approval, entry.usage
    found = {
        "id": entry.id, "name": entry.name, "names": entry.names, "owner": entry.owner, "product": entry.product,
        "level": entry.level, "region": entry.region, "audience": entry.audience, "deepest": entry.deepest,
        "status": entry.status, "declared": entry.declared, "approval_number": approval.number,
        "approval_body": approval.body, "approval_day": approval.day, "approval_scope": approval.scope,
        "approval_owner": approval.owner, "approval_features": approval.features, "icp": entry.icp, "cac": entry.cac,
        "exemptions": entry.exemptions, "exception": entry.exception, "family": entry.family,
        "host_platform": entry.host_platform, "own_entry": entry.own_entry, "first_seen": entry.first_seen,
        "online": entry.online, "last_update": entry.last_update, "shutdown_notice": entry.shutdown_notice,
        "usage_period": usage.period, "usage_active": usage.active, "usage_source": usage.source}
    return {column: value for column, value in found.items()
            if value is not None and value not in ("", (), frozenset())}


def origins_of(entry: Entry) -> tuple[Origin | None, dict[str, Origin]]:
    """What all fields of an entry have in common, and the origins of the others. Nothing is in common unless every
    filled field has an origin."""
    filled = set(fields_of(entry)) - {"id"}
    if not filled <= set(entry.origins):
        return None, dict(entry.origins)
    common = Counter(entry.origins[column] for column in sorted(filled)).most_common(1)[0][0]
    return common, {column: origin for column, origin in entry.origins.items()
                    if origin != common or column not in filled}


def rows_of(entry: Entry, lang: Language) -> list[dict[str, str | int | date]]:
    """One row of cells for each artifact, everything else in the first one."""
    first = {column: written(column, value, lang) for column, value in fields_of(entry).items()}
    common, others = origins_of(entry)
    if common is not None:
        first["source"] = common.source
        if common.confidence is not Confidence.UNKNOWN or not common.source:
            first["confidence"] = common.confidence.value
    if others:
        first["origins"] = joined([f"{name}={origin.source}|{origin.confidence}" for name, origin in others.items()])
    rows = [{**(first if number == 0 else {"id": entry.id}), **_artifact(artifact, lang)}
            for number, artifact in enumerate(entry.artifacts)] or [first]
    return [{column: cell for column, cell in row.items() if cell != ""} for row in rows]


def written(column: str, value: Any, lang: Language) -> str | int | date:
    """The cell of a value, in words of one language."""
    match value:
        case Level():
            return say(lang, f"levels.{value.value}")
        case bool():
            return say(lang, f"registry_truth.{'yes' if value else 'no'}")
        case int() | date():
            return value
        case frozenset():
            return joined([say(lang, f"audiences.{one.value}") for one in Audience if one in value])
        case Mapping():
            return joined([f"{check}={why}" if why else check for check, why in value.items()]) or NONE[lang]
        case tuple():
            return joined(value)
    return say(lang, f"registry_status.{value.value}") if column == "status" else str(value)


def _artifact(artifact: Any, lang: Language) -> dict[str, str | int | date]:
    shown = {"platform": say(lang, f"registry_platform.{artifact.platform.value}")}
    return {**shown, **{name: getattr(artifact, name) for name in ARTIFACT if getattr(artifact, name)}}


def document_of(entry: Entry) -> dict[str, Any]:
    """An entry as documents hold it, in the closed words."""
    found = {column: _plain(value) for column, value in fields_of(entry).items()}
    document: dict[str, Any] = {}
    for column, value in found.items():
        group, _, name = column.partition("_")
        if group in ("approval", "usage") and name:
            document.setdefault(group, {})["date" if name == "day" else name] = value
        else:
            document[column] = value
    if entry.artifacts:
        document["artifacts"] = [
            {"platform": one.platform.value} | {name: getattr(one, name) for name in ARTIFACT if getattr(one, name)}
            for one in entry.artifacts]
    if entry.origins:
        document["origins"] = {name: {"source": origin.source, "confidence": origin.confidence.value}
                               for name, origin in entry.origins.items()}
    return document


def _plain(value: Any) -> Any:
    match value:
        case frozenset():
            return [one.value for one in Audience if one in value]
        case Level() | Platform():
            return value.value
        case bool() | int():
            return value
        case date():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case tuple():
            return list(value)
    return str(value)
