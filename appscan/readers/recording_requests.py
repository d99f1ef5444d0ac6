"""Requests of a recording, and their repetition over the virtual day → facts. Knows no page and no check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from appscan.model.reading import Fact
from appscan.readers.recording_facts import PageFacts, RecordedFiles
from appscan.readers.recording_pages import Place, Places
from appscan.readers.recording_rows import DamagedRecording, Row

KINDS = frozenset({"document", "script", "jsonp", "xhr", "fetch", "beacon", "image", "socket", "eventsource", "form",
                   "style", "other"})
CLASSES = frozenset({"read", "write", "login", "unknown"})
TRIGGERS = frozenset({"load", "click", "timer", "idle", "leave", "midnight", "trial"})
PERIODIC = 3
"""From so many times on, a request or call repeats."""
LONGEST_ENDPOINT = 480
"""Longer texts are no address to the judge (400 of path, the rest query)."""
LONGEST_PATH = 400
STACK_ROWS = 3
FIELDS = 400
DEEPEST = 12

_PLAIN_PATH = re.compile(r"/[\w{}:.~$/-]*+")
_STATIC = re.compile(r"\.(?:m?js|css|map|png|jpe?g|gif|svg|ico|webp|avif|bmp|woff2?|ttf|otf|eot|mp[34]|webm|ogg|m3u8|"
                     r"ts|wasm|webmanifest)$", re.IGNORECASE)
_PLAIN_READS = frozenset({"document", "script", "style"})
_BLANK = re.compile(r"\s")
_DIGITS = re.compile(r"\d+")
_NAME = re.compile(r"[^\d\W][\w$-]*+")
_ADDRESS = re.compile(r"(?:https?://\S+?|/\S+?)(?=:\d|\)|$)")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes: `value` as a fact keeps it (path and query; the whole address where the path has signs
    that no path of an interface has), the path alone, and the host, "" for the site's own."""

    value: str
    path: str
    host: str


class Addresses:
    """Tells addresses of the site from those of others; the site is the hosts of its start addresses."""

    def __init__(self, start_urls: Iterable[str]) -> None:
        self.hosts = frozenset(host for url in start_urls if (parts := _split(url)) and (host := _host(parts)))

    def of(self, url: str) -> Address:
        """The address in a request's url, whole or only a path."""
        parts = _split(url)
        if parts is None:
            return Address(_BLANK.sub("", url)[:LONGEST_ENDPOINT], "", "")
        host = _host(parts)
        path = unquote(parts.path)[:LONGEST_PATH] or "/"
        value = path if path.startswith("/") else "/" + path
        if not _PLAIN_PATH.fullmatch(value):
            value = _BLANK.sub("%20", f"{parts.scheme or 'http'}://{parts.netloc or 'host'}{parts.path}"[:LONGEST_PATH])
        if parts.query:
            value += "?" + _BLANK.sub("%20", unquote(parts.query))
        return Address(value[:LONGEST_ENDPOINT], path, "" if host in self.hosts else host)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    """Host with its port where that is not the scheme's own; without a user's name."""
    host = parts.netloc.lower().rpartition("@")[2]
    return host.removesuffix(":443" if parts.scheme in ("https", "wss") else ":80")


def is_resource(method: str, kind: str, request_class: str, path: str) -> bool:
    """Whether a request only fetches a page, script or picture: such an address is no interface of the site."""
    if method not in ("GET", "HEAD") or request_class not in ("read", "unknown"):
        return False
    return kind in _PLAIN_READS or (kind in ("image", "other") and _STATIC.search(path) is not None)


class RequestReader:
    """Requests and their intervals on their way into the facts of the screens where they happen."""

    def __init__(self, files: RecordedFiles, places: Places, addresses: Addresses, check: Callable[[], None]) -> None:
        self.files = files
        self.places = places
        self.addresses = addresses
        self.count = 0
        self._check = check
        self._told: set[tuple[str, ...]] = set()

    def read(self, requests: Iterable[Row]) -> None:
        """Each endpoint once per screen, actor, class and trigger, with all field names."""
        for index, request in enumerate(requests):
            if index % 500 == 0:
                self._check()
            self._request(request)

    def _request(self, row: Row) -> None:
        actor, method = row.text("actor", 100), row.text("method", 20).upper()
        kind, request_class = row.one_of("kind", KINDS), row.one_of("class", CLASSES)
        trigger, sent = row.one_of("trigger", TRIGGERS), row.flag("sent")
        virtual = row.maybe_count("virtual") is not None
        address, place = self.addresses.of(row.text("url")), self.places.of(row.maybe_text("state", 200))
        status, fields = row.maybe_count("status"), row.texts("request_fields", 200)[:FIELDS]
        answered, stack = row.texts("response_fields", 200)[:FIELDS], row.texts("stack", 400)
        self.count += 1
        page, screen = self._page(place, address, actor)
        if is_resource(method, kind, request_class, address.path):
            page.add_once(Fact.PATH, address.value, "src" if kind != "document" else "href", screen=screen,
                          node=page.node())
            return
        like = (actor, place.file, place.screen, method, _DIGITS.sub("", address.value), request_class, kind, trigger,
                str(sent), str(virtual), *fields)
        if like in self._told:
            return
        self._told.add(like)
        node = page.node()
        page.add(Fact.REQUEST, address.value, method, screen=screen, node=node)
        note = page.note_as
        note(node, screen, "class", request_class)
        note(node, screen, "sent", "true" if sent else "false")
        note(node, screen, "trigger", trigger)
        note(node, screen, "kind", kind)
        page.note(node, screen, status="" if status is None else str(status), virtual=virtual, host=address.host,
                  pressed=row.text("label", 400))
        add_fields(page, node, screen, "request_field", fields)
        add_fields(page, node, screen, "response_field", answered)
        add_stack(page, node, screen, stack)
        if trigger in ("leave", "midnight"):
            note(node, screen, f"{trigger}_{request_class}", kind)
            _note_leaves(page, node, screen, f"{trigger}_field", fields)

    def _page(self, place: Place, address: Address, actor: str) -> tuple[PageFacts, int]:
        """What is asked of another site stands in a file of that address, so that its owner can be told."""
        file = f"{address.host}{address.path}" if address.host else place.file
        page = self.files.of(file, actor)
        return page, page.screen(place.screen) if place.screen else -1

    def read_interval(self, row: Row, place: Place, actor: str) -> None:
        """A request that was repeated in the virtual day, and what it is beside a request."""
        method, request_class = row.text("method", 20).upper(), row.one_of("class", CLASSES)
        kind, trigger, idle = row.one_of("kind", KINDS), row.one_of("trigger", TRIGGERS), row.flag("idle")
        period, count, spread = row.count("period"), row.count("count"), row.number("spread")
        fields, address = row.texts("fields", 200)[:FIELDS], self.addresses.of(row.text("path"))
        if row.count("first") > row.count("last"):
            raise DamagedRecording(f"{row.place}/first")
        page, screen = self._page(place, address, actor)
        node = page.node()
        page.add(Fact.REQUEST, address.value, method, screen=screen, node=node)
        page.note(node, screen, **{"class": request_class, "kind": kind, "trigger": trigger, "virtual": True,
                                   "host": address.host, "interval_period": str(period), "interval_count": str(count),
                                   "interval_spread": f"{spread:.2f}", "interval_first": str(row.count("first")),
                                   "interval_last": str(row.count("last")), f"interval:{trigger}": address.path})
        if idle and trigger != "idle":
            page.note_as(node, screen, "interval:idle", address.path)
        add_fields(page, node, screen, "request_field", fields)
        if idle and count >= PERIODIC:
            page.note_as(node, screen, f"idle_{request_class}", "periodic")
            _note_leaves(page, node, screen, "idle_field", fields)
        if count >= PERIODIC:
            _note_leaves(page, node, screen, "repeated_field", fields)
        if trigger in ("leave", "midnight"):
            page.note_as(node, screen, f"{trigger}_{request_class}", kind)
            _note_leaves(page, node, screen, f"{trigger}_field", fields)


def add_fields(page: PageFacts, node: int, screen: int, role: str, fields: Iterable[str]) -> None:
    """Names of fields: whole ones as attributes of the request, each name in them as a key."""
    for field in dict.fromkeys(fields):
        page.note_as(node, screen, role, field)
        for name in field.split(".", DEEPEST)[:DEEPEST]:
            if _NAME.fullmatch(name):
                page.add_once(Fact.LITERAL, name, "key", screen=screen, node=node, parent=node)


def _note_leaves(page: PageFacts, node: int, screen: int, role: str, fields: Iterable[str]) -> None:
    for name in dict.fromkeys(field.rpartition(".")[2] for field in fields):
        page.note(node, screen, **{role: name})


def add_stack(page: PageFacts, node: int, screen: int, stack: Iterable[str]) -> None:
    """The addresses of the scripts that were running, innermost first."""
    addresses = [match.group() for line in stack if (match := _ADDRESS.search(line)) is not None]
    for address in list(dict.fromkeys(addresses))[:STACK_ROWS]:
        page.note_as(node, screen, "stack", address)
