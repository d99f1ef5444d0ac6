"""The count itself: everything that follows from what was gathered. Pure; the same material gives the same count."""

from __future__ import annotations

from dataclasses import dataclass

from appscan.count.examined import examined
from appscan.count.gathering import Material
from appscan.count.overlap import Overlap, overlaps
from appscan.count.owners import owner_counts
from appscan.count.profile import CountProfile
from appscan.count.records import RecordGap, Zombie, gaps, zombies
from appscan.count.rules import Community, Family, LocalForms, Reach, communities, families, local_forms, reaches
from appscan.count.scope import placed
from appscan.count.values import OwnerCount, Placed
from appscan.portfolio.owners import Owners
from appscan.portfolio.proposals import Proposal, propose


@dataclass(frozen=True, slots=True)
class Count:
    """All that the registry and the reports say on a day. `placed` are all products by id."""

    material: Material
    profile: CountProfile
    placed: tuple[Placed, ...]
    owners: tuple[OwnerCount, ...]
    reaches: tuple[Reach, ...]
    local_forms: tuple[LocalForms, ...]
    overlaps: tuple[Overlap, ...]
    communities: tuple[Community, ...]
    gaps: tuple[RecordGap, ...]
    zombies: tuple[Zombie, ...]
    families: tuple[Family, ...]
    proposals: tuple[Proposal, ...]


def count(material: Material, profile: CountProfile | None = None, owners: Owners | None = None) -> Count:
    """Count."""
    profile, known = profile or CountProfile(), owners or material.owners
    matches = {entry.id: known.resolve(entry.owner, entry.level) for entry in material.entries}
    products = tuple(placed(product, matches, examined(product, material.stood), arms_apart=profile.arms_apart)
                     for product in material.grouping.products)
    return Count(
        material, profile, products, owner_counts(products, known), reaches(products, material),
        local_forms(products), overlaps(products, material, profile.overlap), communities(products),
        gaps(products, material, known), zombies(products, material, profile.zombies), families(products, known),
        propose(material.grouping, material.evidence))
