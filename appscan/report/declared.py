"""What app.yaml declared beside what was found, in words for every format. Judges nothing, knows no layout."""

from __future__ import annotations

from appscan.model.judgement import Declaration, Verdict
from appscan.report.words import TEXT_SHOWN, Json, check_title
from appscan.texts import Language, phrased, say, shown


def is_declared(document: Json) -> bool:
    """Whether app.yaml says anything about features, be it that there are none."""
    return document["app"]["declared"] is not None


def compared(document: Json, check_id: str, verdict: str) -> Declaration:
    """The declaration of one check: that of its worst finding, else what its verdict says about the declaration."""
    if not is_declared(document):
        return Declaration.NO_DECLARATION
    own = [one for one in document["findings"] if one["check_id"] == check_id]
    if own:
        worst = max(own, key=lambda one: (one["verdict"] == verdict, len(one["occurrences"])))
        return Declaration(worst["declaration"])
    if verdict not in (Verdict.NOT_FOUND, Verdict.MISSING):
        return Declaration.CANNOT_TELL
    return Declaration.DECLARED_NOT_FOUND if check_id in document["app"]["declared"] else Declaration.MATCHES


def declaration_named(declaration: str, lang: Language) -> str:
    """The declaration in words; empty where nothing was declared at all, which every format says once."""
    return "" if declaration == Declaration.NO_DECLARATION else say(lang, f"declaration.{declaration}")


def reason_of(document: Json, check_id: str, lang: Language) -> str:
    """The reason that app.yaml gives for the feature, as a labelled phrase; empty where it declares none."""
    declared = document["app"]["declared"] or {}
    if check_id not in declared:
        return ""
    reason = shown(declared[check_id], TEXT_SHOWN)
    return say(lang, "report.declared_reason", reason=reason) if reason else say(lang, "report.declared_no_reason")


def features_declared(document: Json, lang: Language) -> str:
    """All declared features, each with its reason; says so where the declaration names none."""
    declared = document["app"]["declared"]
    if declared is None:
        return ""
    named = [say(lang, "report.declared_feature", feature=check_title(document, check_id, lang),
                 reason=shown(reason, TEXT_SHOWN)) for check_id, reason in declared.items()]
    return phrased(lang, named) or say(lang, "report.declared_none")
