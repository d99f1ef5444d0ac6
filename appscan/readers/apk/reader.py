"""One APK or split set → Reading: calls the parts in order and keeps what each could not read. Knows no check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from appscan.errors import LimitReached, UnreadableError
from appscan.model.artifact import Artifact, Certificate
from appscan.model.coverage import CODE_KINDS, Coverage, Gap, Kind, ReadItem
from appscan.model.reading import Code, Fact, Reading, Resources
from appscan.readers.apk.arsc import read_arsc
from appscan.readers.apk.certificates import read_certificates
from appscan.readers.apk.container import Container
from appscan.readers.apk.dex import loose_text, read_dex
from appscan.readers.apk.icons import read_icon
from appscan.readers.apk.layouts import read_layouts, wanted_type
from appscan.readers.apk.manifest import ManifestSummary, read_manifest
from appscan.readers.apk.natives import read_natives
from appscan.readers.apk.nested import Nested, nested_containers
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.apk.text_assets import TextKind, kind_by_name
from appscan.readers.columns import FactRows, StringPool
from appscan.readers.limits import Deadline, Limits

VERSION = "apk/6"
"""Name and version of this reader; raised whenever the same bytes would give another reading."""

TABLE_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})
MANIFEST = "AndroidManifest.xml"
TABLE = "resources.arsc"
LOOSE_TEXTS = 5000
SHELL_CLASSES = 60
"""A program with fewer classes may be a shell around hidden code; its DEX bytes are searched for loose text."""

Stage = Callable[[str, float], None]
"""Told of each stage as it begins: name (manifest, resources, code, bundles, natives) and the share done (0–1)."""


@dataclass(frozen=True, slots=True)
class Package:
    """An opened APK, or the base and splits of a set (base first)."""

    artifact: Artifact
    containers: tuple[Container, ...]
    idsig: bytes | None = None
    gaps: tuple[Gap, ...] = ()


def read_package(package: Package, limits: Limits, deadline: Deadline, on_stage: Stage) -> Reading:
    """Read everything. Raises UnreadableError `no_manifest` where no container holds one; everything else that fails is
    a gap. Hitting `deadline` ends the work: the rest is a blinding gap."""
    return _Reader(package, limits, deadline, on_stage).read()


class _Reader:
    """One package while it is read."""

    def __init__(self, package: Package, limits: Limits, deadline: Deadline, on_stage: Stage) -> None:
        self.package = package
        self.limits = limits
        self.deadline = deadline
        self.on_stage = on_stage
        self.pool = StringPool()
        self.pool.add("")
        self.rows = FactRows(self.pool)
        self.gaps: list[Gap] = []
        self.read_items: list[ReadItem] = []
        self.details: dict[str, str] = {}

    def read(self) -> Reading:
        base = self.package.containers[0]
        if MANIFEST not in base:
            raise UnreadableError("no_manifest", name=self.package.artifact.name)
        self.gaps += self.package.gaps
        for container in self.package.containers:
            self.gaps += container.gaps
            self._entries(container)
        resources, summary = _no_resources(), ManifestSummary("")
        certificates: tuple[Certificate, ...] = ()
        code, failed = read_dex((), self.pool)
        self.gaps += failed
        icon = b""
        try:
            self._step("manifest", 0.0)
            certificates = self._certificates(base)
            resources, lookup = self._resources()
            summary = self._manifest(base, lookup)
            if summary.split:
                self.gaps.append(Gap(CODE_KINDS, self.package.artifact.name, "base_missing", {"split": summary.split},
                                     blinds=True))
            self._step("resources", 0.1)
            self._layouts(lookup)
            self._step("code", 0.3)
            nested = self._nested()
            code = self._code(nested)
            self._step("bundles", 0.7)
            self._bundles(nested)
            self._step("natives", 0.9)
            self._natives()
            icon = read_icon(self.package.containers, summary.icon)
        except LimitReached as limit:
            self.gaps.append(Gap(CODE_KINDS, self.package.artifact.name, limit.key,
                                 {name: str(value) for name, value in limit.params.items()}, blinds=True))
        facts = self.rows.freeze()
        return Reading(self._artifact(summary, certificates), VERSION, self.pool.freeze(), facts, resources, code,
                       Coverage(tuple(self.read_items), tuple(self.gaps)), self.details, icon)

    def _step(self, name: str, share: float) -> None:
        self.deadline.check()
        self.on_stage(name, share)

    def _artifact(self, summary: ManifestSummary, certificates: tuple[Certificate, ...]) -> Artifact:
        return replace(self.package.artifact, package=summary.package, label=summary.label,
                       version_name=summary.version_name, version_code=summary.version_code, min_sdk=summary.min_sdk,
                       target_sdk=summary.target_sdk, certificates=certificates)

    def _place(self, container: Container, name: str) -> str:
        """Name of an entry in the reading; entries of splits carry the split's name."""
        return name if container is self.package.containers[0] else f"{container.name}!{name}"

    def _entries(self, container: Container) -> None:
        for name in container.names():
            self.rows.add(Fact.ENTRY, self._place(container, name), role=_role_of_entry(name))
        self.read_items.append(ReadItem("entries", len(container.names())))

    def _certificates(self, base: Container) -> tuple[Certificate, ...]:
        certificates, gaps = read_certificates(base, self.package.idsig)
        self.gaps += gaps
        return certificates

    def _resources(self) -> tuple[Resources, ResourceLookup | None]:
        tables: list[Resources] = []
        lookups: list[ResourceLookup] = []
        for container in self.package.containers:
            if TABLE not in container:
                continue
            raw = container.read_or_gap(TABLE, TABLE_KINDS, blinds=True)
            if isinstance(raw, Gap):
                self.gaps.append(raw)
                continue
            table, lookup = self._table(raw)
            tables.append(table)
            if lookup is not None:
                lookups.append(lookup)
        joined = _joined(tables)
        self.read_items.append(ReadItem("resources", len(joined.id)))
        return joined, ResourceLookup.joined(lookups) if lookups else None

    def _table(self, raw: bytes) -> tuple[Resources, ResourceLookup | None]:
        try:
            table, lookup, gaps = read_arsc(raw, self.pool)
        except UnreadableError:
            from appscan.readers.apk import androguard_fallback  # costs start time, and is hardly ever needed

            fallback, second, gaps = androguard_fallback.string_resources(raw, self.pool)
            self.gaps += gaps
            return fallback, second
        self.gaps += gaps
        return table, lookup

    def _manifest(self, base: Container, lookup: ResourceLookup | None) -> ManifestSummary:
        file = self.pool.add(MANIFEST)
        raw = base.read(MANIFEST)
        try:
            summary = read_manifest(raw, lookup, self.rows, file)
        except UnreadableError as error:
            from appscan.readers.apk import androguard_fallback

            second, gaps = androguard_fallback.manifest_facts(raw, lookup, self.rows, file)
            if second is None:
                raise UnreadableError("manifest_damaged", name=self.package.artifact.name,
                                      what=error.params.get("what", "")) from None
            self.gaps += gaps
            summary = second
        self.read_items.append(ReadItem("manifest", 1))
        return summary

    def _layouts(self, lookup: ResourceLookup | None) -> None:
        for container in self.package.containers:
            names = [name for name in container.names() if name != MANIFEST and wanted_type(name, lookup)]
            self.gaps += read_layouts(self._files(container, names, frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})),
                                      lookup, self.rows)
            self.read_items.append(ReadItem("layouts", len(names)))

    def _files(self, container: Container, names: Sequence[str], kinds: frozenset[Kind]) -> Iterator[tuple[str, bytes]]:
        for name in names:
            self.deadline.check()
            raw = container.read_or_gap(name, kinds)
            if isinstance(raw, Gap):
                self.gaps.append(raw)
            else:
                yield self._place(container, name), raw

    def _nested(self) -> Nested:
        found = Nested()
        for container in self.package.containers:
            found = found + nested_containers(container, self.limits, self.deadline)
        self.gaps += found.gaps
        for place, container in found.packages:
            self._nested_layouts(place, container)
        return found

    def _nested_layouts(self, place: str, container: Container) -> None:
        """Layouts of an APK inside the APK; its table is asked but not kept, since its ids mean something else here."""
        raw = container.read_or_gap(TABLE, frozenset()) if TABLE in container else None
        lookup = None
        if isinstance(raw, bytes):
            try:
                lookup = read_arsc(raw, StringPool())[1]
            except UnreadableError:
                lookup = None
        names = [name for name in container.names() if name != MANIFEST and wanted_type(name, lookup)]
        files = ((f"{place}!{name}", raw) for name in names
                 if isinstance(raw := container.read_or_gap(name, frozenset()), bytes))
        self.gaps += read_layouts(files, lookup, self.rows)

    def _code(self, nested: Nested) -> Code:
        units: list[tuple[str, bytes]] = []
        for container in self.package.containers:
            for name in sorted((name for name in container.names() if is_dex(name)), key=dex_order):
                raw = container.read_or_gap(name, CODE_KINDS, blinds=True)
                if isinstance(raw, Gap):
                    self.gaps.append(raw)
                else:
                    units.append((self._place(container, name), raw))
        units += nested.units
        self.deadline.check()
        code, gaps = read_dex(units, self.pool)
        self.gaps += gaps
        if not units:
            self.gaps.append(Gap(CODE_KINDS, self.package.artifact.name, "no_code", blinds=True))
        self.read_items.append(ReadItem("dex", len(units)))
        self.read_items.append(ReadItem("classes", len(code.classes.type)))
        if len(code.classes.type) < SHELL_CLASSES:
            self._loose_texts(units)
        return code

    def _loose_texts(self, units: Sequence[tuple[str, bytes]]) -> None:
        """Older shells leave clear Chinese bytes outside the string table: read what is readable."""
        kept = 0
        for name, raw in units:
            file = self.pool.add(name)
            for text in loose_text(raw, None)[:LOOSE_TEXTS - kept]:
                self.rows.add(Fact.LITERAL, text, role="native", file=file)
                kept += 1

    def _bundles(self, nested: Nested) -> None:
        for container in self.package.containers:
            names = [name for name in container.names() if is_text_asset(name)]
            if not names and not nested.texts:
                continue
            from appscan.readers.apk.bundles import read_bundles  # many apps have no script at all

            files = self._files(container, names, frozenset({Kind.TEXT, Kind.CONTROL, Kind.ENDPOINT, Kind.CALL}))
            details, gaps = read_bundles(_chained(files, nested.texts), self.rows)
            nested = Nested()
            self.details.update(details)
            self.gaps += gaps
            self.read_items.append(ReadItem("assets", len(names)))

    def _natives(self) -> None:
        for container in self.package.containers:
            names = [name for name in container.names() if name.startswith("lib/") and name.endswith(".so")]
            self.gaps += read_natives(container, names, self.rows, self.limits)
            self.read_items.append(ReadItem("natives", len(names)))


def _chained(files: Iterator[tuple[str, bytes]], more: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    yield from files
    yield from more


def is_dex(name: str) -> bool:
    """Whether Android loads the entry as code: classes.dex, classes2.dex, … at the top level."""
    return name.startswith("classes") and name.endswith(".dex") and (name[7:-4] == "" or name[7:-4].isdigit())


def is_text_asset(name: str) -> bool:
    """Whether an entry may hold a script, a page or other text that the app shows or runs."""
    if name.startswith(("assets/", "res/raw")) or "/" not in name:
        return kind_by_name(name) is not TextKind.NONE and not name.endswith((".arsc", ".dex")) and name != MANIFEST
    return False


def dex_order(name: str) -> int:
    """classes.dex first, then by number."""
    return int(name[7:-4] or 1)


def _role_of_entry(name: str) -> str:
    if is_dex(name):
        return "dex"
    for prefix, role in (("lib/", "native"), ("assets/", "asset"), ("res/", "resource")):
        if name.startswith(prefix):
            return role
    return "other"


def _no_resources() -> Resources:
    none = np.zeros(0, dtype=np.int32)
    return Resources(np.zeros(0, dtype=np.uint32), none, none, none, none)


def _joined(tables: Sequence[Resources]) -> Resources:
    if not tables:
        return _no_resources()
    return Resources(*(np.concatenate([getattr(table, name) for table in tables])
                       for name in ("id", "type", "name", "value", "config")))
