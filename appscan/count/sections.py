"""The document in words: sections of a heading, columns and rows, from which table, page and workbook are made alike.
Knows the document only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appscan.count.document import by_product
from appscan.texts import Language, enumerated, phrased, say, shown

Cell = str | int
Json = Mapping[str, Any]
LISTED = 60
"""Names in one cell; the workbook and the JSON have all products by rows."""

SIGNS = {"exceeds_principle": "▲", "undetermined": "?", "within": "●"}
"""A sign beside the word of each state, so that colour is never the only one."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part: `key` names it in the catalogue (`count.section.<key>`), `states` are those of the rows where they have
    one."""

    key: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Looks up names and texts of one document in one language."""

    document: Json
    products: Mapping[str, Json]
    lang: Language

    def say(self, key: str, **params: object) -> str:
        """A text of the block `count`."""
        return say(self.lang, f"count.{key}", **params)

    def product(self, product: str, why: bool = False) -> str:
        """Name and id of a product, and why it is not sure."""
        one = self.products[product]
        reasons = self.join([self.say(f"reason.{reason}") for reason in one["reasons"]]) if why else ""
        platforms = self.join([say(self.lang, f"registry_platform.{name}") for name in one["platforms"]])
        return self.say("product", name=shown(one["name"], 60), id=one["product"], platforms=platforms, reasons=reasons)

    def named(self, products: Sequence[str], why: bool = False) -> str:
        """Several of them."""
        told = [self.product(one, why) for one in products[:LISTED]]
        if len(products) > LISTED:
            told.append(self.say("more", count=len(products) - LISTED))
        return phrased(self.lang, told)

    def owner(self, product: str) -> str:
        """Whose a product is."""
        return shown(self.products[product]["owner_name"], 80)

    def join(self, several: Sequence[str]) -> str:
        """A list in a sentence."""
        return enumerated(self.lang, several)

    def span(self, given: Json) -> str:
        """A range: one number where it is sure."""
        return str(given["confirmed"]) if not given["undetermined"] else f"{given['confirmed']}–{given['most']}"

    def state(self, state: str, for_review: bool = False) -> str:
        """The state with its sign."""
        told = f"{SIGNS[state]} {self.say(f'state.{state}')}"
        return told + self.say("review") if for_review else told

    def found(self, row: Json) -> str:
        """What says that there are forms: the declaration, reports."""
        parts = [self.say("declared")] if row["declared"] else []
        if row["found"]:
            parts.append(self.say("found_by", verdict=say(self.lang, f"verdicts.{row['found']}"),
                                  reports=self.join([str(one) for one in row["reports"]])))
        return self.join(parts)

    def level(self, level: str) -> str:
        """A level of government."""
        return say(self.lang, f"levels.{level}") if level else ""


def words_of(document: Json, lang: Language) -> Words:
    """The words of a document."""
    return Words(document, by_product(document), lang)


def sections(document: Json, lang: Language) -> Iterator[Section]:
    """All parts in order; those of the rules only where they have rows, but for the ones that say why there is
    none."""
    words = words_of(document, lang)
    yield owners(words)
    for key, rows in ARRANGED.items():
        made = tuple(rows(words))
        if made or key == "zombies":
            yield Section(key, words.say(f"section.{key}"), _note(words, key), _columns(words, key), made)


def _note(words: Words, key: str) -> str:
    if key == "zombies":
        bounds = words.document["profile"]["zombies"]
        return words.say("note.zombies_unbound") if bounds is None else words.say("note.zombies", **{
            "days_without_update": "", "active_below": "", "target_sdk_below": "", **bounds})
    if key == "overlaps":
        bounds = words.document["profile"]["overlap"]
        return words.say("note.overlaps", share=f"{bounds['least_share']:.0%}", fields=bounds["least_fields"])
    return words.say(f"note.{key}")


def _columns(words: Words, key: str) -> tuple[str, ...]:
    return tuple(words.say(f"column.{name}") for name in words.say(f"columns.{key}").split())


def owners(words: Words) -> Section:
    """One row for each central body."""
    rows = words.document["owners"]
    return Section("owners", words.say("section.owners"), words.say("note.owners", limit=words.document["limit"]),
                   _columns(words, "owners"), tuple(_owner_row(words, row) for row in rows),
                   tuple(row["state"] for row in rows))


def _owner_row(words: Words, row: Json) -> tuple[Cell, ...]:
    bureaus, arms = row.get("with_bureaus"), row.get("without_arms")
    parent = row.get("parent")
    name = words.say("body", name=row["name"], confidence=row["confidence"], parent=parent["name"] if parent else "")
    with_bureaus = words.say("with_bureaus", span=words.span(bureaus), bureaus=words.join(
        [one["name"] for one in bureaus["bureaus"]])) if bureaus else ""
    return (name, words.state(row["state"], row["for_review"]), row["confirmed"], row["undetermined"], words.span(row),
            row["limit"], with_bureaus, words.span(arms) if arms else "", words.join(row["exceptions"]),
            words.named(row["confirmed_products"]), words.named(row["undetermined_products"], why=True),
            _remarks(words, row), *(row["examined"][name] for name in (
                "apps", "found", "not_found", "inconclusive", "not_scanned")))


def _remarks(words: Words, row: Json) -> str:
    """What a person should know of the numbers."""
    parts = [words.say(f"remark.{key}", products=words.named(row[key]))
             for key in ("doubtful_products", "own_entry_products") if row[key]]
    parts += [words.say(f"remark.{key}", count=row["examined"][key])
              for key in ("exempt", "claimed", "partial") if row["examined"][key]]
    return phrased(words.lang, parts)


def _no_owner(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["no_owner"]:
        yield (words.product(row["product"]), shown(row["written"], 80),
               say(words.lang, f"registry_standing.{row['standing']}"),
               words.join([one["name"] for one in row["candidates"]]))


def _reaches(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["rules"]["reaches"]:
        roles = words.join([words.say("role_seen", role=one["role"], screen=one["screen"], fields=len(one["fields"]),
                                      report=one["report"]) for one in row["roles"][:5]])
        evidence = words.join([one for one in (words.found(row), roles) if one])
        yield (words.owner(row["product"]), words.product(row["product"]), words.level(row["deepest"]),
               words.say("yes" if row["forms"] else "no"), evidence)


def _local_forms(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["rules"]["local_forms"]:
        yield (words.owner(row["product"]), words.product(row["product"]), row["region"], words.found(row),
               words.named(row["platforms"]))


def _overlaps(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["rules"]["overlaps"]:
        told = [words.say("form", owner=words.owner(one["product"]), product=words.product(one["product"]),
                          screen=shown(one["screen"], 80), role=one["role"], fields=one["fields"])
                for one in (row["one"], row["other"])]
        yield (*told, f"{row['share']:.0%}", len(row["shared"]), words.join(row["shared"]))


def _communities(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["rules"]["communities"]:
        yield (row["region"] or words.say("everywhere"), words.span(row), words.named(row["products"], why=True))


def _records(words: Words) -> Iterator[tuple[Cell, ...]]:
    for gap, rows in words.document["rules"]["records"].items():
        for row in rows:
            yield (words.say(f"gap.{gap}"), words.owner(row["product"]), words.product(row["product"]),
                   words.say(f"gap_told.{gap}", **{name: _features(words, value) if name in (
                       "declared", "found") or (gap == "other_function") else value
                       for name, value in row["values"].items()}))


def _features(words: Words, value: str) -> str:
    return words.join([one.strip() for one in value.split(",") if one.strip()])


def _zombies(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["rules"]["zombies"]:
        yield (words.owner(row["product"]), words.product(row["product"]), words.join(
            [words.say(f"measure.{name}", value=value) for name, value in row["measures"].items()]))


def _families(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["rules"]["families"]:
        yield (shown(row["family"], 60), len(row["products"]), words.join([shown(one, 60) for one in row["owners"]]),
               words.named(row["products"]))


def _proposals(words: Words) -> Iterator[tuple[Cell, ...]]:
    for row in words.document["rules"]["proposals"]:
        yield (say(words.lang, f"registry_proposal.{row['kind']}"), *(
            words.say("owned", owner=words.owner(one), product=words.product(one)) for one in row["products"]),
            words.join([say(words.lang, f"registry_reason.{one}") for one in row["reasons"]]),
            f"{row['strength']:.2f}")


ARRANGED: Mapping[str, Callable[[Words], Iterator[tuple[Cell, ...]]]] = {
    "no_owner": _no_owner, "reaches": _reaches, "local_forms": _local_forms, "overlaps": _overlaps,
    "communities": _communities, "records": _records, "zombies": _zombies, "families": _families,
    "proposals": _proposals}
