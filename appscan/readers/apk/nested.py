"""Code and text inside archives in a package: found by their first bytes, opened to a bounded depth. Parses no code.

Plugins, hot patches and H5 bundles travel so (instant-run.zip, assets/*.apk, *.wgt, *.tar.gz, lib*.so that are APKs).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from appscan.errors import LimitReached, UnreadableError
from appscan.model.coverage import CODE_KINDS, Gap
from appscan.readers.apk.archives import SNIFFED, Shape, expand, shape_of, tar_members
from appscan.readers.apk.container import Container, is_program, open_container
from appscan.readers.limits import Deadline, Limits

SMALLEST = 32
MEDIA = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".svg", ".ico", ".mp3", ".ogg", ".wav", ".aac", ".m4a",
         ".mp4", ".ttf", ".otf", ".woff", ".woff2", ".css", ".map", ".pak", ".tflite")
DULL = (*MEDIA, ".xml", ".version", ".kotlin_module", ".kotlin_builtins", ".properties", ".sf", ".mf", ".rsa")
TEXTS = (".html", ".htm", ".xhtml", ".js", ".mjs", ".cjs", ".json", ".txt", ".xml", ".vue", ".wxml", ".bundle",
         ".jsbundle", ".md", ".csv", ".wxs")
CODE_NAMES = (".dex", ".jar", ".apk")
SNIFFED_FOLDERS = ("assets/", "lib/", "res/raw")
BINARY_XML = b"\x03\0\x08\0"
LARGEST_TEXT = 16 << 20


class NestedKind(StrEnum):
    """DEX: one DEX file. TEXT: a script, page or data file. PACKAGE: an APK, whose DEX and text units follow."""

    DEX = "dex"
    TEXT = "text"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class NestedUnit:
    """`place` is the way in: "assets/x.apk!classes.dex". `content` is empty, and `container` set, for a PACKAGE."""

    place: str
    kind: NestedKind
    content: bytes = b""
    container: Container | None = None


@dataclass(frozen=True, slots=True)
class Nested:
    """All that is nested in a package: `units` (DEX) and `texts` as (place, bytes), what stayed shut, and the nested
    `packages` as (place, opened APK) for whoever reads their resources too."""

    units: tuple[tuple[str, bytes], ...] = ()
    texts: tuple[tuple[str, bytes], ...] = ()
    gaps: tuple[Gap, ...] = ()
    packages: tuple[tuple[str, Container], ...] = ()

    def __add__(self, other: Nested) -> Nested:
        return Nested(self.units + other.units, self.texts + other.texts, self.gaps + other.gaps,
                      self.packages + other.packages)


@dataclass(slots=True)
class _Walk:
    """What bounds one walk through all archives of a package; `entries_left` counts down over all of them."""

    limits: Limits
    deadline: Deadline | None
    entries_left: int


def nested_containers(container: Container, limits: Limits, deadline: Deadline | None = None) -> Nested:
    """What `nested_units` gives, sorted by kind and held in memory, which the budget of `container` bounds."""
    items = list(nested_units(container, limits, deadline))
    units = [item for item in items if isinstance(item, NestedUnit)]
    return Nested(
        tuple((unit.place, unit.content) for unit in units if unit.kind is NestedKind.DEX),
        tuple((unit.place, unit.content) for unit in units if unit.kind is NestedKind.TEXT),
        tuple(item for item in items if isinstance(item, Gap)),
        tuple((unit.place, unit.container) for unit in units if unit.container is not None))


def nested_units(container: Container, limits: Limits, deadline: Deadline | None = None) -> Iterator[NestedUnit | Gap]:
    """DEX files, texts and packages inside the entries of `container`, in its order; the root DEX files, which are not
    nested, and the texts of `container` itself are left to others.

    What looks like an archive or code and cannot be opened is a gap `nested_unread` (params: cause) that blinds.
    Inflated bytes count in the budget of `container`. Raises LimitReached only for the deadline.
    """
    walk = _Walk(limits, deadline, limits.entries)
    for name in container.names():
        if is_program(name) or not _worth_a_look(name, container.entry(name).size):
            continue
        yield from _look(walk, container, name)


def _worth_a_look(name: str, size: int) -> bool:
    """In assets and libraries even a picture's name may hide code; elsewhere dull names are passed over."""
    lower = name.lower()
    return size >= SMALLEST and (lower.startswith(SNIFFED_FOLDERS) or not lower.endswith(DULL))


def _look(walk: _Walk, container: Container, name: str) -> Iterator[NestedUnit | Gap]:
    """Open one entry of the package itself when its first bytes say archive or code."""
    if walk.deadline is not None:
        walk.deadline.check()
    shape = shape_of(container.peek(name, SNIFFED))
    if shape is Shape.OTHER:
        if name.lower().endswith(CODE_NAMES):
            yield _unread(name, "unknown_form")
        return
    yield from _open(walk, container, name, name, 1)


def _open(walk: _Walk, container: Container, name: str, place: str, depth: int) -> Iterator[NestedUnit | Gap]:
    try:
        content = container.read(name)
    except (LimitReached, UnreadableError) as error:
        yield _unread(place, error.key)
        return
    yield from _unfold(walk, container, content, place, depth)


def _unfold(walk: _Walk, around: Container, content: bytes, place: str, depth: int) -> Iterator[NestedUnit | Gap]:
    """Units of one file that is at `depth` archives inside the package, the file itself counted."""
    if walk.deadline is not None:
        walk.deadline.check()
    shape = shape_of(content[:SNIFFED])
    if shape is Shape.DEX:
        yield NestedUnit(place, NestedKind.DEX, content)
    elif shape is Shape.OTHER:
        if _is_text(place, content):
            yield NestedUnit(place, NestedKind.TEXT, content)
        elif place.lower().endswith(CODE_NAMES) and len(content) >= SMALLEST:
            yield _unread(place, "unknown_form")
    elif shape is Shape.CLOSED:
        yield _unread(place, "closed_form")
    elif depth > walk.limits.nesting:
        yield _unread(place, "nesting_limit")
    elif shape is Shape.ZIP:
        yield from _unzip(walk, around, content, place, depth)
    elif shape is Shape.TAR:
        for name, member in tar_members(content):
            walk.entries_left -= 1
            if walk.entries_left < 0:
                yield _unread(place, "entries_limit")
                return
            yield from _unfold(walk, around, member, f"{place}!{name}", depth + 1)
    else:
        yield from _expand(walk, around, content, place, depth, shape)


def _expand(walk: _Walk, around: Container, content: bytes, place: str, depth: int,
            shape: Shape) -> Iterator[NestedUnit | Gap]:
    """The member of a gzip, xz or bzip2 stream; first a look at its beginning, so that plain data stays packed."""
    inner = place.rsplit(".", 1)[0]
    head = expand(content, shape, SNIFFED - 1)
    if head is None or (shape_of(head) is Shape.OTHER and not inner.lower().endswith(TEXTS)):
        return
    most = min(walk.limits.entry_bytes, around.budget.left)
    expanded = expand(content, shape, most) or b""
    if len(expanded) > most:
        yield _unread(place, "inflated_limit")
        return
    around.budget.spend(len(expanded))
    yield from _unfold(walk, around, expanded, inner, depth + 1)


def _unzip(walk: _Walk, around: Container, content: bytes, place: str, depth: int) -> Iterator[NestedUnit | Gap]:
    """Entries of a ZIP, APK or JAR; entries that cannot be read are one gap per cause."""
    try:
        container = open_container(content, walk.limits, name=place, budget=around.budget)
    except UnreadableError as error:
        yield _unread(place, error.key)
        return
    if any(gap.blinds for gap in container.gaps):
        yield _unread(place, next(gap.reason for gap in container.gaps if gap.blinds))
    if "AndroidManifest.xml" in container:
        yield NestedUnit(place, NestedKind.PACKAGE, container=container)
    causes: dict[str, None] = {}
    for name in container.names():
        walk.entries_left -= 1
        if walk.entries_left < 0:
            causes["entries_limit"] = None
            break
        if name.endswith(("/", ".arsc")) or name == "AndroidManifest.xml" or name.lower().endswith(MEDIA):
            continue
        if not name.lower().endswith(TEXTS) and not _may_hold_code(container, name):
            continue
        try:
            member = container.read(name)
        except (LimitReached, UnreadableError) as error:
            causes[error.key] = None
            continue
        yield from _unfold(walk, container, member, f"{place}!{name}", depth + 1)
    for cause in causes:
        yield _unread(place, cause)


def _may_hold_code(container: Container, name: str) -> bool:
    """By its first bytes; a name without sense whose bytes are encrypted may hold anything."""
    entry = container.entry(name)
    if entry.marked_encrypted or name.lower().endswith(CODE_NAMES):
        return True
    return entry.size >= SMALLEST and shape_of(container.peek(name, SNIFFED)) is not Shape.OTHER


def _is_text(place: str, content: bytes) -> bool:
    """A text by its name that is no binary XML and holds no NUL at its start."""
    lower = place.lower()
    return (lower.endswith(TEXTS) and len(content) <= LARGEST_TEXT and not content.startswith(BINARY_XML)
            and b"\0" not in content[:1024])


def _unread(place: str, cause: str) -> Gap:
    return Gap(CODE_KINDS, place, "nested_unread", {"cause": cause}, blinds=True)
