"""Pairs of products that may be one product, or copies of one program under several owners: for a person to decide.
Pure; joins nothing. Every pair comes out of a block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from appscan.model.registry import Entry
from appscan.portfolio.grouping import Evidence, Grouping, LinkKind, keys_of
from appscan.portfolio.likeness import MOST_IN_BLOCK, alike, icons_alike, signature
from appscan.portfolio.naming import filing_subject, normal_name

LEAST_SHARED = 0.5
"""Share of endpoints or code from which two products are proposed."""

LEAST_ENDPOINTS = 3
LEAST_NAME = 4
MOST_PROPOSALS = 10_000


class ProposalKind(StrEnum):
    """`product`: one owner, so it may be one product; `family`: several owners, so it may be one program under
    several."""

    PRODUCT = "product"
    FAMILY = "family"


class Reason(StrEnum):
    """What two products have in common."""

    SAME_PRODUCT = "same_product"
    SAME_PACKAGE = "same_package"
    SAME_MINIPROGRAM = "same_miniprogram"
    SAME_URL = "same_url"
    SAME_DIGEST = "same_digest"
    FILING_AND_NAME = "filing_and_name"
    CERTIFICATE = "certificate"
    ENDPOINTS = "endpoints"
    CODE = "code"
    ICON = "icon"
    NAME_BEGINS = "name_begins"


STRENGTH = {Reason.SAME_PRODUCT: 0.9, Reason.SAME_PACKAGE: 0.9, Reason.SAME_MINIPROGRAM: 0.9, Reason.SAME_URL: 0.9,
            Reason.SAME_DIGEST: 0.9, Reason.FILING_AND_NAME: 0.7, Reason.CERTIFICATE: 0.4, Reason.NAME_BEGINS: 0.3}
"""How much a key says that is the same or not; the others say it by how much they share."""

KEYS = {LinkKind.PRODUCT: Reason.SAME_PRODUCT, LinkKind.PACKAGE: Reason.SAME_PACKAGE, LinkKind.URL: Reason.SAME_URL,
        LinkKind.MINIPROGRAM: Reason.SAME_MINIPROGRAM, LinkKind.DIGEST: Reason.SAME_DIGEST}
NEVER_ALONE = frozenset({Reason.ICON, Reason.CERTIFICATE})
"""Across owners these say nothing by themselves: apps of many owners carry the national emblem, and vendors sign them
all."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two products, the entries that brought them together, and what they have in common with how much (0 to 1)."""

    kind: ProposalKind
    products: tuple[str, str]
    entries: tuple[str, str]
    reasons: Mapping[Reason, float]

    @property
    def strength(self) -> float:
        """The strongest reason, and a little for each further one."""
        return min(1.0, max(self.reasons.values()) + 0.05 * (len(self.reasons) - 1))


Found = tuple[str, str, Reason, float]


def propose(grouping: Grouping, evidence: Mapping[str, Evidence] | None = None) -> tuple[Proposal, ...]:
    """Proposals, strongest first. Pairs that a person set apart are left out."""
    seen = evidence or {}
    entries = [entry for product in grouping.products for entry in product.entries]
    found: dict[tuple[str, str], dict[Reason, float]] = defaultdict(dict)
    brought: dict[tuple[str, str], tuple[str, str]] = {}
    for one, other, reason, strength in (*_same_keys(entries, seen), *_names(entries, grouping), *_likeness(seen)):
        if one not in grouping.product_of or other not in grouping.product_of:
            continue
        products = (grouping.product_of[one].id, grouping.product_of[other].id)
        if products[0] == products[1] or (min(one, other), max(one, other)) in grouping.apart:
            continue
        pair = (min(products), max(products))
        brought.setdefault(pair, (one, other) if products == pair else (other, one))
        found[pair][reason] = max(found[pair].get(reason, 0), round(strength, 2))
    made = [_proposal(pair, brought[pair], reasons, grouping) for pair, reasons in found.items()]
    kept = [one for one in made if one.kind is ProposalKind.PRODUCT or not one.reasons.keys() <= NEVER_ALONE]
    return tuple(sorted(kept, key=lambda one: (-one.strength, one.products))[:MOST_PROPOSALS])


def _proposal(pair: tuple[str, str], entries: tuple[str, str], reasons: Mapping[Reason, float],
              grouping: Grouping) -> Proposal:
    owners = {grouping.product_of[entry].owner.identity for entry in entries}
    kind = ProposalKind.PRODUCT if len(owners) == 1 else ProposalKind.FAMILY
    return Proposal(kind, pair, entries, dict(reasons))


def _same_keys(entries: Sequence[Entry], evidence: Mapping[str, Evidence]) -> Iterator[Found]:
    """Entries with one key that are not one product: their owners or their declared product ids differ."""
    for kind, reason in KEYS.items():
        keyed = ((key, entry.id) for entry in entries for key in keys_of(entry, kind, evidence.get(entry.id)))
        yield from _blocked(keyed, reason)
    certificates = ((key, entry.id) for entry in entries for key in _certificates(entry, evidence.get(entry.id)))
    yield from _blocked(certificates, Reason.CERTIFICATE)


def _certificates(entry: Entry, evidence: Evidence | None) -> set[str]:
    named = {key.certificate for key in entry.artifacts if key.certificate}
    return named | evidence.certificates if evidence else named


def _names(entries: Sequence[Entry], grouping: Grouping) -> Iterator[Found]:
    """One filing number and one name under owners written apart; and names of one owner of which one begins the
    other."""
    yield from _blocked((((subject, normal_name(entry.name)), entry.id) for entry in entries
                         if (subject := filing_subject(entry.icp))), Reason.FILING_AND_NAME)
    by_owner: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for product in grouping.products:
        if product.owner.identity:  # arms of one body with one app each may run one app: in the count they are its many
            by_owner[product.owner.identity].append((normal_name(product.name), product.entries[0].id))
    for named in by_owner.values():
        named.sort()
        for (name, one), (longer, other) in pairwise(named):
            if len(name) >= LEAST_NAME and longer.startswith(name):
                yield one, other, Reason.NAME_BEGINS, STRENGTH[Reason.NAME_BEGINS]


def _likeness(evidence: Mapping[str, Evidence]) -> Iterator[Found]:
    endpoints = {entry: one.endpoints for entry, one in evidence.items() if len(one.endpoints) >= LEAST_ENDPOINTS}
    signed = {entry: signature(addresses) for entry, addresses in endpoints.items()}
    for one, other, _ in alike(signed, LEAST_SHARED - 0.15):  # a signature is off by some hundredths
        shared = len(endpoints[one] & endpoints[other]) / len(endpoints[one] | endpoints[other])
        if shared >= LEAST_SHARED:
            yield one, other, Reason.ENDPOINTS, shared
    code = {entry: one.code for entry, one in evidence.items() if one.code}
    for one, other, shared in alike(code, LEAST_SHARED):
        yield one, other, Reason.CODE, shared
    icons = {entry: one.icon for entry, one in evidence.items() if one.icon is not None}
    for one, other, shared in icons_alike(icons):
        yield one, other, Reason.ICON, shared / 2


def _blocked(keyed: Iterable[tuple[object, str]], reason: Reason) -> Iterator[Found]:
    """Pairs of a block. In one with too many, each goes with the first only: what they share is told, not
    multiplied."""
    blocks: dict[object, list[str]] = defaultdict(list)
    for key, entry in keyed:
        if not blocks[key] or blocks[key][-1] != entry:
            blocks[key].append(entry)
    for members in blocks.values():
        if reason is Reason.CERTIFICATE and len(members) > MOST_IN_BLOCK:
            continue
        ones = members if len(members) <= MOST_IN_BLOCK else members[:1]
        for place, one in enumerate(ones):
            yield from ((one, other, reason, STRENGTH[reason]) for other in members[place + 1:])
