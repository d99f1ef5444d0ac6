"""Entries → products: the same app on Android, iOS, HarmonyOS, as mini-program and on the web is one. Keys group,
likeness only proposes, people decide. Pure; every comparison goes through a block, none through all pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from appscan.model.registry import Entry
from appscan.portfolio.decisions import Decision, settle
from appscan.portfolio.likeness import Signature
from appscan.portfolio.naming import normal_address, normal_name
from appscan.portfolio.owners import OwnerMatch, Owners, load
from appscan.portfolio.union import Union


class LinkKind(StrEnum):
    """Why two entries are one product, the strongest first."""

    MERGED = "merged"
    PRODUCT = "product"
    NAME = "name"
    PACKAGE = "package"
    MINIPROGRAM = "miniprogram"
    URL = "url"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What reports show of one entry: packages and signing certificates of its artifacts, its own endpoints
    (`host/path`), a signature of its first-party code (`likeness.signature`) and the hash of its icon."""

    packages: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    code: Signature = ()
    icon: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Why an entry belongs to its product: the kind of key and the key itself."""

    kind: LinkKind
    key: str
    entry: str


@dataclass(frozen=True, slots=True)
class Product:
    """One product: its entries by id, its owner (of the first entry), and why they are one. `owners` holds more than
    one identity only where a person joined entries of several owners."""

    id: str
    entries: tuple[Entry, ...]
    owner: OwnerMatch
    owners: tuple[str, ...]
    links: tuple[Link, ...] = ()

    @property
    def name(self) -> str:
        """Name of its first entry."""
        return self.entries[0].name


@dataclass(frozen=True, slots=True)
class Grouping:
    """All products by id, the product of each entry, and pairs of entries that people set apart."""

    products: tuple[Product, ...]
    product_of: Mapping[str, Product]
    apart: frozenset[tuple[str, str]] = frozenset()


def group(entries: Sequence[Entry], evidence: Mapping[str, Evidence] | None = None,
          decisions: Iterable[Decision] = (), owners: Owners | None = None) -> Grouping:
    """Products of all entries. Entries of different filing subjects, and entries with different declared product ids,
    are never one product unless a person said so."""
    known, seen = owners or load(), evidence or {}
    entries = sorted(entries, key=lambda entry: entry.id)
    matches = {entry.id: known.resolve(entry.owner, entry.level) for entry in entries}
    union = Union({entry.id: entry.product for entry in entries})
    links: list[Link] = []
    settled = settle(decisions)
    for whole in settled.together:
        links += [Link(LinkKind.MERGED, "", one) for one in union.join_all(sorted(whole & matches.keys()), force=True)]
    for left, right in settled.apart:
        union.forbid(left & matches.keys(), right & matches.keys())
    for kind, key, members in _blocks(entries, matches, seen):
        links += [Link(kind, key, one) for one in union.join_all(members)]
    return _grouping(entries, matches, union, links)


def _grouping(entries: Sequence[Entry], matches: Mapping[str, OwnerMatch], union: Union,
              links: Sequence[Link]) -> Grouping:
    members: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        members[union.root(entry.id)].append(entry)
    linked: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        linked[union.root(link.entry)].append(link)
    declared: dict[str, int] = defaultdict(int)
    for group_ in members.values():
        for product in {entry.product for entry in group_} - {""}:
            declared[product] += 1
    products = []
    # What the lists call a product may be written down as another one's declared id.
    given = {f"p:{group_[0].id}" for group_ in members.values() if not any(entry.product for entry in group_)}
    for root, group_ in members.items():
        first = next((entry for entry in group_ if entry.product), group_[0])
        is_own = declared.get(first.product, 0) == 1 and first.product not in given
        named = first.product if is_own else f"{first.product or 'p'}:{group_[0].id}"
        ordered = (first, *(entry for entry in group_ if entry is not first))
        products.append(Product(named, ordered, matches[first.id], tuple(dict.fromkeys(
            matches[entry.id].identity for entry in ordered)), tuple(dict.fromkeys(linked[root]))))
    products.sort(key=lambda product: product.id)
    return Grouping(tuple(products), {entry.id: product for product in products for entry in product.entries},
                    frozenset(union.forbidden_pairs()))


def _blocks(entries: Sequence[Entry], matches: Mapping[str, OwnerMatch],
            evidence: Mapping[str, Evidence]) -> Iterator[tuple[LinkKind, str, list[str]]]:
    """Blocks of entries with one key and one filing subject: all of a stronger kind before any of a weaker one."""
    for kind in LinkKind:
        blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
        for entry in entries:
            subject = matches[entry.id].subject
            if subject:
                for key in set(keys_of(entry, kind, evidence.get(entry.id))):
                    blocks[subject, key].append(entry.id)
        for (_, key), members in blocks.items():
            if len(members) > 1:
                yield kind, key, members


def keys_of(entry: Entry, kind: LinkKind, evidence: Evidence | None) -> Iterator[str]:
    """Keys of one kind. A module of a host platform without an entry of its own has the host's package and address."""
    if kind is LinkKind.PRODUCT and entry.product:
        yield entry.product
    elif kind is LinkKind.NAME:
        yield from filter(None, map(normal_name, (entry.name, *entry.names)))
    elif entry.host_platform and entry.own_entry is not True:
        return
    elif kind is LinkKind.URL:
        yield from filter(None, (normal_address(key.url) for key in entry.artifacts))
    elif kind in (LinkKind.PACKAGE, LinkKind.MINIPROGRAM, LinkKind.DIGEST):
        yield from filter(None, (getattr(key, kind.value) for key in entry.artifacts))
        if kind is LinkKind.PACKAGE and evidence:
            yield from evidence.packages
