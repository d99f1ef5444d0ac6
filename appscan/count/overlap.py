"""Forms of different products that ask the same role for the same fields: the same material at most once (CEN24,
article 12). Found through blocks; a person confirms that equal words mean the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from appscan.count.gathering import Material
from appscan.count.profile import OverlapBounds
from appscan.count.values import Placed, Scope
from appscan.portfolio.likeness import alike, signature

SIGNATURE_OFF = 0.15
"""A signature of 64 numbers is off by some hundredths: candidates are taken from below the bound, then compared
exactly."""

MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a product, as a reading shows it."""

    product: str
    screen: str
    role: str
    fields: frozenset[str]
    report: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two forms of two products: the shared fields and their share of all fields of both."""

    one: Form
    other: Form
    shared: tuple[str, ...]
    share: float


def overlaps(placed: Iterable[Placed], material: Material, bounds: OverlapBounds) -> tuple[Overlap, ...]:
    """The nearest pair of forms for each pair of products over the bounds, the most alike first."""
    forms = {str(number): form for number, form in enumerate(_forms(placed, material, bounds.least_fields))}
    best: dict[tuple[str, str], Overlap] = {}
    signed = {name: signature(form.fields) for name, form in forms.items()}
    for first, second, _ in alike(signed, max(0.05, bounds.least_share - SIGNATURE_OFF)):
        one, other = sorted((forms[first], forms[second]), key=lambda form: form.product)
        found = _overlap(one, other, bounds)
        if found is not None:
            pair = (found.one.product, found.other.product)
            if pair not in best or (best[pair].share, len(best[pair].shared)) < (found.share, len(found.shared)):
                best[pair] = found
    rows = sorted(best.values(), key=lambda row: (-row.share, -len(row.shared), row.one.product, row.other.product))
    return tuple(rows[:MOST_ROWS])


def _forms(placed: Iterable[Placed], material: Material, least: int) -> Iterator[Form]:
    for one in placed:
        if one.scope is Scope.OUT:
            continue
        for entry in one.product.entries:
            for seen in material.seen.get(entry.id, ()):
                for traits in seen.traits:
                    yield from (_form(one.id, seen.report, form) for form in traits["forms"]
                                if len(form["fields"]) >= least)


def _form(product: str, report: int, form: Mapping[str, object]) -> Form:
    fields = form["fields"]
    assert isinstance(fields, list)
    return Form(product, str(form["screen"]), str(form["role"]), frozenset(fields), report)


def _overlap(one: Form, other: Form, bounds: OverlapBounds) -> Overlap | None:
    """Roles must be equal where both are known; a package does not tell who sees a form."""
    if one.product == other.product or (one.role and other.role and one.role != other.role):
        return None
    shared = one.fields & other.fields
    share = len(shared) / len(one.fields | other.fields)
    if len(shared) < bounds.least_fields or share < bounds.least_share:
        return None
    return Overlap(one, other, tuple(sorted(shared)), round(share, 2))
