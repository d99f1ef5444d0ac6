"""Which occurrences an exemption covers, or is said to cover, as a report tells it. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appscan.model.judgement import Verdict

Json = Mapping[str, Any]

EXEMPTING = (Verdict.EXEMPT, Verdict.EXEMPT_CLAIMED)
TOLD = ("ground", "regulation", "approver", "document", "document_sha256", "owner", "from", "expires")
"""What a record says of itself, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Record:
    """One exemption record in a report: `state` is the verdict that it gives, `told` its members that are not empty."""

    check_id: str
    state: Verdict
    told: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """One member of the record; "" where it says nothing."""
        return dict(self.told).get(name, "")


class Exempted:
    """The exemptions of one report document."""

    def __init__(self, document: Json) -> None:
        self._records: dict[tuple[str, str], Record] = {}
        for one in document.get("exemptions", ()):
            record = _record(one)
            if record is not None:
                self._records.update({(record.check_id, mark): record for mark in one.get("fingerprints", ())})

    def listed(self, finding: Json, occurrence: Json) -> Record | None:
        """The record of the report that covers one occurrence; None where none does."""
        return self._records.get((finding["check_id"], occurrence["fingerprint"]))

    def state(self, finding: Json, occurrence: Json) -> Record | None:
        """The exemption of one occurrence; None where there is none. A finding that ended exempt is exempt at all of
        its places."""
        found = self.listed(finding, occurrence)
        verdict = Verdict(finding["verdict"])
        return found or (Record(finding["check_id"], verdict) if verdict in EXEMPTING else None)


def _record(one: Json) -> Record | None:
    """A record that covers something now; expired and refused ones cover nothing."""
    state = one.get("state", "")
    if state not in EXEMPTING:
        return None
    told = tuple((name, str(one[name])) for name in TOLD if one.get(name))
    return Record(str(one.get("check_id", "")), Verdict(state), told)
