"""Stored DOM and scripts of a recording → facts: what stands in a page and is not seen, and what its code says.
Knows no request and no check."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from appscan.model.coverage import CODE_KINDS, Gap, Kind
from appscan.model.margin import MARGIN
from appscan.model.reading import Fact, Role
from appscan.readers.columns import FactRows
from appscan.readers.file_facts import FileFacts
from appscan.readers.limits import MEBIBYTE
from appscan.readers.markup import read_markup, read_page_script
from appscan.readers.recording_chunks import named_chunks, never_loaded
from appscan.readers.recording_facts import PageFacts, RecordedFiles
from appscan.readers.recording_pages import Places, squeeze
from appscan.readers.recording_requests import Addresses
from appscan.readers.recording_rows import Row
from appscan.readers.recording_zip import RecordingZip
from appscan.readers.roles import LONG_PROSE
from appscan.readers.script import SMALL_SCRIPT
from appscan.readers.script_jsx import RUNNING, ScriptElement, element_kind
from appscan.readers.script_place import place_goes

DOM_KINDS = frozenset({Kind.TEXT, Kind.CONTROL, Kind.TITLE, Kind.FORM, Kind.ENDPOINT, Kind.CALL})
MOST_DOM = 48 * MEBIBYTE
MOST_SCRIPTS = 96 * MEBIBYTE

_SRC = re.compile(r"""\ssrc\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))""", re.IGNORECASE)
_KIND = re.compile(r"""\stype\s*+=\s*+["']?([\w/+.-]*+)""", re.IGNORECASE)
_OPENING = re.compile(r"<script(?=[\s>/])", re.IGNORECASE)
_CLOSING = re.compile(r"</script\b[^>]{0,200}+>?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page without its scripts: the markup, the inline scripts (text, whether it has markup in it), the addresses of
    the others."""

    markup: str
    inline: list[tuple[str, bool]]
    linked: list[str]


def part_scripts(text: str) -> Page:
    """Take the scripts out of a page. Templates that stand in script elements stay in the markup; what is neither (a
    table in JSON, a shader) is left out: nobody reads it in the page."""
    kept, inline, linked = list[str](), list[tuple[str, bool]](), list[str]()
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        begin = text.find(">", opening.end())
        closing = _CLOSING.search(text, begin) if begin >= 0 else None
        if begin < 0 or closing is None:
            break
        attributes = text[opening.end():begin][:2_000]
        written = _KIND.search(attributes)
        kind = element_kind(written.group(1) if written else "")
        source = _SRC.search(attributes)
        kept.append(text[at:closing.end() if kind is ScriptElement.TEMPLATE else opening.start()])
        if source is not None and kind in RUNNING:
            linked.append(next(filter(None, source.groups()), ""))
        elif kind in RUNNING and text[begin + 1:closing.start()].strip():
            inline.append((text[begin + 1:closing.start()], kind is ScriptElement.MIXED))
        at = closing.end()
    return Page("".join([*kept, text[at:]]), inline, linked)


class HiddenFacts(FileFacts):
    """Passes the facts of a DOM on to its page: what a person saw is told already, what is left is no control but a
    text that stands there unseen."""

    def __init__(self, rows: FactRows, page: PageFacts, seen: set[str]) -> None:
        super().__init__(rows, page.file)
        self._page = page
        self._visible = seen
        self._joined = "\n".join(seen)
        self._base = page.nodes

    def add(self, kind: Fact, value: str, role: str = "", *, screen: int = -1, node: int = -1,
            parent: int = -1) -> None:
        """Pass one fact on, once per screen."""
        at, above = self._base + max(node, 0), self._base + parent if parent >= 0 else -1
        if kind is Fact.NODE:
            return
        if role == MARGIN:
            self._page.add(kind, value, role, screen=screen, node=at, parent=above)
            return
        if kind is not Fact.TEXT:
            self._page.add_once(kind, value, role, screen=screen, node=at, parent=above)
            return
        words = squeeze(value)
        if words in self._visible or words in self._joined:
            return
        self._visible.add(words)
        role = Role.PROSE if len(words) >= LONG_PROSE else Role.LABEL
        if self._page.is_new(kind, value, role, screen):
            self._page.add(kind, value, role, screen=screen, node=at, parent=above)
            self._page.note(at, screen, hidden=True)


class ScriptReader:
    """The DOM parts, then the scripts, of one recording."""

    def __init__(self, recording: RecordingZip, rows: FactRows, files: RecordedFiles, places: Places,
                 addresses: Addresses, check: Callable[[], None]) -> None:
        self.recording = recording
        self.rows = rows
        self.files = files
        self.places = places
        self.addresses = addresses
        self.gaps: list[Gap] = []
        self._check = check
        self._inline: dict[str, tuple[tuple[str, bool], set[tuple[str, str]], set[str]]] = {}
        self._pages_of: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._chunks: dict[str, str] = {}

    def read_doms(self) -> int:
        """What stands in the DOM of each state and was not seen; how many were read."""
        left, count, unread = MOST_DOM, 0, 0
        for (route, dom), (actor, url) in self.places.doms.items():
            self._check()
            content = self.recording.part("dom", dom, ".html", DOM_KINDS) if left > 0 else None
            if isinstance(content, Gap):
                self.gaps.append(content)
                continue
            if content is None or len(content) > left:
                unread += 1
                continue
            left -= len(content)
            count += 1
            self._dom(route, actor, url, content.decode("utf-8", "replace"))
        if unread:
            self.gaps.append(Gap(DOM_KINDS, "dom", "parts_unread", {"count": str(unread)}))
        return count

    def _dom(self, route: str, actor: str, url: str, text: str) -> None:
        page, document = part_scripts(text), self.addresses.of(url).path
        facts = self.files.of(route, actor)
        hidden = HiddenFacts(self.rows, facts, self.places.visible[route])
        read_markup(page.markup, hidden, screen=facts.screen(route))
        for script in page.inline:
            digest = hashlib.sha256(script[0].encode("utf-8", "replace")).hexdigest()
            _, pages, actors = self._inline.setdefault(digest, (script, set(), set()))
            pages.add((route, document))
            actors.add(actor)
        for address in page.linked:
            self._pages_of[self._file_of(_joined(url, address))].add((route, document))

    def read_inline(self) -> int:
        """Scripts inside pages: in the file of the page that holds one, of their own where several do. One that only
        one actor was given is of that actor."""
        for number, ((script, mixed), pages, actors) in enumerate(self._inline.values(), 1):
            self._check()
            home = _home(pages)
            actor = next(iter(actors)) if len(actors) == 1 else ""
            facts = self.files.of(home or f"/inline-{number}.js", actor)
            self._script(script, facts, home, mixed=mixed)
        return len(self._inline)

    def read_scripts(self, scripts: Iterable[Row]) -> int:
        """Scripts by address, the site's own first; a small one that one page loads belongs to its screen."""
        listed = [(self._file_of(row.text("url")), row.maybe_text("body", 64), row.maybe_text("library", 100))
                  for row in scripts]
        left, count, told, unread = MOST_SCRIPTS, 0, set[tuple[str, str]](), 0
        for file, body, library in sorted(listed, key=_foreign):
            if (file, body) in told:
                continue
            told.add((file, body))
            self._check()
            if not body:
                self.gaps.append(Gap(CODE_KINDS, file, "script_unread"))
                continue
            content = self.recording.part("scripts", body, ".js", CODE_KINDS) if left > 0 else None
            if isinstance(content, Gap):
                self.gaps.append(replace(content, place=file, blinds=content.blinds and not library))
                continue
            if content is None or len(content) > left:
                unread += 1
                continue
            left -= len(content)
            count += 1
            facts = self.files.of(file)
            text = content.decode("utf-8", "replace")
            if file.startswith("/"):
                self._chunks.update(named_chunks(text))
            self._script(text, facts, _home(self._pages_of.get(file, set())), mixed=file.endswith((".jsx", ".tsx")))
            if library:
                facts.note(facts.node(), -1, library=library)
        if unread:
            self.gaps.append(Gap(CODE_KINDS, "scripts", "parts_unread", {"count": str(unread)}))
        self._missing([file for file, _, _ in listed])
        return count

    def _missing(self, files: list[str]) -> None:
        """Lazy parts that no page loaded are code of the site that nobody read: where they are most of it, nothing can
        be said to be absent."""
        missing = never_loaded(self._chunks, files)
        blinds = len(missing) * 2 > len(self._chunks)
        self.gaps += [Gap(CODE_KINDS, name, "script_not_loaded", blinds=blinds) for name in missing]

    def _script(self, text: str, facts: PageFacts, home: str, *, mixed: bool) -> None:
        screen = facts.screen(home) if home and len(text) <= SMALL_SCRIPT else -1
        goes = place_goes(text)
        if goes:
            facts.note_as(facts.node(), screen, "place_goes", goes)
        read_page_script(text, facts, screen=screen, base=facts.nodes, mixed=mixed)

    def _file_of(self, url: str) -> str:
        """A script's file: its path on the site, host and path elsewhere."""
        address = self.addresses.of(url)
        return address.host + address.path if address.host else address.path


def _home(pages: set[tuple[str, str]]) -> str:
    """The screen of a script: the only route that holds it, else the only document, "" where there are several."""
    if len(pages) == 1:
        return next(iter(pages))[0]
    documents = {document for _, document in pages}
    return documents.pop() if len(documents) == 1 else ""


def _foreign(script: tuple[str, str, str]) -> tuple[bool, bool]:
    return bool(script[2]), not script[0].startswith("/")


def _joined(base: str, address: str) -> str:
    try:
        urlsplit(address)
        return urljoin(base, address)
    except ValueError:
        return address
