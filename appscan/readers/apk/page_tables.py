"""Tables of pages and settings in JSON: pages.json, app.json, manifest.json of uni-app, mini-programs and Capacitor.

Knows their keys and no policy. Plain keys and strings of any JSON are read by the script reader; here is only what its
place in one of these files gives a meaning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from appscan.model.margin import MARGIN, Margin
from appscan.model.reading import Fact, Role
from appscan.readers.file_facts import FileFacts, shorten

TABLES = frozenset({"pages.json", "app.json", "manifest.json", "capacitor.config.json", "app-config.json",
                    "game.json", "ext.json", "widget.json"})
MOST_VALUES = 20_000
_COMMENT = re.compile(r"^\s*//[^\n]*$|/\*[\s\S]*?\*/", re.MULTILINE)
_TITLES = ("navigationBarTitleText", "defaultTitle", "titleText", "title")
_PERMISSION_LISTS = ("requiredPrivateInfos", "requiredBackgroundModes")


def parse_json(text: str) -> Any:
    """The value of a JSON text, comments allowed; None where it is none or nested too deeply."""
    for candidate in (text, _COMMENT.sub("", text) if "/*" in text or "//" in text else ""):
        if candidate:
            try:
                return json.loads(candidate)
            except (ValueError, RecursionError):
                continue
    return None


def is_page_table(name: str) -> bool:
    """True for file names read here."""
    return name.rsplit("/", 1)[-1] in TABLES


def read_page_table(text: str, facts: FileFacts) -> str:
    """Gather routes, titles, tabs and permissions; returns the remote address the app starts with, else nothing."""
    table = parse_json(text)
    if not isinstance(table, dict):
        return ""
    for count, (path, owner) in enumerate(_routes(table)):
        if count >= MOST_VALUES:
            break
        screen = facts.screen(path.lstrip("/"))
        facts.add_once(Fact.ATTRIBUTE, path, "route", screen=screen)
        for title in _titles(owner):
            facts.add_once(Fact.TEXT, shorten(title), Role.TITLE, screen=screen)
    _tabs(table, facts, len(text))
    for key in _PERMISSION_LISTS:
        for holder in (table, table.get("mp-weixin"), table.get("app-plus")):
            for value in _strings(holder.get(key) if isinstance(holder, dict) else None):
                facts.add_once(Fact.ATTRIBUTE, value, key)
    _declared(table, facts)
    return _start(table)


def _strings(value: Any) -> list[str]:
    return [item for item in value[:1_000] if isinstance(item, str)] if isinstance(value, list) else []


def _routes(table: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, object with its titles) of pages, sub-packages and per-page settings."""
    packages: list[tuple[str, Any]] = [("", table.get("pages"))]
    for key in ("subPackages", "subpackages", "subNVues"):
        for package in table.get(key) or [] if isinstance(table.get(key), list) else []:
            root = str(package.get("root", "")).strip("/") if isinstance(package, dict) else ""
            packages.append((root, package.get("pages") if isinstance(package, dict) else None))
    per_page = table.get("page")
    settings: dict[str, Any] = per_page if isinstance(per_page, dict) else {}
    for root, pages in packages:
        for page in pages if isinstance(pages, list) else []:
            path = page if isinstance(page, str) else page.get("path") if isinstance(page, dict) else None
            if isinstance(path, str) and path:
                full = f"{root}/{path.lstrip('/')}" if root else path
                owner = page if isinstance(page, dict) else settings.get(full) or settings.get(f"{full}.html")
                yield full, owner if isinstance(owner, dict) else {}


def _titles(owner: dict[str, Any]) -> Iterator[str]:
    for holder in (owner, owner.get("style"), owner.get("window"), owner.get("meta")):
        if isinstance(holder, dict):
            for key in _TITLES:
                title = holder.get(key)
                if isinstance(title, str) and title.strip():
                    yield title


def _tabs(table: dict[str, Any], facts: FileFacts, end: int) -> None:
    """The tabs at the foot of all pages; their nodes stand behind the end of the file."""
    bars = [table.get("tabBar")]
    if isinstance(table.get("plus"), dict):
        bars.append(table["plus"].get("tabBar"))
    for bar in bars:
        for item in (bar.get("list") or [])[:50] if isinstance(bar, dict) and isinstance(bar.get("list"), list) else []:
            if isinstance(item, dict) and isinstance(item.get("text"), str):
                path = item.get("pagePath")
                screen = facts.screen(path.lstrip("/")) if isinstance(path, str) and path else -1
                facts.add_once(Fact.TEXT, shorten(item["text"]), Role.TAB, screen=screen, node=end)
                facts.add_once(Fact.ATTRIBUTE, Margin.NAVIGATION, MARGIN, node=end, parent=end)


def _declared(table: dict[str, Any], facts: FileFacts) -> None:
    """Reasons that a manifest gives for permissions, and its modules, as attributes named by the key."""
    for holder_key in ("permission", "permissions"):
        holder = table.get(holder_key)
        for name, value in list(holder.items())[:200] if isinstance(holder, dict) else []:
            description = value.get("desc") or value.get("description") if isinstance(value, dict) else None
            text = f"{name}: {description}" if isinstance(description, str) else name
            facts.add_once(Fact.ATTRIBUTE, shorten(text), "permission")


def _start(table: dict[str, Any]) -> str:
    """Remote start address: launch_path of 5+ and uni-app, server.url of Capacitor."""
    server = table.get("server")
    candidates = [table.get("launch_path"), server.get("url") if isinstance(server, dict) else None]
    for candidate in candidates:
        if isinstance(candidate, str) and is_remote(candidate):
            return candidate
    return ""


def is_remote(address: str) -> bool:
    """True for addresses on another machine."""
    return address.strip().lower().startswith(("http://", "https://", "//"))
