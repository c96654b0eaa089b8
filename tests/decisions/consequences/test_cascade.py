"""One finding against a shop (J13) takes back all that its tags led to, at once; withdrawn, it brings all back."""

from typing import Any

import pytest

from cloudtag.contract.records import Consequence, TagConfirmation, TagStatus
from cloudtag.policy.load import shipped
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import (
    DAY,
    HOUR,
    T0,
    abused,
    agreed,
    contacts,
    exams,
    insured,
    ordered,
)
from tests.engine.standing import latest, standing

PLATFORM = "taobao"
AT = T0 + DAY
TOLD = {
    "permission": {"s1"},
    "insurance_decision": {"o1", "o2", "o3"},
    "metric_exclusion": {"o1", "o2", "o3"},
    "order_limit": {"b1"},
    "sanction": {"b1"},
}
"""By kind of consequence, the subjects that one finding against a shop of three concerns."""


def history() -> Any:
    """Three shops tag the buyer for insurance fraud: confirmed, claims refused."""
    orders = [(f"o{n}", f"s{n}") for n in (1, 2, 3)]
    return [
        *exams(platform=PLATFORM),
        *(ordered("completed", T0 - DAY, order, shop, PLATFORM) for order, shop in orders),
        *(event for order, shop in orders for event in contacts(order, T0 - HOUR, shop)),
        *(insured("claimed", T0 - HOUR, order, shop, PLATFORM, f"n-{order}") for order, shop in orders),
        *agreed(scenario="freight_insurance", platform=PLATFORM),
    ]


@pytest.fixture
def topology() -> Any:
    return Topology(shipped())


def kinds(records: Any) -> Any:
    """Subjects by kind of consequence, without the permissions of single accounts."""
    found: dict[str, Any] = {}
    for record in records:
        if isinstance(record, Consequence) and record.subject_kind != "account":
            found.setdefault(record.kind, set()).add(record.subject_id)
    return found


def test_a_finding_takes_everything_back_in_one_step(topology: Any) -> None:
    before = latest(o.record for o in topology.feed(history()))
    assert kinds(before.values()) == {kind: of for kind, of in TOLD.items() if kind != "permission"}
    after = latest(o.record for o in topology.feed([abused("s1", AT, platform=PLATFORM)]))
    assert kinds(after.values()) == TOLD
    status = {(type(r), getattr(r, "tag_id", getattr(r, "kind", ""))): r.status for r in after.values()}
    assert status[TagStatus, "t-s1-o1/o1"] == "voided"
    assert status[TagStatus, "t-s2-o2/o2"] == status[TagStatus, "t-s3-o3/o3"] == "pending"
    assert status[TagConfirmation, ""] == "reversed"
    for kind in ("metric_exclusion", "order_limit", "sanction"):
        assert status[Consequence, kind] == "reversed", kind
    claims = {r.subject_id: r for r in after.values() if getattr(r, "kind", "") == "insurance_decision"}
    assert claims["o1"].status == "reversed"
    assert [claims[order].details["decision"] for order in ("o2", "o3")] == ["hold", "hold"]


def test_the_finding_withdrawn_brings_everything_back_under_the_same_ids(topology: Any) -> None:
    finding = abused("s1", AT, platform=PLATFORM)
    before = latest(o.record for o in topology.feed(history()))
    taken = latest(o.record for o in topology.feed([finding]))
    again = latest(o.record for o in topology.feed([abused("s1", AT + 1, finding.event_id, PLATFORM)]))
    assert standing({**before, **taken, **again}.values()) == standing(before.values())
    for key, record in again.items():
        assert record.revision == taken[key].revision + 1
    assert kinds(again.values()) == TOLD


@pytest.mark.parametrize("order", [0, 1], ids=["finding first", "withdrawal first"])
def test_a_finding_that_is_withdrawn_equals_none_in_either_order(topology: Any, order: Any) -> None:
    finding = abused("s1", AT, platform=PLATFORM)
    both = [finding, abused("s1", AT + 1, finding.event_id, PLATFORM)]
    outputs = topology.feed(history())
    for event in (both, both[::-1])[order]:
        outputs += topology.feed([event])
    plain = Topology(shipped()).feed(history())
    assert standing(o.record for o in outputs) == standing(o.record for o in plain)


def test_a_second_finding_that_stands_keeps_the_tags_void(topology: Any) -> None:
    finding = abused("s1", AT, platform=PLATFORM)
    topology.feed([*history(), finding, abused("s1", AT + 5, platform=PLATFORM)])
    after = latest(o.record for o in topology.feed([abused("s1", AT + 9, finding.event_id, PLATFORM)]))
    assert not any(isinstance(record, TagConfirmation) for record in after.values())
    assert {r.status for r in after.values() if isinstance(r, TagStatus)} <= {"voided"}


def test_with_a_fourth_shop_the_confirmation_stands_without_the_first(topology: Any) -> None:
    fourth = [event for event in agreed(T0 + 9, 4, "freight_insurance", PLATFORM) if event.shop_id == "s1"]
    (tagged,) = fourth
    more = [
        ordered("completed", T0 - DAY, "o4", "s4", PLATFORM),
        *contacts("o4", T0 - HOUR, "s4"),
        type(tagged)("tag-4", T0 + 9, PLATFORM, "t-s4-o4", "s4", "main", tagged.scenarios, tagged.orders),
    ]
    topology.feed([*history(), *more])
    after = latest(o.record for o in topology.feed([abused("s1", AT, platform=PLATFORM)]))
    found = {r.status: r for r in after.values() if isinstance(r, TagConfirmation)}
    assert found["reversed"].shop_ids == ("s1", "s2", "s3", "s4")
    assert found["confirmed"].shop_ids == ("s2", "s3", "s4"), "another one: the first of its tags is another"
    (sanction,) = (r for r in after.values() if getattr(r, "kind", "") == "sanction")
    assert (sanction.status, sanction.starts_at) == ("active", T0 + 9)
