"""Merging and splitting products: decisions of people, as events. Knows no command and no page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from appscan.errors import UsageError
from appscan.portfolio.decisions import APART_FROM, ENTRIES, PRODUCT
from appscan.portfolio.grouping import Grouping, Product
from appscan.store import Event, EventKind, Store


@dataclass(frozen=True, slots=True)
class Signed:
    """Who decides, when and why."""

    who: str
    when: datetime
    reason: str


def merge(store: Store, grouping: Grouping, ids: Sequence[str], signed: Signed) -> tuple[str, ...]:
    """Record that products, each named by itself or by an entry, are one; the entries. Raises UsageError where they are
    already, or nobody says why."""
    reason = _why(signed)
    products = {product.id: product for product in (product_named(one, grouping) for one in ids)}
    entries = tuple(sorted(entry.id for product in products.values() for entry in product.entries))
    if len(products) < 2:
        raise UsageError("registry_one_product", entries=", ".join(ids))
    subject = next((one.id for one in products.values() if one.entries[0].product), next(iter(products)))
    store.record(Event(EventKind.PRODUCTS_MERGED, subject, signed.who, signed.when, reason,
                       {ENTRIES: list(entries), PRODUCT: subject}))
    return entries


def split(store: Store, grouping: Grouping, ids: Sequence[str], signed: Signed) -> str:
    """Record that entries are no part of the product they are counted in; its id. Raises UsageError."""
    reason = _why(signed)
    unknown = next((one for one in ids if one not in grouping.product_of), None)
    if unknown is not None or not ids:
        raise _not_there(unknown or "", grouping.product_of)
    products = {grouping.product_of[one].id: grouping.product_of[one] for one in ids}
    if len(products) > 1:
        raise UsageError("registry_several_products", entries=", ".join(ids))
    product = next(iter(products.values()))
    rest = sorted({entry.id for entry in product.entries} - set(ids))
    if not rest:
        raise UsageError("registry_whole_product", entries=", ".join(ids), product=product.id)
    store.record(Event(EventKind.PRODUCT_SPLIT, product.id, signed.who, signed.when, reason,
                       {ENTRIES: sorted(ids), APART_FROM: rest, PRODUCT: product.id}))
    return product.id


def product_named(one: str, grouping: Grouping) -> Product:
    """The product with an id, or that of an entry. Raises UsageError `registry_not_there`."""
    by_id = {product.id: product for product in grouping.products}
    found = by_id.get(one) or grouping.product_of.get(one)
    if found is None:
        raise _not_there(one, (*by_id, *grouping.product_of))
    return found


def acts_on(store: Store, product: Product) -> list[Event]:
    """What was decided about the entries of a product, oldest first."""
    ids = {entry.id for entry in product.entries}
    found = [event for event in (*store.merges(), *store.splits())
             if ids & {*event.content.get(ENTRIES, ()), *event.content.get(APART_FROM, ())}]
    return sorted(found, key=lambda event: (event.when, event.id))


def _why(signed: Signed) -> str:
    if not signed.reason.strip():
        raise UsageError("registry_why")
    return signed.reason.strip()


def _not_there(given: str, known: Iterable[str]) -> UsageError:
    return UsageError("registry_not_there", given=given, near="".join(get_close_matches(given, list(known), n=1)))
