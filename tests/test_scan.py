"""One bad target costs only itself, what is not read is never "not found", and every limit leaves a trace."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import time
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appscan import schema
from appscan.checks import CheckSet
from appscan.errors import AppscanError, UnreadableError
from appscan.judge.verdicts import worst
from appscan.model.artifact import App, ArtifactKind
from appscan.model.coverage import CODE_KINDS
from appscan.model.judgement import Declaration, Verdict
from appscan.model.report import Report
from appscan.readers.limits import Limits
from appscan.readers.saved import reading_digest
from appscan.report.document import to_document
from appscan.scan import ScanOptions, Target, expand_targets, judge_readings, scan_app, search
from appscan.texts import has
from tests.shipped import shipped

BUILT = Path(__file__).resolve().parents[1] / "fixtures" / "apks" / "built"
FORCED = BUILT / "checkin-native.apk"
CLEAN = BUILT / "decoy.apk"
UNREAD = (".hap", ".wxapkg", ".ipa", ".aab", ".rpk")
MANIFEST, CODE, TABLE = "AndroidManifest.xml", "classes.dex", "resources.arsc"


@pytest.fixture(scope="module")
def checks() -> CheckSet:
    return shipped()


def scanned(checks: CheckSet, *paths: Path, app: App | None = None, options: ScanOptions | None = None) -> Report:
    return scan_app([Target(path, path.name) for path in paths], app or App(), checks, options).report


def rewritten(source: Path, target: Path, changed: dict[str, bytes | None] | None = None,
              extra: tuple[tuple[str, bytes], ...] = ()) -> Path:
    """`source` with some entries replaced (None: left out) and some added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new, \
            warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of duplicate names
        for name in old.namelist():
            content = (changed or {}).get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in extra:
            new.writestr(name, content)
    return target


def entry(name: str) -> bytes:
    with zipfile.ZipFile(FORCED) as package:
        return package.read(name)


def verdicts(report: Report) -> dict[str, Verdict]:
    return {row.check_id: row.verdict for row in report.verdicts}


def never_clean(report: Report) -> bool:
    """Whether no check claims that its feature is not there."""
    return not {Verdict.NOT_FOUND, Verdict.INFO} & set(verdicts(report).values())


# ---------------------------------------------------------------- targets


def test_folders_are_searched_in_order_for_packages_and_for_kinds_that_are_not_read(tmp_path: Path) -> None:
    for name in ("b.apk", "a/c.XAPK", "a/d.hap", "notes.txt", "a/.hidden.apks", "e.ipa"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.apk").mkdir()
    named = [target.name for target in expand_targets([tmp_path, tmp_path / "notes.txt"])]
    assert named == ["a/.hidden.apks", "a/c.XAPK", "a/d.hap", "b.apk", "e.ipa", "notes.txt"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "round").symlink_to(tmp_path)
    (tmp_path / "inside" / "a.apk").write_bytes(b"x")
    assert [target.name for target in expand_targets([tmp_path])] == ["inside/a.apk"]


def test_a_link_to_a_folder_is_told_and_followed_only_where_it_is_given_itself(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "a.apk").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "inside")
    found = search([tmp_path])
    assert [target.name for target in found.targets] == ["inside/a.apk"]
    assert found.links == (tmp_path / "link",)
    assert [target.name for target in search([tmp_path / "link"]).targets] == ["a.apk"]


def test_the_same_file_is_a_target_once(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(b"x")
    (tmp_path / "b.apk").symlink_to("a.apk")
    (tmp_path / "c.apk").write_bytes(b"x")
    found = search([tmp_path, tmp_path / "a.apk"])
    assert [target.name for target in found.targets] == ["a.apk", "c.apk"]
    assert found.again == ((tmp_path / "b.apk", tmp_path / "a.apk"), (tmp_path / "a.apk", tmp_path / "a.apk"))


def test_a_folder_that_cannot_be_searched_leaves_its_app_open(checks: CheckSet, tmp_path: Path) -> None:
    failure = UnreadableError("unreadable_folder", name="in/secret", why="EACCES")
    targets = [Target(CLEAN, CLEAN.name), Target(tmp_path, tmp_path.name, str(tmp_path), failure)]
    report = scan_app(targets, App(), checks).report
    assert [error.message.id for error in report.errors] == ["unreadable_folder"]
    assert never_clean(report)


def test_what_cannot_be_opened_is_marked_by_its_bytes_or_else_by_its_path(checks: CheckSet, tmp_path: Path) -> None:
    for name, content in (("a", b"no package"), ("b", b"no package"), ("c", b"another")):
        (tmp_path / name).write_bytes(content)
    marks = [scan_app([Target(tmp_path / name, "x.apk")], App(), checks).mark for name in ("a", "b", "c", "d", "e")]
    assert marks[0] == marks[1] == hashlib.sha256(b"no package").hexdigest()
    assert len(set(marks)) == 4
    assert scan_app([Target(CLEAN, "x.apk")], App(), checks).mark == ""


def test_an_error_tells_the_path_as_it_was_given(checks: CheckSet) -> None:
    report = scan_app([Target(Path("nowhere/x.apk"), "x.apk", "nowhere/x.apk")], App(), checks).report
    assert report.errors[0].artifact == "nowhere/x.apk"
    assert report.errors[0].message.params["name"] == "nowhere/x.apk"
    assert report.app.name == "x.apk"


@pytest.mark.parametrize("suffix", UNREAD)
def test_a_kind_that_is_not_read_is_inconclusive_with_advice(suffix: str, checks: CheckSet, tmp_path: Path) -> None:
    package = tmp_path / f"app{suffix}"
    package.write_bytes(FORCED.read_bytes())
    report = scanned(checks, package)
    assert set(verdicts(report).values()) == {Verdict.INCONCLUSIVE}
    assert (report.overall, report.errors, report.complete) == (Verdict.INCONCLUSIVE, (), True)
    read = report.artifacts[0]
    assert (read.artifact.kind, read.artifact.size) == (ArtifactKind.UNREAD, FORCED.stat().st_size)
    assert [(gap.reason, gap.blinds) for gap in read.coverage.gaps] == [("package_kind_unread", True)]
    assert has("advice.package_kind_unread")
    assert schema.problems("report-1", json.loads(json.dumps(to_document(report)))) == []


def test_an_unread_kind_beside_a_clean_package_keeps_the_app_open(checks: CheckSet, tmp_path: Path) -> None:
    (tmp_path / "app.hap").write_bytes(b"PK")
    report = scanned(checks, CLEAN, tmp_path / "app.hap")
    assert never_clean(report)
    assert report.overall is Verdict.INCONCLUSIVE


def test_an_app_without_any_target_is_inconclusive(checks: CheckSet) -> None:
    report = scanned(checks)
    assert set(verdicts(report).values()) == {Verdict.INCONCLUSIVE}
    assert report.overall is Verdict.INCONCLUSIVE


# ---------------------------------------------------------------- malformed input

Damage = Callable[[Path], Path]


def written(content: bytes) -> Damage:
    def damage(target: Path) -> Path:
        target.write_bytes(content)
        return target

    return damage


def with_entries(changed: dict[str, bytes | None]) -> Damage:
    return lambda target: rewritten(FORCED, target, changed)


def linked(to: str) -> Damage:
    def damage(target: Path) -> Path:
        target.symlink_to(to)
        return target

    return damage


def folder(target: Path) -> Path:
    target.mkdir()
    return target


def pipe(target: Path) -> Path:
    os.mkfifo(target)
    return target


UNREADABLE: dict[str, tuple[Damage, str]] = {
    "no zip": (written(b"no package at all " * 50), "not_a_zip"),
    "truncated": (written(FORCED.read_bytes()[:9000]), "truncated_zip"),
    "0 bytes": (written(b""), "empty_file"),
    "nothing there": (lambda target: target, "missing_file"),
    "a folder": (folder, "not_a_file"),
    "a pipe": (pipe, "not_a_file"),
    "a link into nothing": (linked("nowhere"), "missing_file"),
    "a link to itself": (linked("x.apk"), "unreadable_file"),
    "a device": (linked("/dev/zero"), "not_a_file"),
    "no manifest": (with_entries({MANIFEST: None}), "no_manifest"),
    "an empty manifest": (with_entries({MANIFEST: b""}), "manifest_damaged"),
    "a garbage manifest": (with_entries({MANIFEST: b"\x03\x00\x08\x00garbage" * 40}), "manifest_damaged"),
    "a set without an APK": (lambda target: rewritten(
        BUILT / "splits.apks", target.with_suffix(".apks"),
        {name: None for name in zipfile.ZipFile(BUILT / "splits.apks").namelist() if name.endswith(".apk")}),
        "empty_split_set"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_target_is_one_error_that_can_be_said_and_stops_no_other(
        what: str, checks: CheckSet, tmp_path: Path) -> None:
    damage, key = UNREADABLE[what]
    bad = damage(tmp_path / "x.apk")
    report = scanned(checks, bad, FORCED)
    assert [error.message.id for error in report.errors] == [key]
    assert report.errors[0].artifact == bad.name
    assert report.errors[0].message.params["name"] == bad.name
    assert has(f"errors.{key}")
    assert [read.artifact.name for read in report.artifacts] == [FORCED.name]
    assert verdicts(report)["check-in"] is Verdict.LIKELY_VIOLATION
    assert never_clean(report)
    assert schema.problems("report-1", json.loads(json.dumps(to_document(report)))) == []


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_target_that_cannot_be_read_is_never_clean(what: str, checks: CheckSet, tmp_path: Path) -> None:
    report = scanned(checks, UNREADABLE[what][0](tmp_path / "x.apk"))
    assert set(verdicts(report).values()) == {Verdict.INCONCLUSIVE}
    assert (report.overall, report.artifacts, report.findings) == (Verdict.INCONCLUSIVE, (), ())
    assert report.app.name.startswith("x.apk")


READ_IN_PART: dict[str, Damage] = {
    "a bad DEX header": with_entries({CODE: b"dey\n" + entry(CODE)[4:]}),
    "DEX offsets out of range": with_entries({CODE: entry(CODE)[:56] + struct.pack("<14I", *[0x7FFFFFF0] * 14)
                                              + entry(CODE)[112:]}),
    "a DEX cut in half": with_entries({CODE: entry(CODE)[:len(entry(CODE)) // 2]}),
    "an empty DEX": with_entries({CODE: b""}),
    "a huge string pool": with_entries({TABLE: entry(TABLE)[:20] + struct.pack("<I", 0x7FFFFFFF) + entry(TABLE)[24:]}),
    "a garbage table": with_entries({TABLE: b"garbage" * 30}),
}


@pytest.mark.parametrize("what", READ_IN_PART)
def test_what_is_damaged_inside_is_a_gap_and_never_clean(what: str, checks: CheckSet, tmp_path: Path) -> None:
    report = scanned(checks, READ_IN_PART[what](tmp_path / "x.apk"))
    assert report.errors == ()
    assert report.artifacts[0].coverage.blinded()
    assert never_clean(report)


def test_a_package_without_code_or_table_is_read_for_what_it_is(checks: CheckSet, tmp_path: Path) -> None:
    for changed in ({CODE: None}, {TABLE: None}, {CODE: None, TABLE: None}):
        assert scanned(checks, rewritten(FORCED, tmp_path / "x.apk", changed)).errors == ()


def test_names_that_lead_outside_and_names_twice_write_nothing_and_are_said(checks: CheckSet, tmp_path: Path) -> None:
    extra = (("../../escaped.js", b"x"), (CODE, b"other"), (MANIFEST, b"y"))
    package = rewritten(FORCED, tmp_path / "x.apk", extra=extra)
    before = sorted(tmp_path.rglob("*"))
    report = scanned(checks, package)
    assert sorted(tmp_path.rglob("*")) == before
    assert verdicts(report)["check-in"] is Verdict.LIKELY_VIOLATION
    assert report.artifacts[0].coverage.gaps


# ---------------------------------------------------------------- limits

TIGHT: dict[str, Limits] = {
    "no time": Limits(seconds=0.0),
    "little may be inflated": Limits(inflated_bytes=3000),
    "no entry may be large": Limits(entry_bytes=1000),
    "few entries": Limits(entries=3),
}


@pytest.mark.parametrize("what", TIGHT)
def test_a_limit_that_is_hit_leaves_a_blinding_gap_and_nothing_is_clean(what: str, checks: CheckSet) -> None:
    for package in (CLEAN, FORCED):
        report = scanned(checks, package, options=ScanOptions(limits=TIGHT[what]))
        assert never_clean(report), package.name
        assert report.errors or report.artifacts[0].coverage.blinded() >= CODE_KINDS, package.name


class Slow:
    """Takes longer over the stage `code` than there is time."""

    seconds = 1.0

    def stage(self, _target_name: str, stage: str, _done: float) -> None:
        if stage == "code":
            time.sleep(self.seconds + 0.1)


def test_time_that_ends_half_way_keeps_what_was_read(checks: CheckSet) -> None:
    options = ScanOptions(limits=Limits(seconds=Slow.seconds))
    report = scan_app([Target(FORCED, FORCED.name)], App(), checks, options, Slow()).report
    coverage = report.artifacts[0].coverage
    assert "time_limit" in {gap.reason for gap in coverage.gaps if gap.blinds}
    assert {"manifest", "layouts"} <= {item.what for item in coverage.read}
    assert never_clean(report)
    assert verdicts(report)["check-in"].severity >= Verdict.INCONCLUSIVE.severity


def test_a_bomb_is_not_inflated(checks: CheckSet, tmp_path: Path) -> None:
    bomb = rewritten(CLEAN, tmp_path / "x.apk", extra=(("assets/bomb.js", b"\0" * (80 << 20)),))
    report = scanned(checks, bomb)
    assert {gap.place for gap in report.artifacts[0].coverage.gaps} >= {"assets/bomb.js"}


# ---------------------------------------------------------------- interruption


class Interrupt:
    """Presses Ctrl-C at one stage of one target."""

    def __init__(self, target: str, stage: str) -> None:
        self.at = (target, stage)

    def stage(self, target_name: str, stage: str, _done: float) -> None:
        if (target_name, stage) == self.at:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stage", ["open", "resources", "code", "natives"])
def test_an_interrupted_scan_reports_what_it_has_and_says_so(stage: str, checks: CheckSet) -> None:
    targets = [Target(FORCED, FORCED.name), Target(CLEAN, CLEAN.name)]
    report = scan_app(targets, App(), checks, None, Interrupt(CLEAN.name, stage)).report
    assert not report.complete
    assert [error.message.id for error in report.errors] == ["interrupted"]
    assert [read.artifact.name for read in report.artifacts] == [FORCED.name]
    assert verdicts(report)["check-in"] is Verdict.LIKELY_VIOLATION
    assert never_clean(report)
    assert schema.problems("report-1", json.loads(json.dumps(to_document(report)))) == []


def test_a_scan_interrupted_while_judging_keeps_what_was_read_and_names_what_was_not_judged(checks: CheckSet) -> None:
    targets = [Target(FORCED, FORCED.name), Target(CLEAN, CLEAN.name)]
    result = scan_app(targets, App(), checks, None, Interrupt(CLEAN.name, "judge"))
    report = result.report
    assert not report.complete
    assert [reading.artifact.name for reading in result.readings] == [FORCED.name, CLEAN.name]
    assert [read.artifact.name for read in report.artifacts] == [FORCED.name, CLEAN.name]
    assert [(error.artifact, error.message.id) for error in report.errors] == [(CLEAN.name, "interrupted_judging")]
    assert verdicts(report)["check-in"] is Verdict.LIKELY_VIOLATION
    assert never_clean(report)
    assert schema.problems("report-1", json.loads(json.dumps(to_document(report)))) == []


def test_an_interruption_names_all_targets_that_were_never_read(checks: CheckSet) -> None:
    targets = [Target(FORCED, name) for name in ("a.apk", "b.apk", "c.apk")]
    report = scan_app(targets, App(), checks, None, Interrupt("b.apk", "open")).report
    assert [error.artifact for error in report.errors] == ["b.apk", "c.apk"]


def test_progress_of_a_target_grows_and_judging_is_not_its_end(checks: CheckSet) -> None:
    class Told:
        def __init__(self) -> None:
            self.shares: list[tuple[str, float]] = []

        def stage(self, _target_name: str, stage: str, done: float) -> None:
            self.shares.append((stage, done))

    told = Told()
    scan_app([Target(CLEAN, CLEAN.name)], App(), checks, None, told)
    shares = [done for _, done in told.shares]
    assert shares == sorted(shares)
    assert next(done for stage, done in told.shares if stage == "judge") < 1.0 == shares[-1]


def test_a_scan_interrupted_at_once_is_inconclusive(checks: CheckSet) -> None:
    report = scan_app([Target(CLEAN, CLEAN.name)], App(), checks, None, Interrupt(CLEAN.name, "open")).report
    assert not report.complete
    assert set(verdicts(report).values()) == {Verdict.INCONCLUSIVE}


# ---------------------------------------------------------------- the report


def test_the_overall_verdict_is_the_worst(checks: CheckSet) -> None:
    for package in (FORCED, CLEAN, BUILT / "photo-voluntary.apk", BUILT / "packed-shell.apk"):
        report = scanned(checks, package)
        assert report.overall == worst(verdicts(report).values())
    assert scanned(checks, FORCED).overall is Verdict.LIKELY_VIOLATION
    assert scanned(checks, CLEAN).overall in (Verdict.INFO, Verdict.NOT_FOUND)


def test_an_app_of_two_packages_has_the_worse_verdict_of_each_check(checks: CheckSet) -> None:
    both = scanned(checks, CLEAN, FORCED, BUILT / "points-native.apk")
    assert verdicts(both)["check-in"] is Verdict.LIKELY_VIOLATION
    assert verdicts(both)["points-ranking"] is Verdict.LIKELY_VIOLATION
    assert len(both.verdicts) == len(checks.checks)
    digests = {read.artifact.sha256 for read in both.artifacts}
    assert {finding.artifact for finding in both.findings} <= digests
    ranks = [finding.verdict.severity for finding in both.findings]
    assert ranks == sorted(ranks, reverse=True)


def test_the_report_names_program_packs_profile_and_times(checks: CheckSet) -> None:
    result = scan_app([Target(FORCED, "shown name.apk")], App(), checks, ScanOptions(operator="审核一处"))
    report = result.report
    assert (report.tool.name, report.tool.checks_digest) == ("appscan", checks.digest)
    assert report.tool.packs == checks.version
    assert (report.profile, report.jurisdiction, report.operator) == ("default", "CN", "审核一处")
    assert report.started <= report.ended
    assert {"open", "code", "judge"} <= set(report.timings)
    assert all(seconds >= 0 for seconds in report.timings.values())
    assert report.artifacts[0].artifact.name == "shown name.apk"
    assert report.artifacts[0].reading_digest == reading_digest(result.readings[0])
    assert {check.id for check in report.checks} == {check.id for check in checks.checks}
    used = {clause for finding in report.findings for clause in finding.clauses}
    assert used <= {clause.id for clause in report.clauses}


def test_the_report_says_whether_the_packs_are_those_of_the_program(checks: CheckSet) -> None:
    assert not scanned(checks, CLEAN).tool.custom_checks
    assert scanned(replace(checks, shipped=False), CLEAN).tool.custom_checks


def test_the_name_of_the_app_is_declared_else_read(checks: CheckSet) -> None:
    assert scanned(checks, FORCED, app=App(name="虚构巡查")).app.name == "虚构巡查"
    assert scanned(checks, FORCED).app.name


def test_the_options_that_change_the_result_change_their_digest(checks: CheckSet) -> None:
    plain = scanned(checks, CLEAN)
    assert plain.options_digest == scanned(checks, FORCED).options_digest
    for options in (ScanOptions(profile="strict"), ScanOptions(jurisdiction="CN-64"),
                    ScanOptions(limits=replace(Limits(), nesting=1))):
        assert scanned(checks, CLEAN, options=options).options_digest != plain.options_digest


def test_the_strict_profile_takes_presence_for_enough(checks: CheckSet) -> None:
    package = BUILT / "photo-voluntary.apk"
    assert verdicts(scanned(checks, package))["media-upload"] is Verdict.NEEDS_REVIEW
    assert verdicts(scanned(checks, package, options=ScanOptions(profile="strict")))["media-upload"] is \
        Verdict.LIKELY_VIOLATION


def test_declared_features_are_compared_and_never_change_a_verdict(checks: CheckSet) -> None:
    plain = scanned(checks, FORCED)
    for declared, expected in (({}, Declaration.UNDECLARED), ({"check-in": "值守"}, Declaration.MATCHES)):
        report = scanned(checks, FORCED, app=App(declared=declared))
        finding = next(finding for finding in report.findings if finding.check_id == "check-in")
        assert finding.declaration is expected
        assert verdicts(report) == verdicts(plain)
    assert {finding.declaration for finding in plain.findings} == {Declaration.NO_DECLARATION}


def test_judging_again_with_another_profile_needs_no_package(checks: CheckSet) -> None:
    result = scan_app([Target(BUILT / "photo-voluntary.apk", "x.apk")], App(), checks)
    strict = judge_readings(result.readings, App(), checks, ScanOptions(profile="strict"))
    assert verdicts(strict)["media-upload"] is Verdict.LIKELY_VIOLATION
    assert strict.artifacts == result.report.artifacts


def test_errors_of_every_kind_carry_a_key_and_parameters() -> None:
    error = AppscanError("not_a_zip", name="x.apk")
    assert (error.key, error.params, str(error)) == ("not_a_zip", {"name": "x.apk"}, "not_a_zip: name=x.apk")
