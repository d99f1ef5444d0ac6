"""A valid document turned back into report values. Trusts its shape: validation is done before, in document.py."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from appscan.model.artifact import App, Artifact, ArtifactKind, Certificate, Part
from appscan.model.coverage import Coverage, Gap, Kind, ReadItem
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
from appscan.model.report import (
    ArtifactRead,
    CheckText,
    ClauseEffect,
    ClauseText,
    Extent,
    Ground,
    JurisdictionSource,
    Power,
    Report,
    ScanError,
    Tool,
)
from appscan.model.sighting import PictureKept
from appscan.report.crawl_back import crawl_from, sighting_from

Json = dict[str, Any]


def report_from(document: Json) -> Report:
    """The report values in a document that the schema allows."""
    return Report(
        tool=Tool(**document["tool"]),
        app=_app(document["app"]),
        artifacts=_artifacts(document),
        findings=tuple(_finding(one) for one in document["findings"]),
        verdicts=tuple(CheckVerdict(one["check_id"], Verdict(one["verdict"]), _messages(one["why"]))
                       for one in document["verdicts"]),
        overall=Verdict(document["overall"]),
        errors=tuple(ScanError(one["artifact"], Message(one["id"], one["params"])) for one in document["errors"]),
        timings=document["timings"],
        profile=document["profile"],
        started=document["started"],
        ended=document["ended"],
        checks=tuple(CheckText(**one) for one in document["checks"]),
        clauses=tuple(_clause(one) for one in document["clauses"]),
        jurisdiction=document["jurisdiction"],
        jurisdiction_from=(JurisdictionSource(document["jurisdiction_from"]) if "jurisdiction_from" in document
                           else None),
        options_digest=document["options_digest"],
        product=document["product"],
        operator=document["operator"],
        authority=document["authority"],
        actors=tuple(document["actors"]),
        stage=document["stage"],
        complete=document["complete"],
        pictures=tuple(PictureKept(**one) for one in document.get("pictures", ())),
    )


def _app(app: Json) -> App:
    return App(**{**app, "audience": tuple(app["audience"])})


def _artifacts(document: Json) -> tuple[ArtifactRead, ...]:
    """Coverage goes to the first artifact with its digest: the same bytes are never listed twice."""
    read: defaultdict[str, list[ReadItem]] = defaultdict(list)
    gaps: defaultdict[str, list[Gap]] = defaultdict(list)
    for item in document["coverage"]["read"]:
        read[item["artifact"]].append(ReadItem(item["what"], item["count"]))
    for gap in document["coverage"]["gaps"]:
        gaps[gap["artifact"]].append(Gap(frozenset(Kind(kind) for kind in gap["kinds"]), gap["place"], gap["reason"],
                                         gap["params"], gap["blinds"]))
    artifacts = []
    for one in document["artifacts"]:
        artifact = _artifact(one)
        coverage = Coverage(tuple(read.pop(artifact.sha256, ())), tuple(gaps.pop(artifact.sha256, ())))
        artifacts.append(ArtifactRead(artifact, coverage, one["reader"], one["reading_digest"], one["details"],
                                      crawl_from(one["crawl"]) if "crawl" in one else None))
    return tuple(artifacts)


def _artifact(one: Json) -> Artifact:
    return Artifact(
        kind=ArtifactKind(one["kind"]), name=one["name"], sha256=one["sha256"], size=one["size"],
        parts=tuple(Part(**part) for part in one["parts"]), package=one["package"], label=one["label"],
        version_name=one["version_name"], version_code=one["version_code"], min_sdk=one["min_sdk"],
        target_sdk=one["target_sdk"], certificates=tuple(Certificate(**signer) for signer in one["certificates"]))


def _finding(one: Json) -> Finding:
    return Finding(
        check_id=one["check_id"], artifact=one["artifact"], presence=Presence(one["presence"]),
        presence_at_most=Presence(one["presence_at_most"]), force=Force(one["force"]),
        force_at_most=Force(one["force_at_most"]), verdict=Verdict(one["verdict"]),
        declaration=Declaration(one["declaration"]), tags=tuple(Tag(tag) for tag in one["tags"]),
        clauses=tuple(one["clauses"]), occurrences=tuple(_occurrence(place) for place in one["occurrences"]),
        why=_messages(one["why"]), cancelled=tuple(_evidence(hit) for hit in one["cancelled"]),
        beside=tuple(one.get("beside", ())), stage=one.get("stage", "built"))


def _clause(one: Json) -> ClauseText:
    if "rank" not in one:
        return ClauseText(**one)
    closed = {"effect": ClauseEffect(one["effect"]), "power": Power(one["power"]), "text": Extent(one["text"]),
              "exemption": Ground(one["exemption"]), "features": tuple(one["features"])}
    return ClauseText(**{**one, **closed})


def _occurrence(one: Json) -> Occurrence:
    return Occurrence(one["screen"], one["fingerprint"], tuple(_evidence(hit) for hit in one["evidence"]),
                      tuple(one["path"]))


def _evidence(one: Json) -> Evidence:
    signal = Signal(Kind(one["kind"]), one["value"], Place(**one["place"]), one["role"], one["actor"], one["origin"],
                    one["excerpt"], one["live"])
    return Evidence(signal, one["supports"], sighting_from(one["seen"]) if "seen" in one else None)


def _messages(messages: list[Json]) -> tuple[Message, ...]:
    return tuple(Message(one["id"], one["params"]) for one in messages)
