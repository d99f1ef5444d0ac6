"""Invented reports (虚构) that the tests of the report share."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from appscan.model.artifact import App, Artifact, ArtifactKind, Certificate, Part
from appscan.model.coverage import CODE_KINDS, Coverage, Gap, Kind, ReadItem
from appscan.model.judgement import (
    CheckVerdict,
    Declaration,
    Evidence,
    Finding,
    Force,
    Message,
    Occurrence,
    Place,
    Presence,
    Signal,
    Tag,
    Verdict,
)
from appscan.model.report import ArtifactRead, CheckText, ClauseText, Report, ScanError, Tool
from appscan.report.document import to_document

DIGEST = "4f1c" * 16


def _check(check_id: str, title: str, english: str, question: str, asked: str, notice: str, noticed: str) -> CheckText:
    return CheckText(check_id, {"zh": title, "en": english}, {"zh": question, "en": asked},
                     {"zh": notice, "en": noticed})


CHECKS = (
    _check("check-in", "打卡签到", "Check-in", "是否设置强制打卡签到功能？", "Does the app force people to check in?",
           "取消强制打卡签到功能；确属安保、应急等特殊场景需要的，补充规定依据并办理备案。",
           "Remove the forced check-in; where a special scene needs it, file the rule it rests on."),
    _check("points-ranking", "积分排名", "Points ranking", "是否设置强制积分排名功能？",
           "Does the app rank people or units by points?", "取消面向个人或单位的积分排名及其公开展示。",
           "Remove rankings of persons or units and their display."),
    _check("online-duration", "统计在线时长", "Online duration", "是否统计用户在线时长？",
           "Does the app count how long people are online?", "停止按人统计在线时长，并删除已有统计数据。",
           "Stop counting time online per person and delete what was counted."),
    _check("media-upload", "上传照片视频", "Photo and video upload", "是否强制要求上传工作照片、视频？",
           "Does the app force people to upload work photos or videos?", "非必要的，取消照片、视频必传要求。",
           "Where not necessary, drop the required photos and videos."),
    _check("track-upload", "上传轨迹", "Track upload", "是否强制要求上传行动轨迹？",
           "Does the app force people to upload their tracks?", "非必要的，停止采集和上传个人轨迹。",
           "Where not necessary, stop collecting and uploading tracks."),
    _check("install-rate", "考核安装使用率", "Install rate", "是否统计、通报、考核安装使用率？",
           "Does the app report or appraise install or usage rates?", "删除安装率、使用率的统计通报页面。",
           "Delete the pages that report install and usage rates."),
)

RULE = {"zh": "整治形式主义为基层减负若干规定", "en": "Rules against formalism, 2024"}
CLAUSES = (
    ClauseText("CEN24-13c1", RULE, "13", {"zh": "除安保、应急等特殊场景外，不得设置打卡签到等强制性功能。",
               "en": "No forced features such as check-in outside special scenes such as security and emergency."},
               "2024-08-06", "CN", True),
    ClauseText("CEN24-14f", RULE, "14", {"zh": "非必要不得强制基层上传工作照片、视频和轨迹。",
               "en": "Unless necessary, no forced upload of work photos, videos or tracks."}, "2024-08-06", "CN", True),
    ClauseText("MEAS26-NEG2", {"zh": "政务应用管理办法", "en": "Measures for government apps"}, "负面清单二",
               {"zh": "不得设置打卡签到、积分排名、统计在线时长等强制性功能。",
                "en": "No forced check-in, ranking or counting of time online."}, "2026-01-25", "CN", False),
)


def evidence(kind: Kind, value: str, supports: str, *, role: str = "", excerpt: str = "", file: str = "",
             screen: str = "", element: str = "", origin: str = "", actor: str = "") -> Evidence:
    """One piece of evidence from an invented app."""
    return Evidence(Signal(kind, value, Place(file, screen, element), role, actor, origin, excerpt), supports)


def _check_in() -> Finding:
    screen = "每日打卡（PatrolCheckActivity）"
    button = evidence(Kind.CONTROL, "立即打卡", "reachable", role="button", file="res/layout/activity_patrol_check.xml",
                      screen=screen, element="@id/btn_check_in")
    warning = evidence(Kind.TEXT, "未打卡将扣除当日积分", "consequence", role="label",
                       excerpt="请于每日 9:00 前完成打卡，逾期未打卡将扣除当日积分并在网格群内通报。", screen=screen,
                       file="res/layout/activity_patrol_check.xml", element="@string/check_in_warning")
    endpoint = evidence(Kind.ENDPOINT, "/grid/attendance/checkin", "reachable", role="annotation", file="classes2.dex",
                        element="com.xugou.grid.net.GridApi.checkIn", excerpt='@POST("/grid/attendance/checkin")')
    dialog = evidence(Kind.DIALOG, "setCancelable(false)", "block", file="classes.dex", screen="首页（MainActivity）",
                      element="com.xugou.grid.home.CheckInDialog.show", excerpt="今日尚未打卡，请先打卡再使用其他功能")
    main = Occurrence(screen, "9d20c1ab44e0f731", (button, warning, endpoint), (
        "com.xugou.grid.home.MainActivity.onCreate", "com.xugou.grid.home.HomePresenter.openPatrol",
        "com.xugou.grid.patrol.PatrolCheckActivity.onClick", "com.xugou.grid.net.GridApi.checkIn"))
    home = Occurrence("首页（MainActivity）", "51aa0be7c9d3e612", (dialog,), (
        "com.xugou.grid.home.MainActivity.onResume", "com.xugou.grid.home.CheckInDialog.show"))
    cancelled = evidence(Kind.TEXT, "签到", "logistics", role="label", file="res/layout/item_delivery.xml",
                         excerpt="快递已签到，请凭取件码领取", element="@id/delivery_state")
    return Finding("check-in", DIGEST, Presence.REACHABLE, Presence.EXERCISED, Force.BLOCK, Force.ORDER,
                   Verdict.LIKELY_VIOLATION, Declaration.UNDECLARED, (Tag.SPECIAL_SCENE_HINT,),
                   ("CEN24-13c1", "MEAS26-NEG2"), (main, home),
                   (Message("reachable_likely_violation", {"force": "block"}),
                    Message("open_upwards", {"presence": "exercised", "force": "order"}),
                    Message("gap", {"reason": "nested_unread", "place": "assets/plugin.jar"})), (cancelled,))


def _track() -> Finding:
    service = evidence(Kind.COMPONENT, "com.xugou.grid.track.TrackService", "reachable", role="service",
                       file="AndroidManifest.xml", element="com.xugou.grid.track.TrackService")
    call = evidence(Kind.CALL, "com.amap.api.location.AMapLocationClient.startLocation", "reachable",
                    file="classes.dex", element="com.xugou.grid.track.TrackService.onStartCommand")
    place = Occurrence("", "0f3377ac12bd9e40", (service, call), (
        "com.xugou.grid.track.TrackService.onStartCommand", "com.amap.api.location.AMapLocationClient.startLocation"))
    return Finding("track-upload", DIGEST, Presence.REACHABLE, Presence.REACHABLE, Force.NONE, Force.BLOCK,
                   Verdict.NEEDS_REVIEW, Declaration.MATCHES, (), ("CEN24-14f",), (place,), ())


def _quiet(check_id: str, verdict: Verdict, presence: Presence, at_most: Presence, *places: Occurrence) -> Finding:
    return Finding(check_id, DIGEST, presence, at_most, Force.NONE, Force.NONE if at_most == presence else Force.ORDER,
                   verdict, Declaration.CANNOT_TELL if verdict is Verdict.INCONCLUSIVE else Declaration.MATCHES, (), (),
                   places, ())


def _artifact() -> ArtifactRead:
    gaps = (
        Gap(frozenset({Kind.TEXT, Kind.CONTROL, Kind.ENDPOINT}), "https://h5.grid.example/rank", "remote_page",
            {"url": "https://h5.grid.example/rank"}, blinds=True),
        Gap(CODE_KINDS, "assets/plugin.jar", "nested_unread", {"cause": "closed_form"}, blinds=True),
        Gap(frozenset({Kind.CALL}), "lib/arm64-v8a/libgrid.so", "native_code"),
        Gap(frozenset({Kind.TEXT}), "assets/banner.png", "picture"),
    )
    read = tuple(ReadItem(what, count) for what, count in (
        ("dex", 2), ("methods", 48_211), ("calls", 203_114), ("strings", 61_220), ("layouts", 83), ("resources", 5_412),
        ("assets", 37), ("permissions", 14), ("components", 52)))
    artifact = Artifact(
        ArtifactKind.APK, "xugou-grid-2.3.1.apk", DIGEST, 18_325_677, (Part("base.apk", "ab" * 32, 9),),
        "com.xugou.grid", "虚构网格通", "2.3.1", "231", "21", "33",
        (Certificate("v2", "CN=Xugou Grid, O=虚构市数据局, C=CN", "7be0" * 16),))
    return ArtifactRead(artifact, Coverage(read, gaps), "apk/1", "c0de" * 16, {"engine": "uni-app"})


@pytest.fixture
def report() -> Report:
    """A report with one finding of every sort, about an invented app."""
    mention = Occurrence("关于（AboutActivity）", "77aa11bb22cc33dd", (evidence(
        Kind.TEXT, "安装使用率", "mentioned", role="prose", file="assets/policy.html", element="p:12",
        excerpt="不得以安装使用率作为考核内容。"),))
    findings = (
        _check_in(), _quiet("points-ranking", Verdict.INCONCLUSIVE, Presence.NONE, Presence.EXERCISED),
        _quiet("online-duration", Verdict.INCONCLUSIVE, Presence.NONE, Presence.EXERCISED),
        _quiet("media-upload", Verdict.NOT_FOUND, Presence.NONE, Presence.NONE), _track(),
        _quiet("install-rate", Verdict.INFO, Presence.MENTIONED, Presence.MENTIONED, mention))
    return Report(
        tool=Tool("appscan", "0.1.0", "e5" * 32, "2024.8"),
        app=App("虚构网格通（虚构）", "虚构市数据局", "xugou-grid", "city", "虚构市", ("grassroots_internal",),
                {"number": "虚信审〔2023〕12号", "body": "虚构市发展改革委", "date": "2023-05-11"},
                {"track-upload": "巡查任务需要"}),
        artifacts=(_artifact(),), findings=findings,
        verdicts=tuple(CheckVerdict(one.check_id, one.verdict) for one in findings),
        overall=Verdict.LIKELY_VIOLATION, errors=(), timings={"read": 0.412, "judge": 0.083}, profile="default",
        started="2026-11-21T09:30:00.120000+08:00", ended="2026-11-21T09:30:01+08:00", checks=CHECKS, clauses=CLAUSES,
        options_digest="0a" * 32, product="xugou-grid", operator="审核一处")


@pytest.fixture
def clean(report: Report) -> Report:
    """The same app when everything was read and nothing found."""
    findings = tuple(_quiet(check.id, Verdict.NOT_FOUND, Presence.NONE, Presence.NONE) for check in CHECKS)
    read = dataclasses.replace(report.artifacts[0], coverage=Coverage(report.artifacts[0].coverage.read, ()))
    return dataclasses.replace(
        report, findings=findings, verdicts=tuple(CheckVerdict(one.check_id, one.verdict) for one in findings),
        overall=Verdict.NOT_FOUND, artifacts=(read,), app=App())


@pytest.fixture
def unread(report: Report) -> Report:
    """A report about a file that could not be opened."""
    verdicts = tuple(CheckVerdict(check.id, Verdict.INCONCLUSIVE) for check in CHECKS)
    return dataclasses.replace(report, findings=(), verdicts=verdicts, artifacts=(), overall=Verdict.INCONCLUSIVE,
                               errors=(ScanError("broken.apk", Message("not_a_zip", {"name": "broken.apk"})),),
                               complete=False)


@pytest.fixture
def document(report: Report) -> dict[str, Any]:
    """The document of `report`, with an exemption that is claimed for one place and one that has expired."""
    record = {"ground": "special_scene", "reason": "防汛值守", "regulation": "虚构市防汛预案", "approver": "虚构市防指",
              "document": "虚防〔2024〕3号", "owner": "虚构市数据局", "from": "2026-01-01"}
    return {**to_document(report), "exemptions": [
        {"check_id": "check-in", "state": "exempt_claimed", "fingerprints": ["51aa0be7c9d3e612"],
         "expires": "2027-01-01", **record},
        {"check_id": "track-upload", "state": "expired", "fingerprints": [], "expires": "2026-02-01", **record}]}
