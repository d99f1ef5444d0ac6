"""Where a state leads by addresses: links, folded links, frames, the page's router, windows it would have opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from appscan.capture.addresses import urldefrag, urljoin, urlsplit
from appscan.capture.frontier import Frontier
from appscan.capture.journal import Journal, route_of
from appscan.capture.leaving import signs_out
from appscan.capture.network import Network
from appscan.capture.states import Node, Visit


def must_press(control: dict[str, Any]) -> bool:
    """True for controls that are no plain link: pressing is the only way to see where they lead."""
    href, raw = control.get("href"), str(control.get("raw") or "")
    if not isinstance(href, str) or not href.startswith(("http:", "https:")):
        return True
    return (
        raw in ("", "#")
        or (bool(control.get("heard")) and not raw.startswith("#/"))
        or (raw.startswith("#") and "/" not in raw)
    )


@dataclass
class Leads:
    """Queues the addresses that a state shows; what manners forbid is told by the frontier."""

    journal: Journal
    network: Network
    frontier: Frontier
    _windows: set[str] = field(default_factory=set)

    def discover(self, node: Node, controls: Sequence[dict[str, Any]], seen: dict[str, Any]) -> None:
        """Addresses in links, in frames and in the page's router."""
        for control in controls:
            href = control.get("href")
            if not isinstance(href, str) or not href.startswith(("http:", "https:")):
                continue
            if not self.network.own(href):
                self.journal.out("origins", href, "link")
            elif control.get("download"):
                self.journal.out("downloads", href, "download")
            elif signs_out(str(control.get("text", "")), href):
                self.journal.route(route_of(href), "link", blocked="sign_out")
            elif not must_press(control):
                self._add(node, href, str(control.get("text", ""))[:120], "link")
        for href in seen.get("links") or []:
            if isinstance(href, str) and self.network.own(href) and not signs_out("", href):
                self._add(node, href, "folded link", "link")
        for url in seen.get("frames") or []:  # what may not be pressed from outside is walked as a page of its own
            self._enter(node, controls, str(url))
        self._routes(node, seen)

    def windows(self, node: Node | None) -> None:
        """Own pages that would have opened in a window of their own are walked as addresses."""
        for row in self.journal.outside["popups"].values():
            url = row["url"]
            if url in self._windows or not self.network.own(url):
                continue
            self._windows.add(url)
            if not signs_out("", url):
                origin, depth = (node.id, node.depth + 1) if node else (None, 1)
                self.frontier.add(Visit(url, origin, "window", "link", depth))

    def _add(self, node: Node, url: str, by: str, found_by: str) -> None:
        self.frontier.add(Visit(url, node.id, by, found_by, node.depth + 1))

    def _routes(self, node: Node, seen: dict[str, Any]) -> None:
        """Addresses that the page's router knows."""
        base = urldefrag(node.sight.url).url
        for row in seen.get("routes") or []:
            if not (isinstance(row, list) and len(row) == 2):
                continue
            path, hashed = str(row[0])[:1000], bool(row[1])
            url = f"{base}#{path}" if hashed else urljoin(base, path)
            if ":" in path or "*" in path:
                self.journal.route(path if not hashed else f"{urlsplit(base).path}#{path}", "router")
            else:
                self._add(node, url, "router", "router")

    def _enter(self, node: Node, controls: Sequence[dict[str, Any]], url: str) -> None:
        if url.startswith(("http:", "https:")) and self.network.own(url):
            self._add(node, url, "frame", "link")
        elif count := sum(bool(row.get("sealed")) for row in controls):
            self.journal.gap("frame_not_pressed", ["control", "text"], node.sight.url, count=count)
