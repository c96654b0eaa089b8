"""The seller ladder at its edges: every rung, severe cases, appeals, the turn of the year, the end of a shield."""

import pytest
from msgspec.structs import replace

from cloudtag.decisions.penalties import judge_penalties
from cloudtag.policy.load import from_texts, shipped, shipped_texts
from tests.histories.seller_cases import DAY, DEADLINE, FEW, FOUND, MANY, history, judged, notice, penalty, said

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
def test_every_rung_of_the_ladder(number, orders, points, days):
    facts = history([1] * (number - 1) + [orders])
    record = penalty(facts, f"c{number}")
    assert (record.details["violation"], record.details["points"]) == (str(number), points)
    assert (record.details["orders"], record.details["limit"]) == (str(orders), "96")
    starts_at = facts[-1].occurred_at + 3 * DAY
    assert (record.starts_at, record.ends_at) == (starts_at, days and starts_at + days * DAY)
    assert record.details["shield_days"] == str(days or 0)
    assert bool(record.details["measures"]) is bool(days)


def test_what_a_penalty_says():
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
        "measures": "shop_shielded, no_new_listings, public_warning, promotions_barred",
        "shield_days": "7",
        "goods_down_ranked": "false",
        "closes_shop": "false",
    }


@pytest.mark.parametrize(("sizes", "days"), [([MANY], 7), ([1, 1, FEW], 7), ([1, 1, MANY], 28), ([1, 1, 1, 1], 28)])
def test_a_shield_ends_by_itself_to_the_millisecond(sizes, days):
    facts = history(sizes)
    case, ends_at = facts[-1].case_id, facts[-1].occurred_at + (3 + days) * DAY
    assert penalty(facts, case, ends_at - 1).status == "active"
    over = penalty(facts, case, ends_at)
    assert (over.status, over.ends_at) == ("ended", ends_at)
    assert judge_penalties(facts, shipped(), ends_at - 1).timers[case] == ends_at


def test_without_a_shield_nothing_ends():
    assert penalty([said("found", orders=FEW)]).status == "active"


def test_a_severe_case_takes_effect_at_once_and_freezes_after_thirty_days():
    facts = [said("found", severe=True, orders=1)]
    record = penalty(facts, now=FOUND)
    assert (record.starts_at, record.ends_at, record.details["points"]) == (FOUND, None, "48")
    assert (record.details["severe"], record.details["appeal"]) == ("true", "none")
    assert record.details["frozen_from"] == "2026-04-01T00:00:00Z"
    assert notice(facts) is None
    frozen_at = FOUND + 30 * DAY
    assert judge_penalties(facts, shipped(), FOUND).timers == {"c1": frozen_at}
    assert "frozen" not in penalty(facts, now=frozen_at - 1).details
    assert penalty(facts, now=frozen_at).details["frozen"] == "true"
    late = penalty(facts)
    assert (late.status, late.details["frozen"]) == ("active", "true")
    assert judge_penalties(facts, shipped(), frozen_at).timers == {}


def test_a_severe_case_knows_no_appeal():
    facts = [said("found", severe=True)]
    appealed = [*facts, said("appealed", FOUND + 1), said("appeal_upheld", FOUND + DAY)]
    assert judged(appealed) == judged(facts)


def test_a_case_is_severe_as_soon_as_any_event_says_so():
    facts = [said("found"), said("appealed", FOUND + 1, severe=True)]
    assert penalty(facts, now=FOUND).details["severe"] == "true"
    assert notice(facts) is None


def test_severe_cases_have_no_number():
    facts = [*history([1, 1]), said("found", FOUND + DAY, "c9", severe=True)]
    assert penalty(facts, "c2").details["violation"] == "2"
    assert "violation" not in penalty(facts, "c9").details


def test_an_order_counts_once_in_a_year():
    shared = [f"c1-{n}" for n in range(50)]
    own = [f"c2-{n}" for n in range(FEW)]
    facts = [said("found", orders=50), replace(said("found", FOUND + 10 * DAY, "c2"), order_ids=tuple(shared + own))]
    assert penalty(facts, "c2").details["orders"] == "96"
    assert penalty(facts, "c2").details["points"] == "0"
    # A case that is dropped counts nothing, so the other one's orders are all its own.
    dropped = [*facts, said("appeal_upheld", FOUND + 20 * DAY)]
    assert penalty(dropped, "c2").details["orders"] == "146"
    assert penalty(dropped, "c2").details["points"] == "12"


def test_orders_of_all_events_of_a_case_count_together():
    facts = [said("found", orders=90), said("appealed", DEADLINE + 1, orders=97)]
    assert penalty(facts).details["orders"] == "97"


def test_a_case_belongs_to_the_year_of_its_finding_in_shanghai():
    before = [*history([1, 1]), said("found", YEAR_END - 1, "c9", FEW)]
    after = [*history([1, 1]), said("found", YEAR_END, "c9", FEW)]
    assert [penalty(before, "c9").details[name] for name in ("year", "violation", "points")] == ["2026", "3", "12"]
    assert [penalty(after, "c9").details[name] for name in ("year", "violation", "points")] == ["2027", "1", "0"]
    assert penalty(before, "c9").starts_at > YEAR_END
    assert penalty(after, "c9").details["points_until"] == "2027-12-31T16:00:00Z"


def test_not_even_48_points_close_a_shop_or_rank_its_goods_down():
    ordinary, severe = penalty(history([MANY] * 3), "c3"), penalty([said("found", severe=True)])
    assert ordinary.details["points"] == severe.details["points"] == "48"
    assert ordinary.details["closes_shop"] == "false"
    assert ordinary.details["goods_down_ranked"] == severe.details["goods_down_ranked"] == "false"


def test_the_limit_is_the_policys():
    strict = from_texts(_changed("few_orders = 5"))
    assert penalty([said("found", orders=6)], policies=strict).details["points"] == "12"
    assert penalty([said("found", orders=5)], policies=strict).details["points"] == "0"


def test_a_cleaned_case_is_marked_and_spared_only_where_the_policy_says_so():
    facts = [said("found", orders=MANY), said("cleaned", DEADLINE - 1)]
    assert penalty(facts).details["cleaned"] == "true"
    assert penalty(facts).details["points"] == "12"
    sparing = from_texts(_changed("spares_cleaned = true"))
    assert penalty(facts, policies=sparing) is None
    late = [said("found", orders=MANY), said("cleaned", DEADLINE)]
    assert penalty(late, policies=sparing).details["points"] == "12"
    assert "cleaned" not in penalty(late).details


def test_what_is_spared_has_no_number():
    sparing = from_texts(_changed("spares_cleaned = true"))
    facts = [*history([1, 1]), said("cleaned", FOUND + DAY)]
    assert penalty(facts, "c2", policies=sparing).details["violation"] == "1"
    assert penalty(facts, "c2").details["violation"] == "2"


def _changed(line):
    texts = shipped_texts()
    return texts | {"default.toml": f"{texts['default.toml']}\n[version.sellers]\n{line}\n"}
