"""Phrases that several formats of the report share, taken from the catalogue. Knows no layout."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from appscan.model.judgement import Force, Presence
from appscan.report.summary import is_blinding
from appscan.texts import Language, enumerated, has, say, shown
from appscan.texts.browser_words import FAILED_PAGE, prompt_of

TEXT_SHOWN = 1200
"""Characters shown of a text that a check or clause brings."""

NAME_SHOWN = 120
"""Characters shown of a name."""

NEARLY_ALL = 10
"""Of the closed set of kinds, from how many on a list says less than a word."""

REASONS_TOLD = 40
"""Reasons of one check that are looked at."""

DIGITS = "零一二三四五六七八九十"

_NEGATIVE_LIST = re.compile(f"负面清单(?P<number>[{DIGITS[1:]}])")

_PART = re.compile(f"第(?P<number>[{DIGITS[1:]}]{{1,3}})部分")

_UNKNOWN, _END = "未核实", "结尾"
"""How packs write an article whose number nobody checked, and the closing paragraph."""

_FILLED_IN = re.compile(r"\{(name|url)\}")
"""What the advice of a limit may name: its mark, and what was seen of it."""

Json = Mapping[str, Any]


def in_language(both: Json, lang: Language) -> str:
    """The text in `lang`, else in the other language."""
    return shown(both.get(lang) or both.get("zh") or both.get("en") or "", TEXT_SHOWN)


def check_title(document: Json, check_id: str, lang: Language) -> str:
    """The title of a check; its id where the report does not carry the check."""
    for check in document["checks"]:
        if check["id"] == check_id:
            return in_language(check["title"], lang) or shown(check_id, NAME_SHOWN)
    return shown(check_id, NAME_SHOWN)


def app_name(document: Json, lang: Language) -> str:
    """What to call the app: the declared name, else the label or file name of its first artifact."""
    names = [document["app"]["name"], *(one["label"] for one in document["artifacts"]),
             *(one["name"] for one in document["artifacts"]), *(one["artifact"] for one in document["errors"])]
    return next((shown(name, NAME_SHOWN) for name in names if name.strip()), say(lang, "report.unnamed"))


def overall_meaning(document: Json, lang: Language) -> str:
    """What the overall verdict means; where files could not be read, that is the reason to name."""
    if nothing_read(document):
        return say(lang, "report.nothing_read")
    blinded = any(is_blinding(gap) for gap in document["coverage"]["gaps"])
    if document["overall"] == "inconclusive" and document["errors"] and not blinded:
        return say(lang, "report.some_unread")
    if document["overall"] == "not_found" and document["coverage"]["gaps"]:
        return say(lang, "report.none_found_but_gaps", count=f"{len(document['coverage']['gaps']):,}")
    return say(lang, f"overall_means.{document['overall']}")


def uses_custom_checks(document: Json) -> bool:
    """Whether the packs were not those of the program; older reports do not say."""
    return bool(document["tool"].get("custom_checks"))


def nothing_read(document: Json) -> bool:
    """Whether no file of the app could be read at all."""
    return bool(document["errors"]) and not document["artifacts"]


def presence_of(finding: Json) -> str:
    """The ladder in whose words the presence of a finding is told: what a document plans cannot be used yet."""
    return "presence_planned" if finding.get("stage") == "planned" else "presence"


def interval(lang: Language, ladder: str, low: str, high: str) -> str:
    """A rung in words; where it is open upwards, both ends."""
    if low == high:
        return say(lang, f"{ladder}.{low}")
    key = f"report.interval_{ladder.removesuffix('_planned')}_none" if low == "none" else "report.interval"
    return say(lang, key, low=say(lang, f"{ladder}.{low}"), high=say(lang, f"{ladder}.{high}"))


def interval_in_short(lang: Language, ladder: str, low: str, high: str) -> str:
    """The same for one cell or line."""
    if low == high:
        return say(lang, f"{ladder}.{low}")
    if low == "none":
        return say(lang, "report.interval_open")
    return say(lang, "report.interval_short", low=say(lang, f"{ladder}.{low}"), high=say(lang, f"{ladder}.{high}"))


def supports_named(lang: Language, rungs: Sequence[str], presence: str = "presence") -> tuple[str, ...]:
    """What evidence speaks for: presence, force (each once, with its rungs, the highest first), or the contexts that
    set it aside. `presence` is the ladder of `presence_of`."""
    phrases = []
    for ladder, words in (("presence", list(Presence)), ("force", list(Force)[1:])):
        reached = [word.value for word in reversed(words) if word.value in rungs]
        if reached:
            named = enumerated(lang, [
                say(lang, f"{presence if ladder == 'presence' else ladder}.{rung}") for rung in reached])
            phrases.append(say(lang, f"report.supports_{ladder}", rung=named))
    for rung in dict.fromkeys(rungs):
        if not has(f"presence.{rung}") and not has(f"force.{rung}"):
            context = f"contexts.{rung}"
            phrases.append(say(lang, "report.set_aside_as", context=say(lang, context) if has(context) else rung))
    return tuple(phrases)


def message(lang: Language, namespace: str, key: str, params: Json) -> str:
    """A catalogue entry with its parameters; the key and the parameters where there is no such entry."""
    entry = f"{namespace}.{key}"
    if has(entry):
        return say(lang, entry, **(_cause_named(lang, params) if namespace in ("gaps", "errors") else params))
    listed = ", ".join(f"{name}={value}" for name, value in params.items())
    return shown(f"{key} ({listed})" if listed else key)


def _cause_named(lang: Language, params: Json) -> Json:
    """The parameters with the permission, the trial or the user role behind it in words."""
    named = dict(params)
    why = str(params.get("why", ""))
    prompt, pressed = prompt_of(why)
    if prompt:
        named["why"] = say(lang, "report.web.asked_for", prompt=say(lang, f"report.web.permission.{prompt}"),
                           pressed=shown(pressed, NAME_SHOWN))
    if has(f"trial_tests.{params.get('step', '')}"):
        named["step"] = say(lang, f"trial_tests.{params['step']}")
    if params.get("name") in ("user", "visitor"):  # roles that nobody need have named
        named["name"] = say(lang, "report.crawl.visitor") if params["name"] == "visitor" else ""
    return named


def web_place_named(place: str, lang: Language, limit: int = 200) -> str:
    """A place of a gap; a page that the browser put in the place of one that did not load is called so."""
    if place.startswith(FAILED_PAGE):
        return say(lang, "report.failed_page")
    return actor_named(place, lang) if place in ("user", "visitor") else shown(place, limit)


def gap_reason(gap: Json, lang: Language) -> str:
    """Why something was not seen: in the words of a custom pack where the gap brings them, else of the catalogue."""
    params = gap["params"]
    return own_words(params, "title", lang) or message(lang, "gaps", gap["reason"], {"place": gap["place"], **params})


def own_words(params: Json, part: str, lang: Language) -> str:
    """The `title` or `advice` of a limit of a custom pack, filled with its mark; empty where a gap brings none."""
    text = params.get(f"{part}_{lang}", "")
    return shown(_FILLED_IN.sub(lambda match: shown(params.get(match[1], ""), TEXT_SHOWN // 4), text), TEXT_SHOWN)


def why_named(document: Json, reason: Json, lang: Language) -> str:
    """One reason of a verdict; a gap is called as it is in the list of gaps."""
    params = reason["params"]
    if reason["id"] == "gap" and not has(f"gaps.{params.get('reason', '')}"):
        own = (gap_reason(gap, lang) for gap in document["coverage"]["gaps"] if gap["reason"] == params.get("reason"))
        params = {**params, "reason": next(own, params.get("reason", ""))}
    return message(lang, "why", reason["id"], params)


def reasons_of(document: Json, check_id: str, lang: Language, of: Json | None = None) -> tuple[str, ...]:
    """Why a check ended as it did, each reason once: those of its findings (or only `of` one of them: what was not
    found in another package is no reason of it), then those of its verdict. Every form takes them from here."""
    nothing: Json = {"why": (), "verdict": ""}
    verdict = next((one for one in document["verdicts"] if one["check_id"] == check_id), nothing)
    findings = [of] if of else [one for one in document["findings"] if one["check_id"] == check_id]
    reasons = [*(reason for finding in findings for reason in finding["why"]), *verdict["why"]]
    told = tuple(dict.fromkeys(why_named(document, reason, lang) for reason in reasons[:REASONS_TOLD]))
    if not told and verdict["verdict"] == "inconclusive" and nothing_read(document):
        return (say(lang, "report.nothing_read"),)
    return told


def reason_in_short(document: Json, check_id: str, lang: Language) -> str:
    """The one reason of a check that left no place to show, where its verdict alone would be taken wrongly: a required
    feature that is missing, or is not asked for. Empty for all others."""
    verdict = next((one["verdict"] for one in document["verdicts"] if one["check_id"] == check_id), "")
    required = any(one["id"] == check_id and one["polarity"] == "required" for one in document["checks"])
    return next(iter(reasons_of(document, check_id, lang)), "") if required and verdict in ("info", "missing") else ""


def kinds_named(lang: Language, kinds: list[str]) -> str:
    """Signal kinds as a list of words; one word for nearly all of them."""
    if len(kinds) >= NEARLY_ALL:
        return say(lang, "report.nearly_all")
    return enumerated(lang, [say(lang, f"kinds.{kind}") for kind in kinds])


def size_named(size: int) -> str:
    """A file size for people: bytes, KB or MB in steps of 1,000."""
    for unit, step in (("MB", 1_000_000), ("KB", 1_000)):
        if size >= step:
            return f"{size / step:,.1f} {unit}"
    return f"{size} B"


def clause_source(clause: Json, lang: Language) -> str:
    """Document, article and date of a clause, with its place where it is a local one."""
    place = f"jurisdictions.{clause['jurisdiction'][:len('CN-00')]}"
    local = say(lang, place) if clause["jurisdiction"] != "CN" and has(place) else ""
    return say(lang, "report.clause_source", document=in_language(clause["document"], lang), place=local,
               article=article_named(clause["article"], lang), date=clause["date"])


def jurisdiction_named(document: Json, lang: Language) -> str:
    """Whose rules the report goes by; where nobody named a place, that local rules were left out."""
    place = document["jurisdiction"]
    province = place[:len("CN-00")]
    named = say(lang, f"jurisdictions.{province}") if has(f"jurisdictions.{province}") else shown(place, NAME_SHOWN)
    named += "" if place == province or not has(f"jurisdictions.{province}") else f" ({shown(place, NAME_SHOWN)})"
    why = f"report.jurisdiction_from.{document.get('jurisdiction_from', '')}"
    return named + say(lang, why, region=document["app"]["region"]) if has(why) else named


def article_named(article: str, lang: Language) -> str:
    """The article of a rule: a number below 100 in words (第十三条, article 13), an item of a negative list by its
    number, anything else as it stands; empty where nobody checked the number: such a clause is marked as reference."""
    listed = _NEGATIVE_LIST.fullmatch(article)
    if listed:
        number = listed["number"] if lang == "zh" else str(DIGITS.index(listed["number"]))
        return say(lang, "report.negative_list", number=number)
    if article == _UNKNOWN:
        return ""
    if article == _END:
        return say(lang, "report.article_end")
    part = _PART.fullmatch(article)
    if part and lang == "en":
        tens, _, ones = part["number"].rpartition("十") if "十" in part["number"] else ("", "", part["number"])
        high = (DIGITS.index(tens or "一") if "十" in part["number"] else 0) * 10
        return say(lang, "report.part", number=str(high + (DIGITS.index(ones) if ones else 0)))
    if not article.isascii() or not article.isdigit() or not 0 < int(article) < 100:
        return shown(article, NAME_SHOWN)
    tens, ones = divmod(int(article), 10)
    numeral = ("十" if tens == 1 else DIGITS[tens] + "十" if tens else "") + (DIGITS[ones] if ones else "")
    return say(lang, "report.article", number=numeral if lang == "zh" else article)


def actor_named(name: str, lang: Language) -> str:
    """A user role of a crawl; the one without a login is called a visitor, one without a name of its own a user."""
    return say(lang, f"report.crawl.{name}") if name in ("visitor", "user") else shown(name, 60)


def place_named(place: Json, with_screen: bool = False) -> str:
    """File and element of a place, joined; the screen too where the caller does not show it elsewhere."""
    parts = [place["screen"] if with_screen else "", place["file"], place["element"]]
    return " · ".join(shown(part, 200) for part in parts if part)
