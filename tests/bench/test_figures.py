"""Claims about kept figures: they read back as measured, and what is no such file is no measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appscan.bench.cases import Case, run_cases
from appscan.bench.figures import MEASURED, Figure, Figures, keep_figures, kept_figures
from appscan.model.judgement import Force, Presence
from tests.shipped import shipped


def _case(number, presence, content):
    return Case(f"check-in-{number}", "check-in", "document", presence, (Force.NONE,), "", content)


def test_figures_read_back_as_they_were_measured_with_the_digest_of_their_packs(tmp_path):
    checks = shipped()
    result = run_cases([_case("p001", Presence.REACHABLE, "系统具备人脸打卡、积分排名通报功能。"),
                        _case("p002", Presence.REACHABLE, "本文不谈任何功能。"),
                        _case("n001", Presence.NONE, "本文不谈任何功能。")], checks, {})
    keep_figures(tmp_path / MEASURED, result, checks, sealed=True)
    kept = kept_figures(tmp_path)
    assert kept.of_check == {"check-in": Figure(1, 1, 0, 1)}
    assert (kept.digest, kept.sealed, kept.version) == (checks.digest, True, checks.version)
    assert (kept.of_check["check-in"].precision, kept.of_check["check-in"].recall) == (1.0, 0.5)
    assert replace(kept, of_check={}) != Figures()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"checks": 1}', '{"checks": {"a": 1}, "day": ""}', "null",
                                     '{"checks": {"a": {"found": "x"}}}', "[" * 100_000])
def test_what_is_no_measurement_is_none(tmp_path, content):
    assert kept_figures(tmp_path) == Figures()
    (tmp_path / MEASURED).write_text(content)
    assert kept_figures(tmp_path) == Figures()


def test_the_shipped_figures_are_of_checks_that_there_are(project_root):
    kept = kept_figures(project_root / "checks")
    assert kept.of_check.keys() == {check.id for check in shipped().checks}
    assert kept.sealed, "people are shown what checks do on cases that nothing was tuned on"
