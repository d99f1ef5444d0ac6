"""An app that was scanned and that the registry does not have → the entry that it would become, with the keys by which
its reports find it. Keeps nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from appscan.model.registry import AppStatus, ArtifactKey, Audience, Entry, Level, Platform
from appscan.office.listing import PLATFORM_OF
from appscan.office.matching import urls_of
from appscan.portfolio.assembling import platform_of
from appscan.store import StoredReport


def entry_found(reports: Sequence[StoredReport]) -> Entry:
    """The entry under a new id, with what the first of the reports says of the app, as one that runs. Words of others
    that the registry does not know are left out."""
    first = reports[0]
    told = first.document["app"]
    level = next((one for one in Level if one == told["level"]), None)
    audience = frozenset(one for one in Audience if one in told["audience"])
    keys = dict.fromkeys(key for report in reports for key in _keys(report))
    return Entry(f"desk-{secrets.token_hex(4)}", str(told["name"]), str(told["owner"]), level=level,
                 region=str(told["region"]), audience=audience, status=AppStatus.RUNNING, artifacts=tuple(keys))


def _keys(report: StoredReport) -> Iterator[ArtifactKey]:
    for one in report.artifacts:
        platform = PLATFORM_OF.get(one.kind, platform_of(one.name))
        if platform is Platform.WEB and (urls := urls_of(report)):
            yield from (ArtifactKey(platform, url=url) for url in urls)
        else:
            yield ArtifactKey(platform, package=one.package, digest=one.digest)
