"""The sections of a paper beside its findings: subject, conclusion, gaps, re-check, chain of evidence, signatures.
Knows neither Word nor HTML."""

from __future__ import annotations

from appscan.model.judgement import Verdict
from appscan.report.exemption_words import records_told
from appscan.report.listed import Listed
from appscan.report.moments import day_in_china, day_named
from appscan.report.paper.blocks import Block, Cell, Grid, Heading, Look, NewPage, Span, Text, cell, facts, plain
from appscan.report.paper.grounds import items_of
from appscan.report.paper.layout import PaperKind
from appscan.report.paper.recheck import Item, Recheck, State
from appscan.report.places import where_told
from appscan.report.summary import summarise
from appscan.report.view import Fact, GapView, Page
from appscan.report.words import Json, check_title
from appscan.texts import Language, enumerated, phrased, say, shown

GAPS_LISTED = 40
ITEMS_LISTED = 300
ROWS_LISTED = 200
ADVICE = ("agree", "change", "refuse")
"""What an opinion can come to."""


def subject(page: Page, lang: Language) -> list[Block]:
    """The app as it was declared, and its artifacts by name and version; a site by its address, the window in which it
    was looked at, as whom and when."""
    pairs = [(fact.label, cell(fact.value)) for fact in page.facts]
    kept = {say(lang, f"report.fact.{name}") for name in ("label", "kind", "version", "size")}
    of_site = [say(lang, f"details.{name}") for name in ("start_url", "viewport", "captured")]
    for artifact in page.artifacts:
        if artifact.crawl is None:
            told = phrased(lang, [f"{fact.label} {fact.value}" for fact in artifact.facts if fact.label in kept])
            pairs.append((say(lang, "report.artifact"), cell(artifact.title, told)))
            continue
        pairs += [(fact.label, cell(fact.value)) for label in of_site for fact in artifact.facts if fact.label == label]
        actors = enumerated(lang, [actor.name for actor in artifact.crawl.actors])
        pairs.append((say(lang, "report.fact.actors"), cell(actors)))
    pairs += [(say(lang, "paper.unread"), cell(error)) for error in page.errors]
    return [Heading(say(lang, "paper.section.subject"), 1), facts(pairs)]


def conclusion(page: Page, advice: str, lang: Language) -> list[Block]:
    """What the office comes to, the overall verdict, the counts, and one row per check."""
    came_to = say(lang, f"paper.advice.{advice}" if advice in ADVICE else "paper.advice.blank")
    warnings = [say(lang, f"report.{name}") for name, holds in
                (("incomplete", not page.complete), ("custom_checks", page.custom_checks)) if holds]
    head = tuple(say(lang, f"paper.column.{name}") for name in ("check", "verdict", "presence", "force", "declared",
                                                               "places"))
    rows = tuple((cell(row.title), cell(f"{row.badge.sign} {row.badge.word}"), cell(row.presence or "—"),
                  cell(row.force or "—"), cell(row.declaration or "—"), cell(str(row.places)))
                 for row in page.rows[:ROWS_LISTED])
    overall = say(lang, "paper.overall", verdict=page.overall.word, meaning=page.meaning)
    return [Heading(say(lang, "paper.section.conclusion"), 1), Text(plain(came_to, bold=True)), Text(plain(overall)),
            Text(plain(say(lang, "paper.counts", counts=page.counts_line))),
            *(Text(plain(warning, bold=True)) for warning in warnings), Grid((24, 17, 18, 18, 14, 9), rows, head)]


def exemptions(document: Json, lang: Language) -> list[Block]:
    """All exemption records, whether they cover anything or not."""
    told = records_told(document, lang)
    if not told:
        return []
    head = tuple(say(lang, f"paper.column.{name}") for name in ("check", "state", "exemption", "places"))
    rows = tuple((cell(one.check), cell(one.state), cell(one.told), cell(str(one.places)))
                 for one in told[:ROWS_LISTED])
    return [Heading(say(lang, "paper.section.exemptions"), 1), Text(plain(say(lang, "exemption.mean"))),
            Grid((20, 20, 50, 10), rows, head)]


def gaps(page: Page, kind: PaperKind, lang: Language) -> list[Block]:
    """What was not seen: all that has an effect on verdicts, the rest counted."""
    blinding, local = page.numbers.blinding, page.numbers.gaps - page.numbers.blinding
    if kind is PaperKind.NOTICE and not blinding and page.complete:
        return []
    blocks: list[Block] = [Heading(say(lang, "paper.section.gaps"), 1)]
    if not page.complete:
        blocks.append(Text(plain(say(lang, "report.incomplete"), bold=True)))
    if blinding:
        head = tuple(say(lang, f"paper.column.{name}") for name in ("where", "reason", "advice"))
        blocks += [Text(plain(say(lang, "paper.gaps", count=blinding))),
                   Grid((28, 32, 40), tuple(_gap(gap) for gap in _listed(page.blinding)[:GAPS_LISTED]), head)]
        if blinding > GAPS_LISTED:
            blocks.append(Text(plain(say(lang, "report.more_gaps", count=blinding - GAPS_LISTED)), Look.NOTE))
    elif page.complete:
        blocks.append(Text(plain(say(lang, "report.nothing_read" if page.nothing_read else "report.no_blinding"))))
    if local:
        blocks.append(Text(plain(say(lang, "report.local_gaps", count=local))))
    return blocks


def _listed(gaps_seen: Listed[GapView]) -> tuple[GapView, ...]:
    return (*gaps_seen.first, *gaps_seen.folded)


def _gap(gap: GapView) -> tuple[Cell, ...]:
    return cell(gap.place), cell(gap.reason), cell(gap.advice)


def demands(document: Json, deadline: str, lang: Language) -> list[Block]:
    """What the owner is to do by when. Nothing is ordered where no clause that was read whole asks for it."""
    ordered, asked = items_of(document)
    claimed = any(one["verdict"] == Verdict.EXEMPT_CLAIMED for one in document["verdicts"])
    holding = {"rectify": ordered, "explain": asked, "prove": claimed, "answer": ordered, "object": True}
    steps = [say(lang, f"paper.demand.{key}", deadline=deadline) for key, holds in holding.items() if holds]
    return [Heading(say(lang, "paper.section.demands" if ordered else "paper.section.requests"), 1),
            *(Text(plain(f"{number}. {step}"), with_next=number == len(steps)) for number, step in enumerate(steps, 1))]


def recheck_section(compared: Recheck, previous: Json | None, document: Json, lang: Language) -> list[Block]:
    """Per item of the earlier report: fixed, still there, new, cannot tell."""
    assert previous is not None
    told = say(lang, "paper.recheck", date=day_named(day_in_china(previous["ended"]), lang), **{
        state.value: say(lang, "paper.recheck_count", checks=compared.checks(state), places=compared.places(state))
        for state in State})
    head = tuple(say(lang, f"paper.column.{name}") for name in ("number", "check", "place", "before", "now", "result"))
    rows = tuple(_item(number, item, previous, document, lang)
                 for number, item in enumerate(compared.items[:ITEMS_LISTED], 1))
    blocks: list[Block] = [Heading(say(lang, "paper.section.recheck"), 1),
                           Text(plain(told), with_next=bool(rows))]
    if not compared.same_checks:
        blocks.append(Text(plain(say(lang, "paper.other_checks")), Look.NOTE))
    if rows:
        blocks.append(Grid((7, 16, 33, 13, 13, 18), rows, head))
    if len(compared.items) > ITEMS_LISTED:
        blocks.append(Text(plain(say(lang, "paper.places_left_out", count=len(compared.items) - ITEMS_LISTED)),
                           Look.NOTE))
    return blocks


def _item(number: int, item: Item, previous: Json, document: Json, lang: Language) -> tuple[Cell, ...]:
    titles = document if any(one["id"] == item.check_id for one in document["checks"]) else previous
    verdicts = [cell(say(lang, f"verdicts.{one.value}") if one else "—") for one in (item.before, item.now)]
    why = (say(lang, f"paper.cannot_tell.{item.why.value}"),) if item.why.value else ()
    place = where_told(item.occurrence, lang) if item.occurrence else say(lang, "paper.whole_app")
    states = "paper.state" if item.occurrence else "paper.state_of_missing"
    return (cell(str(number)), cell(check_title(titles, item.check_id, lang)), cell(place), *verdicts,
            (plain(say(lang, f"{states}.{item.state.value}"), bold=True), *cell(*why)))


def record(document: Json, page: Page, report_digest: str, lang: Language) -> list[Block]:
    """The chain of evidence: what was looked at, by whom, when, with what, by what authority; and all numbers."""
    pairs: list[tuple[str, Cell]] = []
    for artifact in page.artifacts:
        pairs.append((say(lang, "report.artifact"), cell(artifact.title)))
        pairs += [(fact.label, _value(fact)) for fact in artifact.facts]
    inner = {say(lang, f"report.fact.{name}") for name in ("timings", "reader")}
    pairs += [(fact.label, _value(fact)) for fact in page.record if fact.label not in inner]
    if not document["authority"] and any("crawl" in one for one in document["artifacts"]):
        pairs.append((say(lang, "report.fact.authority"), cell(say(lang, "paper.no_authority"))))
    if not document["operator"]:
        pairs.append((say(lang, "report.fact.operator"), cell(say(lang, "paper.not_told"))))
    pairs.append((say(lang, "paper.report_digest"), cell(report_digest, exact=True)))
    numbers = [(cell(say(lang, key)), cell(str(count))) for key, count in summarise(document).numbers()]
    half = -(-len(numbers) // 2)
    empty = (cell(""), cell(""))
    rows = tuple((*left, *(numbers[half + at] if half + at < len(numbers) else empty))
                 for at, left in enumerate(numbers[:half]))
    head = tuple(say(lang, key) for key in ("numbers.number", "numbers.count") * 2)
    return [NewPage(), Heading(say(lang, "paper.section.record"), 1, numbered=False),
            Text(plain(say(lang, "paper.record_means"))),
            facts(pairs), Text(plain(say(lang, "paper.numbers")), with_next=True), Grid((36, 14, 36, 14), rows, head)]


def _value(fact: Fact) -> Cell:
    return cell(fact.value, exact=fact.exact)


def method(page: Page, lang: Language) -> list[Block]:
    """How it was checked and what that cannot see."""
    lines = [*page.method, say(lang, "report.disclaimer")]
    return [Heading(say(lang, "paper.section.method"), 1),
            *(Text(plain(f"{number}. {line}"), Look.NOTE, with_next=number == len(lines))
              for number, line in enumerate(lines, 1))]


def attachments(has_places: bool, lang: Language) -> list[Block]:
    """What is annexed, before the seal."""
    names = ["record", *(["places"] if has_places else [])]
    return [Text(plain(say(lang, f"paper.attached.{name}")), with_next=True) for name in names]


def signature(kind: PaperKind, office: str, signer: str, lang: Language) -> list[Block]:
    """Who signs; the office and the person that are known stand there already. Who signs for the office is named by
    its own wish, and not covered as persons in an app are."""
    left, right = say(lang, "paper.sign.office"), say(lang, f"paper.sign.other_{kind.value}")
    date = say(lang, "paper.sign.date")
    person = say(lang, "paper.sign.person")
    signed = (Span(person), Span(shown(signer, 60), exact=True))
    ours: Cell = (*cell(left + shown(office, 120), ""), signed, *cell(date))
    return [Grid((50, 50), ((ours, cell(right, "", person, date)),), ())]


