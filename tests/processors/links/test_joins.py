"""Who is told of whom: pictures that look alike, and attributes that too many show."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract.links import AttributeUsed
from cloudtag.policy.load import shipped
from cloudtag.policy.model import LinkRules
from cloudtag.processors.links.joins import MAX_TOLD, bands_of, hamming, others_of

T0 = 1_772_409_600_000
RULES = LinkRules()
hashes = st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}")


def shown(attribute: str, buyer_id: str, at: int = 0, **fields: Any) -> AttributeUsed:
    return AttributeUsed(0, True, attribute, T0 + at, f"e-{buyer_id}-{at}", "taobao", buyer_id, **fields)


def told_over(one: str, other: str) -> list[str]:
    """The keys over which two buyers are told of each other's pictures."""
    keys: list[str] = []
    for bands in sorted({*bands_of(one), *bands_of(other)}):
        uses = [
            shown(f"phash:{bands}", buyer_id, n, subject=f"r{n}", phash=phash)
            for n, (buyer_id, phash) in enumerate((("b1", one), ("b2", other)))
            if bands in bands_of(phash)
        ]
        keys += [bands] * bool(others_of(f"phash:{bands}", uses, RULES))
    return keys


@given(hashes, st.sets(st.integers(0, 63), max_size=6))
@settings(deadline=None)
def test_pictures_at_most_six_bits_apart_meet_over_exactly_one_key(one: str, flipped: set[int]) -> None:
    other = f"{int(one, 16) ^ sum(1 << bit for bit in flipped):016x}"
    assert hamming(one, other) == len(flipped)
    assert len(told_over(one, other)) == 1


@given(hashes, st.sets(st.integers(0, 63), min_size=7, max_size=20))
@settings(deadline=None)
def test_pictures_further_apart_never_meet(one: str, flipped: set[int]) -> None:
    assert told_over(one, f"{int(one, 16) ^ sum(1 << bit for bit in flipped):016x}") == []


def test_letters_of_a_hash_may_be_large_or_small() -> None:
    assert len(told_over("00FF00FF00FF00FF", "00ff00ff00ff00ff")) == 1


def test_the_shipped_packs_look_up_as_far_as_the_detector_looks() -> None:
    for policy in shipped().versions():
        assert policy.detectors["reused_evidence"].picture_bits <= policy.links.picture_bits


def test_one_refund_with_two_pictures_of_one_thing_tells_nothing() -> None:
    uses = [shown("picture:x", "b1", n, subject="r1") for n in range(2)]
    assert others_of("picture:x", uses, RULES) == {}


def test_a_latecomer_hears_of_the_earliest_uses_and_of_its_own() -> None:
    uses = [shown("picture:x", f"b{n}", n, subject=f"r{n}") for n in range(50)]
    told = others_of("picture:x", uses, RULES)
    assert {use.buyer_id for use in told["", "b49"]} == {*(f"b{n}" for n in range(MAX_TOLD)), "b49"}


def test_shops_kept_by_one_agent_make_a_hub_too() -> None:
    uses = [shown("phone:p1", "", n, shop_id=f"s{n}") for n in range(20)]
    assert others_of("phone:p1", [*uses[:19], shown("phone:p1", "b1")], RULES).keys() == {("", "b1")}
    assert others_of("phone:p1", [*uses, shown("phone:p1", "b1")], RULES) == {}


@pytest.mark.parametrize(("limit", "is_told"), [(20, True), (19, False)])
def test_the_fan_out_limit_is_the_policys(limit: int, is_told: bool) -> None:
    uses = [shown("device:d1", f"b{n}", n) for n in range(20)]
    assert bool(others_of("device:d1", uses, LinkRules(fan_out=limit))) is is_told
