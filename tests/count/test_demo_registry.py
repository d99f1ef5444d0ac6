"""Claims about the demo registry: on every database the count says exactly what the table says that was written by
hand, and says it in every form."""

from __future__ import annotations

from .conftest import document_of, put_demo

STATES = {"within", "undetermined", "exceeds_principle"}


def ids(document, products):
    """Products as the table names them: the ids of their entries."""
    by_id = {one["product"]: one for one in document["products"]}
    return sorted(sorted(by_id[product]["entries"]) for product in products)


def span(given):
    return {"confirmed": given["confirmed"], "undetermined": given["undetermined"]}


def told(document, row):
    """A row of the count in the form of the table."""
    made = {"owner": row["owner"], "confirmed": ids(document, row["confirmed_products"]),
            "undetermined": ids(document, row["undetermined_products"]), "state": row["state"]}
    if "with_bureaus" in row:
        made["with_bureaus"] = {**span(row["with_bureaus"]), "review": row["for_review"]}
    if "without_arms" in row:
        made["without_arms"] = span(row["without_arms"])
    if "parent" in row and (row["confirmed"] or row["undetermined"]):
        made["parent"] = row["parent"]["owner"]
    if row["exceptions"]:
        made["exceptions"] = row["exceptions"]
    for key, name in (("doubtful_products", "owner_doubtful"), ("own_entry_products", "embedded_with_own_entry")):
        if row[key]:
            made[name] = [one for product in ids(document, row[key]) for one in product]
    return made


def test_every_owner_is_counted_as_the_table_says(any_store, table):
    put_demo(any_store)
    document = document_of(any_store)
    wanted = {row["owner"]: {name: value for name, value in row.items() if name not in ("why", "proposed")}
              for row in table["owners"]}
    assert {row["owner"]: told(document, row) for row in document["owners"]} == wanted
    for row in document["owners"]:
        assert (row["confirmed"], row["undetermined"]) == (len(row["confirmed_products"]),
                                                           len(row["undetermined_products"]))
        assert row["most"] == row["confirmed"] + row["undetermined"]
        assert row["for_review"] == wanted[row["owner"]].get("with_bureaus", {}).get("review", False)


def test_nobody_is_guessed_and_the_totals_hold(any_store, table):
    put_demo(any_store)
    document = document_of(any_store)
    assert [(ids(document, [row["product"]])[0], row["standing"]) for row in document["no_owner"]] == [
        (row["product"], row["standing"]) for row in table["no_owner"]]
    local = {one for product in ids(document, document["local"]["products"]) for one in product}
    assert local == set(table["local"])
    totals = document["totals"]
    assert {name: totals[name] for name in ("entries", "products")} == {
        name: table["totals"][name] for name in ("entries", "products")}
    assert totals["owners"] == len(table["owners"]) == sum(totals[state] for state in STATES)
    assert totals["central"] + totals["local"] + totals["no_owner"] == totals["products"]


def test_the_other_rules_say_what_the_table_says(any_store, table):
    put_demo(any_store)
    document = document_of(any_store)
    rules, by_id = document["rules"], {one["product"]: one for one in document["products"]}
    assert sorted([ids(document, [row["product"]])[0], row["deepest"], row["forms"]] for row in rules["reaches"]) == [
        [row["product"], row["deepest"], row.get("forms", False)] for row in table["reaches_below"]]
    named = {row["family"]: row for row in table["families"]}
    assert {row["family"]: ids(document, row["products"]) for row in rules["families"]} == {
        family: row["products"] for family, row in named.items()}
    for row in rules["families"]:
        owners = list(dict.fromkeys(by_id[one]["owner"] or by_id[one]["written"] for one in row["products"]))
        assert owners == named[row["family"]]["owners"]
        assert len(row["owners"]) == len(owners)
    assert {row["region"]: ids(document, row["products"]) for row in rules["communities"]} == {
        row["region"]: row["products"] for row in table["community"]}
    same = table["approvals"].pop("same_owner_in_other_words", [])
    gaps = {gap: ids(document, [row["product"] for row in rows]) for gap, rows in rules["records"].items() if rows}
    assert gaps == {**table["approvals"], "closed_with_address": table["closed_with_address"]}
    table["approvals"]["same_owner_in_other_words"] = same
    proposed = [pair for row in table["owners"] for pair in row.get("proposed", [])]
    assert all(pair in [row["entries"] for row in rules["proposals"]] for pair in proposed)


def test_both_databases_give_one_document(store, postgres_url, tmp_path):
    from appscan.store import Store

    with Store.open(postgres_url, str(tmp_path / "blobs")) as other:
        put_demo(other)
        put_demo(store)
        assert document_of(store) == document_of(other)
