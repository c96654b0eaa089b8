"""What `refund_frequency` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example


def _bought(n: int, at: int) -> tuple[dict[str, object], ...]:
    return ordered("shipped", day(at), refund_id=f"r{n}"), ordered("completed", day(at + 3), refund_id=f"r{n}")


def _back(n: int, at: int, **fields: object) -> tuple[dict[str, object], ...]:
    said = {"type": "return_refund", "reason": "quality", **fields}
    return *_bought(n, at), refunded("opened", day(at + 5), refund_id=f"r{n}", **said)


def _many(count: int, days: int = 10, **fields: object) -> tuple[dict[str, object], ...]:
    return tuple(event for n in range(1, count + 1) for event in _back(n, n * days, **fields))


def _found(count: int, pieces: int = 2) -> tuple[dict[str, object], ...]:
    return tuple(inspected(day(n * 10 + 9), {"dress": pieces}, refund_id=f"r{n}") for n in range(1, count + 1))


def _shipped(n: int) -> tuple[dict[str, object], ...]:
    """Order n of `_many` travels in a parcel of its own, and comes."""
    return (
        ordered("shipped", day(n * 10), refund_id=f"r{n}", carrier="SF", waybill_no=f"OUT{n}"),
        scanned(f"OUT{n}", "accepted", day(n * 10, 2)),
        scanned(f"OUT{n}", "signed", day(n * 10 + 2), signer="household"),
    )


def _sent(count: int) -> tuple[dict[str, object], ...]:
    """Parcels that travel, and are heard of no more."""
    return tuple(event for n in range(1, count + 1) for event in _shipped(n)[:2])


def _refused(count: int) -> tuple[dict[str, object], ...]:
    """Parcels refused at the door."""
    return *_sent(count), *(scanned(f"OUT{n}", "refused", day(n * 10 + 2)) for n in range(1, count + 1))


def _brought_again(count: int) -> tuple[dict[str, object], ...]:
    """A second attempt of each, which the household takes."""
    return tuple(
        scanned(f"OUT{n}", scan, day(n * 10 + 3, hour), **signer)
        for n in range(1, count + 1)
        for scan, hour, signer in (("out_for_delivery", 1, {}), ("signed", 2, {"signer": "household"}))
    )


def _other(count: int, pieces: int = 2) -> tuple[dict[str, object], ...]:
    """The shop finds skirts."""
    return tuple(inspected(day(n * 10 + 9), {"skirt": pieces}, refund_id=f"r{n}") for n in range(1, count + 1))


def _cancelled(n: int, at: int) -> tuple[dict[str, object], ...]:
    return (
        ordered("paid", day(at), refund_id=f"r{n}"),
        refunded("opened", day(at, 1), refund_id=f"r{n}", type="refund_only", reason="no_reason"),
        ordered("cancelled", day(at, 2), refund_id=f"r{n}"),
    )


_BROKEN = {"sku_id": "cup", "quantity": 1}
_CUP = {**_BROKEN, "unit_price_minor": 900}

EXAMPLES = (
    Example(
        name="five of five",
        events=_many(5),
        fires=({"severity": "medium", "facts": {"refunds": "5/5", "share": "100%/60%"}},),
    ),
    Example(
        name="five of eight, a smokescreen of unpaid orders left out",
        events=(
            *_many(5),
            *(event for n in range(6, 9) for event in _bought(n, n)),
            *(ordered(s, day(n), refund_id=f"r{n}") for n in range(20, 30) for s in ("placed", "closed_unpaid")),
        ),
        fires=({"facts": {"refunds": "5/5", "share": "62%/60%"}},),
    ),
    Example(
        name="six of ten, which is sixty percent",
        events=(*_many(6), *(event for n in range(7, 11) for event in _bought(n, n))),
        fires=({"facts": {"refunds": "6/5", "share": "60%/60%"}},),
    ),
    Example(
        name="the fifth exactly ninety days after the first",
        events=(*_many(4), *_back(5, 100)),
        fires=({"facts": {"refunds": "5/5"}},),
    ),
    Example(
        name="the shops found the goods of two of five",
        events=(*_many(5), *_found(2)),
        fires=({"severity": "medium", "facts": {"goods_not_back": "3/3"}},),
    ),
    Example(
        name="the shops found the goods of three of five: no more than a hint",
        events=(*_many(5), *_found(3)),
        fires=({"severity": "low", "facts": {"goods_not_back": "2/3", "refunds": "5/5"}},),
    ),
    Example(
        name="the shops found half of the goods of five",
        events=(*_many(5), *_found(5, 1)),
        fires=({"severity": "medium", "facts": {"goods_not_back": "5/3"}},),
    ),
    Example(
        name="near miss: one of five deliveries refused, and went home",
        events=(*_many(5, type="refund_only"), *_refused(1)),
    ),
    Example(
        name="five deliveries refused, all of which were handed over after all",
        events=(*_many(5, type="refund_only"), *_refused(5), *_brought_again(5)),
        fires=({"severity": "medium", "facts": {"goods_not_back": "5/3"}},),
    ),
    Example(
        name="near miss: one of five times the wrong goods, sent back as they came",
        events=(*_many(5, reason="wrong_item"), *_other(1)),
    ),
    Example(
        name="five times said to be the wrong goods, and those that were ordered came back: no more than a hint",
        events=(*_many(5, reason="wrong_item"), *_found(5)),
        fires=({"severity": "low", "facts": {"goods_not_back": "0/3"}},),
    ),
    Example(
        name="five times the wrong goods, which nobody had complained of",
        events=(*_many(5, reason="no_reason"), *_other(5)),
        fires=({"severity": "medium", "facts": {"goods_not_back": "5/3"}},),
    ),
    Example(
        name="five times the wrong goods, one of two pieces each",
        events=(*_many(5, reason="wrong_item"), *_other(5, 1)),
        fires=({"severity": "medium", "facts": {"goods_not_back": "5/3"}},),
    ),
    Example(
        name="near miss: one of five parcels got lost",
        events=(
            *_many(5, type="refund_only", reason="not_received"),
            *(e for n in range(1, 6) for e in (_shipped(n) if n < 5 else _shipped(n)[:2])),
        ),
    ),
    Example(
        name="five parcels that came, and are said not to have come",
        events=(
            *_many(5, type="refund_only", reason="not_received"),
            *(e for n in range(1, 6) for e in _shipped(n)),
        ),
        fires=({"severity": "medium", "facts": {"goods_not_back": "5/3"}},),
    ),
    Example(
        name="five parcels that came, of which the goods of four are back: no more than a hint",
        events=(*_many(5), *(e for n in range(1, 6) for e in _shipped(n)), *_found(4)),
        fires=({"severity": "low", "facts": {"goods_not_back": "1/3"}},),
    ),
    Example(
        name="said not to have come, of a courier that nobody knows",
        events=(
            *_many(5, type="refund_only", reason="not_received"),
            *(
                ordered("shipped", day(n * 10), refund_id=f"r{n}", carrier="Bote", waybill_no=f"OUT{n}")
                for n in range(1, 6)
            ),
        ),
        fires=({"severity": "medium", "facts": {"goods_not_back": "5/3"}},),
    ),
    Example(name="near miss: the fifth a day later", events=(*_many(4), *_back(5, 101))),
    Example(name="near miss: four of four", events=_many(4)),
    Example(
        name="near miss: five of nine", events=(*_many(5), *(event for n in range(6, 10) for event in _bought(n, n)))
    ),
    Example(
        name="near miss: the first five go back, and four are kept within ninety days of the first refund",
        events=(*_many(5), *(event for n in range(6, 9) for event in _bought(n, n * 10)), *_bought(9, 105)),
    ),
    Example(
        name="the fourth is bought a day too late to tell otherwise",
        events=(*_many(5), *(event for n in range(6, 9) for event in _bought(n, n * 10)), *_bought(9, 106)),
        fires=({"facts": {"refunds": "5/5", "share": "100%/60%"}},),
    ),
    Example(
        name="the first five and the last go back, four between are kept: sixty percent in the end",
        events=(*_many(5), *(event for n in range(6, 10) for event in _bought(n, n * 10)), *_back(10, 95)),
        fires=({"facts": {"refunds": "6/5", "share": "60%/60%"}},),
    ),
    Example(name="near miss: five in a hundred days", events=_many(5, days=25)),
    Example(
        name="near miss: five refunds of one bad order",
        events=(
            *_bought(1, 0),
            *(
                refunded("opened", day(n), refund_id=f"r{n}", order_id="o1", type="refund_only", reason="damaged")
                for n in range(3, 9)
            ),
        ),
    ),
    Example(
        name="near miss: a haul of six sent back in one parcel",
        events=(
            *_many(6, days=1),
            *(
                refunded("waybill_filled", day(13), refund_id=f"r{n}", type="return_refund", waybill_no="RET1")
                for n in range(1, 7)
            ),
        ),
    ),
    Example(
        name="near miss: a haul of six sent back on one day, each by itself",
        events=(
            *(event for n in range(1, 7) for event in _bought(n, n)),
            *(
                refunded("opened", day(12, n), refund_id=f"r{n}", type="return_refund", waybill_no=f"RET{n}")
                for n in range(1, 7)
            ),
        ),
    ),
    Example(
        name="near miss: one broken cup in every box of ten",
        events=(
            *(
                ordered("completed", day(n), refund_id=f"r{n}", lines=[{**_CUP, "quantity": 10}])
                for n in range(10, 70, 10)
            ),
            *(
                refunded("opened", day(n + 2), refund_id=f"r{n}", type="refund_only", reason="damaged", lines=[_BROKEN])
                for n in range(10, 70, 10)
            ),
        ),
    ),
    Example(
        name="near miss: a little off the price each time",
        events=_many(6, type="refund_only", reason="quality", amount_minor=4000),
    ),
    Example(name="near miss: exchanges", events=_many(6, type="exchange")),
    Example(
        name="near miss: cancelled before shipping", events=tuple(e for n in range(1, 8) for e in _cancelled(n, n))
    ),
    Example(
        name="near miss: one was withdrawn",
        events=(*_many(5), refunded("withdrawn", day(60), refund_id="r3", type="return_refund")),
    ),
    Example(
        name="near miss: a big purchase of which five fail much later",
        events=(
            *(event for n in range(1, 31) for event in _bought(n, 0)),
            *(
                refunded("opened", day(90 + n), refund_id=f"r{n}", type="return_refund", reason="quality")
                for n in range(1, 6)
            ),
        ),
    ),
)
