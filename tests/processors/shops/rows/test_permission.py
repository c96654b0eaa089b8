"""Permissions and misuse: who may tag, what a finding takes back, and that its withdrawal leaves nothing of it."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract.events import AbuseFound, AccountChanged, TagSubmitted
from cloudtag.contract.records import Consequence, TagConfirmation, TagStatus
from cloudtag.contract.types import TaggedOrder
from cloudtag.decisions.permissions import standing_abuses
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge, replay
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import known
from tests.engine.standing import latest, standing

DAY = 86_400_000
T0 = 1_772_409_600_000
SHOPS = ("s1", "s2", "s3", "s4")


def exam(shop: Any, at: Any = T0, account: Any = "main", status: Any = "exam_passed") -> Any:
    return AccountChanged(f"{status}-{shop}-{account}-{at}", at, "jd", shop, account, status)


def tag(shop: Any, at: Any, account: Any = "main", order: Any = None) -> Any:
    order = order or f"o-{shop}-{at}"
    return TagSubmitted(f"tag-{order}", at, "jd", f"sub-{order}", shop, account, ("worn_return",), (_of(order),))


def _of(order: Any) -> Any:
    return TaggedOrder(order, "b1")


def found(name: Any, at: Any, shop: Any = "s1", withdraws: Any = None) -> Any:
    return AbuseFound(name, at, "jd", shop, None, "false_report", withdraws)


def tagged_by_three() -> Any:
    return known([exam(shop) for shop in SHOPS] + [tag(shop, T0 + (n + 1) * DAY) for n, shop in enumerate(SHOPS[:3])])


def permission(outputs: Any, subject_id: Any) -> Any:
    """The last `permission` told of an account or a shop."""
    told = [o for o in outputs if isinstance(o, Consequence) and o.kind == "permission" and o.subject_id == subject_id]
    return max(told, key=lambda record: record.revision, default=None)


def records(outputs: Any, kind: Any) -> Any:
    return [o.record for o in outputs if isinstance(o.record, kind)]


def test_a_finding_voids_the_tags_and_its_withdrawal_brings_them_back() -> None:
    topology = Topology(shipped())
    (confirmed,) = records(topology.feed(tagged_by_three()), TagConfirmation)
    assert (confirmed.status, confirmed.shop_ids) == ("confirmed", ("s1", "s2", "s3"))
    taken = topology.feed([found("a1", T0 + 10 * DAY)])
    (reversed_,) = records(taken, TagConfirmation)
    assert (reversed_.status, reversed_.confirmation_id) == ("reversed", confirmed.confirmation_id)
    assert sorted((t.shop_id, t.status) for t in records(taken, TagStatus)) == [
        ("s1", "voided"), ("s2", "pending"), ("s3", "pending"),
    ]  # fmt: skip
    back = topology.feed([found("a2", T0 + 20 * DAY, withdraws="a1")])
    (again,) = records(back, TagConfirmation)
    assert (again.status, again.revision) == ("confirmed", 2)
    assert again == msgspec.structs.replace(confirmed, revision=2)
    assert {t.status for t in records(back, TagStatus)} == {"confirmed"}


def test_the_same_through_the_replay_form() -> None:
    finding = {"stream": "abuses", "platform": "jd", "shop_id": "s1", "kind": "leaked_to_buyer"}
    events = [
        *(
            {
                "stream": "accounts", "event_id": f"x-{s}", "occurred_at": T0, "platform": "jd", "shop_id": s,
                "account_id": "main", "status": "exam_passed",
            }
            for s in SHOPS[:3]
        ),
        *(
            {
                "stream": "tags", "event_id": f"t-{s}", "occurred_at": T0 + DAY, "platform": "jd", "shop_id": s,
                "submission_id": f"sub-{s}", "account_id": "main", "scenarios": ["worn_return"],
                "orders": [{"order_id": f"o-{s}", "buyer_id": "b1"}],
            }
            for s in SHOPS[:3]
        ),
        *(
            {
                "stream": "orders", "event_id": f"o-{s}", "occurred_at": T0, "platform": "jd", "shop_id": s,
                "order_id": f"o-{s}", "buyer_id": "b1", "status": "completed",
            }
            for s in SHOPS[:3]
        ),
        {**finding, "event_id": "a1", "occurred_at": T0 + 2 * DAY},
        {**finding, "event_id": "a2", "occurred_at": T0 + 3 * DAY, "withdraws": "a1"},
    ]  # fmt: skip
    told: list[Any] = list(replay(msgspec.json.encode(event) for event in events))
    statuses = [record.status for stream, record in told if stream == "tag-confirmations"]
    assert statuses == ["confirmed", "reversed", "confirmed"]
    states = [record.details["permission"] for _, record in told if getattr(record, "subject_id", "") == "main"]
    assert states == ["granted", "granted", "granted", "revoked", "granted"]


def test_a_withdrawn_finding_refuses_nobody() -> None:
    facts = [exam("s1"), found("a1", T0 + DAY), tag("s1", T0 + 2 * DAY), found("a2", T0 + 3 * DAY, withdraws="a1")]
    statuses = [record for _, record in judge(known(facts)) if isinstance(record, TagStatus)]
    assert [(status.status, status.reason) for status in statuses] == [
        ("rejected", "no_permission"), ("pending", None),
    ]  # fmt: skip


def test_only_what_came_later_takes_back() -> None:
    early, late = found("a2", T0 + 1, withdraws="a1"), found("a1", T0 + 2)
    assert standing_abuses([early, late]) == [late]
    assert standing_abuses([found("a1", T0), found("a2", T0, withdraws="a1")]) == []
    assert standing_abuses([found("a0", T0, withdraws="a1"), found("a1", T0)]) == [found("a1", T0)]
    assert standing_abuses([found("a1", T0), found("a2", T0 + 1, withdraws="a9")]) == [found("a1", T0)]


def test_a_withdrawal_may_be_withdrawn() -> None:
    first, back, again = found("a1", T0), found("a2", T0 + 1, withdraws="a1"), found("a3", T0 + 2, withdraws="a2")
    assert standing_abuses([again, first, back]) == [first]


def test_an_exam_grants_and_a_revocation_takes() -> None:
    topology = Topology(shipped())
    granted = permission([o.record for o in topology.feed([exam("s1")])], "main")
    assert (granted.subject_kind, granted.subject_id, granted.status) == ("account", "main", "active")
    assert granted.details == {"permission": "granted", "shop_id": "s1", "reason": "exam_passed"}
    assert (granted.because, granted.starts_at) == (("exam_passed-s1-main-1772409600000",), T0)
    assert topology.feed([exam("s1", T0 + DAY)]) == []
    revoked = permission([o.record for o in topology.feed([exam("s1", T0 + 2 * DAY, status="revoked")])], "main")
    assert (revoked.consequence_id, revoked.revision, revoked.status) == (granted.consequence_id, 1, "active")
    assert revoked.details == {"permission": "revoked", "shop_id": "s1", "reason": "account_revoked"}
    assert (revoked.because, revoked.starts_at) == (("revoked-s1-main-1772582400000",), T0 + 2 * DAY)


def test_a_finding_revokes_every_known_account_and_the_shop_for_good() -> None:
    facts = [exam("s1"), tag("s1", T0 + DAY, "temp"), found("a1", T0 + 2 * DAY), exam("s1", T0 + 3 * DAY, "new")]
    told = list(latest(record for _, record in judge(facts)).values())
    assert [permission(told, subject).details for subject in ("main", "temp", "new", "s1")] == [
        {"permission": "revoked", "shop_id": "s1", "reason": "false_report"}
    ] * 4
    assert {permission(told, subject).starts_at for subject in ("main", "temp", "new", "s1")} == {T0 + 2 * DAY}
    assert permission(told, "s1").subject_kind == "shop"


def test_a_withdrawn_finding_gives_accounts_back_what_they_had_however_late() -> None:
    topology = Topology(shipped())
    topology.feed([exam("s1"), tag("s1", T0 + DAY, "temp"), found("a1", T0 + 2 * DAY)])
    late = T0 + 900 * DAY
    told = [o.record for o in topology.feed([found("a2", late, withdraws="a1")])]
    assert permission(told, "main").details["permission"] == "granted"
    assert permission(told, "s1").status == "reversed"
    # Nobody holds the submission any more that named this account, and it never had a permission to give back.
    assert permission(told, "temp") is None


def test_an_account_that_only_submitted_is_let_go_with_the_finding() -> None:
    topology = Topology(shipped())
    topology.feed([tag("s1", T0, "temp"), found("a1", T0 + DAY)])
    told = [o.record for o in topology.feed([found("a2", T0 + 2 * DAY, withdraws="a1")])]
    assert permission(told, "temp").status == "reversed"


def test_a_submission_after_the_finding_names_one_more_account() -> None:
    topology = Topology(shipped())
    topology.feed([found("a1", T0)])
    told = [o.record for o in topology.feed([tag("s1", T0 + DAY, "temp")])]
    assert permission(told, "temp").details["permission"] == "revoked"


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


@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 9))), max_size=10), st.randoms())
def test_the_findings_that_stand_are_those_nothing_standing_names(drawn: Any, random: Any) -> None:
    abuses = [found(f"a{n}", T0 + at, withdraws=None if k is None else f"a{k}") for n, (at, k) in enumerate(drawn)]
    stand = standing_abuses(random.sample(abuses, len(abuses)))
    order = sorted(abuses, key=lambda a: (a.occurred_at, a.event_id))

    def is_standing(abuse: Any) -> Any:
        later = order[order.index(abuse) + 1 :]
        return not any(other.withdraws == abuse.event_id and is_standing(other) for other in later)

    assert stand == [abuse for abuse in order if abuse.withdraws is None and is_standing(abuse)]
