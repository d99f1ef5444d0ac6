"""The policy of a gate: from which verdict on a check stops a release, and what to do with what was not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from appscan.model.judgement import Verdict
from appscan.schema.written import Written, read_written

Json = Mapping[str, Any]

POLICY = "policy-1"
NEVER = 99
_SEVERITY = {"likely_violation": Verdict.LIKELY_VIOLATION.severity, "needs_review": Verdict.NEEDS_REVIEW.severity,
             "never": NEVER}


class Act(StrEnum):
    """What something does to the gate."""

    FAIL = "fail"
    WARN = "warn"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold for some checks; an empty member fits everything."""

    fail_on: str
    checks: frozenset[str] = frozenset()
    profile: str = ""
    jurisdiction: str = ""
    stage: str = ""

    def fits(self, document: Json, check_id: str) -> bool:
        return ((not self.checks or check_id in self.checks)
                and self.profile in ("", document["profile"]) and self.jurisdiction in ("", document["jurisdiction"])
                and self.stage in ("", document["stage"]))


@dataclass(frozen=True, slots=True)
class Policy:
    """Without a file: likely violations stop, what nobody can tell stops too, mismatches of a declaration are told."""

    fail_on: str = "likely_violation"
    rules: tuple[Rule, ...] = ()
    inconclusive: Act = Act.FAIL
    unread: Act = Act.FAIL
    accept_claimed: bool = False
    undeclared: Act = Act.WARN
    declared_not_found: Act = Act.WARN
    custom_checks: Act = Act.WARN

    def severity_for(self, document: Json, check_id: str) -> int:
        """From which severity on a verdict on this check stops a release."""
        level = next((rule.fail_on for rule in self.rules if rule.fits(document, check_id)), self.fail_on)
        return _SEVERITY[level]


def read_policy(path: Path, exists: Callable[[str], bool] | None = None) -> Policy:
    """Raises UsageError with file and line. `exists` says whether there is a check of an id; a rule for none is a
    mistake in writing: it would hold for nothing, and the release would pass under the wrong threshold."""
    written = read_written(path, POLICY)
    content = written.content
    if exists is not None:
        _prove_checks(written, exists)
    acts = {name: Act(content[name]) for name in ("inconclusive", "unread", "undeclared", "declared_not_found",
                                                  "custom_checks") if name in content}
    rules = tuple(Rule(rule["fail_on"], frozenset(rule.get("checks", ())), rule.get("profile", ""),
                       rule.get("jurisdiction", ""), rule.get("stage", "")) for rule in content.get("rules", ()))
    return Policy(fail_on=content.get("fail_on", "likely_violation"), rules=rules,
                  accept_claimed=content.get("accept_claimed", False), **acts)


def _prove_checks(written: Written, exists: Callable[[str], bool]) -> None:
    for number, rule in enumerate(written.content.get("rules", ())):
        for place, name in enumerate(rule.get("checks", ())):
            if exists(name):
                continue
            raise written.fault("unknown_check", "rules", number, "checks", place, check=name)
