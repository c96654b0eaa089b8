"""Submissions through the whole engine: each is answered, order by order, and detection does not depend on them."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import AccountChanged, TagSubmitted
from cloudtag.contract.records import Alert, TagStatus
from cloudtag.detection.example import day, event, inspected, ordered, refunded
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import replay
from cloudtag.replay.topology import Topology
from cloudtag.wire.replay_form import decode_json

SHORT = (
    ordered("completed", day(0)),
    refunded("opened", day(2), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(3), type="return_refund", waybill_no="RET1"),
    inspected(day(6), {"dress": 1}, waybill_no="RET1"),
)
BEFORE = "2019-12-31T15:59:59Z"
"""The last second of AliExpress's older policy, which ends at midnight in Shanghai."""
SINCE = "2019-12-31T16:00:00Z"


JsonEvent = dict[str, Any]
"""An event in the replay form."""


def passed(at: str, account: str = "main", shop: str = "s1", **fields: str) -> JsonEvent:
    return event("accounts", at, shop_id=shop, account_id=account, status="exam_passed", **fields)


def submitted(
    n: int,
    at: str,
    *order_ids: str,
    scenarios: Sequence[str] = ("worn_return",),
    account: str = "main",
    shop: str = "s1",
    **fields: str,
) -> JsonEvent:
    tagged = [{"order_id": order_id, "buyer_id": "b1"} for order_id in order_ids]
    return event(
        "tags", at, submission_id=f"sub{n}", shop_id=shop, account_id=account, scenarios=list(scenarios), orders=tagged,
        **{"event_id": f"tag{n}", **fields},
    )  # fmt: skip


Told = TypeVar("Told", Alert, TagStatus)


def last(events: Iterable[JsonEvent], kind: type[Told]) -> dict[str, Told]:
    """The latest revision of each record of a kind."""
    found: dict[str, Told] = {}
    for told, record in replay([msgspec.json.encode(each) for each in events]):
        assert told != "dead-letters", record
        if isinstance(record, kind):
            found[record.alert_id if isinstance(record, Alert) else record.tag_id] = record
    return found


def fates(events: Iterable[JsonEvent]) -> dict[str, tuple[str, str | None]]:
    """What became of tags; each order named is the buyer's at the shop that tags it."""
    events = list(events)
    told = {fact["order_id"] for fact in events if fact["stream"] == "orders"}
    known = {
        (tag["shop_id"], order["order_id"]): event(
            "orders", tag["occurred_at"], **order, shop_id=tag["shop_id"], status="completed", platform=tag["platform"],
            event_id=f"known-{tag['shop_id']}-{order['order_id']}",
        )
        for tag in events if tag["stream"] == "tags" for order in tag["orders"] if order["order_id"] not in told
    }  # fmt: skip
    events = [*events, *known.values()]
    return {tag_id: (tag.status, tag.reason) for tag_id, tag in last(events, TagStatus).items()}


def decoded(written: JsonEvent) -> AccountChanged | TagSubmitted:
    """The event that was written in the replay form."""
    told = decode_json(written)[1]
    assert isinstance(told, AccountChanged | TagSubmitted)
    return told


@pytest.mark.parametrize("shops", [1, 2, 3])
def test_a_tag_is_answered_at_the_event_time_it_is_put(shops: int) -> None:
    """Whether it ends pending or confirmed: no hour passes, so none of the 48 a platform has is used up."""
    names = [f"s{n}" for n in range(shops)]
    events = [passed(day(0), shop=name) for name in names]
    events += [submitted(n, day(1, n), f"o{n}", shop=name) for n, name in enumerate(names)]
    topology = Topology(shipped())
    for each in events:
        tagged = decoded(each)
        told = {o.record.order_id: o.record for o in topology.feed([tagged]) if isinstance(o.record, TagStatus)}
        for order in tagged.orders if isinstance(tagged, TagSubmitted) else ():
            assert told[order.order_id].decided_at == tagged.occurred_at
    later = [o.record for o in topology.pass_time(decoded(passed(day(9))).occurred_at)]
    assert later == []


Submissions = list[tuple[list[str], list[str], str, str, str]]
"""The orders, the scenarios, the account, the shop and the platform of each."""
submissions = st.lists(
    st.tuples(
        st.lists(st.sampled_from([f"o{n}" for n in range(30)]), min_size=1, max_size=24, unique=True),
        st.lists(st.sampled_from(["worn_return", "short_return", "nobody_knows"]), max_size=2),
        st.sampled_from(["main", "clerk"]),
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["taobao", "jd", "aliexpress"]),
    ),
    max_size=5,
)


@given(submissions)
def test_every_order_of_every_submission_is_answered(made: Submissions) -> None:
    events = [passed(day(0)), *(
        submitted(n, day(1, n), *orders, scenarios=scenarios, account=account, shop=shop, platform=platform)
        for n, (orders, scenarios, account, shop, platform) in enumerate(made)
    )]  # fmt: skip
    told = last(events, TagStatus)
    assert set(told) == {f"sub{n}/{order_id}" for n, (orders, *_) in enumerate(made) for order_id in orders}
    for tag in told.values():
        assert (tag.status == "rejected") == (tag.reason is not None)
        assert tag.shown_as


def test_a_submission_without_vouchers_is_taken() -> None:
    tag = submitted(1, day(1), "o1")
    assert tag.get("chat_evidence_no") is None
    assert fates([passed(day(0)), tag]) == {"sub1/o1": ("pending", None)}


def test_each_account_passes_by_itself() -> None:
    tags = [submitted(1, day(1), "o1", account="clerk"), submitted(2, day(2), "o2")]
    assert fates([passed(day(0)), *tags]) == {"sub1/o1": ("rejected", "no_permission"), "sub2/o2": ("pending", None)}
    both = [passed(day(0)), {**passed(day(0), "clerk"), "event_id": "exam2"}]
    assert fates([*both, *tags]) == {"sub1/o1": ("pending", None), "sub2/o2": ("pending", None)}


@pytest.mark.parametrize("kind", ["false_report", "wrong_scenario", "leaked_to_buyer"])
def test_every_kind_of_misuse_voids_the_tags(kind: str) -> None:
    tag = submitted(1, day(1), "o1")
    misused = event("abuses", day(2), shop_id="s1", kind=kind)
    later = submitted(2, day(3), "o2")
    found = fates([passed(day(0)), tag, misused, later])
    assert found["sub1/o1"][0] == "voided"
    assert found["sub2/o2"] == ("rejected", "no_permission")


@pytest.mark.parametrize(("at", "second"), [(BEFORE, ("rejected", "duplicate_order")), (SINCE, ("pending", None))])
def test_aliexpress_tagged_an_order_once_and_later_once_per_scenario(at: str, second: tuple[str, str | None]) -> None:
    own = {"platform": "aliexpress"}
    events = [
        passed("2019-12-01T00:00:00Z", **own),
        submitted(1, at, "o1", scenarios=["malicious_refund"], **own),
        submitted(2, at, "o1", scenarios=["malicious_review"], **own),
        submitted(3, at, "o1", scenarios=["malicious_refund"], **own),
    ]
    assert fates(events) == {
        "sub1/o1": ("pending", None),
        "sub2/o1": second,
        "sub3/o1": ("rejected", "duplicate_order"),
    }


@pytest.mark.parametrize("scenario", ["worn_return", "short_return"])
def test_a_tag_of_one_scenario_keeps_no_detector_from_looking_for_others(scenario: str) -> None:
    tagged = [passed(day(0)), submitted(1, day(4), "o1", scenarios=[scenario])]
    own = {"platform": "aliexpress"}
    with_tag = last([{**each, **own} for each in (*SHORT, *tagged)], Alert)
    without = last([{**each, **own} for each in SHORT], Alert)
    assert with_tag == without
    assert "short_return" in {alert.detector for alert in with_tag.values()}
