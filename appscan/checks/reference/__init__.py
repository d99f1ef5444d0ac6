"""Packs → their reference for people, as Markdown in both languages: what each check asks and counts, and where each
clause ends. Knows no reading and no report."""

from __future__ import annotations

from collections.abc import Mapping

from appscan.checks.pack import CheckSet
from appscan.checks.reference.check_page import check_lines, check_page, condition_lines, examples_of, rungs_of
from appscan.checks.reference.clause_page import clause_page
from appscan.checks.reference.endings import Ending, endings, missing_features

__all__ = ["Ending", "check_lines", "condition_lines", "endings", "examples_of", "missing_features", "reference",
           "rungs_of"]


def reference(checks: CheckSet) -> Mapping[str, str]:
    """All pages by file name; equal packs give equal bytes."""
    return {"checks.zh-CN.md": check_page(checks, "zh"), "checks.md": check_page(checks, "en"),
            "clauses.zh-CN.md": clause_page(checks, "zh"), "clauses.md": clause_page(checks, "en")}
