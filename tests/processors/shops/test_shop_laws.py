"""Laws of a shop's findings and cases: of tags nothing outlives a finding, of a finding nothing its withdrawal."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract.events import TagSubmitted
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import known
from tests.engine.standing import standing
from tests.histories.seller_cases import FOUND, MANY, said
from tests.processors.scene import DAY, T0
from tests.processors.shops.rows.test_permission import SHOPS, exam, found, tag

days = st.integers(0, 100)
shops = st.sampled_from(SHOPS)
submitted = st.lists(st.tuples(shops, days), max_size=12, unique=True)


def _history(tags: Any) -> Any:
    return known([exam(shop) for shop in SHOPS] + [tag(shop, T0 + (1 + day) * DAY) for shop, day in tags])


def _outcome(facts: Any, random: Any = None) -> Any:
    """What finally stands, fed in one order or another, some of it twice."""
    topology = Topology(shipped(), 200 * DAY)
    facts = sorted(facts, key=lambda fact: (fact.occurred_at, fact.event_id))
    if random is not None:
        facts = facts + random.choices(facts, k=len(facts))
        random.shuffle(facts)
    outputs = [o.record for fact in facts for o in topology.feed([fact])]
    return standing(outputs + [o.record for o in topology.pass_time(T0 + 300 * DAY)])


def _of_others(stand: Any, shop: Any) -> Any:
    return {
        key: record
        for key, record in stand.items()
        if shop not in (getattr(record, "shop_id", None), getattr(record, "details", {}).get("shop_id"))
    }


@given(submitted, shops, days, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_shop_found_out_counts_as_if_it_had_never_tagged(tags: Any, shop: Any, day: Any, random: Any) -> None:
    history = [*_history(tags), found("a1", T0 + day * DAY, shop)]
    without = [fact for fact in _history(tags) if type(fact) is not TagSubmitted or fact.shop_id != shop]
    assert _of_others(_outcome(history, random), shop) == _of_others(_outcome(without), shop)


@given(submitted, shops, days, st.integers(0, 100), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_finding_taken_back_leaves_nothing_behind(tags: Any, shop: Any, day: Any, later: Any, random: Any) -> None:
    back = found("a2", T0 + (day + later) * DAY, shop, withdraws="a1")
    history = [*_history(tags), found("a1", T0 + day * DAY, shop), back]
    assert _outcome(history, random) == _outcome(_history(tags))


events = st.builds(
    lambda status, days, case, orders, severe: said(status, FOUND + days * DAY, case, orders, severe=severe),
    st.sampled_from(("found", "found", "found", "appealed", "appeal_upheld", "appeal_failed", "cleaned")),
    st.one_of(st.integers(0, 20), st.integers(280, 330)),
    st.sampled_from(("c1", "c2", "c3", "c4")),
    st.sampled_from((0, 2, MANY)),
    st.sampled_from((False, False, False, True)),
)


@given(st.lists(events, max_size=14), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_any_order_tells_the_same_in_the_end_over_the_turn_of_the_year(facts: Any, random: Any) -> None:
    until = FOUND + 380 * DAY
    shuffled = facts + random.choices(facts, k=len(facts)) if facts else []
    random.shuffle(shuffled)
    topology = Topology(shipped(), 350 * DAY)
    outputs = [o.record for fact in shuffled for o in topology.feed([fact])]
    outputs += [o.record for o in topology.pass_time(until)]
    assert standing(outputs) == standing(record for _, record in judge(list(facts), until, shipped()))
