"""The seller ladder at its edges: every rung, severe cases, appeals, the turn of the year, the end of a shield."""

from typing import Any

import pytest
from msgspec.structs import replace

from cloudtag.decisions.penalties import judge_penalties
from cloudtag.policy.load import from_texts, shipped, shipped_texts
from tests.histories.seller_cases import DAY, DEADLINE, FEW, FOUND, MANY, history, judged, penalty, said

YEAR_END = 1_798_732_800_000
"""2026-12-31T16:00:00Z, midnight in Shanghai."""

LADDER = [
    (1, FEW, "0", None),
    (2, FEW, "0", None),
    (3, FEW, "12", 7),
    (4, FEW, "48", 28),
    (6, FEW, "48", 28),
    (1, MANY, "12", 7),
    (2, MANY, "12", 7),
    (3, MANY, "48", 28),
    (4, MANY, "48", 28),
    (6, MANY, "48", 28),
]


@pytest.mark.parametrize(("number", "orders", "points", "days"), LADDER)
def test_every_rung_of_the_ladder(number: Any, orders: Any, points: Any, days: Any) -> None:
    facts = history([1] * (number - 1) + [orders])
    record = penalty(facts, f"c{number}")
    assert (record.details["violation"], record.details["points"]) == (str(number), points)
    assert (record.details["orders"], record.details["limit"]) == (str(orders), "96")
    starts_at = facts[-1].occurred_at + 3 * DAY
    assert (record.starts_at, record.ends_at) == (starts_at, YEAR_END)
    assert record.details["shield_days"] == str(days or 0)
    shield: Any = judged(facts).get(("shop_shield", f"c{number}"))
    if days is None:
        assert shield is None
    else:
        assert (shield.starts_at, shield.ends_at) == (starts_at, starts_at + days * DAY)
        barred = "all_promotions_barred" if points == "48" else "some_promotions_barred"
        assert shield.details == {
            "case_id": f"c{number}",
            "points": points,
            "shield_days": str(days),
            "measures": f"shop_shielded, no_new_listings, public_warning, {barred}",
        }


def test_what_a_penalty_says() -> None:
    record = penalty([said("found", orders=MANY)])
    assert (record.subject_kind, record.subject_id, record.because) == ("shop", "s1", ("c1",))
    assert (record.platform, record.policy_version.partition("@")[0]) == ("taobao", "taobao-2016")
    assert record.details == {
        "case_id": "c1",
        "year": "2026",
        "violation": "1",
        "orders": "97",
        "limit": "96",
        "points": "12",
        "points_until": "2026-12-31T16:00:00Z",
        "removed": "sales, scores, credit, comments",
        "kept": "medium_reviews, bad_reviews",
        "shield_days": "7",
        "goods_down_ranked": "false",
        "closes_shop": "false",
    }


@pytest.mark.parametrize(("sizes", "days"), [([MANY], 7), ([1, 1, FEW], 7), ([1, 1, MANY], 28), ([1, 1, 1, 1], 28)])
def test_a_shield_ends_by_itself_to_the_millisecond(sizes: Any, days: Any) -> None:
    facts = history(sizes)
    case, ends_at = facts[-1].case_id, facts[-1].occurred_at + (3 + days) * DAY
    assert judged(facts, ends_at - 1)["shop_shield", case].status == "active"
    over = judged(facts, ends_at)["shop_shield", case]
    assert (over.status, over.ends_at) == ("ended", ends_at)
    assert penalty(facts, case, ends_at).status == "active", "its points outlive it"
    assert judge_penalties(facts, shipped(), ends_at - 1).timers[case] == ends_at


@pytest.mark.parametrize(("now", "status"), [(YEAR_END - 1, "active"), (YEAR_END, "ended")])
def test_points_live_until_their_year_ends(now: Any, status: Any) -> None:
    assert penalty([said("found", orders=MANY)], now=now).status == status


@pytest.mark.parametrize(
    ("platform", "count"), [("taobao", 3), ("tmall", 3), ("jd", 0), ("aliexpress", 0), ("etsy", 0)]
)
def test_the_ladder_is_taobaos_and_tmalls(platform: Any, count: Any) -> None:
    assert len(judged([said("found", orders=MANY, platform=platform)])) == count


def test_a_severe_case_takes_effect_at_once_and_freezes_after_thirty_days() -> None:
    facts = [said("found", severe=True, orders=1)]
    record = penalty(facts, now=FOUND)
    assert (record.starts_at, record.ends_at, record.details["points"]) == (FOUND, None, "48")
    assert (record.details["severe"], record.details["appeal"]) == ("true", "none")
    assert record.details["frozen_from"] == "2026-04-01T00:00:00Z"
    assert ("violation_notice", "c1") not in judged(facts)
    frozen_at = FOUND + 30 * DAY
    assert judge_penalties(facts, shipped(), FOUND).timers == {"c1": frozen_at}
    assert "frozen" not in penalty(facts, now=frozen_at - 1).details
    assert penalty(facts, now=frozen_at).details["frozen"] == "true"
    late = penalty(facts)
    assert (late.status, late.details["frozen"]) == ("active", "true")
    assert judge_penalties(facts, shipped(), frozen_at).timers == {}


def test_a_severe_case_knows_no_appeal() -> None:
    facts = [said("found", severe=True)]
    appealed = [*facts, said("appealed", FOUND + 1), said("appeal_upheld", FOUND + DAY)]
    assert judged(appealed) == judged(facts)


def test_a_case_is_severe_as_soon_as_any_event_says_so() -> None:
    facts = [said("found"), said("appealed", FOUND + 1, severe=True)]
    assert penalty(facts, now=FOUND).details["severe"] == "true"
    assert ("violation_notice", "c1") not in judged(facts)


def test_severe_cases_have_no_number() -> None:
    facts = [*history([1, 1]), said("found", FOUND + DAY, "c9", severe=True)]
    assert penalty(facts, "c2").details["violation"] == "2"
    assert "violation" not in penalty(facts, "c9").details


def test_an_order_counts_once_in_a_year() -> None:
    shared = [f"c1-{n}" for n in range(50)]
    own = [f"c2-{n}" for n in range(FEW)]
    facts = [said("found", orders=50), replace(said("found", FOUND + 10 * DAY, "c2"), order_ids=tuple(shared + own))]
    assert penalty(facts, "c2").details["orders"] == "96"
    assert penalty(facts, "c2").details["points"] == "0"
    # A case that is dropped counts nothing, so the other one's orders are all its own.
    dropped = [*facts, said("appeal_upheld", FOUND + 20 * DAY)]
    assert penalty(dropped, "c2").details["orders"] == "146"
    assert penalty(dropped, "c2").details["points"] == "12"


def test_orders_of_all_events_of_a_case_count_together() -> None:
    facts = [said("found", orders=90), said("appealed", DEADLINE + 1, orders=97)]
    assert penalty(facts).details["orders"] == "97"


def test_a_case_belongs_to_the_year_in_which_it_takes_effect_in_shanghai() -> None:
    before = [*history([1, 1]), said("found", YEAR_END - 3 * DAY - 1, "c9", FEW)]
    after = [*history([1, 1]), said("found", YEAR_END - 3 * DAY, "c9", FEW)]
    assert [penalty(before, "c9").details[name] for name in ("year", "violation", "points")] == ["2026", "3", "12"]
    assert [penalty(after, "c9").details[name] for name in ("year", "violation", "points")] == ["2027", "1", "0"]
    assert penalty(before, "c9").starts_at == YEAR_END - 1
    appealed = [*before, said("appealed", YEAR_END - DAY, "c9"), said("appeal_failed", YEAR_END + DAY, "c9")]
    assert [penalty(appealed, "c9").details[name] for name in ("year", "violation")] == ["2027", "1"]
    assert penalty(after, "c9").details["points_until"] == "2027-12-31T16:00:00Z"


def test_not_even_48_points_close_a_shop_or_rank_its_goods_down() -> None:
    ordinary, severe = penalty(history([MANY] * 3), "c3"), penalty([said("found", severe=True)])
    assert ordinary.details["points"] == severe.details["points"] == "48"
    assert ordinary.details["closes_shop"] == "false"
    assert ordinary.details["goods_down_ranked"] == severe.details["goods_down_ranked"] == "false"


def test_the_limit_is_the_policys() -> None:
    strict = from_texts(_changed("few_orders = 5"))
    assert penalty([said("found", orders=6)], policies=strict).details["points"] == "12"
    assert penalty([said("found", orders=5)], policies=strict).details["points"] == "0"


def test_a_cleaned_case_is_marked_and_spared_only_where_the_policy_says_so() -> None:
    facts = [said("found", orders=MANY), said("cleaned", DEADLINE - 1)]
    assert penalty(facts).details["cleaned"] == "true"
    assert penalty(facts).details["points"] == "12"
    sparing = from_texts(_changed("spares_cleaned = true"))
    assert ("shop_penalty", "c1") not in judged(facts, policies=sparing)
    late = [said("found", orders=MANY), said("cleaned", DEADLINE)]
    assert penalty(late, policies=sparing).details["points"] == "12"
    assert "cleaned" not in penalty(late).details


def test_a_shop_that_cleaned_up_while_its_appeal_is_open_waits_for_the_outcome() -> None:
    sparing = from_texts(_changed("spares_cleaned = true"))
    facts = [said("found", orders=MANY), said("appealed", FOUND + 1), said("cleaned", FOUND + DAY)]
    assert ("shop_penalty", "c1") not in judged(facts, policies=sparing)
    failed = [*facts, said("appeal_failed", FOUND + 9 * DAY)]
    assert ("shop_penalty", "c1") not in judged(failed, policies=sparing)
    assert penalty(failed).details["cleaned"] == "true"


def test_what_is_spared_has_no_number() -> None:
    sparing = from_texts(_changed("spares_cleaned = true"))
    facts = [*history([1, 1]), said("cleaned", FOUND + DAY)]
    assert penalty(facts, "c2", policies=sparing).details["violation"] == "1"
    assert penalty(facts, "c2").details["violation"] == "2"


def _changed(line: Any) -> Any:
    texts = shipped_texts()
    return texts | {"default.toml": f"{texts['default.toml']}\n[version.sellers]\n{line}\n"}
