"""The hours in which a courier was heard, against what they are by definition."""

from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.couriers import CourierReported
from cloudtag.detection.awaiting import BusyHours
from cloudtag.parcels.clock import HOUR_MS

_HOURS = st.integers(0, 60)
_SPANS = st.lists(st.tuples(_HOURS, st.integers(0, 20)).map(lambda one: (one[0], one[0] + one[1])), max_size=6)


@given(_SPANS, st.none() | st.integers(1, 60), _HOURS, _HOURS)
def test_an_hour_is_busy_unless_it_lies_in_a_silence(
    silences: list[tuple[int, int]], since: int | None, first: int, end: int
) -> None:
    told = CourierReported(
        revision=0, is_held=True, courier="sf", buyer_id="b", waybill_no="", occurred_at=0,
        silences=tuple((start * HOUR_MS, over * HOUR_MS) for start, over in silences),
        silent_since=0 if since is None else since * HOUR_MS,
    )  # fmt: skip
    busy = BusyHours(told)

    def is_busy(hour: int) -> bool:
        return not any(start <= hour < over for start, over in silences) and (since is None or hour < since)

    assert [hour in busy for hour in range(100)] == [is_busy(hour) for hour in range(100)]
    assert list(busy.of(first, end)) == [int(is_busy(hour)) for hour in range(first, end)]
