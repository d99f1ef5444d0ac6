"""AndroidManifest.xml → summary and facts: permissions, components, filters, labels. Knows no policy and no container.

Attribute facts: `node` is the element that carries the attribute, `parent` the node of the component it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from appscan.errors import UnreadableError
from appscan.model.reading import Fact, Role
from appscan.readers.apk import res_values
from appscan.readers.apk.axml import Attribute, Node, XmlTree, parse_axml
from appscan.readers.apk.resource_lookup import ResourceLookup
from appscan.readers.columns import FactRows

COMPONENT_ROLES = {"application": "application", "activity": "activity", "activity-alias": "alias",
                   "service": "service", "receiver": "receiver", "provider": "provider"}
SCREENS = frozenset({"application", "activity", "activity-alias"})
OWN_ATTRIBUTES = ("exported", "process", "permission", "enabled", "authorities", "targetActivity",
                  "foregroundServiceType", "parentActivityName", "networkSecurityConfig", "usesCleartextTraffic")
PERMISSION_TAGS = {"uses-permission": "uses", "uses-permission-sdk-23": "uses", "uses-permission-sdk-m": "uses",
                   "permission": "defines"}
FOREGROUND_TYPES = {
    0x1: "dataSync", 0x2: "mediaPlayback", 0x4: "phoneCall", 0x8: "location", 0x10: "connectedDevice",
    0x20: "mediaProjection", 0x40: "camera", 0x80: "microphone", 0x100: "health", 0x200: "remoteMessaging",
    0x400: "systemExempted", 0x800: "shortService", 0x2000: "mediaProcessing", 0x40000000: "specialUse"}
MAIN, LAUNCHER = "android.intent.action.MAIN", "android.intent.category.LAUNCHER"


@dataclass(frozen=True, slots=True)
class ManifestSummary:
    """What the manifest says of the whole package. Class names have dots and are fully qualified; texts are resolved
    through the resources; empty where the manifest is silent. `launchers`: enabled MAIN/LAUNCHER activities, an alias
    counted as its target. `icon`: resource id of the application's icon, 0 for none."""

    package: str
    version_name: str = ""
    version_code: str = ""
    label: str = ""
    min_sdk: str = ""
    target_sdk: str = ""
    split: str = ""
    application: str = ""
    launchers: tuple[str, ...] = ()
    icon: int = 0


def read_manifest(raw: bytes, lookup: ResourceLookup | None, rows: FactRows, file_sid: int) -> ManifestSummary:
    """Append the manifest's facts to `rows` and return its summary.

    Raises UnreadableError("manifest_damaged", what) when it is empty, no binary XML, or has no <manifest package="…">;
    nothing is appended then.
    """
    try:
        tree = parse_axml(raw)
    except UnreadableError as error:
        raise UnreadableError("manifest_damaged", what=error.params.get("what", error.key)) from None
    return manifest_facts(tree, lookup, rows, file_sid)


def manifest_facts(tree: XmlTree, lookup: ResourceLookup | None, rows: FactRows, file_sid: int) -> ManifestSummary:
    """As `read_manifest`, from a tree that some parser made."""
    root = tree.nodes[0] if tree.nodes else None
    if root is None or root.tag != "manifest":
        raise UnreadableError("manifest_damaged", what="no <manifest>")
    package = _own(root, "package")
    if not package:
        raise UnreadableError("manifest_damaged", what="no package name")
    return _Manifest(tree, package, lookup, rows, file_sid).read()


class _Manifest:
    """One manifest while it is turned into facts."""

    def __init__(self, tree: XmlTree, package: str, lookup: ResourceLookup | None, rows: FactRows,
                 file_sid: int) -> None:
        self._nodes = tree.nodes
        self._package = package
        self._lookup = lookup
        self._rows = rows
        self._file = file_sid
        self._actions: dict[int, set[str]] = {}
        """Actions and categories by the node of their intent filter."""

    def read(self) -> ManifestSummary:
        root = self._nodes[0]
        owner = self._owners()
        application = sdk = -1
        for index, node in enumerate(self._nodes):
            component = owner[index]
            if node.tag in PERMISSION_TAGS and node.parent == 0:
                self._permission(index, node)
            elif node.tag == "uses-sdk" and node.parent == 0:
                sdk = index
            elif component == index:
                self._component(index, node)
                application = index if node.tag == "application" and application < 0 else application
            elif component >= 0:
                self._inner(index, node, component)
        launchers = self._launchers(owner)
        own = self._nodes[application] if application >= 0 else None
        limits = self._nodes[sdk] if sdk >= 0 else None
        icon = own.attribute("icon") if own is not None else None
        return ManifestSummary(
            package=self._package, version_name=self._text(root, "versionName"), version_code=self._version_code(root),
            label=self._text(own, "label"), min_sdk=self._text(limits, "minSdkVersion"),
            target_sdk=self._text(limits, "targetSdkVersion"), split=_own(root, "split"),
            application=self._class_name(self._text(own, "name")), launchers=launchers,
            icon=icon.reference if icon is not None else 0)

    def _owners(self) -> list[int]:
        """For each node the component that it is or belongs to, -1 outside of components."""
        owner: list[int] = []
        for index, node in enumerate(self._nodes):
            above = node.parent
            if node.tag == "application":
                owner.append(index if above == 0 else -1)
            elif node.tag in COMPONENT_ROLES and above >= 0 and owner[above] == above \
                    and self._nodes[above].tag == "application":
                owner.append(index)
            else:
                owner.append(owner[above] if above >= 0 else -1)
        return owner

    def _permission(self, index: int, node: Node) -> None:
        name = self._text(node, "name")
        if name:
            self._rows.add(Fact.PERMISSION, name, role=PERMISSION_TAGS[node.tag], file=self._file, node=index, parent=0)

    def _component(self, index: int, node: Node) -> None:
        name = self._class_name(self._text(node, "name"))
        role = COMPONENT_ROLES[node.tag]
        self._rows.add(Fact.NODE, node.tag, file=self._file, node=index, parent=node.parent)
        if name:
            self._rows.add(Fact.COMPONENT, name, role=role, file=self._file, node=index, parent=node.parent)
        label = node.attribute("label")
        if label is not None and (text := self._shown(label)) and not text.startswith("@"):
            shown_as = Role.TITLE if node.tag in SCREENS else Role.LABEL
            self._rows.add(Fact.TEXT, text, role=shown_as, file=self._file, node=index, parent=node.parent,
                           ref=label.reference)
        for key in OWN_ATTRIBUTES:
            attribute = node.attribute(key)
            if attribute is not None:
                self._attribute(index, index, key, self._own_value(key, attribute), attribute.reference)

    def _own_value(self, key: str, attribute: Attribute) -> str:
        if key == "foregroundServiceType" and attribute.kind in (res_values.INT_HEX, res_values.INT_DECIMAL):
            return "|".join(name for bit, name in FOREGROUND_TYPES.items() if attribute.value & bit)
        text = self._shown(attribute)
        return self._class_name(text) if key in ("targetActivity", "parentActivityName") else text

    def _inner(self, index: int, node: Node, component: int) -> None:
        """Filters and meta-data inside a component."""
        name = self._text(node, "name")
        if node.tag in ("action", "category") and name:
            self._actions.setdefault(node.parent, set()).add(name)
            self._attribute(index, component, node.tag, name)
        elif node.tag == "data":
            address = self._address(node)
            if address:
                self._attribute(index, component, "data", address)
        elif node.tag in ("meta-data", "property") and name:
            carrier = node.attribute("value") or node.attribute("resource")
            if carrier is not None:
                self._attribute(index, component, f"meta:{name}", self._shown(carrier), carrier.reference)

    def _attribute(self, node: int, component: int, role: str, value: str, ref: int = 0) -> None:
        self._rows.add(Fact.ATTRIBUTE, value, role=role, file=self._file, node=node, parent=component, ref=ref)

    def _address(self, node: Node) -> str:
        """scheme://host:port/path of a <data> element, as far as it is given, else its MIME type."""
        scheme, host, port = (self._text(node, key) for key in ("scheme", "host", "port"))
        path = next(filter(None, (self._text(node, key) for key in ("path", "pathPrefix", "pathPattern"))), "")
        if not (scheme or host or path):
            return self._text(node, "mimeType")
        return f"{scheme}://{host}{':' if port else ''}{port}{path}" if scheme or host else path

    def _launchers(self, owner: list[int]) -> tuple[str, ...]:
        """Enabled activities that the launcher shows; an alias stands for its target."""
        found: dict[str, None] = {}
        for index in self._launched(owner):
            node = self._nodes[index]
            name = self._class_name(self._text(node, "targetActivity" if node.tag == "activity-alias" else "name"))
            if name and name not in found:
                found[name] = None
                self._rows.add(Fact.COMPONENT, name, role="launcher", file=self._file, node=index, parent=node.parent)
        return tuple(found)

    def _launched(self, owner: list[int]) -> Iterator[int]:
        for filter_node, names in self._actions.items():
            index = owner[filter_node]
            node = self._nodes[index]
            if {MAIN, LAUNCHER} <= names and node.tag in ("activity", "activity-alias") \
                    and self._text(node, "enabled") != "false":
                yield index

    def _version_code(self, root: Node) -> str:
        low, high = root.attribute("versionCode"), root.attribute("versionCodeMajor")
        if low is None or high is None or not high.value:
            return self._text(root, "versionCode")
        return str(high.value << 32 | low.value)

    def _class_name(self, name: str) -> str:
        """Fully qualified class name (PackageParser.buildClassName)."""
        if not name or name.startswith("@"):
            return ""
        if name.startswith("."):
            return self._package + name
        return name if "." in name else f"{self._package}.{name}"

    def _text(self, node: Node | None, name: str) -> str:
        attribute = node.attribute(name) if node is not None else None
        return self._shown(attribute) if attribute is not None else ""

    def _shown(self, attribute: Attribute) -> str:
        """Value as text; references resolved where the resources tell, else named, else left as @7f…."""
        if not attribute.reference or self._lookup is None:
            return attribute.shown()
        found = self._lookup.text(attribute.reference)
        if found is not None:
            return found
        name = self._lookup.name(attribute.reference)
        return f"@{name}" if name else attribute.shown()


def _own(root: Node, name: str) -> str:
    """An attribute that belongs to no namespace (package, split)."""
    for attribute in root.attributes:
        if attribute.name == name and not attribute.resource_id and attribute.text is not None:
            return attribute.text
    return ""
