"""The count as its published document (count-1). Table, page and workbook are made from this document and from nothing
else, so that a number is the same everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from appscan import __version__
from appscan.count.counting import Count
from appscan.count.overlap import Form
from appscan.count.proposing import Effect
from appscan.count.records import Gap
from appscan.count.rules import owner_named
from appscan.count.values import (
    LIMIT,
    Denominator,
    OwnerCount,
    Placed,
    Range,
    Scope,
    State,
    Tested,
    denominator_of,
)
from appscan.portfolio.owners import Standing, load

COUNT = "count-1"
VERSION = 1
MOST_NEAR = 500
Json = dict[str, Any]


def to_document(count: Count, made: datetime, effect: Effect | None = None) -> Json:
    """Plain JSON values that fit the schema. `made` is when, with its zone."""
    material = count.material
    document: Json = {
        "version": VERSION, "tool": {"name": "appscan", "version": __version__}, "as_of": material.as_of.isoformat(),
        "made": made.isoformat(timespec="seconds"), "profile": _profile(count), "limit": LIMIT,
        "totals": _totals(count), "owners": [_owner(row) for row in count.owners],
        "no_owner": _no_owner([one for one in count.placed if one.scope is not Scope.OUT and one.standing not in (
            Standing.CENTRAL, Standing.LOCAL)]),
        "local": _local(count), "rules": _rules(count), "products": [_product(one) for one in count.placed]}
    if effect is not None:
        document["proposed"] = _effect(effect)
    return document


def _profile(count: Count) -> Json:
    profile, bounds = count.profile, count.profile.zombies
    named = ("days_without_update", "active_below", "target_sdk_below", "measures")
    return {"arms": "apart" if profile.arms_apart else "centre",
            "overlap": {"least_share": profile.overlap.least_share, "least_fields": profile.overlap.least_fields},
            "zombies": None if bounds is None else {name: value for name in named
                                                    if (value := getattr(bounds, name)) is not None}}


def _totals(count: Count) -> Json:
    states = Counter(row.state for row in count.owners)
    groups = Counter(one.standing for one in count.placed)
    return {
        "entries": len(count.material.entries), "products": len(count.placed),
        "central": groups[Standing.CENTRAL], "local": groups[Standing.LOCAL],
        "no_owner": len(count.placed) - groups[Standing.CENTRAL] - groups[Standing.LOCAL],
        "owners": len(count.owners), **{state.value: states[state] for state in State},
        "for_review": sum(row.for_review for row in count.owners),
        "counted": _range(sum((row.own for row in count.owners), Range())),
        "examined": _denominator(denominator_of(count.placed)), "unlisted": count.material.unlisted,
        "readings_unread": count.material.unread}


def _range(given: Range) -> Json:
    return {"confirmed": given.confirmed, "undetermined": given.undetermined, "most": given.most}


def _denominator(given: Denominator) -> Json:
    return {name: getattr(given, name) for name in (
        "apps", "found", "not_found", "inconclusive", "not_scanned", "exempt", "claimed", "partial")}


def _owner(row: OwnerCount) -> Json:
    owners = load()
    by_scope = {scope: [one for one in row.products if one.scope is scope] for scope in Scope}
    document: Json = {
        "owner": row.owner, "name": row.name, "confidence": row.confidence.value, **_range(row.own),
        "limit": LIMIT, "state": row.state.value, "for_review": row.for_review, "exceptions": list(row.exceptions),
        "confirmed_products": _ids(by_scope[Scope.CONFIRMED]),
        "undetermined_products": _ids(by_scope[Scope.UNDETERMINED]),
        "other_products": _ids(by_scope[Scope.OUT]),
        "doubtful_products": _ids(one for one in row.products if not one.is_sure),
        "own_entry_products": _ids(one for one in row.products if one.has_own_entry),
        "examined": _denominator(denominator_of(row.products))}
    if row.parent:
        document["parent"] = {"owner": row.parent, "name": owners.name(row.parent),
                              "confidence": owners.bodies[row.owner].parent_confidence.value}
    if row.without_arms is not None:
        document["without_arms"] = {**_range(row.without_arms), "arm_products": _ids(
            one for one in row.products if one.is_arm and one.scope is not Scope.OUT)}
    if row.with_bureaus is not None:
        document["with_bureaus"] = {**_range(row.with_bureaus), "state": row.with_bureaus.state.value,
                                    "bureaus": [{"owner": one, "name": owners.name(one)} for one in row.bureaus]}
    return document


def _ids(placed: Iterable[Placed]) -> list[str]:
    return [one.id for one in placed]


def _no_owner(placed: Sequence[Placed]) -> list[Json]:
    """Products that count for nobody; for owners that nobody knows the bodies with names like theirs, as the registry's
    check proposes them, where there are few enough to look each of them up."""
    has_near = len(placed) <= MOST_NEAR
    rows = []
    for one in placed:
        match = one.product.owner
        near = load().near(match.written) if has_near and one.standing is Standing.UNKNOWN else ()
        rows.append({"product": one.id, "standing": one.standing.value, "written": match.written, "doubt": match.doubt,
                     "candidates": [{"owner": owner, "name": load().name(owner)}
                                    for owner in match.candidates or near]})
    return rows


def _local(count: Count) -> Json:
    own = [one for one in count.placed if one.standing is Standing.LOCAL]
    return {"products": _ids(own), "examined": _denominator(denominator_of(own))}


def _product(one: Placed) -> Json:
    product, seen = one.product, one.examined
    first = product.entries[0]
    deepest = max((entry.deepest for entry in product.entries if entry.deepest), key=lambda level: level.depth,
                  default=None)
    audience = sorted({word.value for entry in product.entries for word in entry.audience})
    return {
        "product": one.id, "name": product.name, "owner": one.owner, "owner_name": owner_named(one, load()),
        "written": first.owner, "by": product.owner.by.value, "standing": one.standing.value,
        "confidence": product.owner.confidence.value, "doubt": product.owner.doubt, "scope": one.scope.value,
        "reasons": [reason.value for reason in one.reasons], "is_arm": one.is_arm, "own_entry": one.has_own_entry,
        "entries": [entry.id for entry in product.entries],
        "platforms": list(dict.fromkeys(key.platform.value for entry in product.entries for key in entry.artifacts)),
        "status": first.status.value, "level": first.level.value if first.level else "", "region": first.region,
        "audience": audience, "deepest": deepest.value if deepest else "", "host": first.host_platform,
        "links": [{"kind": link.kind.value, "key": link.key, "entry": link.entry} for link in product.links],
        "examined": {"result": seen.tested.value, "reports": list(seen.reports), "partial": seen.is_partial,
                     "claimed": seen.is_claimed, "exempt": seen.is_exempt,
                     "found": [{"check": check, "verdict": verdict} for check, verdict in sorted(seen.found.items())]}}


def _rules(count: Count) -> Json:
    return {
        "reaches": [{"product": row.product, "deepest": row.deepest.value if row.deepest else "",
                     "forms": row.has_forms, "declared": row.declared, "found": row.found, "reports": list(row.reports),
                     "roles": [{"role": role.name, "level": role.level.value, "screen": role.screen,
                                "fields": list(role.fields), "report": role.report} for role in row.roles]}
                    for row in count.reaches],
        "local_forms": [{"product": row.product, "region": row.region, "declared": row.declared, "found": row.found,
                         "reports": list(row.reports), "platforms": list(row.platforms)} for row in count.local_forms],
        "overlaps": [{"one": _form(row.one), "other": _form(row.other), "shared": list(row.shared), "share": row.share}
                     for row in count.overlaps],
        "communities": [{"region": row.region, **_range(row.range), "products": list(row.products)}
                        for row in count.communities],
        "records": {gap.value: [{"product": row.product, "values": dict(row.values)} for row in count.gaps
                                if row.gap is gap] for gap in Gap},
        "zombies": [{"product": row.product, "measures": dict(row.measures)} for row in count.zombies],
        "families": [{"family": row.family, "products": list(row.products), "owners": list(row.owners)}
                     for row in count.families],
        "proposals": [_proposal(row) for row in count.proposals]}


def _form(form: Form) -> Json:
    return {"product": form.product, "screen": form.screen, "role": form.role, "fields": len(form.fields),
            "report": form.report}


def _proposal(row: Any) -> Json:
    return {"kind": row.kind.value, "products": list(row.products), "entries": list(row.entries),
            "reasons": {reason.value: strength for reason, strength in row.reasons.items()},
            "strength": round(row.strength, 2)}


def _effect(effect: Effect) -> Json:
    one = effect.placed
    document: Json = {
        "name": effect.entry.name, "product": one.id, "written": effect.entry.owner, "owner": one.owner,
        "owner_name": owner_named(one, load()), "standing": one.standing.value, "scope": one.scope.value,
        "reasons": [reason.value for reason in one.reasons], "joins": effect.joins,
        "owners": [{"owner": after.owner, "name": after.name, "before": _row(before), "after": _row(after)}
                   for before, after in effect.owners],
        "alike": [_proposal(row) for row in effect.alike],
        "alike_products": [_named(one) for one in effect.after.placed
                           if one.id in {name for row in effect.alike for name in row.products}]}
    if effect.community is not None:
        region, before, after = effect.community
        document["community"] = {"region": region, "before": before, "after": after}
    return document


def _named(one: Placed) -> Json:
    return {"product": one.id, "name": one.product.name, "owner_name": owner_named(one, load())}


def _row(row: OwnerCount | None) -> Json:
    """A body without any product is within the limit."""
    own = row.own if row is not None else Range()
    document = {**_range(own), "state": own.state.value, "for_review": row is not None and row.for_review}
    if row is not None and row.with_bureaus is not None:
        document["with_bureaus"] = _range(row.with_bureaus)
    return document


def by_product(document: Mapping[str, Any]) -> dict[str, Json]:
    """The products of a document by their id."""
    return {one["product"]: one for one in document["products"]}


__all__ = ["COUNT", "Tested", "by_product", "to_document"]
