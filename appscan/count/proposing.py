"""What approving one more app would do to the count: the same count with and without it. Pure; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from appscan.count.counting import Count, count
from appscan.count.values import OwnerCount, Placed
from appscan.model.artifact import App
from appscan.model.registry import Approval, AppStatus, ArtifactKey, Audience, Entry, Level, Platform
from appscan.portfolio.grouping import group
from appscan.portfolio.owners import Owners
from appscan.portfolio.proposals import Proposal

PROPOSED = "proposed"
"""Id of the entry; a registry that has one of this name gets another."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one more app would do. `joins`: it is another appearance of a product that is there, so no number grows.
    `before` and `after` are the rows of its owner and of its parent body; `community` counts the platforms of its
    region before and after; `alike` are products that may be the same or of the same program."""

    entry: Entry
    placed: Placed
    joins: str
    owners: tuple[tuple[OwnerCount | None, OwnerCount], ...]
    community: tuple[str, int, int] | None
    alike: tuple[Proposal, ...]
    after: Count


def entry_of(app: App, addresses: tuple[str, ...] = (), taken: frozenset[str] = frozenset()) -> Entry:
    """The entry that app.yaml would become, running as it would after its approval."""
    name, number = PROPOSED, 1
    while name in taken:
        number += 1
        name = f"{PROPOSED}-{number}"
    approval: Mapping[str, str] = app.approval
    level = Level(app.level) if app.level else None
    return Entry(
        id=name, name=app.name, owner=app.owner, product=app.product, level=level, region=app.region,
        audience=frozenset(map(Audience, app.audience)), status=AppStatus.RUNNING, declared=app.declared,
        deepest=level if level not in (None, Level.CENTRAL) else None,
        approval=Approval(approval.get("number", ""), approval.get("body", ""), _day(approval.get("date", "")),
                          approval.get("scope", "")),
        artifacts=tuple(ArtifactKey(Platform.WEB, url=address) for address in addresses))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def propose_one(before: Count, entry: Entry, owners: Owners | None = None) -> Effect:
    """Count once more with the entry."""
    known, material = owners or before.material.owners, before.material
    entries = (*material.entries, entry)
    grouping = group(entries, material.evidence, material.decisions, known)
    after = count(replace(material, entries=entries, grouping=grouping), before.profile, known)
    product = grouping.product_of[entry.id]
    placed = next(one for one in after.placed if one.id == product.id)
    rows = {row.owner: row for row in before.owners}
    touched = [row for row in after.owners if placed.owner and (
        row.owner == placed.owner or placed.owner in row.bureaus)]
    others = [one.id for one in product.entries if one.id != entry.id]
    joined = material.grouping.product_of[others[0]].id if others else ""
    return Effect(
        entry, placed, joined, tuple((rows.get(row.owner), row) for row in touched),
        _community(before, after, placed), tuple(one for one in after.proposals if product.id in one.products), after)


def _community(before: Count, after: Count, placed: Placed) -> tuple[str, int, int] | None:
    row = next((one for one in after.communities if placed.id in one.products), None)
    if row is None:
        return None
    earlier = next((one.range.most for one in before.communities if one.region == row.region), 0)
    return row.region, earlier, row.range.most
