"""What people decide on findings: confirm, dismiss, ask the vendor, take back; exempt and withdraw. Every decision is
an event with who, when and why; nothing is overwritten. Knows no template."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import Request

from appscan.errors import UsageError
from appscan.gate.exemptions import State, grant, read_claims
from appscan.office.exemptions import grant_all
from appscan.serve import sessions
from appscan.serve.finding_view import finding_shown
from appscan.serve.refusals import Refused
from appscan.store import (
    Decision,
    Event,
    EventKind,
    FindingsAsked,
    ListedApp,
    ListedFinding,
    ReviewState,
    Store,
    Window,
)

MOST_AT_ONCE = 1000
LONGEST_REASON = 2000
DECIDED = "review"
TERMS = ("ground", "reason", "regulation", "approver", "document", "owner", "from", "expires")
"""Members of an exemption record that the form asks for."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision as it was sent. `seen` is the decision that stood when the form was shown (0 for none); `mark` makes
    the decision happen once, however often it is sent; `whole` applies it to all places of the check in the app that
    stand as this one does."""

    decision: Decision
    reason: str
    who: str
    seen: int
    mark: str = ""
    whole: bool = False


def decide(request: Request, finding: ListedFinding, ruling: Ruling) -> int:
    """Record it; on how many places. Raises Refused 422 without a reason or for what cannot be taken back, 409 where
    somebody else decided since the form was shown, or the place is exempt."""
    store: Store = request.app.state.store
    if not ruling.reason.strip():
        raise Refused(422, "no_reason")
    if len(ruling.reason) > LONGEST_REASON:
        raise Refused(422, "wrong")
    if finding.state is ReviewState.EXEMPTED:
        raise Refused(409, "is_exempt")
    if ruling.decision is Decision.UNDO and not ruling.seen:
        raise Refused(422, "nothing_to_undo")
    targets = _targets(store, finding) if ruling.whole else [finding]
    over = {(one.entry, one.fingerprint): one.event for one in targets} | {
        (finding.entry, finding.fingerprint): ruling.seen}
    if not store.record_reviews([_event(one, ruling) for one in targets], over):
        raise Refused(409, "decided_meanwhile")
    request.app.state.freshener.look([finding.entry])
    return len(targets)


def _targets(store: Store, finding: ListedFinding) -> list[ListedFinding]:
    """This place and all others of its check in its app that stand as it does."""
    same = store.lists.findings(FindingsAsked(check=finding.check_id, entry=finding.entry, state=finding.state.value),
                                Window(most=MOST_AT_ONCE))
    return [finding, *(one for one in same if one.id != finding.id)]


def _event(finding: ListedFinding, ruling: Ruling) -> Event:
    content = {"decision": ruling.decision.value, "fingerprint": finding.fingerprint, "check": finding.check_id,
               "report": finding.report, "app": finding.app, "screen": finding.screen, "verdict": finding.verdict}
    key = f"{DECIDED} {ruling.mark} {finding.id}" if ruling.mark else ""
    return Event(EventKind.REVIEWED, finding.entry, ruling.who, sessions.now(), ruling.reason.strip(), content, key)


def exempt(request: Request, number: str, terms: Mapping[str, str], document: Path | None, document_name: str,
           who: str) -> int:
    """Grant an exemption for one place, or for all places of its check in the app (`whole` among the terms); its
    number. Raises UsageError for terms that are wrong, and for a record that would do nothing: its ground does not fit
    the clause, or it is over."""
    store: Store = request.app.state.store
    shown = finding_shown(request, number)
    finding, app = shown["finding"], shown["app"]
    record = {name: terms.get(name, "").strip() for name in TERMS}
    record |= {"check": finding.check_id, "app": _name_of(app)}
    if not terms.get("whole"):
        record["fingerprint"] = finding.fingerprint
    with tempfile.TemporaryDirectory(prefix="appscan-exempt-") as folder:
        path = Path(folder) / "exemption"
        path.write_text(json.dumps({"version": 1, "exemptions": [record]}, ensure_ascii=False), "utf-8")
        try:
            _refuse_idle(shown["document"], path)
            granted = grant_all(store, path, who=who, when=sessions.now(), reason=record["reason"], document=document,
                                document_name=document_name)
        except UsageError as error:  # where it lay for a moment is nobody's business
            raise UsageError(error.key, **{name: Path(str(value)).name if str(value).startswith(folder) else value
                                           for name, value in error.params.items()}) from None
    request.app.state.freshener.look([record["app"]])
    return granted[0].number


def _refuse_idle(document: Mapping[str, object], path: Path) -> None:
    """Refuse a record that would be kept and do nothing."""
    claims, day = read_claims(path), sessions.now().date()
    records = grant(dict(document), claims, max(day, claims[0].from_day))["exemptions"]
    mine = next(one for one in records if one["document"] == claims[0].told["document"]
                and one["check_id"] == claims[0].check_id and one["from"] == claims[0].told["from"])
    if mine["state"] in (State.REFUSED, State.EXPIRED, State.UNMATCHED):
        raise UsageError(f"exemption_idle_{mine['state']}", day=date.isoformat(day))


def _name_of(app: ListedApp) -> str:
    """The name under which an exemption finds the app again: its product over all platforms, where the registry vouches
    for it; else the entry. What an unlisted report calls its product is only a word."""
    return app.product if app.listed and app.product else app.entry


def withdraw(request: Request, number: str, grant_number: int, reason: str, who: str) -> None:
    """End an exemption that speaks of this place. Raises Refused 422 without a reason, 404 where there is none."""
    store: Store = request.app.state.store
    if not reason.strip():
        raise Refused(422, "no_reason")
    shown = finding_shown(request, number)
    if grant_number not in {one.event for one in shown["grants"]}:
        raise Refused(404, "not_there")
    store.withdraw(grant_number, who=who, when=sessions.now(), reason=reason.strip())
    request.app.state.freshener.look([one.record["app"] for one in shown["grants"]])
