"""Whole-site judgement of a buyer (A1, B26).

Buyers of whom signals of several kinds stand are judged whole: those labels follow from the others when scores are
made.
Here are the cases in which more than one signal, or a shop's verdict, decides.
"""

from collections import defaultdict
from collections.abc import Iterator

from cloudtag.contract.events import AlertAnswered
from cloudtag.detectors.registry import all_detectors
from cloudtag.simulate.labels import AlertLabel
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.reviews_and_contacts import review
from cloudtag.simulate.scripts.extortion import DETECTOR as EXTORTION
from cloudtag.simulate.scripts.received_refund_only import DETECTOR as DENIED
from cloudtag.simulate.scripts.received_refund_only import denied_id, say_not_received
from cloudtag.simulate.scripts.script_context import ScriptContext

DETECTOR = "buyer_risk"


def two_families(stage: ScriptContext) -> None:
    """One buyer denies a delivery here and extorts there."""
    who = stage.buyer()
    stage.expect(DENIED, [say_not_received(stage, "recipient", who)])
    deal = stage.received(who, stage.shop(), 30)
    review(stage.story, deal, deal.signed_at + 4 * HOUR_MS, 1, demands_money=True)
    stage.expect_orders(EXTORTION, [deal])
    stage.expect_orders(DETECTOR, [deal])


def found_to_be_normal(stage: ScriptContext) -> None:
    """Honest: the shop looks into the only alert there is and says that it was normal (A21)."""
    claim = say_not_received(stage, "recipient")
    stage.expect(DENIED, [claim])
    deal = claim.deal
    alert_id = denied_id(claim)
    stage.story.add(
        AlertAnswered(
            stage.story.next_event_id(),
            deal.signed_at + 30 * HOUR_MS,
            deal.shop.platform,
            alert_id,
            deal.buyer.buyer_id,
            deal.shop.shop_id,
            deal.shop.main_account,
            "normal",
        )
    )
    stage.expect_orders(DETECTOR, [deal], stands=False)


def nothing_at_all(stage: ScriptContext) -> None:
    """Honest: a buyer with one refund called off, one bad review and one late signature."""
    who = stage.buyer()
    deal = stage.received(who, stage.shop())
    review(stage.story, deal, deal.signed_at + 4 * HOUR_MS, 2)
    late = stage.story.buy(who, stage.shop(), stage.after(3), 1)
    stage.story.ship(late)
    stage.story.deliver(late, "recipient", signed_late_ms=14 * HOUR_MS)
    stage.expect_orders(DETECTOR, [deal], stands=False)


def follow(labels: list[AlertLabel]) -> Iterator[AlertLabel]:
    """One label for each buyer of whom signals of several scenarios stand, unless a label of his own says what follows.

    Of different families they are independent of each other; within one it depends on what each rests on.
    """
    told = {label.buyer_id for label in labels if label.detector == DETECTOR}
    by_buyer: dict[str, list[AlertLabel]] = defaultdict(list)
    for label in labels:
        rule = all_detectors()[label.detector].rule
        if label.stands and rule.accuses and rule.scope != "risk":
            for buyer_id in {label.buyer_id, *label.among} - told:
                by_buyer[buyer_id].append(label)
    for buyer_id, mine in by_buyer.items():
        if len({all_detectors()[label.detector].rule.scenario for label in mine}) > 1:
            yield _risk(buyer_id, mine)


def _risk(buyer_id: str, labels: list[AlertLabel]) -> AlertLabel:
    """What the labels of a buyer amount to: certain once those that are certain are of two families."""
    since: dict[str, int | None] = {}
    for label in labels:
        if not label.is_open and not label.among:
            family = all_detectors()[label.detector].rule.family
            held = since.get(family)
            since[family] = label.at if held is None or (label.at is not None and label.at < held) else held
    times = sorted(at for at in since.values() if at is not None)
    return AlertLabel(
        story=labels[0].story,
        detector=DETECTOR,
        buyer_id=buyer_id,
        at=times[1] if len(times) > 1 else None,
        is_open=len(since) < 2,
    )


SCRIPTS = (two_families, found_to_be_normal, nothing_at_all)
