"""An app that somebody wants approved: what the form says of it, what the count would become, and its entry in the
registry once a person confirms. Knows no page."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from appscan.count.counting import Count, count
from appscan.count.document import to_document
from appscan.count.gathering import gather
from appscan.count.proposing import entry_of, propose_one
from appscan.errors import UsageError
from appscan.model.artifact import App
from appscan.model.days import today
from appscan.model.registry import AppStatus, ArtifactKey, Audience, Confidence, Entry, Level, Origin
from appscan.portfolio.assembling import platform_of
from appscan.store import Store

SOURCE = "desk"
FRESH_SECONDS = 30.0
APPROVAL = {"number": "number", "body": "body", "day": "date", "scope": "scope"}
"""Fields of the form → fields of an approval."""
FIELDS = ("app", "owner", "product", "level", "region", "audience", *APPROVAL, "url")
"""Everything that the form says; several audiences stand beside one another, with commas."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An app as the form describes it; `url` is its address, if it is a site."""

    app: App
    url: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said that a count could go by."""
        return not self.app.owner and not self.app.name


def proposal_of(given: Mapping[str, str]) -> Proposal:
    """The proposal in the fields of a form. Raises UsageError `proposal_level`, `proposal_audience`, `proposal_day`."""
    told = {name: given.get(name, "").strip() for name in FIELDS}
    if told["level"] and told["level"] not in set(Level):
        raise UsageError("proposal_level", given=told["level"])
    audience = tuple(sorted({one for one in told["audience"].split(",") if one}))
    if strange := next((one for one in audience if one not in set(Audience)), ""):
        raise UsageError("proposal_audience", given=strange)
    if told["day"]:
        _proved_day(told["day"])
    approval = {name: told[one] for one, name in APPROVAL.items() if told[one]}
    return Proposal(App(name=told["app"], owner=told["owner"], product=told["product"], level=told["level"],
                        region=told["region"], audience=audience, approval=approval), told["url"])


def _proved_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise UsageError("proposal_day", given=text) from None


@dataclass
class Counts:
    """The count of one store, made anew where it is older than FRESH_SECONDS or registry or reports changed since:
    people who fill in a form look at it again and again."""

    store: Store
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: tuple[tuple[date, Any], float, Count] | None = None

    def current(self) -> Count:
        """The count as of today."""
        with self._lock:
            mark = (today(), self.store.lists.condition())
            if self._kept is None or self._kept[0] != mark or time.monotonic() - self._kept[1] > FRESH_SECONDS:
                self._kept = (mark, time.monotonic(), count(gather(self.store, mark[0])))
            return self._kept[2]

    def with_one_more(self, proposal: Proposal, made: datetime) -> dict[str, Any]:
        """The document of the count (`count-1`) with what the proposal would do, as it would be once it runs."""
        counted = self.current()
        taken = frozenset(entry.id for entry in counted.material.entries)
        entry = entry_of(proposal.app, (proposal.url,) if proposal.url else (), taken)
        return to_document(counted, made, propose_one(counted, entry))


def register(store: Store, proposal: Proposal, *, who: str, when: datetime, digest: str = "",
             file: str = "") -> str:
    """Put the app into the registry as planned, proposed by `who` at the desk; the id of its entry. It counts when its
    status says that it runs. `digest` is that of the file which was handed in with it, under the name `file`."""
    made = entry_of(proposal.app, (proposal.url,) if proposal.url else ())
    artifacts = (*made.artifacts, ArtifactKey(platform_of(file), digest=digest)) if digest else made.artifacts
    entry = replace(made, id=f"desk-{secrets.token_hex(4)}", status=AppStatus.PLANNED, artifacts=artifacts,
                    origins=dict.fromkeys(_named(made), Origin(SOURCE, Confidence.UNKNOWN)))
    store.put_entries([entry], who=who, when=when, source=SOURCE)
    return entry.id


def _named(entry: Entry) -> tuple[str, ...]:
    told = ("name", "owner", "product", "level", "region", "audience", "approval")
    return tuple(name for name in told if getattr(entry, name) not in (None, "", frozenset()))
