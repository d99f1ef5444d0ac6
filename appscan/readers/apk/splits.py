"""What a target file is: one APK, or a set of split APKs in one ZIP (.apks, .xapk, .apkm). Reads no APK's contents.

Sources: the bundletool manual (toc.pb, splits/, standalones/, universal.apk); XAPK's manifest.json; APKM's info.json.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from appscan.errors import LimitReached, UnreadableError
from appscan.model.artifact import ArtifactKind
from appscan.model.coverage import CODE_KINDS, Gap, Kind
from appscan.readers.apk.container import Container, open_container
from appscan.readers.apk.source import Source, open_source
from appscan.readers.limits import Limits

SET_SUFFIXES = (".apks", ".xapk", ".apkm")
SET_MARKS = ("toc.pb", "manifest.json", "info.json", "base.apk", "universal.apk", "splits/base-master.apk")
MOST_PARTS = 200
VARIANT = re.compile(r"_\d+\.apk$")
EXPANSION = re.compile(r"\.obb$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TargetPart:
    """One APK: `source` is its bytes, in place where the set stores it uncompressed. `sha256` is lower-case hex."""

    name: str
    source: Source
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Target:
    """A file to scan, with the digest of the file as given. `parts`: the base first; one part for a plain APK."""

    kind: ArtifactKind
    name: str
    sha256: str
    size: int
    parts: tuple[TargetPart, ...]
    gaps: tuple[Gap, ...] = ()


def open_target(path: Path, limits: Limits) -> Target:
    """Tell a split set from an APK by its contents.

    Raises UnreadableError (params: name): what `open_container` raises, `encrypted_split_set` for APKM files of before
    2021 and sets under a password, `empty_split_set` for a set without an APK.
    """
    source = open_source(path)
    digest = source.sha256()
    try:
        container = open_container(source, limits, name=path.name)
    except UnreadableError as error:
        if error.key == "not_a_zip" and path.suffix.lower() == ".apkm":
            raise UnreadableError("encrypted_split_set", name=path.name) from None
        raise
    if not _is_set(container, path.suffix.lower()):
        part = TargetPart(path.name, source, digest, source.length)
        return Target(ArtifactKind.APK, path.name, digest, source.length, (part,))
    parts, gaps = _parts(container)
    return Target(ArtifactKind.SPLIT_SET, path.name, digest, source.length, parts, (*container.gaps, *gaps))


def _is_set(container: Container, suffix: str) -> bool:
    """An APK has a manifest of its own; a set has APKs and a mark of its maker or a set's suffix."""
    if "AndroidManifest.xml" in container or "classes.dex" in container:
        return False
    has_apk = any(name.lower().endswith(".apk") for name in container.names())
    return suffix in SET_SUFFIXES or (has_apk and any(mark in container for mark in SET_MARKS))


def choose_parts(names: list[str], base_hint: str = "") -> list[str]:
    """Entries to read, base first, of the APKs `names`; `base_hint` is the base that the set's own index names.

    A bundletool set repeats its modules: for older devices as standalones, for several system versions as `_2.apk`.
    """
    splits = [name for name in names if name.startswith("splits/")]
    if splits:
        plain = {name for name in splits if not VARIANT.search(name)}
        names = [name for name in splits if name in plain or VARIANT.sub(".apk", name) not in plain]
    elif "universal.apk" in names:
        names = ["universal.apk"]
    elif standalones := [name for name in names if name.startswith("standalones/")]:
        names = standalones[:1]
    else:
        names = [name for name in names if not name.startswith("instant/")]
    return sorted(names, key=lambda name: (_rank(name, base_hint), name))


def _rank(name: str, base_hint: str) -> int:
    short = name.rsplit("/", 1)[-1].lower()
    if name == base_hint:
        return 0
    if short in ("base.apk", "base-master.apk", "universal.apk"):
        return 1
    if re.fullmatch(r"base-master_\d+\.apk", short):
        return 2
    if short.startswith(("split_", "config.")) or "-" in short or "config." in short:
        return 4
    return 3


def _parts(container: Container) -> tuple[tuple[TargetPart, ...], list[Gap]]:
    names = choose_parts([name for name in container.names() if name.lower().endswith(".apk")], _base_hint(container))
    if not names:
        raise UnreadableError("empty_split_set", name=container.name)
    gaps = [Gap(frozenset({Kind.TEXT, Kind.ENDPOINT}), name, "expansion_unread") for name in container.names()
            if EXPANSION.search(name)]
    if len(names) > MOST_PARTS:
        gaps.append(Gap(CODE_KINDS, "", "parts_limit", {"limit": str(MOST_PARTS)}, blinds=True))
    parts = []
    for name in names[:MOST_PARTS]:
        try:
            parts.append(_part(container, name))
        except (LimitReached, UnreadableError) as error:
            if error.key == "entry_encrypted":
                raise UnreadableError("encrypted_split_set", name=container.name) from None
            gaps.append(Gap(CODE_KINDS, name, "part_unread", {"cause": error.key}, blinds=True))
    if not parts:
        raise UnreadableError("part_unread", name=container.name)
    return tuple(parts), gaps


def _part(container: Container, name: str) -> TargetPart:
    """In place where it is stored as it is; else inflated, which also tells true encryption from the mere flag."""
    window = container.window(name)
    entry = container.entry(name)
    if window is None or entry.marked_encrypted or window.length != entry.size:
        window = open_source(container.read(name))
    return TargetPart(name, window, window.sha256(), window.length)


def _base_hint(container: Container) -> str:
    """The base APK by XAPK's manifest.json: the split with id `base`, else the package's own name."""
    if "manifest.json" not in container:
        return ""
    try:
        index = json.loads(container.read("manifest.json"))
    except (ValueError, RecursionError, LimitReached, UnreadableError):
        return ""
    if not isinstance(index, dict):
        return ""
    splits = index.get("split_apks")
    for split in splits if isinstance(splits, list) else []:
        if isinstance(split, dict) and split.get("id") == "base":
            return str(split.get("file", ""))
    return f"{index.get('package_name', '')}.apk"
