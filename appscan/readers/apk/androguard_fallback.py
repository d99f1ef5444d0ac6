"""The second opinion: binary XML and resource tables through androguard, when our own parsers give up.

The only module that imports androguard, and only when asked. Knows no policy. androguard opens an empty or garbage
manifest without complaint, so what it returns is checked here before it is believed.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from appscan.errors import UnreadableError
from appscan.model.coverage import Gap, Kind
from appscan.model.reading import Resources
from appscan.readers.apk import manifest, res_values
from appscan.readers.apk.android_ids import ANDROID_NAMESPACE, ATTRIBUTE_NAMES
from appscan.readers.apk.arsc import SKIPPED_TYPES
from appscan.readers.apk.arsc_config import Qualifier
from appscan.readers.apk.axml import Attribute, Node, XmlTree
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.columns import FactRows, StringPool

PARSER = "androguard"
MAX_XML, MAX_TABLE = 4 << 20, 64 << 20
"""Bytes that the second parser is trusted with; it is slow and was not built for hostile files."""
TABLE_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})
MANIFEST_KINDS = frozenset({Kind.PERMISSION, Kind.COMPONENT, Kind.TITLE})


def xml_tree(raw: bytes, path: str, kinds: frozenset[Kind], why: str, *,
             skip: bool = False) -> tuple[XmlTree | None, Gap]:
    """Tree of one XML file and the gap that says who read it; no tree and a gap `parser_failed` when nobody could.
    `why`: what our parser said; `skip`: do not even try."""
    if not skip and 0 < len(raw) <= MAX_XML:
        with contextlib.suppress(Exception), _quiet():
            tree = _tree(raw)
            if tree.nodes:
                return tree, Gap(frozenset(), path, "parser_fallback", {"parser": PARSER})
    return None, Gap(kinds, path, "parser_failed", {"why": why})


def manifest_facts(raw: bytes, lookup: ResourceLookup | None, rows: FactRows,
                   file_sid: int) -> tuple[manifest.ManifestSummary | None, list[Gap]]:
    """As `manifest.read_manifest`, through androguard. No summary and a blinding gap when it cannot read it either."""
    tree, gap = xml_tree(raw, "AndroidManifest.xml", MANIFEST_KINDS, "manifest_damaged")
    if tree is not None:
        with contextlib.suppress(UnreadableError):
            return manifest.manifest_facts(tree, lookup, rows, file_sid), [gap]
    return None, [Gap(MANIFEST_KINDS, "AndroidManifest.xml", "parser_failed", {"why": "manifest_damaged"}, blinds=True)]


def string_resources(raw: bytes, pool: StringPool) -> tuple[Resources, ResourceLookup | None, list[Gap]]:
    """As `arsc.read_arsc`, through androguard: only strings and files. No lookup and a blinding gap when it fails."""
    rows: list[tuple[int, int, int, int, int]] = []
    texts: dict[int, bytes] = {}
    ranks: dict[int, int] = {}

    def sid(text: str) -> int:
        encoded = text.encode("utf-8", "replace")
        number = pool.add(encoded)
        texts[number] = encoded
        return number

    # Whatever it raises on hostile bytes, or for want of being installed, means the same: it did not read the table.
    with contextlib.suppress(Exception), _quiet():
        for resource_id, kind, name, value, qualifier in _strings(raw):
            config = sid(str(qualifier))
            ranks[config] = qualifier.rank
            rows.append((resource_id, sid(kind), sid(name), -1 if kind == "id" else sid(value), config))
        found = _columns(rows)
        gap = Gap(frozenset(), "resources.arsc", "parser_fallback", {"parser": PARSER})
        return found, ResourceLookup(found, texts, ranks), [gap]
    gap = Gap(TABLE_KINDS, "resources.arsc", "parser_failed", {"why": "resources_damaged"}, blinds=True)
    return _columns([]), None, [gap]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """androguard logs through loguru, to stderr, and prints to stdout, where a report may be going."""
    from loguru import logger
    logger.disable(PARSER)
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def _columns(rows: list[tuple[int, int, int, int, int]]) -> Resources:
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 5)
    return Resources(table[:, 0].astype(np.uint32), *(table[:, column].astype(np.int32) for column in range(1, 5)))


def _tree(raw: bytes) -> XmlTree:
    from androguard.core.axml import END_DOCUMENT, END_TAG, START_TAG, AXMLParser
    parser = AXMLParser(raw)
    nodes: list[Node] = []
    open_nodes: list[int] = []
    while (event := next(parser)) != END_DOCUMENT:
        if not parser.is_valid():
            raise UnreadableError("xml_damaged", what=PARSER)
        if event == START_TAG:
            attributes = tuple(_attribute(parser, index) for index in range(parser.getAttributeCount()))
            nodes.append(Node(parser.name, parser.namespace or "", attributes, open_nodes[-1] if open_nodes else -1))
            open_nodes.append(len(nodes) - 1)
        elif event == END_TAG and open_nodes:
            open_nodes.pop()
    if open_nodes:
        raise UnreadableError("xml_damaged", what=PARSER)
    return XmlTree(tuple(nodes))


def _attribute(parser: Any, index: int) -> Attribute:
    kind, value = parser.getAttributeValueType(index), parser.getAttributeValueData(index)
    namespace = parser.getAttributeNamespace(index)
    number = parser.m_attributes[parser._get_attribute_offset(index) + 1]
    resource_id = parser.m_resourceIDs[number] if number < len(parser.m_resourceIDs) else 0
    # Not getAttributeName(): it turns layout_width into layout:width, and makes up a random name for an empty one.
    name = ATTRIBUTE_NAMES.get(resource_id) or parser.sb[number] or (f"0x{resource_id:08x}" if resource_id else "")
    return Attribute(name, ANDROID_NAMESPACE if resource_id >> 24 == 1 else namespace,
                     kind, value, parser.sb[value] if kind == res_values.STRING else None, resource_id)


def _strings(raw: bytes) -> Iterator[tuple[int, str, str, str, Qualifier]]:
    """(id, type, name, text, qualifier) of every entry that holds a string."""
    if not 12 < len(raw) <= MAX_TABLE:
        raise UnreadableError("resources_damaged", what="size")
    from androguard.core.axml import ARSCParser
    table = ARSCParser(raw)
    table.get_packages_names()
    table._analyse()
    for resource_id, configs in table.resource_values.items():
        for config, entry in configs.items():
            if entry.is_complex() or (entry.datatype if entry.is_compact() else entry.key.get_data_type()) != 3:
                continue
            kind = entry.parent.mTableStrings.getString((resource_id >> 16 & 0xFF) - 1)
            if kind in SKIPPED_TYPES:
                continue
            locale = config.get_language_and_region().strip("\0")
            qualifier = config.get_qualifier()
            yield (resource_id, kind, entry.get_value(), entry.get_key_data(),
                   Qualifier("", locale, qualifier.removeprefix(locale).strip("-")))
