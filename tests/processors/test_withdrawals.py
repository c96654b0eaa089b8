"""A withdrawn alert says which events refuted it: those without which it would still stand, and no others."""

from collections.abc import Iterable

import pytest

from cloudtag.contract import events as ev
from cloudtag.contract.internal import Cause
from cloudtag.contract.records import Alert, Refutation
from cloudtag.decisions.withdrawals import withdrawn as taken_back
from cloudtag.detection.example import contacted, day, inspected, ordered, refunded, scanned
from cloudtag.engine.rows import split_key
from cloudtag.engine.task_result import Output
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.rows.order import ORDER
from cloudtag.replay.topology import Topology, memory_rows
from tests.detectors import test_withdrawals_of_habits as habits
from tests.detectors import test_withdrawals_of_joins as joins
from tests.detectors import test_withdrawals_of_one_order as one_order
from tests.detectors.judged import Raw, event_of, events_of
from tests.engine.standing import records_of

CASES: dict[str, tuple[Iterable[Raw], Raw, Raw | Iterable[Raw]]] = {**one_order.CASES, **habits.CASES, **joins.CASES}
EARLY = (
    ordered("placed", 0),
    ordered("shipped", day(1), waybill_no="OUT1"),
    refunded("opened", day(2), type="return_refund", reason="quality", claims_received=True),
)
SIGNED = scanned("OUT1", "signed", day(1, 20), signer="recipient")
BESIDE = (
    scanned("OUT1", "accepted", day(1, 2)),
    contacted(day(2, 1)),
    refunded("modified", day(2, 2), type="return_refund", reason="quality"),
    ordered("placed", day(2), refund_id="r9"),
)


def flat(case: tuple[Iterable[Raw], Raw, Raw | Iterable[Raw]]) -> list[ev.Event]:
    """The events of a case of withdrawal, one after the other."""
    events, refuting, restoring = case
    return events_of([*events, refuting, *([restoring] if isinstance(restoring, dict) else restoring)])


def withdrawn(outputs: Iterable[Output]) -> list[Alert]:
    return [o.record for o in outputs if isinstance(o.record, Alert) and o.record.status == "withdrawn"]


def fed(*batches: Iterable[Raw], topology: Topology | None = None) -> list[Output]:
    topology = topology or Topology(shipped())
    return [output for batch in batches for output in topology.feed(events_of(batch))]


def reference(stream: str, raw: Raw) -> Refutation:
    fact = event_of(raw)
    return Refutation(stream, fact.event_id, fact.occurred_at)


@pytest.mark.parametrize("case", CASES)
def test_the_event_that_takes_an_alert_back_is_named(case: str) -> None:
    topology, found = Topology(shipped()), 0
    for fact in flat(CASES[case]):
        # Whose goods came back is asked of others, whose answer refutes what the shop seemed to have done.
        found_anew = withdrawn(topology.feed([fact]))
        for alert in (a for a in found_anew if a.detector != "shop_side" or case.startswith("shop_side")):
            assert [by.event_id for by in alert.withdrawn_by] == [fact.event_id], alert
            assert alert.withdrawn_because is not None
            assert not alert.withdrawn_because.startswith("It no longer holds"), alert
            assert alert.decided_at >= fact.occurred_at
            found += 1
    assert found


def test_a_late_signature_is_told_in_both_languages() -> None:
    (alert,) = [a for a in withdrawn(fed(EARLY, [SIGNED])) if a.detector == "refund_before_delivery"]
    assert alert.withdrawn_because == "The courier's signature of 3 March 2026 came in late and clears it."
    assert alert.withdrawn_because_zh == "快递 2026 年 3 月 3 日的签收记录迟到，预警因此撤回。"
    assert alert.withdrawn_by == (reference("logistics", SIGNED),)


def test_the_moment_of_a_withdrawal_is_that_of_the_fact_or_how_far_time_has_come() -> None:
    (short,) = [a for a in withdrawn(fed(short_return(), [RECOUNTED])) if a.detector == "short_return"]
    assert short.decided_at == reference("inspections", RECOUNTED).occurred_at
    later = [ordered("placed", day(6), refund_id="r9")]
    (early,) = [a for a in withdrawn(fed(EARLY, later, [SIGNED])) if a.detector == "refund_before_delivery"]
    assert early.decided_at == events_of(later)[0].occurred_at


def short_return() -> tuple[Raw, ...]:
    return (
        ordered("completed", 0),
        refunded("opened", day(1), type="return_refund", reason="quality"),
        inspected(day(5), {"dress": 1}),
    )


RECOUNTED = inspected(day(6), {"dress": 2})


def test_a_corrected_inspection_is_called_one() -> None:
    (alert,) = [a for a in withdrawn(fed(short_return(), [RECOUNTED])) if a.detector == "short_return"]
    assert alert.withdrawn_because == "The shop's corrected inspection of 8 March 2026 clears it."


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_whole_batch_only_what_refutes_is_named(order: int) -> None:
    batch = [*BESIDE, SIGNED][::order]
    (alert,) = [a for a in withdrawn(fed(EARLY, batch)) if a.detector == "refund_before_delivery"]
    assert alert.withdrawn_by == (reference("logistics", SIGNED),)


def test_of_two_that_say_the_same_the_first_by_event_time_is_named() -> None:
    again = inspected(day(7), {"dress": 2})
    for batch in ([RECOUNTED, again], [again, RECOUNTED]):
        (alert,) = [a for a in withdrawn(fed(short_return(), batch)) if a.detector == "short_return"]
        assert alert.withdrawn_by == (reference("inspections", RECOUNTED),)


def test_an_alert_that_comes_back_forgets_why_it_was_withdrawn() -> None:
    outputs = fed(short_return(), [RECOUNTED], [inspected(day(8), {"dress": 1})])
    last = [alert for alert in records_of(outputs, Alert) if alert.detector == "short_return"][-1]
    assert (last.status, last.withdrawn_by, last.withdrawn_because) == ("open", (), None)


def test_a_verdict_withdraws_the_judgement_over_the_alerts_and_is_named() -> None:
    risky = habits.RISKY
    said = habits.verdict("normal", 60)
    alerts = withdrawn(fed(risky, [said]))
    assert [(a.detector, a.withdrawn_by) for a in alerts] == [("buyer_risk", (reference("verdicts", said),))]
    resolved = [alert for alert in records_of(fed(risky, [said]), Alert) if alert.status == "resolved"]
    assert {alert.verdict for alert in resolved} == {"normal"}


@pytest.mark.parametrize("case", CASES)
def test_stored_rows_say_the_same_again(case: str) -> None:
    """A stop after every batch, between the rows and the outputs: what comes out again is what was to be sent."""
    rows = memory_rows()
    told: dict[tuple[str, int], Alert] = {}
    topology = Topology(shipped(), rows=rows)
    for fact in flat(CASES[case]):
        outputs = topology.feed([fact])
        topology = Topology(shipped(), rows=rows)
        for output in (*outputs, *topology.open()):
            if isinstance(output.record, Alert):
                key = output.record.alert_id, output.record.revision
                assert told.setdefault(key, output.record) == output.record
    assert any(alert.withdrawn_by for alert in told.values())


def test_rows_that_got_through_alone_still_say_why() -> None:
    """The row of the fact was stored before the crash, that of the alert was not."""
    rows, torn = memory_rows(), memory_rows()
    topology = Topology(shipped(), rows=rows)
    fed(short_return(), topology=topology)
    for name, store in torn.items():
        store.apply(dict(rows[name].all_rows()))
    topology.feed(events_of([RECOUNTED]))
    durable = {key: row for key, row in rows["buyers"].all_rows() if split_key(key)[1].startswith(ORDER.letter)}
    assert durable
    torn["buyers"].apply(durable)
    topology = Topology(shipped(), rows=torn)
    alerts = withdrawn([*topology.open(), *topology.feed(events_of([RECOUNTED]))])
    (alert,) = {a.alert_id: a for a in alerts if a.detector == "short_return"}.values()
    assert alert.withdrawn_by == (reference("inspections", RECOUNTED),)


def test_time_alone_is_said_so() -> None:
    (alert,) = [alert for alert in records_of(fed(short_return()), Alert) if alert.detector == "short_return"]
    gone = taken_back(alert, (), alert.decided_at + 5, is_certain=False)
    assert (gone.withdrawn_by, gone.decided_at) == ((), alert.decided_at + 5)
    assert gone.withdrawn_because is not None
    assert gone.withdrawn_because.startswith("Time has passed")


def test_of_many_events_a_few_are_put_into_words() -> None:
    (alert,) = [alert for alert in records_of(fed(short_return()), Alert) if alert.detector == "short_return"]
    causes = [Cause("orders", f"e{n}", alert.decided_at + n, "paid") for n in range(1, 6)]
    gone = taken_back(alert, causes, 0, is_certain=False)
    assert gone.withdrawn_because is not None
    assert gone.withdrawn_because.startswith("It no longer holds since this came in: the payment of ")
    assert gone.withdrawn_because.endswith(" and 2 more.")
