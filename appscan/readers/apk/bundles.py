"""Scripts, pages and data inside an APK's assets → facts, their engine, and gaps. Knows no check and no DEX."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from appscan.model.coverage import CODE_KINDS, Gap
from appscan.model.reading import Fact, Role
from appscan.readers.apk.engines import engine_of
from appscan.readers.apk.hermes import hermes_strings, is_hermes
from appscan.readers.apk.page_tables import is_page_table, is_remote, parse_json, read_page_table
from appscan.readers.apk.text_assets import TextKind, decode, kind_by_content, kind_by_name, looks_encrypted
from appscan.readers.columns import FactRows
from appscan.readers.file_facts import ROWS_PER_FILE, FileFacts, shorten
from appscan.readers.markup import read_fragment, read_markup, read_plain_xml
from appscan.readers.script import read_json, read_script
from appscan.readers.styles import style_texts

MEBIBYTE = 1 << 20
MOST_LINES = 2_000
_ORDER = (TextKind.MARKUP, TextKind.SCRIPT, TextKind.JSON, TextKind.HERMES, TextKind.XML, TextKind.STYLE,
          TextKind.PLAIN, TextKind.MAP)
_FOREIGN_SOURCES = ("node_modules/", "webpack/", "(webpack)", "external ", "/uni_modules/", "\u0000", "vite/")


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """Bounds on what is read of all assets: bytes of one file, bytes of all, facts of one file, sources of one map."""

    file_bytes: int = 8 * MEBIBYTE
    total_bytes: int = 40 * MEBIBYTE
    rows_per_file: int = ROWS_PER_FILE
    map_sources: int = 2_000


@dataclass(frozen=True, slots=True)
class Asset:
    """One file decoded; `raw` only where it is no text (Hermes)."""

    name: str
    kind: TextKind
    text: str
    raw: bytes = b""


def read_bundles(files: Iterable[tuple[str, bytes]], rows: FactRows,
                 limits: BundleLimits | None = None) -> tuple[dict[str, str], list[Gap]]:
    """Read (entry name, bytes) pairs into `rows`; returns details (engine, start_url) and gaps.

    Pages are read first, so that a script that only one page loads stands on that page's screen.
    """
    reader = _BundleReader(rows, limits or BundleLimits())
    names = [reader.take(name, raw) for name, raw in files]
    reader.read_all()
    details = {}
    engine = engine_of(names, reader.assets)
    if engine:
        details["engine"] = engine
    if reader.start:
        details["start_url"] = reader.start
    return details, reader.all_gaps()


class _BundleReader:
    """Takes files, then reads them in order of worth within the bounds."""

    def __init__(self, rows: FactRows, limits: BundleLimits) -> None:
        self.rows = rows
        self.limits = limits
        self.assets: list[Asset] = []
        self.start = ""
        self._gaps: list[Gap] = []
        self._encrypted: list[str] = []
        self._capped: list[str] = []
        self._total = 0
        self._held = {True: 0, False: 0}
        self._loaded_by: dict[str, set[str]] = {}
        self._sources_seen: set[bytes] = set()

    def take(self, name: str, raw: bytes) -> str:
        """Sort one file in; what is no text and not expected to be one is passed over."""
        kind = kind_by_name(name)
        if is_hermes(raw):
            self._hold(Asset(name, TextKind.HERMES, "", raw[:self.limits.file_bytes]))
            return name
        if kind is TextKind.NONE or not raw:
            return name
        text = decode(raw[:self.limits.file_bytes])
        if text is None:
            if kind in (TextKind.SCRIPT, TextKind.MARKUP) and looks_encrypted(raw):
                self._encrypted.append(name)
            return name
        kind = kind_by_content(kind, text)
        if kind is TextKind.ENCRYPTED:
            self._encrypted.append(name)
            return name
        if len(raw) > self.limits.file_bytes and kind not in (TextKind.MAP, TextKind.PLAIN, TextKind.STYLE):
            self._capped.append(name)
        self._hold(Asset(name, kind, text))
        return name

    def _hold(self, asset: Asset) -> None:
        """Keep an asset until its turn; source maps and plain texts cannot take the room of scripts and pages."""
        lesser = asset.kind in (TextKind.MAP, TextKind.PLAIN, TextKind.STYLE)
        size = len(asset.raw) or len(asset.text)
        if self._held[lesser] + size > self.limits.total_bytes:
            self._capped.append(asset.name)
            return
        self._held[lesser] += size
        self.assets.append(asset)

    def read_all(self) -> None:
        for asset in sorted(self.assets, key=lambda asset: (_ORDER.index(asset.kind), asset.name)):
            size = len(asset.raw) or len(asset.text)
            if self._total + size > self.limits.total_bytes:
                self._capped.append(asset.name)
                continue
            self._total += size
            if asset.kind is TextKind.MAP:
                self._read_map(asset)
                continue
            facts = FileFacts(self.rows, asset.name, self.limits.rows_per_file)
            self._read(asset, facts)
            self._finish(facts)

    def _finish(self, facts: FileFacts) -> None:
        facts.write()
        if facts.full:
            self._capped.append(facts.file)

    def _read(self, asset: Asset, facts: FileFacts) -> None:
        match asset.kind:
            case TextKind.MARKUP:
                self._read_page(asset, facts)
            case TextKind.SCRIPT:
                read_script(asset.text, facts, screen=self._page_of(asset.name, facts), fragments=read_fragment)
            case TextKind.JSON:
                is_table = is_page_table(asset.name)
                read_json(asset.text, facts, tables=not is_table)
                if is_table:
                    self._set_start(read_page_table(asset.text, facts), facts)
            case TextKind.STYLE:
                page = self._page_of(asset.name, facts)
                screen = page if page >= 0 else facts.screen(facts.file)
                for text in style_texts(asset.text):
                    facts.add_once(Fact.TEXT, text, Role.LABEL, screen=screen)
            case TextKind.XML:
                self._read_xml(asset, facts)
            case TextKind.HERMES:
                self._read_hermes(asset, facts)
            case _:
                for number, line in enumerate(asset.text.splitlines()[:MOST_LINES]):
                    if len(line) > 1 and any(char.isalpha() for char in line):
                        facts.add_once(Fact.LITERAL, shorten(" ".join(line.split())), "string", node=number)

    def _read_page(self, asset: Asset, facts: FileFacts) -> None:
        page = read_markup(asset.text, facts)
        folder = posixpath.dirname(asset.name)
        for address in (*page.scripts[:500], *page.styles[:100]):
            target = posixpath.normpath(posixpath.join(folder, address.split("?", 1)[0]))
            self._loaded_by.setdefault(target, set()).add(asset.name)
        if page.refresh and is_remote(page.refresh) and posixpath.basename(asset.name).startswith("index."):
            self._set_start(page.refresh, facts)

    def _page_of(self, name: str, facts: FileFacts) -> int:
        pages = self._loaded_by.get(name, set())
        return facts.screen(next(iter(pages))) if len(pages) == 1 else -1

    def _read_xml(self, asset: Asset, facts: FileFacts) -> None:
        """Plain XML; config.xml of Cordova and APICloud names the start page in content src."""
        elements = read_plain_xml(asset.text, facts)
        if posixpath.basename(asset.name) == "config.xml":
            for tag, attributes in elements:
                if tag == "content" and is_remote(attributes.get("src", "")):
                    self._set_start(attributes["src"], facts)

    def _set_start(self, address: str, facts: FileFacts) -> None:
        if address:
            self.start = self.start or address[:2_000]
            facts.add_once(Fact.PATH, shorten(address), "start")

    def _read_hermes(self, asset: Asset, facts: FileFacts) -> None:
        found = hermes_strings(asset.raw)
        for number, text in enumerate(found.texts):
            if len(text) > 2 or not text.isascii():
                facts.add_once(Fact.LITERAL, shorten(text), "string", node=number)
        # Bytecode gives strings without roles, calls or pages: nothing can be said to be absent.
        self._gaps.append(Gap(CODE_KINDS, asset.name, "hermes_bytecode",
                              {"version": str(found.version), "exact": str(found.exact).lower()}, blinds=True))

    def _read_map(self, asset: Asset) -> None:
        """Sources that a source map carries, libraries and what the bundler wrote left out."""
        table = parse_json(asset.text)
        if not isinstance(table, dict) or not isinstance(table.get("sources"), list):
            return
        contents = table.get("sourcesContent")
        pairs = zip(table["sources"], contents if isinstance(contents, list) else [], strict=False)
        for count, (path, text) in enumerate(pairs):
            if count >= self.limits.map_sources:
                self._capped.append(asset.name)
                return
            if isinstance(path, str) and isinstance(text, str) and not any(mark in path for mark in _FOREIGN_SOURCES):
                self._read_source(asset.name, path, text[:self.limits.file_bytes])

    def _read_source(self, map_name: str, path: str, text: str) -> None:
        digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
        clean = path.removeprefix("webpack:///").split("?", 1)[0].removeprefix("./")
        kind = kind_by_name(clean)
        if digest in self._sources_seen or kind not in (TextKind.SCRIPT, TextKind.MARKUP, TextKind.JSON):
            return
        self._sources_seen.add(digest)
        facts = FileFacts(self.rows, f"{map_name}!{clean}", self.limits.rows_per_file)
        self._read(Asset(facts.file, kind, text), facts)
        self._finish(facts)

    def all_gaps(self) -> list[Gap]:
        """Gaps of single files, and one for all that is encrypted and one for all that did not fit."""
        gaps = list(self._gaps)
        for names, reason in ((self._encrypted, "encrypted_bundle"), (self._capped, "bundle_capped")):
            if names:
                gaps.append(Gap(CODE_KINDS, names[0], reason, {"count": str(len(names))}, blinds=True))
        return gaps
