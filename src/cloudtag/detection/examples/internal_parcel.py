"""What `internal_parcel` finds, and what it must not."""

from __future__ import annotations

from cloudtag.detection.example import day, inspected, ordered, refunded, scanned
from cloudtag.detection.rule import Example

_RETURN = (
    ordered("placed", 0),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
)


def _home() -> dict[str, object]:
    return scanned("RET1", "signed", day(9), facility="f1", signer="recipient")


def _sent(grams: int, number: str = "OUT1") -> tuple[dict[str, object], ...]:
    """The order's own parcel, weighed, and signed for."""
    return (
        ordered("shipped", day(1, 0, int(number[-1])), waybill_no=number),
        scanned(number, "accepted", day(1, 2), weight_grams=grams),
        scanned(number, "signed", day(3), signer="recipient"),
    )


def _journey(*stops: str | None, last: str = "signed", grams: int | None = None) -> tuple[dict[str, object], ...]:
    kinds = ["accepted", *["arrived"] * (len(stops) - 2), last]
    weighed = {} if grams is None else {"weight_grams": grams}
    scans = (
        scanned("RET1", kind, day(6, 2 + 3 * n), **({"facility": stop} if stop else {}), **(weighed if n == 0 else {}))
        for n, (kind, stop) in enumerate(zip(kinds, stops, strict=True))
    )
    return (*_RETURN, *scans)


def _seen(*kinds: str) -> tuple[dict[str, object], ...]:
    """All scans there are, at one station."""
    return tuple(scanned("RET1", kind, day(7, n), facility="f1") for n, kind in enumerate(kinds))


EXAMPLES = (
    Example(
        name="in and out at one station",
        events=_journey("f1", "f1", "f1"),
        fires=({"severity": "medium", "waybill_nos": ["RET1"], "facts": {"turned_round": "false"}},),
    ),
    Example(
        name="out to the hub and back",
        events=_journey("f1", "f2", "f1"),
        fires=({"facts": {"first_facility": "f1", "last_facility": "f1"}},),
    ),
    Example(
        name="near miss: that it was handed in was not scanned, only that it arrived",
        events=(*_RETURN, *_seen("arrived", "signed")),
    ),
    Example(
        name="near miss: that it was handed in was not scanned, only that it was carried out",
        events=(*_RETURN, *_seen("out_for_delivery", "signed")),
    ),
    Example(
        name="that it was handed in was not scanned, only that it left",
        events=(*_RETURN, *_seen("departed", "signed")),
        fires=({"severity": "medium"},),
    ),
    Example(name="near miss: from one station to another", events=_journey("f1", "f2")),
    Example(name="near miss: still under way", events=_journey("f1", "f1", last="departed")),
    Example(
        name="near miss: buyer and shop in one town, the goods are there",
        events=(*_journey("f1", "f1"), inspected(day(8), {"dress": 2}, waybill_no="RET1")),
    ),
    Example(name="near miss: the courier scans the door without a facility", events=_journey("f1", None)),
    Example(
        name="near miss: only the signature was scanned",
        events=(*_RETURN, scanned("RET1", "signed", day(7), facility="f1")),
    ),
    Example(
        name="near miss: the shop refused the parcel, so it went home",
        events=(
            *_journey("f1", "f2", last="refused"),
            scanned("RET1", "signed", day(9), facility="f1"),
        ),
    ),
    Example(
        name="turned round on its way, and signed for where it was handed in",
        events=(*_journey("f1", "f2", last="returned"), _home()),
        fires=({"severity": "medium", "facts": {"turned_round": "true"}},),
    ),
    Example(
        name="turned round, and signed for at a station without a name",
        events=(*_journey(None, None, last="returned"), scanned("RET1", "signed", day(9), signer="recipient")),
        fires=({"facts": {"turned_round": "true", "last_facility": "unknown"}},),
    ),
    Example(
        name="turned round, as heavy as it was sent",
        events=(*_sent(1000), *_journey("f1", "f2", last="returned", grams=1000), _home()),
        fires=({"facts": {"turned_round": "true"}},),
    ),
    Example(name="near miss: turned round, and still on its way", events=_journey("f1", "f2", last="returned")),
    Example(
        name="near miss: the shop refused it, and the courier sent it back",
        events=(
            *_journey("f1", "f2", last="refused"),
            scanned("RET1", "returned", day(8), facility="f2"),
            _home(),
        ),
    ),
    Example(
        name="in and out at one station, and 16 percent lighter than it was sent",
        events=(*_sent(1000), *_journey("f1", "f1", grams=840)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: buyer and shop in one town, 15 percent lighter than it was sent",
        events=(*_sent(1000), *_journey("f1", "f1", grams=850)),
    ),
    Example(
        name="in and out at one station, and 16 percent heavier than it was sent",
        events=(*_sent(1000), *_journey("f1", "f1", grams=1160)),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: as heavy as the two parcels in which the order was sent",
        events=(*_sent(1000), *_sent(700, "OUT2"), *_journey("f1", "f1", grams=1700)),
    ),
    Example(
        name="near miss: as heavy as one of the two parcels in which the order was sent",
        events=(*_sent(1000), *_sent(700, "OUT2"), *_journey("f1", "f1", grams=700)),
    ),
    Example(
        name="half of the goods are there",
        events=(*_journey("f1", "f1"), inspected(day(8), {"dress": 1}, waybill_no="RET1")),
        fires=({"severity": "medium"},),
    ),
    Example(
        name="near miss: withdrawn before money moved",
        events=(*_journey("f1", "f1"), refunded("withdrawn", day(8), type="return_refund")),
    ),
    Example(
        name="near miss: another parcel went in and out under the number last year",
        events=(
            scanned("RET1", "accepted", day(-190), facility="f1"),
            scanned("RET1", "signed", day(-189), facility="f1", signer="other"),
            *_journey("f1", "f2"),
        ),
    ),
)
