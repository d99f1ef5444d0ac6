"""An app that was scanned and that the registry does not have → the entry that it would become, with the keys by which
its reports find it. Keeps nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from appscan.model.registry import AppStatus, ArtifactKey, Audience, Entry, Level, Platform
from appscan.office.listing import PLATFORM_OF
from appscan.office.matching import urls_of
from appscan.portfolio.assembling import platform_of
from appscan.store import StoredReport


def entry_found(app: str, reports: Sequence[StoredReport]) -> Entry:
    """The entry of an app that the lists have under this name, with what the first of the reports says of it, as one
    that runs. Its id is always the same for the same name, so that it can be put in only once. Words of others that
    the registry does not know are left out."""
    first = reports[0]
    told = first.document["app"]
    level = next((one for one in Level if one == told["level"]), None)
    audience = frozenset(one for one in Audience if one in told["audience"])
    keys = dict.fromkeys(key for report in reports for key in _keys(report))
    name = f"desk-{hashlib.sha256(app.encode()).hexdigest()[:12]}"
    return Entry(name, str(told["name"]), str(told["owner"]), level=level,
                 region=str(told["region"]), audience=audience, status=AppStatus.RUNNING, artifacts=tuple(keys))


def _keys(report: StoredReport) -> Iterator[ArtifactKey]:
    for one in report.artifacts:
        platform = PLATFORM_OF.get(one.kind, platform_of(one.name))
        if platform is Platform.WEB and (urls := urls_of(report)):
            yield from (ArtifactKey(platform, url=url) for url in urls)
        else:
            yield ArtifactKey(platform, package=one.package, digest=one.digest)
