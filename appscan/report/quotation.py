"""Evidence as people read it: what is quoted, where it stands, how one gets there. Knows no layout and no verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from appscan.model.judgement import Force
from appscan.report.timeline import period_named
from appscan.report.words import Json, actor_named, supports_named
from appscan.texts import Language, enumerated, has, say, shown
from appscan.texts.browser_words import PROMPTS
from appscan.texts.untrusted import ELLIPSIS, EXCERPT_SHOWN

STEPS_SHOWN = 12
"""Steps of a call path that are drawn; longer ones lose their middle."""

SAID = frozenset({"text", "dialog", "control", "title"})
"""Kinds that stand on a screen in words."""

_DESCRIPTOR = re.compile(r"L([\w$/-]+);(?:->)?")
_BRIDGE = re.compile(r"\$\$ExternalSyntheticLambda|\$r8\$lambda\$|\baccess\$\d+")
"""Methods that compilers add between a lambda and its use (D8, javac); nobody wrote them."""

_OBSERVED = re.compile(r"(?P<name>refused:\w+|trial:\w+|repeated_call|idle_write)=(?P<about>[^=]{1,200})")

_NUMBER = re.compile(r"[#:@]?(?:0x)?\d+")
"""An element that is only counted (`#3`)."""

_LAMBDA = re.compile(r"\.lambda\$(\w+?)\$\d+.*$", re.DOTALL)
_SIGNATURE = re.compile(r"\(.*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Quotation:
    """One piece of evidence. The quote is `before` + `hit` + `after`, the hit is what made it evidence; `context` is a
    longer text that the hit comes from but does not stand in word for word. `supports` are all rungs it speaks for.
    `number` only counts within the file, so nobody can look it up; `element` has a name. `frame` is the number of the
    frame that shows it on a screenshot, 0 for none; `actor` is named where there are several;
    `stood_in` where the page came after an answer of the capture itself; `weight` says how much it proves, see
    `weight_of`."""

    before: str
    hit: str
    after: str
    context: str
    role: str
    file: str
    element: str
    number: str
    supports: tuple[str, ...]
    origin: str
    actor: str
    dead: bool
    frame: int = 0
    stood_in: bool = False
    weight: int = 0


DOCUMENT_ROLES = frozenset({"heading", "paragraph", "item", "cell"})
_FILLED_IN = re.compile(r"%\d{1,2}\$(?:[-+,0 ]*\d*(?:\.\d+)?)[sdfx]")
BLANK = "〔…〕"
_IN_DOCUMENT = re.compile(r"(?:(?P<page>\d{1,6}):)?(?P<paragraph>\d{1,7})")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a call path: `short` is class and method, `full` the whole name."""

    short: str
    full: str


def quotation(same: Sequence[Json], lang: Language, frame: int = 0, several: bool = False,
              presence: str = "presence") -> Quotation:
    """Pieces of evidence of a report document that show the `same` thing (see `rows`), as one; of a cancelled one,
    `supports` is the context that set it aside. `presence` is the ladder of `presence_of`."""
    evidence = same[0]
    before, hit, after, context = map(_with_blanks, quoted(evidence["value"], evidence["excerpt"]))
    if evidence["role"] == "periodic" and hit.isascii() and hit.isdigit() and len(hit) < 12:
        hit, context = say(lang, "report.web.every", period=period_named(int(hit), lang)), ""
    if evidence["value"] == evidence["excerpt"] and (observed := _observed(evidence["value"], lang)):
        before, hit, after, context = "", observed, "", ""
    place = evidence["place"]
    element = place["element"].removeprefix(place["file"]) if place["file"] else place["element"]
    paper = _in_document(evidence, element, lang)
    number = element if not paper and _NUMBER.fullmatch(element) else ""
    counted = "" if "seen" in evidence else number
    return Quotation(before, hit, after, context, _roles(same, lang), shown(place["file"], 200),
                     paper or ("" if number else shown(element, 200)), shown(counted, 40),
                     _supports(lang, tuple(one["supports"] for one in same), presence), shown(evidence["origin"], 120),
                     actor_named(evidence["actor"], lang) if several else "", not evidence["live"], frame,
                     all(one.get("seen", {}).get("stood_in", False) for one in same), weight_of(same))


def _with_blanks(text: str) -> str:
    """A text of resources as people see it: where Android fills something in (`%1$d`), a blank."""
    return _FILLED_IN.sub(BLANK, text)


@lru_cache(maxsize=4096)
def _supports(lang: Language, rungs: tuple[str, ...], presence: str) -> tuple[str, ...]:
    return supports_named(lang, rungs, presence)


def _in_document(evidence: Json, element: str, lang: Language) -> str:
    """Page and paragraph of something in a document; empty for anything else."""
    found = _IN_DOCUMENT.fullmatch(element) if evidence["role"] in DOCUMENT_ROLES else None
    if not found:
        return ""
    return say(lang, "report.document_page" if found["page"] else "report.document_paragraph", page=found["page"],
               paragraph=found["paragraph"])


def _observed(value: str, lang: Language) -> str:
    """What the reader of a recording found out, in words; empty for what the app itself says."""
    found = _OBSERVED.fullmatch(value)
    if not found:
        return ""
    name, about = found["name"].replace(":", "_"), found["about"]
    permission = say(lang, f"report.web.permission.{about}") if about in PROMPTS else ""
    key = f"report.observed.{name}" + (f"_{about}" if name.startswith("trial_") else "")
    return say(lang, key, about=permission or shown(about, 120)) if has(key) else ""


def rows(evidence: Sequence[Json]) -> list[list[Json]]:
    """Evidence grouped into rows, one for each thing that was seen, however many rungs and kinds it speaks for; in the
    order in which it tells most."""
    grouped: dict[tuple[object, ...], list[Json]] = {}
    for one in telling_first(evidence):
        place = one["place"]
        seen = (one["value"], one["excerpt"], place["file"], place["screen"], place["element"], one["actor"],
                one["origin"], one["live"])
        grouped.setdefault(seen, []).append(one)
    return list(grouped.values())


def quoted(value: str, excerpt: str, limit: int = EXCERPT_SHOWN) -> tuple[str, str, str, str]:
    """Before, hit, after and context of a quote, at most about `limit` characters together, cut around the hit. Where
    the value does not stand in the excerpt word for word, the excerpt is the context beside it."""
    start = excerpt.find(value) if value else -1
    if start < 0:
        return "", shown(value or excerpt, limit), "", shown(excerpt, limit) if value else ""
    hit = shown(value, limit)
    before, after = excerpt[:start], excerpt[start + len(value):]
    room = max(limit - len(hit), 0)
    left = min(len(before), max(room // 2, room - len(after)))
    head, tail = shown(before[len(before) - left:], left), shown(after, min(room - left, len(after)))
    if left < len(before):
        head = ELLIPSIS + head
    return head + _gap(before[-1:], head), hit, _gap(after[:1], tail) + tail, ""


def path_steps(path: Sequence[str], lang: Language) -> list[Step]:
    """The steps of a call path, outermost first, without what compilers put between; a long path keeps its ends."""
    written = [step for step in path if not _BRIDGE.search(step)] or path
    steps = [Step(short_name(step), shown(step, 300)) for step in written]
    if len(steps) <= STEPS_SHOWN:
        return steps
    head, tail = STEPS_SHOWN // 2, STEPS_SHOWN // 2 - 1
    left_out = say(lang, "report.steps_left_out", count=len(steps) - head - tail)
    return [*steps[:head], Step(left_out, left_out), *steps[-tail:]]


def short_name(name: str) -> str:
    """Class and method of a qualified name: `Lcom/town/Patrol;->start(I)V` and `com.town.Patrol.start` give
    `Patrol.start`, a lambda is named after its method. Other texts stay as they are."""
    plain = _DESCRIPTOR.sub(lambda match: match[1].replace("/", ".") + ".", shown(name, 300))
    plain = _SIGNATURE.sub("", plain).rstrip(".")
    parts = plain.split(".")
    qualified = len(parts) > 2 and all(part.isidentifier() for part in parts[:-2])
    return _LAMBDA.sub(r".\1 (lambda)", ".".join(parts[-2:]) if qualified else plain)


def telling_first(evidence: Sequence[Json]) -> list[Json]:
    """Evidence in the order in which it tells most: one for each rung, then one for each role, then the rest."""
    of_rung: set[str] = set()
    of_role: set[tuple[str, str, str]] = set()
    ranked: list[tuple[int, int, Json]] = []
    for index, one in enumerate(evidence):
        rung, role = one["supports"], (one["supports"], one["kind"], one["role"])
        ranked.append(((rung in of_rung) + (role in of_role), index, one))
        of_rung.add(rung)
        of_role.add(role)
    return [one for _, _, one in sorted(ranked, key=lambda item: item[:2])]


def weight_of(same: Sequence[Json]) -> int:
    """How much pieces of evidence of one thing prove, for forms that quote a few: force by its rung, then what would
    have been written to a server, then what a person can press or read; a page's own title and what is only fetched
    come last."""
    return max(_weight(one) for one in same)


def _weight(one: Json) -> int:
    forces = [rung.value for rung in Force]
    force = forces.index(one["supports"]) if one["supports"] in forces else 0
    in_code = one["role"] in ("string", "literal", "key", "native")  # whether anybody ever reads it is open
    if force >= forces.index(Force.CONSEQUENCE):
        return 100 + 10 * force + (one["kind"] in SAID) - (70 if in_code else 0)
    exchange = one.get("seen", {}).get("exchange")
    if exchange is not None:
        return {"write": 90, "unknown": 30, "": 30}.get(exchange["request_class"], 1)
    if in_code:
        return 25
    return {"control": 80, "dialog": 75, "text": 50, "endpoint": 45, "request": 45, "form": 40, "title": 35}.get(
        one["kind"], 20) - (30 if not one["live"] else 0)


def _roles(same: Sequence[Json], lang: Language) -> str:
    """Roles of one thing; that it is a text says nothing beside a role that says more."""
    telling = [one for one in same if one["role"] or one["kind"] != "text"] or same
    return enumerated(lang, dict.fromkeys(_role(one, lang) for one in telling))


def _role(evidence: Json, lang: Language) -> str:
    """The role on its screen, else what the called group of functions does, else the kind. A request to an address is
    told by what it does there: not all that is sent to a server brings it something."""
    if evidence["role"] == "network_send" and evidence["value"].startswith("/"):
        exchange = evidence.get("seen", {}).get("exchange", {"request_class": "", "sent": None})
        match exchange["request_class"], exchange["sent"]:
            case "write", False:
                kind = "held"
            case "read" | "write" as told, _:
                kind = told
            case _:
                kind = "any"
        return say(lang, f"report.web.role.{kind}")
    keys = [f"roles.{evidence['role']}", f"groups.{evidence['role']}", f"signals.{evidence['kind']}"]
    return say(lang, next(key for key in keys if has(key)))


def _gap(character: str, beside: str) -> str:
    """The space that parts a hit from the words beside it, which `shown` has trimmed."""
    return " " if beside and character.isspace() else ""
