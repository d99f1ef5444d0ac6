"""What approving one more app would do, in sentences. Knows the document only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from appscan.count.sections import Words
from appscan.texts import say


def effect_lines(words: Words) -> Iterator[str]:
    """The sentences; none where the document proposes nothing."""
    given = words.document.get("proposed")
    if given is None:
        return
    name = words.say("effect.named", name=given["name"]) if given["name"] else words.say("effect.unnamed")
    yield words.say("effect.head", name=name, written=given["written"], owner=given["owner_name"] if given[
        "owner"] else "")
    if given["joins"]:
        yield words.say("effect.joins", product=words.product(given["joins"]))
    if not given["owner"]:
        yield words.say("effect.no_owner", standing=say(words.lang, f"registry_standing.{given['standing']}"))
    if given["scope"] != "confirmed":
        reasons = words.join([words.say(f"reason.{reason}") for reason in given["reasons"]])
        yield words.say(f"effect.{given['scope']}", reasons=reasons)
    yield from (_owner_line(words, row) for row in given["owners"])
    if "community" in given:
        region = given["community"]["region"] or words.say("everywhere")
        yield words.say("effect.community", **{**given["community"], "region": region})
    names = {one["product"]: words.say("owned", owner=one["owner_name"], product=one["name"])
             for one in given["alike_products"]}
    for row in given["alike"]:
        other = next((one for one in row["products"] if one != given["product"]), "")
        yield words.say("effect.alike", kind=row["kind"], other=names.get(other, other),
                        reasons=",".join(row["reasons"]))


def _owner_line(words: Words, row: Mapping[str, Any]) -> str:
    before, after = row["before"], row["after"]
    bureaus = [words.span(one["with_bureaus"]) if "with_bureaus" in one else words.span(one) for one in (before, after)]
    shown = bureaus if "with_bureaus" in after else ["", ""]
    return words.say("effect.owner", owner=row["name"], before=words.span(before), after=words.span(after),
                     was=words.state(before["state"], before["for_review"]),
                     becomes=words.state(after["state"], after["for_review"]), all_before=shown[0], all_after=shown[1])
