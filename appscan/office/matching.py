"""Which entry of the registry a report speaks of. Never guesses: of two that fit equally well it names both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from appscan.gate.apps import key_of
from appscan.model.folding import fold
from appscan.model.registry import Entry
from appscan.store import StoredReport

UNLISTED = "unlisted:"
"""Before the name of an app that no entry of the registry is about."""

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The entry, if one fits; else those that fit equally well."""

    entry: Entry | None = None
    rivals: tuple[str, ...] = ()


class Register:
    """The registry, looked up by what a report says of its app, from the surest key to the least: digest of an
    artifact, product or entry id, package, start page, name with owner."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._known: defaultdict[tuple[str, str], dict[str, Entry]] = defaultdict(dict)
        self.by_id: dict[str, Entry] = {}
        for entry in entries:
            self.by_id[entry.id] = entry
            for key in _keys_of_entry(entry):
                self._known[key][entry.id] = entry

    def match(self, keys: Keys) -> Match:
        """The entry of the first key that any entry has."""
        for kind in ("digest", "product", "package", "url", "name"):
            found = {entry.id: entry for key in keys if key[0] == kind for entry in self._known.get(key, {}).values()}
            if len(found) == 1:
                return Match(next(iter(found.values())))
            if found:
                return Match(rivals=tuple(sorted(found)))
        return Match()


def keys_of_document(document: Mapping[str, Any]) -> Keys:
    """What a report document says of its app."""
    artifacts = document["artifacts"]
    urls = [url for one in artifacts for url in one.get("crawl", {}).get("start_urls", ())]
    packages = [one["package"] for one in artifacts]
    return _keys([one["sha256"] for one in artifacts], [document["product"]], packages, urls,
                 [document["app"]["name"]], document["app"]["owner"])


def keys_of_stored(report: StoredReport) -> Keys:
    """The same of a stored report, without opening its document."""
    return _keys(report.digests, [report.product], report.packages, urls_of(report), [report.app], report.owner)


def urls_of(report: StoredReport) -> list[str]:
    """The start pages of the sites that a stored report is about."""
    starts = [line.partition(":")[2] for line in report.appearance.split("\n") if line.startswith("recording:")]
    return [url for line in starts for url in line.split(" ") if url]


def unlisted(document: Mapping[str, Any]) -> str:
    """The entry's id of an app that the registry does not have."""
    return UNLISTED + key_of(document)


def _keys_of_entry(entry: Entry) -> Keys:
    artifacts = entry.artifacts
    return _keys([one.digest for one in artifacts], [entry.product, entry.id], [one.package for one in artifacts],
                 [one.url for one in artifacts], [entry.name, *entry.names], entry.owner)


def _keys(digests: Iterable[str], products: Iterable[str], packages: Iterable[str], urls: Iterable[str],
          names: Iterable[str], owner: str) -> Keys:
    keys = [("digest", one) for one in digests] + [("product", one) for one in products]
    keys += [("package", one) for one in packages] + [("url", one.rstrip("/")) for one in urls]
    # A name alone is no key: half the counties have an app called 智慧党建.
    keys += [("name", f"{fold(one)}\n{fold(owner)}") for one in names if one and owner]
    return tuple(dict.fromkeys(key for key in keys if key[1]))
