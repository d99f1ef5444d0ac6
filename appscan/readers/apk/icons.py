"""The picture that the launcher shows for an app, as it lies in the package. Decodes nothing: what is a picture is told
by its first bytes. Knows no likeness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from appscan.errors import LimitReached, UnreadableError
from appscan.model.coverage import Gap
from appscan.readers.apk.arsc import SKIPPED_TYPES, read_arsc
from appscan.readers.apk.axml import parse_axml
from appscan.readers.apk.container import Container
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.columns import StringPool

ENOUGH = 16 << 10
"""Bytes of the density wanted: more is a larger picture of the same."""
LARGEST = 64 << 10
LARGEST_XML = 64 << 10
DEEPEST = 3
"""An adaptive icon names a layer, which may be an inset that names a bitmap."""
MOST_NAMED = 8
MOST_FILES = 128
"""Files looked at for one icon: a picture for each density and language, of a few layers. More is a trap."""
TABLE, LARGEST_TABLE = "resources.arsc", 64 << 20
NO_DRAWABLES = (SKIPPED_TYPES - {"drawable", "mipmap"}) | {"array", "id", "layout", "menu", "plurals", "raw", "string"}
LAYERS = ("foreground", "item", "inset", "bitmap", "layer-list", "adaptive-icon", "selector")
CARRIERS = ("drawable", "src")


def read_icon(containers: Sequence[Container], resource: int) -> bytes:
    """The PNG, JPEG or WebP file behind resource id `resource`, at most LARGEST bytes: the largest of at most ENOUGH,
    else the smallest. Behind an adaptive icon it is the foreground's. Empty where there is none, where it is drawn
    by XML alone, or where it cannot be read: an icon is no evidence, so that is no gap."""
    lookup = _drawables(containers) if resource else None
    if lookup is None:
        return b""
    pictures = [picture for picture in _pictures(containers, resource, lookup) if len(picture) <= LARGEST]
    return min(pictures, key=lambda one: (len(one) > ENOUGH, abs(ENOUGH - len(one)), one), default=b"")


def is_picture(content: bytes) -> bool:
    """Whether the bytes begin as a PNG, JPEG or WebP file does."""
    return content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def _drawables(containers: Sequence[Container]) -> ResourceLookup | None:
    """The tables once more, for the types that the first reading passes over. They go with the icon: the names of
    thousands of pictures say nothing of what an app does."""
    lookups, pool = [], StringPool()
    for container in containers:
        if raw := _content((container,), TABLE, LARGEST_TABLE):
            try:
                lookups.append(read_arsc(raw, pool, NO_DRAWABLES)[1])
            except UnreadableError:
                continue
    return ResourceLookup.joined(lookups) if lookups else None


def _pictures(containers: Sequence[Container], resource: int, lookup: ResourceLookup) -> Iterator[bytes]:
    """Pictures behind a resource: its own, else those of the layers that it is drawn of. Each resource is looked at
    once, and no more than MOST_FILES files: tables of a hostile package name each other in circles."""
    seen: set[int] = set()
    left = MOST_FILES
    now = [resource]
    for _ in range(DEEPEST + 1):
        layers: list[int] = []
        for one in now:
            if one in seen or left <= 0:
                continue
            seen.add(one)
            found = [content for path in lookup.paths(one)[:left] if (content := _content(containers, path))]
            left -= max(len(found), 1)
            pictures = [content for content in found if is_picture(content)]
            yield from pictures
            if not pictures:
                layers += [named for content in found if len(content) <= LARGEST_XML for named in _named(content)]
        now = layers


def _content(containers: Sequence[Container], path: str, most: int = LARGEST) -> bytes:
    for container in containers:
        if path in container and container.entry(path).size <= most:
            try:
                content = container.read_or_gap(path, frozenset())
            except LimitReached:  # the package is read by now: nothing that judging needs is lost
                continue
            if not isinstance(content, Gap):
                return content
    return b""


def _named(content: bytes) -> list[int]:
    """Resource ids of the drawables that a drawable in XML is made of, the background of an adaptive icon left out."""
    try:
        nodes = parse_axml(content).nodes
    except UnreadableError:
        return []
    carried = (node.attribute(name) for node in nodes if node.tag in LAYERS for name in CARRIERS)
    return [one.reference for one in carried if one is not None and one.reference][:MOST_NAMED]
