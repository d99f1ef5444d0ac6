"""What the reports that stand say of each product. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from appscan.count.values import EXEMPT, FOUND, Examined, Tested
from appscan.model.artifact import RECORDING_SUFFIX
from appscan.model.judgement import Verdict
from appscan.model.registry import ArtifactKey, Entry, Platform
from appscan.office.standing import Stood
from appscan.portfolio.grouping import Product
from appscan.store import Standing

RANK: Mapping[str, int] = {verdict.value: verdict.severity for verdict in Verdict}
SITE = "recording:"
"""Begins the appearance of a site in the store."""


def examined(product: Product, standing: Mapping[str, Sequence[Stood]]) -> Examined:
    """One product. Nothing found counts only where all of its entries were looked at: what was seen of half an app
    clears no app."""
    own = [one for entry in product.entries for one in standing.get(entry.id, ())]
    if not own:
        return Examined()
    is_partial = any(_is_partial(entry, standing.get(entry.id, ())) for entry in product.entries)
    worst = max((one.overall for one in own), key=lambda verdict: verdict.severity)
    found: dict[str, str] = {}
    for one in own:
        for check, verdict in one.verdicts.items():
            if verdict in FOUND and (check not in found or RANK[verdict] > RANK[found[check]]):
                found[check] = verdict
    return Examined(_tested(worst, is_partial or not all(one.report.complete for one in own)),
                    tuple(one.report.id for one in own), is_partial,
                    all(one.report.standing is Standing.CLAIMED and not one.report.confirmed for one in own),
                    worst in EXEMPT, found)


def _tested(worst: Verdict, is_partial: bool) -> Tested:
    if worst in FOUND:
        return Tested.FOUND
    return Tested.INCONCLUSIVE if is_partial or worst is Verdict.INCONCLUSIVE else Tested.NOT_FOUND


def _is_partial(entry: Entry, own: Sequence[Stood]) -> bool:
    """Whether fewer sites or fewer files stand than the registry names: two addresses that a site has had do not make
    up for the package that nobody looked at."""
    seen = Counter(line.startswith(SITE) for one in own for line in one.report.appearance.split("\n"))
    named = Counter(map(_is_site, entry.artifacts))
    return not seen or any(seen[is_site] < number for is_site, number in named.items())


def _is_site(key: ArtifactKey) -> bool:
    """Whether a crawl is what shows it: a page, or the recording of one."""
    return (key.platform in (Platform.WEB, Platform.H5) or key.path.lower().endswith(RECORDING_SUFFIX)
            or (key.platform is Platform.UNKNOWN and bool(key.url) and not key.path))
