"""Layout, menu, navigation, preference and other XML resources → facts with roles. Knows no policy and no container."""

from __future__ import annotations

import re
from collections.abc import Iterable

from appscan.errors import UnreadableError
from appscan.model.coverage import Gap, Kind
from appscan.model.margin import MARGIN, Margin
from appscan.model.reading import Fact, Role
from appscan.readers.apk import androguard_fallback, res_values, text_xml
from appscan.readers.apk.axml import Attribute, Node, XmlTree, parse_axml
from appscan.readers.apk.layout_roles import MENU_BARS, OPTION_LISTS, TEXT_ATTRIBUTES, Place, text_role
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.columns import FactRows
from appscan.readers.markup_expressions import expression_texts
from appscan.readers.script_names import expression_names

SCREEN_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE})
READ_TYPES = frozenset({"layout", "menu", "navigation", "xml", "raw"})
TOOLS_NAMESPACE = "http://schemas.android.com/tools"
FALLBACKS = 20
"""Files of one artifact that may be given to the slow second parser."""
KEPT_ATTRIBUTES = frozenset({
    "onClick", "name", "class", "layout", "menu", "headerLayout", "navGraph", "graph", "destination",
    "startDestination", "popUpTo", "fragment", "key", "dependency", "inputType", "entries", "entryValues", "required",
    "clickable", "cancelable", "enabled", "checkable", "checked", "visibility", "visible", "defaultValue",
    "actionLayout", "actionViewClass", "actionProviderClass", "targetClass", "targetPackage", "targetName", "action",
    "uri", "settingsActivity", "accessibilityEventTypes", "canRetrieveWindowContent", "shortcutId", "argType",
    "nullable"})
VISIBILITY = {0: "visible", 1: "invisible", 2: "gone"}
_BOUND = re.compile(r"@=?\{(.{1,2000}+(?<=\}))", re.DOTALL)
"""An expression of data binding (android:text="@{user.score}"): names of fields, and the texts between them."""
_REFERENCE = re.compile(r"@[\w:]{1,40}+/\w{1,80}+|\}\s*+\Z")
NOT_SHOWN = ("layout_", "font", "behavior", "class", "path", "manager", "ratio", "transition", "tag")
"""Parts of names of custom attributes that hold strings nobody sees."""


def wanted_type(path: str, lookup: ResourceLookup | None) -> str | None:
    """The type under which a file of the container has to be read (layout, menu, navigation, xml, raw), else None.

    The resource table decides, because names and folders may be obfuscated; the folder does where the table is silent.
    """
    kind = lookup.type_of_path(path) if lookup is not None else None
    if kind is None and path.startswith("res/"):
        kind = path[4:].partition("/")[0].partition("-")[0] if path.endswith(".xml") else None
        kind = kind if kind in READ_TYPES else None
    if kind == "raw" and not path.endswith(".xml"):
        return None
    # A renamed type is unknown to us; its XML files are read and told apart by their root element.
    return kind if kind in READ_TYPES or path.endswith(".xml") else None


def read_layouts(files: Iterable[tuple[str, bytes]], lookup: ResourceLookup | None, rows: FactRows) -> list[Gap]:
    """Append the facts of XML resources to `rows`. `files`: (path in the container, bytes); a path may stand
    behind the name of its part (split.apk!res/…). Never raises for bad bytes: a file that no parser reads is a gap."""
    gaps: list[Gap] = []
    left = FALLBACKS
    for path, raw in files:
        kind = wanted_type(path.rpartition("!")[2], lookup) or ""
        try:
            tree = text_xml.parse_text_xml(raw) if text_xml.is_text_xml(raw) else parse_axml(raw)
        except UnreadableError as error:
            left -= 1
            second, gap = androguard_fallback.xml_tree(raw, path, SCREEN_KINDS, str(error), skip=left < 0)
            gaps.append(gap)
            if second is None:
                continue
            tree = second
        _Screen(tree, _document(kind, tree.nodes[0].tag), lookup, rows, rows.pool.add(path)).read()
    return gaps


def _document(kind: str, root: str) -> str:
    """layout | menu | navigation | preference | xml | raw; the root element decides where the type is not known."""
    if kind in ("layout", "menu", "navigation", "raw"):
        return kind
    if root.endswith("PreferenceScreen"):
        return "preference"
    if kind == "xml":
        return "xml"
    return root if root in ("menu", "navigation") else "layout"


class _Screen:
    """One XML resource while it is turned into facts."""

    def __init__(self, tree: XmlTree, document: str, lookup: ResourceLookup | None, rows: FactRows,
                 file_sid: int) -> None:
        self._nodes = tree.nodes
        self._document = document
        self._lookup = lookup
        self._rows = rows
        self._file = file_sid
        self._literal = document in ("xml", "raw")

    def read(self) -> None:
        places: list[Place] = []
        margin_ends = -1
        for index, node in enumerate(self._nodes):
            own_id = on_click = None
            clickable = False
            for attribute in node.attributes:
                if attribute.name == "id":
                    own_id = attribute
                elif attribute.name == "onClick":
                    on_click = attribute
                elif attribute.name == "clickable":
                    clickable = bool(attribute.value) and attribute.kind == res_values.BOOLEAN
            tag = _class_tag(node)
            place = Place(tag, on_click is not None, clickable, places[node.parent] if node.parent >= 0 else None)
            places.append(place)
            self._rows.add(Fact.NODE, tag, file=self._file, node=index, parent=node.parent,
                           ref=own_id.reference if own_id is not None else 0)
            if index > margin_ends and place.name.endswith(MENU_BARS):
                margin_ends = self._last_below(index)
                self._rows.add(Fact.ATTRIBUTE, Margin.NAVIGATION, role=MARGIN, file=self._file, node=index,
                               parent=margin_ends)
            for attribute in node.attributes:
                if attribute.namespace != TOOLS_NAMESPACE:
                    self._attribute(index, node, place, attribute)
            if self._literal and (text := node.text.strip()):
                self._add(Fact.LITERAL, text, "string", index, node)

    def _last_below(self, index: int) -> int:
        """The last element in another one: elements stand in the order of the file."""
        last, inside = index, {index}
        for below in range(index + 1, len(self._nodes)):
            if self._nodes[below].parent not in inside:
                break
            inside.add(below)
            last = below
        return last

    def _attribute(self, index: int, node: Node, place: Place, attribute: Attribute) -> None:
        name = attribute.name
        if self._document == "raw":
            if attribute.text:
                self._add(Fact.LITERAL, attribute.text, "string", index, node)
        elif name in KEPT_ATTRIBUTES:
            self._kept(index, node, attribute)
        elif name in TEXT_ATTRIBUTES:
            self._text(index, node, place, attribute)
        elif attribute.resource_id >> 24 == 1:
            return
        elif self._literal and attribute.text:
            self._add(Fact.LITERAL, attribute.text, "string", index, node)
        elif self._is_custom_text(attribute):
            self._text(index, node, place, attribute)
        if name in OPTION_LISTS and self._lookup is not None:
            for item in self._lookup.texts(attribute.reference):
                self._add(Fact.TEXT, item, Role.OPTION, index, node, attribute.reference)

    def _kept(self, index: int, node: Node, attribute: Attribute) -> None:
        name, ref = attribute.name, attribute.reference
        value = attribute.shown()
        if ref and self._lookup is not None:
            value = self._lookup.name(ref) or value
            if value.startswith("string/"):
                value = self._lookup.text(ref) or value
        elif name == "visibility":
            value = VISIBILITY.get(attribute.value, value)
        if value:
            self._add(Fact.ATTRIBUTE, value, name, index, node, ref)

    def _text(self, index: int, node: Node, place: Place, attribute: Attribute) -> None:
        """A visible text, literal or by reference; a reference that cannot be resolved stays as an attribute."""
        ref = attribute.reference
        if ref:
            text = self._lookup.text(ref) if self._lookup is not None else None
            if text is None:
                self._add(Fact.ATTRIBUTE, attribute.shown(), attribute.name, index, node, ref)
                return
        else:
            text = attribute.text or ""
        bound = _BOUND.fullmatch(text.strip())
        if bound is not None:
            expression = _REFERENCE.sub(" ", bound.group(1))
            for name in expression_names(expression):
                self._add(Fact.LITERAL, name, "member", index, node)
            text = next(iter(expression_texts(expression)), "")
        if text.strip():
            self._add(Fact.TEXT, text, text_role(self._document, place, attribute.name, text), index, node, ref)

    def _is_custom_text(self, attribute: Attribute) -> bool:
        """Custom views take their captions in attributes of any name: a string resource, or a literal beyond ASCII."""
        lower = attribute.name.lower()
        if any(part in lower for part in NOT_SHOWN):
            return False
        if attribute.text is not None:
            return not attribute.text.isascii() or "text" in lower or "title" in lower
        return bool(attribute.reference and self._lookup is not None
                    and self._lookup.name(attribute.reference).startswith("string/"))

    def _add(self, kind: Fact, value: str, role: str, index: int, node: Node, ref: int = 0) -> None:
        self._rows.add(kind, value, role=role, file=self._file, node=index, parent=node.parent, ref=ref)


def _class_tag(node: Node) -> str:
    """The tag, or the class that <view class="…"> names."""
    if node.tag == "view":
        named = node.attribute("class")
        if named is not None and named.text:
            return named.text
    return node.tag
