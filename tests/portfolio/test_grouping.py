"""Claims about products: keys group, likeness only proposes, people decide and may decide again."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appscan.model.registry import Platform
from appscan.portfolio.decisions import Decision
from appscan.portfolio.grouping import Evidence, LinkKind, group
from appscan.portfolio.likeness import STOCK_ICONS, alike, icons_alike, likeness, signature
from appscan.portfolio.naming import filing_subject, normal_address, normal_name
from appscan.portfolio.proposals import ProposalKind, Reason, propose

from .conftest import entry


def sets(entries, **more) -> set[frozenset[str]]:
    """Ids of the entries of each product."""
    return {frozenset(one.id for one in product.entries) for product in group(entries, **more).products}


def decided(number: int, entries: set[str], apart_from: set[str] = frozenset()) -> Decision:
    return Decision(
        frozenset(entries),
        frozenset(apart_from),
        "虚构审核员",
        datetime(2026, 1, number, tzinfo=UTC),
        "虚构理由",
        number,
    )


def one_of(*ids: str) -> frozenset[str]:
    return frozenset(ids)


@pytest.mark.parametrize(
    "name",
    [
        "虚构通（安卓版）",
        "虚构通iOS版",
        "《虚构通》",
        "虚构通微信小程序",
        "虚构通 APP",
        "虚构通-鸿蒙版",
        "虚 构 通",
        "虚构通(HarmonyOS)",
        "虚構通",
        "虚构通客户端",
        "虚构通H5",
    ],
)
def test_the_platform_is_no_part_of_a_name(name):
    assert normal_name(name) == "虚构通"


@pytest.mark.parametrize("name", ["虚构通2.0", "虚构通市民端", "虚构通工作端", "虚构通（甲县）", "虚构通极速版"])
def test_what_tells_two_apps_apart_stays_in_the_name(name):
    assert normal_name(name) != "虚构通"


@pytest.mark.parametrize("name", ["小程序", "APP", "（安卓版）", "H5", "《》", ""])
def test_a_name_of_nothing_else_keeps_what_it_has(name):
    assert bool(normal_name(name)) == any(letter.isalnum() for letter in name)


def test_one_product_on_all_platforms_under_all_names_of_its_owner_counts_once():
    entries = [
        entry("a", "工业和信息化部", "虚构通（安卓版）", platform=Platform.ANDROID, package="a.b"),
        entry("b", "工信部", "虚构通 iOS版", platform=Platform.IOS, package="a.c"),
        entry("c", "MIIT", "虚构通小程序", platform=Platform.MINIPROGRAM, miniprogram="wx1234"),
        entry("d", "工信部信息中心", "虚构通", platform=Platform.WEB, url="https://x.example.invalid/"),
    ]
    [product] = group(entries).products
    assert (product.owner.owner, len(product.entries)) == ("miit", 4)
    assert {link.kind for link in product.links} == {LinkKind.NAME}


def test_a_declared_id_goes_before_the_name():
    assert sets([entry("a", app="虚构甲", product="p"), entry("b", app="虚构乙", product="p")]) == {one_of("a", "b")}
    assert sets([entry("a", app="虚构甲", product="p"), entry("b", app="虚构甲", product="q")]) == {
        one_of("a"),
        one_of("b"),
    }


def test_an_entry_without_an_id_between_two_ids_is_joined_with_neither():
    entries = [entry("a", app="虚构甲", product="p"), entry("b", app="虚构甲", product="q"), entry("c", app="虚构甲")]
    assert sets(entries) == {one_of("a"), one_of("b"), one_of("c")}
    assert sets([*entries, entry("d", app="虚构甲")]) == {one_of("a"), one_of("b"), one_of("c", "d")}


@pytest.mark.parametrize(
    "key",
    [{"package": "a.b"}, {"miniprogram": "wx1234"}, {"digest": "a" * 64}, {"url": "https://x.example.invalid/app/"}],
)
def test_one_key_under_one_owner_is_one_product_and_under_two_owners_only_proposed(key):
    assert sets([entry("a", **key), entry("b", **key)]) == {one_of("a", "b")}
    grouping = group([entry("a", "公安部", **key), entry("b", "司法部", **key)])
    assert len(grouping.products) == 2
    [proposal] = propose(grouping)
    assert proposal.kind is ProposalKind.FAMILY


def test_packages_seen_in_reports_group_like_written_ones():
    evidence = {"a": Evidence(packages=frozenset({"a.b"})), "b": Evidence(packages=frozenset({"a.b"}))}
    assert sets([entry("a"), entry("b")], evidence=evidence) == {one_of("a", "b")}


def test_equal_names_of_two_owners_and_of_an_arm_and_its_centre_stay_apart():
    assert len(sets([entry("a", "虚构甲县数据局", "虚构通"), entry("b", "虚构乙县数据局", "虚构通")])) == 2
    arms = [entry("a", "国家税务总局", "虚构税务通"), entry("b", "国家税务总局浙江省税务局", "虚构税务通")]
    assert len(sets(arms)) == 2
    [proposal] = propose(group(arms))
    assert (proposal.kind, set(proposal.reasons)) == (ProposalKind.PRODUCT, {Reason.NAME_BEGINS})


def test_a_module_of_a_host_does_not_pull_the_host_in_by_its_package():
    entries = [
        entry("host", package="a.b"),
        entry("module", package="a.b", host_platform="host"),
        entry("own", package="a.b", host_platform="host", own_entry=True),
    ]
    assert sets(entries) == {one_of("host", "own"), one_of("module")}


def test_addresses_differ_in_the_route_of_a_page_but_not_in_the_last_slash():
    assert normal_address("https://WWW.x.example.invalid:443/a/") == normal_address("http://x.example.invalid/a")
    assert normal_address("https://x.example.invalid/#/a") != normal_address("https://x.example.invalid/#/b")
    assert normal_address("http://[broken") == ""


def test_the_subject_of_a_filing_number_is_its_part_before_the_dash():
    assert filing_subject("京ICP备12345678号-3A") == filing_subject("京icp备 12345678 号") == "京icp备12345678号"
    assert filing_subject("虚构") == ""


ICON = 0x123456789ABCDEF0
LIKE = [
    ({"certificates": frozenset({"c"})}, {}, Reason.CERTIFICATE),
    (
        {"endpoints": frozenset({"h/a", "h/b", "h/c", "h/d"})},
        {"endpoints": frozenset({"h/a", "h/b", "h/c"})},
        Reason.ENDPOINTS,
    ),
    (
        {"code": signature([f"C{number}" for number in range(100)])},
        {"code": signature([f"C{number}" for number in range(10, 110)])},
        Reason.CODE,
    ),
    ({"icon": ICON}, {"icon": ICON ^ 0b1011_0000_0001}, Reason.ICON),
]


@pytest.mark.parametrize(("one", "other", "reason"), LIKE, ids=[like[2].value for like in LIKE])
def test_likeness_proposes_and_never_groups(one, other, reason):
    evidence = {"a": Evidence(**one), "b": Evidence(**(one | other))}
    grouping = group([entry("a", app="虚构甲"), entry("b", app="虚构乙")], evidence)
    assert len(grouping.products) == 2
    [proposal] = propose(grouping, evidence)
    assert (proposal.kind, set(proposal.entries)) == (ProposalKind.PRODUCT, {"a", "b"})
    assert reason in proposal.reasons


def test_an_icon_or_a_certificate_alone_says_nothing_across_owners():
    evidence = {name: Evidence(icon=ICON, certificates=frozenset({"c"})) for name in "ab"}
    assert propose(group([entry("a", "公安部"), entry("b", "司法部")], evidence), evidence) == ()
    more = {name: Evidence(icon=ICON, code=signature(["A", "B", "C"])) for name in "ab"}
    [proposal] = propose(group([entry("a", "公安部"), entry("b", "司法部")], more), more)
    assert (proposal.kind, set(proposal.reasons)) == (ProposalKind.FAMILY, {Reason.ICON, Reason.CODE})


def test_what_everybody_shares_proposes_nothing():
    names = [f"e{number}" for number in range(200)]
    evidence = {
        name: Evidence(certificates=frozenset({"vendor"}), icon=ICON, code=signature(["frame"])) for name in names
    }
    assert propose(group([entry(name, f"虚构{name}县数据局") for name in names], evidence), evidence) == ()


def test_a_filing_number_and_a_name_under_owners_written_apart_are_proposed():
    entries = [
        entry("a", "虚构甲县数据局", "虚构通", icp="京ICP备12345678号-1A"),
        entry("b", "某某公司", "虚构通", icp="京ICP备12345678号-2A"),
    ]
    [proposal] = propose(group(entries))
    assert set(proposal.reasons) == {Reason.FILING_AND_NAME}


def test_a_person_joins_parts_and_joins_again():
    entries = [
        entry("a", "公安部"),
        entry("b", "司法部"),
        entry("c", "公安部", package="a.b"),
        entry("d", "公安部", package="a.b"),
    ]
    merge, split = decided(1, {"a", "b"}), decided(2, {"c"}, {"d"})
    assert sets(entries, decisions=[merge, split]) == {one_of("a", "b"), one_of("c"), one_of("d")}
    assert sets(entries, decisions=[merge, split, decided(3, {"a"}, {"b"}), decided(4, {"c", "d"})]) == {
        one_of("a"),
        one_of("b"),
        one_of("c", "d"),
    }
    [joined] = [
        product
        for product in group(entries, decisions=[merge]).products
        if len(product.entries) == 2 and product.entries[0].id == "a"
    ]
    assert joined.owners == ("mps", "moj"), "that it has two owners is seen"


def test_a_split_holds_against_keys_and_entries_that_come_later():
    entries = [entry("a", package="a.b"), entry("b", package="a.b"), entry("new", package="a.b")]
    products = sets(entries, decisions=[decided(1, {"a"}, {"b"})])
    assert not any({"a", "b"} <= product for product in products)


def test_a_pair_that_a_person_set_apart_is_proposed_no_more():
    entries = [entry("a", product="p", package="a.b"), entry("b", product="q", package="a.b")]
    assert len(propose(group(entries))) == 1
    assert propose(group(entries, decisions=[decided(1, {"a"}, {"b"})])) == ()


def test_the_id_of_a_product_is_the_declared_one_where_nobody_else_declares_it():
    products = {product.id for product in group([entry("a", product="p"), entry("b")]).products}
    assert products == {"p", "p:b"}
    twice = group([entry("a", "公安部", product="p"), entry("b", "司法部", product="p")]).products
    assert len({product.id for product in twice}) == 2
    shown = group([entry("a", product="p:b"), entry("b")]).products  # written as lists show the product of b
    assert sorted(product.id for product in shown) == ["p:b", "p:b:a"]


NAMES = st.sampled_from(["虚构甲", "虚构乙", "虚构丙"])
OWNERS = st.sampled_from(["公安部", "司法部", "虚构县数据局", "某公司"])
KEYS = st.sampled_from(["", "a.b", "a.c", "a.d"])


@st.composite
def registries(draw):
    count = draw(st.integers(1, 9))
    return [
        entry(
            f"e{number}",
            draw(OWNERS),
            draw(NAMES),
            product=draw(st.sampled_from(["", "", "p", "q"])),
            package=draw(KEYS),
        )
        for number in range(count)
    ]


@settings(max_examples=150, deadline=None)
@given(registries(), st.data())
def test_every_entry_is_in_one_product_in_any_order_and_decisions_hold(entries, data):
    ids = [one.id for one in entries]
    made = []
    for number in range(data.draw(st.integers(0, 3))):
        left = data.draw(st.sets(st.sampled_from(ids), min_size=1))
        right = data.draw(st.sets(st.sampled_from(ids))) - left
        made.append(decided(number + 1, left, right))
    products = sets(entries, decisions=made)
    assert sorted(one for product in products for one in product) == sorted(ids)
    assert products == sets(data.draw(st.permutations(entries)), decisions=made)
    if made and made[-1].is_merge:
        assert any(made[-1].entries <= product for product in products)
    if made and not made[-1].is_merge:
        assert not any(
            one in product and other in product
            for one in made[-1].entries
            for other in made[-1].apart_from
            for product in products
        )


@given(st.sets(st.text(max_size=6), max_size=60), st.sets(st.text(max_size=6), max_size=60))
def test_a_signature_estimates_how_much_two_sets_share(one, other):
    if one and other:
        share = len(one & other) / len(one | other)
        assert abs(likeness(signature(one), signature(other)) - share) < 0.45


def test_equal_sets_are_alike_whatever_their_order_and_signatures_are_the_same_everywhere():
    members = [f"m{number}" for number in range(50)]
    assert signature(members) == signature(members[::-1])
    assert list(alike({"a": signature(members), "b": signature(set(members)), "c": ()}, 0.5)) == [("a", "b", 1.0)]
    assert signature(["虚构"])[:3] == (4167457388, 3346245193, 2810706825)


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=12))
def test_icons_are_found_up_to_the_bits_they_may_differ_in(icon, flipped):
    other = icon
    for bit in flipped:
        other ^= 1 << bit
    assert bool(list(icons_alike({"a": icon, "b": other}))) == (len(flipped) <= 8)


def test_an_icon_that_the_tools_put_into_every_project_likens_nothing():
    for stock in STOCK_ICONS:
        assert not list(icons_alike({"a": stock, "b": stock ^ 1}))


def test_an_icon_scaled_and_written_as_another_kind_of_picture_is_found_again():
    pytest.importorskip("imagehash")
    from PIL import Image, ImageDraw

    from appscan.portfolio.icons import icon_hash

    def picture(colour, kind, size):
        image = Image.new("RGBA", (192, 192), (0, 0, 0, 0))
        draw = ImageDraw.Draw(image)
        draw.ellipse((20, 20, 172, 172), fill=colour)
        draw.rectangle((60, 90, 132, 110), fill="white")
        draw.polygon([(96, 30), (120, 70), (72, 70)], fill="yellow")
        content = io.BytesIO()
        (image.resize((size, size)) if kind == "PNG" else image.resize((size, size)).convert("RGB")).save(content, kind)
        return icon_hash(content.getvalue())

    one, again, other = picture("red", "PNG", 192), picture("red", "PNG", 96), icon_hash(b"no picture")
    assert one is not None
    assert other is None
    assert list(icons_alike({"a": one, "b": again}))
    blank = io.BytesIO()
    Image.new("RGB", (64, 64), "blue").save(blank, "PNG")
    assert icon_hash(blank.getvalue()) is None
