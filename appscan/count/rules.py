"""The rules of the portfolio beside the count: how deep products reach, forms that belong on the provincial platform,
how many platforms a community has, families. Pure; every row names what it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from appscan.count.gathering import Material
from appscan.count.traits import words
from appscan.count.values import Placed, Range, Scope, range_of
from appscan.model.folding import fold
from appscan.model.registry import Level
from appscan.portfolio.owners import Owners, Standing

FORMS = "form-filling"
"""The check whose feature the rules on forms speak of."""

LOCAL_FORMS = (Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
BELOW = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class RoleSeen:
    """A user role below the county line, or at it, that a form was served to."""

    name: str
    level: Level
    screen: str
    fields: tuple[str, ...]
    report: int


@dataclass(frozen=True, slots=True)
class Reach:
    """A product and how far down it goes. `deepest` is what the registry says; `declared`: it declares forms; `found`:
    verdict of a report on forms, "" where there is none; `roles`: those that forms were served to."""

    product: str
    deepest: Level | None
    declared: bool
    found: str
    reports: tuple[int, ...] = ()
    roles: tuple[RoleSeen, ...] = ()

    @property
    def has_forms(self) -> bool:
        """Whether it has forms, by its own word or by a report."""
        return self.declared or bool(self.found) or bool(self.roles)


@dataclass(frozen=True, slots=True)
class LocalForms:
    """A local product with forms; `platforms` are products of its province that it could be part of."""

    product: str
    region: str
    declared: bool
    found: str
    reports: tuple[int, ...]
    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Community:
    """Products with a community or village role in one region; `range` counts them. Those without a region are of the
    centre and used everywhere."""

    region: str
    products: tuple[str, ...]
    range: Range


@dataclass(frozen=True, slots=True)
class Family:
    """Products of one program, as the registry declares it; `owners` are their bodies, or what is written."""

    family: str
    products: tuple[str, ...]
    owners: tuple[str, ...]


def deepest_of(placed: Placed) -> Level | None:
    """The lowest level that any entry says."""
    levels = [entry.deepest for entry in placed.product.entries if entry.deepest]
    return max(levels, key=lambda level: level.depth, default=None)


def declares(placed: Placed, check: str) -> bool:
    """Whether an entry declares a feature."""
    return any(check in (entry.declared or {}) for entry in placed.product.entries)


def reaches(placed: Iterable[Placed], material: Material) -> tuple[Reach, ...]:
    """Central products that count, or may, and go down to the county or below: by the registry, or by a form that a
    crawl saw served to such a role. The rule (CEN24, article 12) speaks of those with forms."""
    rows = []
    for one in placed:
        if one.standing is not Standing.CENTRAL or one.scope is Scope.OUT:
            continue
        row = _reach(one, material)
        if row.roles or (row.deepest is not None and row.deepest.depth >= Level.COUNTY.depth):
            rows.append(row)
    return tuple(sorted(rows, key=lambda row: (not row.has_forms, row.product)))


def _reach(one: Placed, material: Material) -> Reach:
    roles = [RoleSeen(form["role"], level, form["screen"], tuple(form["fields"]), seen.report)
             for entry in one.product.entries for seen in material.seen.get(entry.id, ())
             for traits in seen.traits for form in traits["forms"] if (level := level_of_role(form["role"]))]
    found = one.examined.found.get(FORMS, "")
    return Reach(one.id, deepest_of(one), declares(one, FORMS), found, one.examined.reports if found else (),
                 tuple(roles))


def level_of_role(role: str) -> Level | None:
    """The level that a role's name tells: 村级填报员 is one of a village."""
    folded = fold(role)
    return next((Level(level) for level, marks in words()["roles"].items() if any(mark in folded for mark in marks)),
                None)


def local_forms(placed: Sequence[Placed]) -> tuple[LocalForms, ...]:
    """Forms of cities and counties, which the provincial platform should serve in time (CEN24, article 12)."""
    provincial: dict[str, list[str]] = defaultdict(list)
    for one in placed:
        first = one.product.entries[0]
        if one.standing is Standing.LOCAL and first.level is Level.PROVINCE and one.scope is not Scope.OUT:
            provincial[first.region].append(one.id)
    rows = []
    for one in placed:
        first, found = one.product.entries[0], one.examined.found.get(FORMS, "")
        if one.standing is Standing.LOCAL and first.level in LOCAL_FORMS and one.scope is not Scope.OUT and (
                found or declares(one, FORMS)):
            platforms = [product for region, products in provincial.items() if region and
                         first.region.startswith(region) for product in products]
            rows.append(LocalForms(one.id, first.region, declares(one, FORMS), found,
                                   one.examined.reports if found else (), tuple(sorted(platforms))))
    return tuple(rows)


def communities(placed: Iterable[Placed]) -> tuple[Community, ...]:
    """Products with a community role, by region: one platform there should do (BJ19, article 16)."""
    regions: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        if one.scope is not Scope.OUT and deepest_of(one) is Level.VILLAGE:
            regions[one.product.entries[0].region.strip()].append(one)
    rows = [Community(region, tuple(one.id for one in own), range_of(own)) for region, own in regions.items()]
    return tuple(sorted(rows, key=lambda row: (not row.region, -row.range.most, row.region)))


def families(placed: Iterable[Placed], owners: Owners) -> tuple[Family, ...]:
    """Products that the registry calls one program: each counts for its owner, together they are to be merged."""
    by_family: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        for family in dict.fromkeys(entry.family for entry in one.product.entries if entry.family):
            by_family[family].append(one)
    return tuple(Family(family, tuple(one.id for one in own), tuple(dict.fromkeys(owner_named(one, owners)
                                                                                 for one in own)))
                 for family, own in sorted(by_family.items()) if len(own) > 1)


def owner_named(one: Placed, owners: Owners) -> str:
    """The name of the body that a product counts for, else what is written."""
    return owners.name(one.owner) if one.owner else one.product.owner.written


def by_id(placed: Iterable[Placed]) -> Mapping[str, Placed]:
    """Products by their id."""
    return {one.id: one for one in placed}
