"""Permissions and misuse: who may tag, what a finding takes back, and that its withdrawal leaves nothing of it."""

from typing import Any

import msgspec

from cloudtag.contract.events import AbuseFound, AccountChanged, TagSubmitted
from cloudtag.contract.records import Consequence, TagConfirmation, TagStatus
from cloudtag.contract.types import TaggedOrder
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge, replay
from cloudtag.replay.topology import Topology
from tests.decisions.consequences.scene import known
from tests.engine.standing import latest
from tests.processors.scene import Scene

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


def test_an_exam_grants_and_a_revocation_takes() -> None:
    topology = Topology(shipped())
    granted = permission([o.record for o in topology.feed([exam("s1")])], "main")
    assert (granted.subject_kind, granted.subject_id, granted.status) == ("account", "main", "active")
    assert granted.details == {"permission": "granted", "shop_id": "s1", "reason": "exam_passed"}
    assert (granted.subject_kind, granted.shop_id) == ("account", "s1")
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


def test_accounts_and_findings_are_held_in_one_row_of_the_shop() -> None:
    scene = Scene("shops", "s1", "jd")
    scene.come(exam("s1"), found("a1", T0), exam("s2"), exam("s1"))
    assert scene.names("permission") == [""]
    assert scene.ids("permission") == ["a1", exam("s1").event_id]


def test_a_submission_asks_for_it_only_where_something_was_found() -> None:
    scene = Scene("shops", "s1", "jd")
    scene.come(exam("s1"))
    scene.come(tag("s1", T0 + DAY, "temp"))
    assert scene.judged("permission") == set()
    scene.come(found("a1", T0))
    scene.come(tag("s1", T0 + DAY, "temp", "o9"))
    assert scene.judged("permission") == {""}
    scene.come(found("a9", T0, "s2"))
    assert scene.judged("permission") == set()


def test_it_is_told_under_the_account_and_judging_twice_is_judging_once() -> None:
    scene = Scene("shops", "s1", "jd")
    told = scene.come(exam("s1"), exam("s1", account="temp"))
    assert [(output.stream, output.key) for output in told] == [("consequences", "main"), ("consequences", "temp")]
    assert scene.probe() == {output.record.consequence_id for output in told}
    assert scene.come(exam("s1")) == []


def test_it_is_never_too_late_and_never_let_go() -> None:
    scene = Scene("shops", "s1", "jd")
    scene.come(exam("s1"))
    scene.wait(T0 + 5000 * DAY)
    scene.come(exam("s1", T0 - 5000 * DAY, "old"))
    assert (scene.too_late, len(scene.ids("permission"))) == ([], 2)
    (gone,) = scene.come(exam("s1", T0 + 1, status="revoked"))
    assert gone.record.details["permission"] == "revoked"
