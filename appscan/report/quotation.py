"""Evidence as people read it: what is quoted, where it stands, how one gets there. Knows no layout and no verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from appscan.report.words import Json, supported
from appscan.texts import Language, has, say, shown
from appscan.texts.untrusted import ELLIPSIS, EXCERPT_SHOWN

STEPS_SHOWN = 12
"""Steps of a call path that are drawn; longer ones lose their middle."""

_DESCRIPTOR = re.compile(r"L([\w$/-]+);(?:->)?")
_BRIDGE = re.compile(r"\$\$ExternalSyntheticLambda|\$r8\$lambda\$|\baccess\$\d+")
"""Methods that compilers add between a lambda and its use (D8, javac); nobody wrote them."""

_LAMBDA = re.compile(r"\.lambda\$(\w+?)\$\d+.*$", re.DOTALL)
_SIGNATURE = re.compile(r"\(.*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Quotation:
    """One piece of evidence. The quote is `before` + `hit` + `after`, the hit is what made it evidence; `context` is a
    longer text that the hit comes from but does not stand in word for word."""

    before: str
    hit: str
    after: str
    context: str
    role: str
    file: str
    element: str
    supports: str
    origin: str
    actor: str
    dead: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a call path: `short` is class and method, `full` the whole name."""

    short: str
    full: str


def quotation(evidence: Json, lang: Language) -> Quotation:
    """One piece of evidence of a report document; of a cancelled one, `supports` is the context that set it aside."""
    before, hit, after, context = quoted(evidence["value"], evidence["excerpt"])
    place = evidence["place"]
    element = place["element"].removeprefix(place["file"]) if place["file"] else place["element"]
    return Quotation(before, hit, after, context, _role(evidence, lang), shown(place["file"], 200), shown(element, 200),
                     supported(lang, evidence["supports"]), shown(evidence["origin"], 120),
                     shown(evidence["actor"], 60), not evidence["live"])


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


def _role(evidence: Json, lang: Language) -> str:
    """The role on its screen, else what the called group of functions does, else the kind."""
    keys = [f"roles.{evidence['role']}", f"groups.{evidence['role']}", f"signals.{evidence['kind']}"]
    return say(lang, next(key for key in keys if has(key)))


def _gap(character: str, beside: str) -> str:
    """The space that parts a hit from the words beside it, which `shown` has trimmed."""
    return " " if beside and character.isspace() else ""
