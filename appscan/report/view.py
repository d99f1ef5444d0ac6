"""A report document arranged for the page: what is shown, in which order, how much of it. Knows no markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appscan.report.badge import Badge, badge
from appscan.report.crawl_view import CrawlView, crawl_view
from appscan.report.declared import compared, declaration_named, features_declared, is_declared
from appscan.report.exemption_words import record_line, records_told
from appscan.report.finding_view import FindingView, finding_view, together
from appscan.report.listed import Listed, listed
from appscan.report.moments import durations_named, time_named
from appscan.report.places import discreet
from appscan.report.plain import counts_line
from appscan.report.summary import Summary, is_blinding, ranked, summarise
from appscan.report.timeline import HOUR
from appscan.report.words import (
    NAME_SHOWN,
    Json,
    actor_named,
    app_name,
    check_title,
    gap_reason,
    in_language,
    interval_in_short,
    jurisdiction_named,
    kinds_named,
    message,
    nothing_read,
    overall_meaning,
    presence_of,
    reason_in_short,
    size_named,
    uses_custom_checks,
    web_place_named,
    why_named,
)
from appscan.texts import Language, enumerated, has, phrased, say, shown

GAPS_OPEN, GAPS_FOLDED = 6, 200
FACT_LENGTH = 400
HALF_LINE = 42
SIGNERS_SHOWN = 12
OPEN_ANCHOR = "open"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands beside it; `exact` texts (digests, package names) are set in a fixed pitch."""

    label: str
    value: str
    exact: bool = False

    @property
    def wide(self) -> bool:
        """Whether it needs a whole line; a wide character counts for two."""
        return self.exact or sum(2 if ord(one) > 0x2e7f else 1 for one in self.value) > HALF_LINE


@dataclass(frozen=True, slots=True)
class ArtifactView:
    """One artifact with its facts, and what was read of it."""

    title: str
    facts: tuple[Fact, ...]
    read: tuple[Fact, ...]
    crawl: CrawlView | None = None


@dataclass(frozen=True, slots=True)
class GapView:
    """Something not seen: where, why, what it may hide, what to do."""

    place: str
    reason: str
    kinds: str
    advice: str


@dataclass(frozen=True, slots=True)
class Row:
    """One check in the overview; `anchor` is empty where no finding is spelled out below, `reason` says of a required
    feature why."""

    anchor: str
    title: str
    badge: Badge
    presence: str
    force: str
    declaration: str
    places: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenChecks:
    """Checks that stay open and of which nothing was seen: said once for all of them."""

    anchor: str
    count: int
    titles: str
    badge: Badge
    meaning: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page shows, top down."""

    name: str
    subtitle: str
    overall: Badge
    meaning: str
    complete: bool
    custom_checks: bool
    nothing_read: bool
    numbers: Summary
    counts: tuple[tuple[Badge, int], ...]
    counts_line: str
    facts: tuple[Fact, ...]
    artifacts: tuple[ArtifactView, ...]
    errors: tuple[str, ...]
    blinding: Listed[GapView]
    local: Listed[GapView]
    rows: tuple[Row, ...]
    findings: tuple[FindingView, ...]
    open_checks: OpenChecks | None
    declared: bool
    references: bool
    several: bool
    method: tuple[str, ...]
    all_numbers: tuple[tuple[str, int], ...]
    exemptions: tuple[str, ...]
    record: tuple[Fact, ...]


def arrange(document: dict[str, Any], lang: Language) -> Page:
    """The page of one report document in one language."""
    numbers = summarise(document)
    findings = _findings(document, lang)
    gaps = document["coverage"]["gaps"]
    blinding = [gap for gap in gaps if is_blinding(gap)]
    local = [gap for gap in gaps if not is_blinding(gap)]
    name = app_name(document, lang)
    return Page(
        name=name,
        subtitle=_subtitle(document, name),
        overall=badge(document["overall"], lang),
        meaning=overall_meaning(document, lang),
        complete=document["complete"],
        custom_checks=uses_custom_checks(document),
        nothing_read=nothing_read(document),
        numbers=numbers,
        counts=tuple((badge(verdict.value, lang), count) for verdict, count in numbers.by_verdict if count),
        counts_line=counts_line(numbers, lang),
        facts=_app_facts(document, lang),
        artifacts=tuple(_artifact(document, one, lang) for one in document["artifacts"]),
        errors=tuple(message(lang, "errors", one["id"], one["params"]) for one in document["errors"]),
        blinding=listed(blinding, lambda gap: _gap(gap, lang), GAPS_OPEN * 4, GAPS_FOLDED),
        local=listed(local, lambda gap: _gap(gap, lang), 0, GAPS_FOLDED),
        rows=tuple(_row(document, verdict, findings, lang) for verdict in ranked(document)),
        findings=tuple(findings),
        open_checks=_open_checks(document, findings, lang),
        declared=is_declared(document),
        references=any(not clause.quotable for finding in findings for clause in finding.clauses + finding.beside),
        several=len(document["actors"]) > 1,
        method=_method(document, lang),
        exemptions=tuple(record_line(one, lang) for one in records_told(document, lang)[:GAPS_FOLDED]),
        all_numbers=tuple((say(lang, key), count) for key, count in numbers.numbers()),
        record=_record(document, lang),
    )


def _findings(document: Json, lang: Language) -> list[FindingView]:
    """Findings that have something to say, in the order of the overview."""
    several = len(document["artifacts"]) > 1
    order = {one["check_id"]: index for index, one in enumerate(ranked(document))}
    place = {one["sha256"]: index for index, one in enumerate(document["artifacts"])}
    ordered = sorted(document["findings"], key=lambda one: (order.get(one["check_id"], len(order)),
                                                            place.get(one["artifact"], 0)))
    telling = [one for one in ordered
               if one["verdict"] not in ("not_found", "inconclusive") or one["occurrences"] or one["cancelled"]]
    views = (finding_view(document, finding, f"f{number}", several, lang) for number, finding in enumerate(telling, 1))
    return together(views, lang)


def _open_checks(document: Json, findings: list[FindingView], lang: Language) -> OpenChecks | None:
    spelled_out = {finding.check_id for finding in findings}
    still_open = [one for one in ranked(document)
                  if one["verdict"] == "inconclusive" and one["check_id"] not in spelled_out]
    if not still_open:
        return None
    titles = [check_title(document, one["check_id"], lang) for one in still_open]
    why = [why_named(document, reason, lang) for one in still_open for reason in one["why"][:10]]
    return OpenChecks(OPEN_ANCHOR, len(titles), phrased(lang, titles),
                      badge("inconclusive", lang),
                      say(lang, "report.unread_above" if nothing_read(document) else "verdict_means.inconclusive"),
                      tuple(dict.fromkeys(why)))


def _subtitle(document: Json, name: str) -> str:
    app = document["app"]
    first = document["artifacts"][0] if document["artifacts"] else {"package": "", "version_name": ""}
    parts = [app["owner"], first["package"], first["version_name"]]
    return " · ".join(shown(part, NAME_SHOWN) for part in parts if part and part != name)


def _row(document: Json, verdict: Json, findings: list[FindingView], lang: Language) -> Row:
    own = [one for one in document["findings"] if one["check_id"] == verdict["check_id"]]
    unseen = OPEN_ANCHOR if verdict["verdict"] == "inconclusive" else ""
    anchor = next((one.anchor for one in findings if one.check_id == verdict["check_id"]), unseen)
    worst = max(own, key=lambda one: (one["verdict"] == verdict["verdict"], len(one["occurrences"])), default=None)
    presence, force = _without_finding(verdict, lang) if worst is None else _intervals(worst, lang)
    declaration = declaration_named(compared(document, verdict["check_id"], verdict["verdict"]), lang)
    return Row(anchor, check_title(document, verdict["check_id"], lang), badge(verdict["verdict"], lang), presence,
               force, declaration, sum(len(one["occurrences"]) for one in own),
               reason_in_short(document, verdict["check_id"], lang))


def _intervals(finding: Json, lang: Language) -> tuple[str, str]:
    """Presence and force of a finding; no force where nothing is there."""
    presence = interval_in_short(lang, presence_of(finding), finding["presence"], finding["presence_at_most"])
    if finding["presence_at_most"] == "none":
        return presence, ""
    return presence, interval_in_short(lang, "force", finding["force"], finding["force_at_most"])


def _without_finding(verdict: Json, lang: Language) -> tuple[str, str]:
    """Presence and force of a check that left no finding."""
    return say(lang, "presence.none") if verdict["verdict"] in ("not_found", "missing") else "", ""


def _app_facts(document: Json, lang: Language) -> tuple[Fact, ...]:
    app = document["app"]
    approval = ("，" if lang == "zh" else ", ").join(
        app["approval"][part] for part in ("number", "body", "date", "scope") if app["approval"].get(part))
    facts = [
        ("name", app["name"]), ("owner", app["owner"]), ("product", app["product"] or document["product"]),
        ("level", _named(lang, "levels", app["level"])), ("region", app["region"]),
        ("audience", enumerated(lang, [_named(lang, "audiences", one) for one in app["audience"]])),
        ("approval", approval),
    ]
    return (*_facts(lang, facts), *_facts(lang, [("declared", features_declared(document, lang))]))


def _artifact(document: Json, artifact: Json, lang: Language) -> ArtifactView:
    version = shown(artifact["version_name"], NAME_SHOWN)
    if artifact["version_code"]:
        version += f" ({shown(artifact['version_code'], NAME_SHOWN)})"
    facts = [("label", artifact["label"]), ("kind", say(lang, f"artifact_kinds.{artifact['kind']}")),
             ("version", version.strip()), ("size", f"{size_named(artifact['size'])}")]
    exact = [("package", artifact["package"]), ("sha256", artifact["sha256"])]
    lived = _lived(document, artifact, lang)
    details = [Fact(_named(lang, "details", key), lived if key == "virtual_hours" and lived else
                    _detail(key, value, lang)) for key, value in
               list(artifact["details"].items())[:12] if "crawl" not in artifact or key != "actors"]
    read = [Fact(message(lang, "read", item["what"], {}), f"{item['count']:,}")
            for item in document["coverage"]["read"] if item["artifact"] == artifact["sha256"]]
    return ArtifactView(shown(artifact["name"], NAME_SHOWN),
                        (*_facts(lang, facts), *details, *_facts(lang, exact, exact=True), *_signers(artifact, lang)),
                        tuple(read), crawl_view(artifact, lang))


def _lived(document: Json, artifact: Json, lang: Language) -> str:
    """The longest virtual day that was lived, as hours; else that there was none. Empty for what is no crawl."""
    if "crawl" not in artifact:
        return ""
    days = artifact["crawl"]["days"]
    if days:
        return f"{max(one['end'] - one['begin'] for one in days) / HOUR:.3g}"
    failed = any(gap["reason"] in ("day_not_lived", "no_virtual_day") and gap["artifact"] == artifact["sha256"]
                 for gap in document["coverage"]["gaps"])
    return say(lang, "report.crawl.day_failed" if failed else "report.crawl.not_lived")


def _detail(key: str, value: str, lang: Language) -> str:
    """A loose fact; words of a closed set and times in the words of the catalogue."""
    if key == "captured":
        return " – ".join(time_named(moment, lang) for moment in value.split(" – ")[:2])
    if key == "virtual_hours" and value.replace(".", "", 1).isdigit():
        return f"{float(value):.3g}"
    return _named(lang, f"details.{key}_is", value) if has(f"details.{key}_is.{value}") else shown(value, FACT_LENGTH)


def _signers(artifact: Json, lang: Language) -> list[Fact]:
    """One fact for each certificate, with all schemes that it signs under."""
    schemes: dict[tuple[str, str], list[str]] = {}
    for signer in artifact["certificates"][:SIGNERS_SHOWN]:
        schemes.setdefault((signer["subject"], signer["sha256"]), []).append(shown(signer["scheme"], 20))
    return [Fact(say(lang, "report.signer", scheme=enumerated(lang, dict.fromkeys(names))),
                 f"{shown(subject, 200)} · SHA-256 {shown(digest, 64)}", True)
            for (subject, digest), names in schemes.items()]


def _gap(gap: Json, lang: Language) -> GapView:
    return GapView(web_place_named(gap["place"], lang), gap_reason(gap, lang), kinds_named(lang, gap["kinds"]),
                   in_language(gap["advice"], lang))


def _method(document: Json, lang: Language) -> tuple[str, ...]:
    kinds = {artifact["kind"] for artifact in document["artifacts"]}
    if any(one["artifact"].startswith(("http://", "https://")) for one in document["errors"]):
        kinds.add("recording")  # a site that could not be reached would have been walked
    ways = [way for way, holds in (("crawled", "recording" in kinds),
                                   ("static", not kinds or bool(kinds - {"recording", "document"})),
                                   ("documents", "document" in kinds)) if holds]
    lines = [*ways, "proposal", "outside", "not_found", "audience", "clauses"]
    if document["stage"] == "planned":
        lines.insert(1, "planned")
    return tuple(say(lang, f"report.method.{line}") for line in lines)


def _record(document: Json, lang: Language) -> tuple[Fact, ...]:
    tool = document["tool"]
    packs = tool["packs"]
    if uses_custom_checks(document):
        packs = say(lang, "report.packs_custom", packs=packs)
    facts = [
        ("tool", f"{tool['name']} {tool['version']}"), ("packs", packs),
        ("profile", _named(lang, "profiles", document["profile"])),
        ("jurisdiction", jurisdiction_named(document, lang)),
        ("stage", _stage(document, lang)),
        ("operator", document["operator"]), ("authority", document["authority"]),
        ("actors", enumerated(lang, [actor_named(one, lang) for one in document["actors"]])),
        ("started", time_named(document["started"], lang)), ("ended", time_named(document["ended"], lang)),
    ]
    exact = [("checks_digest", tool["checks_digest"]), ("options_digest", document["options_digest"])]
    read = [one for one in document["artifacts"] if one["reading_digest"]]
    readings = [Fact(say(lang, "report.fact.reading_digest"),
                     (f"{discreet(shown(one['name'], NAME_SHOWN))} · " if len(read) > 1 else "")
                     + shown(one["reading_digest"], 64), True) for one in read]
    readers = dict.fromkeys(shown(one["reader"], 80) for one in read)
    inner = [("reader", enumerated(lang, readers)), ("timings", durations_named(document["timings"], lang))]
    return (*_facts(lang, facts), *_facts(lang, exact, exact=True), *readings, *_facts(lang, inner))


def _stage(document: Json, lang: Language) -> str:
    """Built or planned; of a site alone only where it is planned, since a running site is built anyway."""
    sites_only = bool(document["artifacts"]) and all("crawl" in one for one in document["artifacts"])
    return "" if sites_only and document["stage"] == "built" else say(lang, f"stages.{document['stage']}")


def _facts(lang: Language, pairs: list[tuple[str, str]], exact: bool = False) -> tuple[Fact, ...]:
    """Labelled facts; what is empty is left out."""
    return tuple(Fact(say(lang, f"report.fact.{label}"), shown(value, FACT_LENGTH), exact)
                 for label, value in pairs if value.strip())


def _named(lang: Language, namespace: str, key: str) -> str:
    return say(lang, f"{namespace}.{key}") if key and has(f"{namespace}.{key}") else shown(key, NAME_SHOWN)
