"""Rows → entries: cells become values, rows with one id become one entry. Knows no file format and no owner."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from appscan.model.artifact import RECORDING_SUFFIX
from appscan.model.registry import Approval, AppStatus, ArtifactKey, Confidence, Entry, Origin, Platform, Usage
from appscan.portfolio import values
from appscan.portfolio.cells import Problem, Row
from appscan.portfolio.words import is_example

PARSERS: Mapping[str, Callable[[values.Raw], Any]] = {
    "id": values.text, "name": values.text, "names": values.texts, "owner": values.text, "product": values.text,
    "level": values.level, "region": values.text, "audience": values.audience, "deepest": values.level,
    "status": values.status, "platform": values.texts, "path": values.text, "digest": values.digest,
    "url": values.address, "miniprogram": values.miniprogram, "package": values.package, "certificate": values.digest,
    "declared": values.declared, "approval_number": values.text, "approval_body": values.text,
    "approval_day": values.day, "approval_scope": values.note, "approval_owner": values.text,
    "approval_features": values.checks, "icp": values.text, "cac": values.text, "exemptions": values.texts,
    "exception": values.note, "family": values.text, "host_platform": values.text, "own_entry": values.truth,
    "first_seen": values.day, "online": values.day, "last_update": values.day, "shutdown_notice": values.note,
    "usage_period": values.text, "usage_active": values.whole_number, "usage_source": values.text,
    "source": values.text, "confidence": values.confidence, "origins": values.origins,
}
"""Column → how its cells are read."""

ARTIFACT = ("path", "digest", "url", "miniprogram", "package", "certificate")
OF_FILES = ("path", "digest", "package", "certificate")
ROW_WIDE = frozenset({"source", "confidence", "origins"})
INSTALLED = (Platform.ANDROID, Platform.IOS, Platform.HARMONYOS, Platform.QUICKAPP)
ENDINGS = {".apk": Platform.ANDROID, ".apks": Platform.ANDROID, ".xapk": Platform.ANDROID, ".apkm": Platform.ANDROID,
           ".aab": Platform.ANDROID, ".ipa": Platform.IOS, ".hap": Platform.HARMONYOS, ".app": Platform.HARMONYOS,
           ".wxapkg": Platform.MINIPROGRAM, ".rpk": Platform.QUICKAPP}
SITES = (Platform.WEB, Platform.H5)


@dataclass(frozen=True)
class Assembled:
    """An entry and the rows it was made of, so that a later problem finds its cell."""

    entry: Entry
    rows: tuple[Row, ...]


@dataclass
class Assembly:
    """What came of all rows: entries that may go in, what is wrong, and how many rows only showed how."""

    entries: list[Assembled] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    examples: int = 0
    refused: int = 0


@dataclass(frozen=True)
class _Parsed:
    row: Row
    values: Mapping[str, Any]
    artifacts: tuple[ArtifactKey, ...]
    is_good: bool


def assemble(rows: Iterable[Row]) -> Assembly:
    """All entries of the rows. A row with a problem keeps its entry out, with all rows of the same id."""
    done = Assembly()
    groups: dict[str, list[_Parsed]] = {}
    for row in rows:
        identity = row.cells.get("id")
        if identity is not None and is_example(str(identity.raw)):
            done.examples += 1
            continue
        parsed = _parsed(row, done.problems)
        groups.setdefault(parsed.values.get("id") or _made_id(parsed), []).append(parsed)
    for name, group in groups.items():
        entry = _entry(name, group, done.problems)
        if entry is None:
            done.refused += 1
        else:
            done.entries.append(Assembled(entry, tuple(one.row for one in group)))
    return done


def _parsed(row: Row, problems: list[Problem]) -> _Parsed:
    before = len(problems)
    if row.fault:
        problems.append(Problem(row.address, row.fault))
    found = _cells(row, problems)
    artifacts: list[ArtifactKey] = []
    for one in (row, *row.nested):
        part = found if one is row else _cells(one, problems)
        try:
            artifacts += _artifacts(part)
        except values.WrongValueError as fault:
            problems.append(Problem(one.at("platform"), fault.key, fault.params, "platform"))
    return _Parsed(row, found, tuple(artifacts), len(problems) == before)


def _cells(row: Row, problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, cell in row.cells.items():
        if cell.fault:
            problems.append(Problem(cell.address, cell.fault, cell.told, column))
            continue
        try:
            value = PARSERS[column](cell.raw)
        except values.WrongValueError as fault:
            problems.append(Problem(cell.address, fault.key, fault.params, column))
            continue
        if value is not None and value not in ("", (), frozenset()):
            found[column] = value
    return found


def _artifacts(found: Mapping[str, Any]) -> list[ArtifactKey]:
    """Appearances of one row. Several platforms in one cell share out what can belong to only one of them."""
    given = {name: found[name] for name in ARTIFACT if name in found}
    platforms = [values.platform(word) for part in found.get("platform", ()) for word in _words(part)]
    if not platforms and not given:
        return []
    if len(platforms) < 2:
        return [ArtifactKey(platforms[0] if platforms else _guessable(given), **given)]
    installed = [one for one in platforms if one in INSTALLED]
    if len(installed) != 1 and any(name in given for name in OF_FILES):
        raise values.WrongValueError("several_platforms")
    keys = []
    for platform in dict.fromkeys(platforms):
        names = (OF_FILES if platform in INSTALLED else ("url",) if platform in SITES else
                 ("miniprogram",) if platform is Platform.MINIPROGRAM else ())
        keys.append(ArtifactKey(platform, **{name: given.pop(name) for name in names if name in given}))
    if given:
        raise values.WrongValueError("several_platforms")
    return keys


def _words(part: str) -> list[str]:
    for sign in "、，,/+":
        part = part.replace(sign, ";")
    return [word for word in part.split(";") if word.strip()]


def _guessable(given: Mapping[str, str]) -> Platform:
    """The platform that a key can only be of; unknown where the keys do not say."""
    if set(given) == {"miniprogram"}:
        return Platform.MINIPROGRAM
    if set(given) == {"url"}:
        return Platform.WEB
    return platform_of(given.get("path", ""))


def platform_of(file: str) -> Platform:
    """The platform that a file can only be of, by the end of its name; unknown where that does not say."""
    if file.lower().endswith(RECORDING_SUFFIX):
        return Platform.WEB
    return ENDINGS.get(PurePath(file).suffix.lower(), Platform.UNKNOWN)


def _made_id(parsed: _Parsed) -> str:
    """An id for a row without one: equal rows get equal ones, in every import."""
    key = [str(parsed.values.get(name, "")) for name in ("product", "owner", "name")]
    key += [f"{one.platform} {one.package or one.miniprogram or one.url or one.digest or one.path}"
            for one in parsed.artifacts]
    return "r-" + hashlib.sha256("\n".join(key).encode()).hexdigest()[:12]


def _entry(identity: str, group: Sequence[_Parsed], problems: list[Problem]) -> Entry | None:
    """One entry of the rows with one id; None where something is wrong with any of them."""
    found: dict[str, Any] = {}
    is_good = all(one.is_good for one in group)
    for parsed in group:
        for column, value in parsed.values.items():
            if column in ARTIFACT or column == "platform":
                continue
            if column in found and found[column] != value:
                problems.append(Problem(parsed.row.at(column), "contradicts", {"id": identity}, column, entry=identity))
                is_good = False
            found.setdefault(column, value)
    for needed in ("name", "owner") if not any(one.row.fault for one in group) else ():
        if needed not in found and (is_good or not any(needed in one.row.cells for one in group)):
            problems.append(Problem(group[0].row.at(needed), f"missing_{needed}", {}, needed, entry=identity))
            is_good = False
    if not is_good:
        return None
    artifacts = tuple(dict.fromkeys(key for one in group for key in one.artifacts))
    return _made(identity, found, artifacts)


def _made(identity: str, found: Mapping[str, Any], artifacts: tuple[ArtifactKey, ...]) -> Entry:
    plain = {name: found[name] for name in (
        "product", "names", "level", "region", "audience", "deepest", "icp", "cac", "declared", "exemptions",
        "exception", "family", "host_platform", "own_entry", "first_seen", "online", "last_update", "shutdown_notice")
        if name in found}
    approval = Approval(found.get("approval_number", ""), found.get("approval_body", ""), found.get("approval_day"),
                        found.get("approval_scope", ""), found.get("approval_owner", ""),
                        found.get("approval_features", ()))
    usage = Usage(found.get("usage_period", ""), found.get("usage_active"), found.get("usage_source", ""))
    return Entry(identity, found["name"], found["owner"], status=found.get("status", AppStatus.UNKNOWN),
                 approval=approval, artifacts=artifacts, usage=usage, origins=_origins(found), **plain)


def _origins(found: Mapping[str, Any]) -> dict[str, Origin]:
    """Where each filled field came from: what the row says, else what it says of that field."""
    of_row = Origin(found.get("source", ""), found.get("confidence", Confidence.UNKNOWN))
    filled = [column for column in found if column not in ROW_WIDE and column != "id"]
    spread = dict.fromkeys(filled, of_row) if of_row != Origin("") else {}
    return {**spread, **found.get("origins", {})}
