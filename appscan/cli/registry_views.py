"""What the registry holds, for people and as JSON: the list of products, and all of one. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from appscan.cli.console import Console
from appscan.cli.exits import ExitCode
from appscan.cli.registering import grouped, proposal_document, proposal_lines
from appscan.cli.stores import opened
from appscan.model.days import beijing_day
from appscan.texts import Language, say

if TYPE_CHECKING:
    from appscan.model.registry import Entry
    from appscan.portfolio.grouping import Product
    from appscan.portfolio.owners import Owners
    from appscan.store import Event

LINKED = 12


def list_products(url: str, owner: str, with_proposals: bool, as_json: bool, console: Console) -> ExitCode:
    """One line per product; only those of one owner where it is named, in any of its names."""
    from appscan.office.owners import owners_of
    from appscan.portfolio.proposals import propose

    with opened(url) as store:
        grouping, evidence = grouped(store)
        owners = owners_of(store)
    products = grouping.products
    if owner:
        match = owners.resolve(owner)
        wanted = match.identity
        products = tuple(one for one in products if wanted in one.owners or owner in {
            entry.owner for entry in one.entries})
    proposals = propose(grouping, evidence) if with_proposals else ()
    if as_json:
        _print({"products": [product_document(one) for one in products],
                **({"proposals": [proposal_document(one) for one in proposals]} if with_proposals else {})})
        return ExitCode.OK
    if not grouping.products:
        console.note("registry_said.empty")
        return ExitCode.OK
    if owner and not products and not match.owner:
        near = match.candidates or owners.near(owner)
        console.note("registry_said.no_such_owner", owner=owner, near=", ".join(map(owners.name, near)))
    count = sum(len(one.entries) for one in products)
    console.result([say(console.lang, "registry_said.list_head", products=len(products), entries=count),
                    *(_row(one, console.lang) for one in products),
                    *proposal_lines(proposals, grouping, console.lang)])
    return ExitCode.OK


def show_product(one: str, url: str, as_json: bool, console: Console) -> ExitCode:
    """All of one product: owner, why its entries are one, every field with its source, and what was decided."""
    from appscan.office.owners import owners_of
    from appscan.office.products import acts_on, product_named

    with opened(url) as store:
        owners = owners_of(store)
        product = product_named(one, grouped(store)[0])
        events = acts_on(store, product)
    if as_json:
        _print({**product_document(product), "decisions": [_event_document(event) for event in events]})
    else:
        console.result(_lines(product, owners, events, console.lang))
    return ExitCode.OK


def product_document(product: Product) -> dict[str, Any]:
    """A product as JSON, its entries as registry files hold them."""
    from appscan.portfolio.flat import document_of

    match = product.owner
    return {"product": product.id, "name": product.name, "owner": match.owner, "standing": match.standing.value,
            "by": match.by.value, "confidence": match.confidence.value, "parent": match.parent, "doubt": match.doubt,
            "candidates": list(match.candidates),
            "links": [{"kind": link.kind.value, "key": link.key, "entry": link.entry} for link in product.links],
            "entries": [document_of(entry) for entry in product.entries]}


def _row(product: Product, lang: Language) -> str:
    from appscan.portfolio.owners import Standing, load

    match, first = product.owner, product.entries[0]
    platforms = dict.fromkeys(key.platform.value for entry in product.entries for key in entry.artifacts)
    name = load().name(match.owner) if match.owner else first.owner
    standing = "" if match.standing in (Standing.CENTRAL, Standing.LOCAL) else match.standing.value
    return say(lang, "registry_said.list_row", id=product.id, name=product.name, owner=name, standing=standing,
               platforms=",".join(platforms), status=first.status.value)


def _lines(product: Product, owners: Owners, events: Sequence[Event], lang: Language) -> Iterator[str]:
    from appscan.portfolio.owners import By

    match = product.owner
    yield f"{product.id}  {product.name}"
    yield say(lang, "registry_said.owner_line", owner=owners.name(match.owner) if match.owner else match.written,
              written=match.written if match.owner else "", by="" if match.by is By.NONE else match.by.value,
              confidence=match.confidence.value if match.owner else "",
              parent=owners.name(match.parent) if match.parent else "")
    if match.doubt:
        yield say(lang, f"registry_faults.owner_{match.doubt}", owner=match.written,
                  near=", ".join(map(owners.name, match.candidates)), hint="")
    yield from _link_lines(product, lang)
    for entry in product.entries:
        yield from _entry_lines(entry, owners, lang)
    for event in events:
        what = say(lang, f"registry_said.{'merged' if event.kind.value == 'products_merged' else 'split'}_what",
                   entries=", ".join(event.content.get("entries", ())))
        day = beijing_day(event.when).isoformat()
        yield say(lang, "registry_said.event_line", when=day, who=event.who, what=what, reason=event.reason)


def _link_lines(product: Product, lang: Language) -> Iterator[str]:
    keys: dict[tuple[str, str], list[str]] = {}
    for link in product.links:
        keys.setdefault((link.kind.value, link.key), []).append(link.entry)
    for (kind, key), entries in list(keys.items())[:LINKED]:
        yield say(lang, "registry_said.link_line", kind=kind, key=key, entries=", ".join(dict.fromkeys(entries)))


def _entry_lines(entry: Entry, owners: Owners, lang: Language) -> Iterator[str]:
    from appscan.portfolio.assembling import ARTIFACT
    from appscan.portfolio.flat import fields_of, written

    yield say(lang, "registry_said.entry_line", id=entry.id)
    match = owners.resolve(entry.owner, entry.level)
    for column, value in list(fields_of(entry).items())[1:]:
        origin = entry.origins.get(column)
        yield say(lang, "registry_said.field_line", field=column, value=written(column, value, lang),
                  source=origin.source if origin else "",
                  confidence=origin.confidence.value if origin and origin.confidence.value != "unknown" else "")
        if column == "owner" and match.owner:
            yield say(lang, "registry_said.owner_is", owner=owners.name(match.owner), by=match.by.value,
                      confidence=match.confidence.value)
    for key in entry.artifacts:
        parts = [getattr(key, name) for name in ARTIFACT if getattr(key, name)]
        yield f"    {say(lang, f'registry_platform.{key.platform.value}')}  {'  '.join(parts)}"


def _event_document(event: Event) -> dict[str, Any]:
    return {"kind": event.kind.value, "who": event.who, "when": event.when.isoformat(), "reason": event.reason,
            **event.content}


def _print(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))
