"""Names of fields in markup: what attributes and expressions of templates call the data of a page. Knows no tree."""

from __future__ import annotations

import html
import re

from appscan.model.reading import Fact
from appscan.readers.file_facts import FileFacts, shorten
from appscan.readers.script_api_names import API_NAMES
from appscan.readers.script_names import expression_names

_MODELS = ("v-model", "bindinput", "formcontrolname", "ng-model", "[(ngmodel)]", "th:field")
"""Attributes that tie an input to the field it fills."""
_COMPUTED = ("v-", "th:", "ng-", "*ng", "[", "wx:", "a:", "s-", "x-")
"""Beginnings of attributes whose value is an expression."""
_MADE = ("v-", "react", "testid", "src", "spm", "bs-", "radix", "headlessui", "aos", "wow", "n-head", "server-rendered")
"""Beginnings of data- attributes that tools and frameworks write."""
_INPUTS = frozenset({"input", "textarea", "select", "output", "meter", "progress"})
"""Elements that hold a value: their id names a field. Ids of others name boxes of a page (sheet, list, card)."""
_IDENTIFIER = re.compile(r"(?![A-Za-z]{0,2}[-_]?\d|el-id)[A-Za-z_][\w.-]{2,59}")
"""Ids that a person wrote; what a drawing tool counts (u44_img) says nothing."""
_TABLE_ADDRESSES = frozenset({"url", "data-url"})
"""Attributes of tables and lists that a script fills from a server."""
_LETTER = re.compile(r"[^\W\d_]")


def note_members(facts: FileFacts, screen: int, node: int, expression: str) -> None:
    """Gather the names of fields in an expression of a template."""
    for name in expression_names(html.unescape(expression)):
        facts.add_once(Fact.LITERAL, name, "member", screen=screen, node=node)


def note_names(facts: FileFacts, screen: int, node: int, tag: str, name: str, value: str, *, bound: bool) -> None:
    """Gather the names that an attribute holds. bound: its value is an expression, whatever it is called."""
    if bound or name.startswith(_COMPUTED) or "{{" in value:
        note_members(facts, screen, node, value)
    elif name.startswith("data-"):
        _note_kept(facts, screen, node, name[5:], value)
    elif name == "id" and tag in _INPUTS and _IDENTIFIER.fullmatch(value):
        facts.add_once(Fact.ATTRIBUTE, value, "id", screen=screen, node=node, parent=node)
    if name.startswith(_MODELS) and value and len(value) <= 200:
        facts.add(Fact.ATTRIBUTE, value, "name", screen=screen, node=node, parent=node)
    if name in _TABLE_ADDRESSES and not bound and value.startswith("/") and len(value) <= 300:
        facts.add(Fact.PATH, value, "request", screen=screen, node=node)


def is_object(value: str) -> bool:
    """Whether the value of a data- attribute is an object for a script."""
    return value[:1] in ("{", "[") and ":" in value


def _note_kept(facts: FileFacts, screen: int, node: int, key: str, value: str) -> None:
    """What a data- attribute keeps for scripts: a name, and a text or an address under it."""
    if len(key) > 2 and not key.startswith(_MADE) and key not in API_NAMES:
        facts.add_once(Fact.LITERAL, key, "key", screen=screen, node=node)
    told = not value.isascii() or value.startswith(("/", "http"))
    if told and len(value) > 2 and _LETTER.search(value) and not is_object(value):
        facts.add_once(Fact.LITERAL, shorten(value), "string", screen=screen, node=node)
