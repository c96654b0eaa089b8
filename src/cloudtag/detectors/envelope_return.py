"""Goods returned in an envelope.

What it finds: a return parcel that is an envelope, or weighs less than any goods would (T3.2).

Why it is abuse: an empty envelope gets a real number with real scans, and the refund runs on those.

How it decides: courier or shop calls the parcel an envelope and neither calls it a box or a bag, or the courier weighed
it at less than `goods_grams`. A weight below `least_grams` is no weight of a parcel at all (not weighed, or noted in
another unit) and says nothing; an envelope of `full_grams` or more holds something and is left alone: of several
weighings the heaviest counts. So are goods that had been sent like that: whose parcel weighed as much, within
`weight_percent`, on their way out, or was an envelope where not both were weighed; a parcel in which the shop found all
the goods, and a return withdrawn before money moved. Medium.

Known false positives: goods that are thin by nature, as cards, films or earrings, of whose way out nothing is known,
until the shop opens the parcel.

What would clear it: an inspection that finds the goods in the parcel.

What to do: have the parcel weighed and opened on video before any refund; once it is open, refund what was in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from cloudtag.contract.events import ReturnInspected
from cloudtag.contract.journeys import JourneySeen, ScanSeen
from cloudtag.contract.records import Reference
from cloudtag.detection.cases import ParcelCase
from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.examples.missent import missent
from cloudtag.detection.finding import Finding, Timer, cite, unique
from cloudtag.detection.names import called_zh
from cloudtag.detection.refund_view import RefundView
from cloudtag.detection.returned import Refunds, parcel_inspections
from cloudtag.detection.returning import is_awaited, journey_for, orders_of
from cloudtag.detection.rule import Example, Rule
from cloudtag.detection.weights import sent_journeys, weighs_as_sent
from cloudtag.detection.wording import listed
from cloudtag.detection.wrong_goods import is_answered

RULE = Rule(
    title="Goods returned in an envelope",
    family="refund",
    scenario="false_return_info",
    scenario_zh="虚假退货信息",
    scope="parcel",
    needs=("refunds",),
    rules=("T3.2",),
    clears="An inspection that finds the goods in the parcel.",
    clears_zh="验货记录显示包裹内确有商品。",
    recommendation="open_on_video_before_refund",
)


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights in grams: below which no goods are inside, below which none was taken, from which an envelope is full.

    And how near, in percent of it, a weight must be to what was sent for the same goods to be inside.

    15: scales of two stations, and another bag, make less of a difference.
    """

    goods_grams: Annotated[int, Meta(ge=1)] = 50
    least_grams: Annotated[int, Meta(ge=1)] = 5
    full_grams: Annotated[int, Meta(ge=1)] = 500
    weight_percent: Annotated[int, Meta(ge=0, le=100)] = 15


_SHAPES = {"box": "a box", "bag": "a bag", "envelope": "an envelope"}
_RETURN = (
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
)


def _sent(**parcel: object) -> tuple[dict[str, object], ...]:
    return (*_RETURN, scanned("RET1", "accepted", day(6, 5), **parcel))


def _came(grams: int | None, package: str = "envelope") -> tuple[dict[str, object], ...]:
    return (
        ordered("shipped", day(1), carrier="SF", waybill_no="OUT1"),
        scanned("OUT1", "accepted", day(1, 2), package=package, weight_grams=grams),
        scanned("OUT1", "signed", day(3), signer="recipient"),
    )


def _because(reason: str, events: tuple[dict[str, object], ...]) -> tuple[dict[str, object], ...]:
    return tuple({**e, "reason": reason} if e["stream"] == "refunds" else e for e in events)


def _enveloped(reason: str) -> tuple[dict[str, object], ...]:
    return _because(reason, _sent(package="envelope"))


EXAMPLES = (
    Example(
        name="two dresses in an envelope",
        events=_sent(package="envelope"),
        fires=({"severity": "medium", "waybill_nos": ["RET1"], "facts": {"package": "envelope/envelope"}},),
    ),
    Example(
        name="a bag of 20 grams",
        events=_sent(package="bag", weight_grams=20),
        fires=({"facts": {"weight_grams": "20/50"}, "recommendation": "open_on_video_before_refund"},),
    ),
    Example(
        name="the shop notes an envelope with nothing in it",
        events=(*_sent(), inspected(day(8), {}, package="envelope")),
        fires=({"severity": "medium", "recommendation": "refund_received_only"},),
    ),
    Example(name="near miss: exactly 50 grams", events=_sent(package="bag", weight_grams=50)),
    Example(name="near miss: noted as 2, which is no weight in grams", events=_sent(package="box", weight_grams=2)),
    Example(name="near miss: nobody said what kind of parcel it is", events=_sent()),
    Example(name="near miss: a document pouch with a jumper in it", events=_sent(package="envelope", weight_grams=620)),
    Example(
        name="5 grams, which is a weight",
        events=_sent(package="bag", weight_grams=5),
        fires=({"facts": {"weight_grams": "5/50"}},),
    ),
    Example(name="near miss: 4 grams, which is none", events=_sent(package="bag", weight_grams=4)),
    Example(
        name="an envelope of 499 grams",
        events=_sent(package="envelope", weight_grams=499),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: an envelope of 500 grams", events=_sent(package="envelope", weight_grams=500)),
    Example(
        name="near miss: weighed at 20 grams at the counter, and at 900 at the hub",
        events=(
            *_sent(package="bag", weight_grams=20),
            scanned("RET1", "arrived", day(7), package="bag", weight_grams=900),
        ),
    ),
    Example(
        name="half of the goods are inside",
        events=(*_sent(package="envelope"), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: withdrawn before money moved",
        events=(*_sent(package="envelope"), refunded("withdrawn", day(8), type="return_refund")),
    ),
    Example(
        name="near miss: the envelope was another parcel's, under the number before it was given out again",
        events=(
            scanned("RET1", "accepted", day(-100), package="envelope", destination_hash="stranger"),
            scanned("RET1", "signed", day(-98), signer="recipient"),
            *_sent(package="box", destination_hash="warehouse"),
        ),
    ),
    Example(
        name="near miss: thin goods, found inside",
        events=(*_sent(package="envelope", weight_grams=30), inspected(day(8), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(
        name="near miss: the courier saw a box, the shop says envelope",
        events=(*_sent(package="box"), inspected(day(8), {}, package="envelope")),
    ),
    Example(
        name="near miss: earrings that came in an envelope of 30 grams, sent back in one",
        events=(*_came(30), *_sent(package="envelope", weight_grams=34)),
    ),
    Example(
        name="they came at 30 grams, and go back at 25",
        events=(*_came(30), *_sent(package="envelope", weight_grams=25)),
        fires=({"facts": {"weight_grams": "25/50"}},),
    ),
    Example(
        name="near miss: they came in an envelope, which nobody weighed",
        events=(*_came(None), *_sent(package="envelope", weight_grams=20)),
    ),
    Example(
        name="they came in a box, which nobody weighed",
        events=(*_came(None, "box"), *_sent(package="envelope", weight_grams=20)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: money back without a return, an invoice sent by letter",
        events=(
            ordered("placed", 0),
            refunded("opened", day(5), type="postage", reason="other", waybill_no="RET1"),
            scanned("RET1", "accepted", day(6), package="envelope"),
        ),
    ),
    *missent(_enveloped, ({"severity": "medium"},)),
)


def detect(case: ParcelCase, parameters: Parameters) -> Iterator[Finding | Timer]:
    """One finding if the parcel can hold no goods and the shop did not find them all."""
    if case.waybill_no is None or case.outbound:
        return
    meant = [(pair, journey_for(case, pair[1])) for pair in case.refunds if is_awaited(pair[1])]
    journey = max((j for _, j in meant if j is not None), key=lambda j: j.start_ms, default=None)
    # A number served one return, and then another: the earlier parcel is not this one.
    refunds = [pair for pair, j in meant if j == journey]
    inspections = parcel_inspections(refunds, case.waybill_no)
    weight = _weight(journey, parameters)
    kinds = ({i.package for i in inspections} | ({journey.package} if journey else set())) - {"unknown"}
    is_light = weight is not None and weight < parameters.goods_grams
    is_envelope = kinds == {"envelope"} and (weight is None or weight < parameters.full_grams)
    if not (is_light or is_envelope) or is_answered(case, refunds):
        return
    if journey is not None and _went_out_so(case, refunds, journey, parameters):
        return
    seen = [i for i in inspections if i.package == "envelope"]
    scan = journey.first if journey is not None and (is_light or journey.package == "envelope") else None
    package = ", ".join(sorted(kinds)) or "unknown"
    # What is open already cannot be opened on video any more.
    advice = "refund_received_only" if inspections else RULE.recommendation
    yield _finding(case.waybill_no, [r for _, r in refunds], scan, seen, package, weight, advice, parameters)


def _went_out_so(case: ParcelCase, refunds: Refunds, back: JourneySeen, parameters: Parameters) -> bool:
    """Whether the goods had been sent like that: as light, or in an envelope where nobody weighed both."""
    orders = orders_of(refunds)
    if weighs_as_sent(case, orders, back, parameters.weight_percent):
        return True
    out = sent_journeys(case, orders)
    is_weighed = bool(back.weights) and any(journey.weights for journey in out)
    return not is_weighed and bool(out) and all(journey.package == "envelope" for journey in out)


def _weight(journey: JourneySeen | None, parameters: Parameters) -> int | None:
    weights = [weight for weight in (journey.weights if journey else ()) if weight >= parameters.least_grams]
    return max(weights, default=None)


def _finding(
    waybill_no: str,
    refunds: list[RefundView],
    scan: ScanSeen | None,
    seen: list[ReturnInspected],
    package: str,
    weight: int | None,
    advice: str | None,
    parameters: Parameters,
) -> Finding:
    filled = [refund.filled for refund in refunds if refund.filled is not None]
    first = min(filled, key=lambda change: (change.occurred_at, change.event_id))
    told = [event.occurred_at for event in (scan, *seen) if event is not None]
    kinds = package.split(", ")
    shape = "in unknown packaging and" if package == "unknown" else listed([_SHAPES.get(k, k) for k in kinds], "or")
    shape_zh = "未知" if package == "unknown" else f"为{'或'.join(map(called_zh, kinds))}"
    least = parameters.goods_grams if weight is None or weight < parameters.goods_grams else parameters.full_grams
    return Finding(
        anchor="",
        severity="medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(refund.order_id for refund in refunds),
        refund_ids=unique(refund.refund_id for refund in refunds),
        waybill_nos=(waybill_no,),
        decided_at=max(first.occurred_at, min(told, default=0)),
        evidence=(
            *((Reference("logistics", scan.event_id, scan.occurred_at),) if scan else ()),
            *cite(*filled, *seen),
        ),
        recommendation=advice,
        facts={
            "package": f"{package}/envelope",
            "weight_grams": f"{'unknown' if weight is None else weight}/{parameters.goods_grams}",
        },
        explanation=(
            f"Return parcel {waybill_no} is {shape} of {'unknown weight' if weight is None else f'{weight} g'}, "
            f"where {'goods weigh' if least == parameters.goods_grams else 'a full one weighs'} {least} g or more."
        ),
        explanation_zh=(
            f"退货包裹 {waybill_no} 的包装{shape_zh}，"
            f"重量{'未知' if weight is None else f' {weight} 克'}，"
            f"而{'商品' if least == parameters.goods_grams else '装有商品的信封'}应不少于 {least} 克。"
        ),
    )
