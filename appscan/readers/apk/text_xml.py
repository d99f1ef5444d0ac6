"""Plain XML (res/raw) → the same flat tree as binary XML. Knows no resource. Declares no entity and fetches nothing."""

from __future__ import annotations

from xml.parsers import expat

from appscan.errors import UnreadableError
from appscan.readers.apk import res_values
from appscan.readers.apk.axml import MAX_BYTES, Attribute, Node, XmlTree

_MARKS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")


def is_text_xml(raw: bytes) -> bool:
    """True when the bytes begin like written XML, a byte order mark and white space allowed."""
    return raw[:64].lstrip().startswith(_MARKS)


def parse_text_xml(raw: bytes) -> XmlTree:
    """Parse written XML. Raises UnreadableError("xml_damaged", what), also for a document that declares entities."""
    if len(raw) > MAX_BYTES:
        raise UnreadableError("xml_damaged", what="too large")
    nodes: list[Node] = []
    open_nodes: list[int] = []
    texts: dict[int, list[str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        nodes.append(Node(*_split(tag)[::-1], tuple(
            Attribute(*_split(name)[::-1], res_values.STRING, 0, value, 0) for name, value in attributes.items()),
            open_nodes[-1] if open_nodes else -1))
        open_nodes.append(len(nodes) - 1)

    def refuse(*_: object) -> None:
        raise UnreadableError("xml_damaged", what="entity declaration")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_nodes.pop()
    parser.CharacterDataHandler = lambda text: texts.setdefault(open_nodes[-1], []).append(text)
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(raw.lstrip() if raw[:1].isspace() else raw, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableError("xml_damaged", what=str(error)) from None
    return XmlTree(tuple(node._replace(text="".join(texts.get(index, ()))) for index, node in enumerate(nodes)))


def _split(name: str) -> tuple[str, str]:
    """(namespace, local name) of a name as expat gives it."""
    namespace, _, local = name.rpartition(" ")
    return namespace, local
