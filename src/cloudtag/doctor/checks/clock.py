"""When events say they happened, held against when the broker took them in."""

from collections import Counter
from collections.abc import Iterator, Sequence

from cloudtag.contract.types import EARLIEST_MS, LATEST_MS
from cloudtag.doctor import limits
from cloudtag.doctor.diagnosis import Diagnosis, graded, share
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic

_FACTORS = {"seconds": 1 / 1000, "microseconds": 1000, "nanoseconds": 1_000_000}
_HOUR_MS = 3_600_000


def clock(topic: InputTopic, look: Look) -> Iterator[Diagnosis]:
    """Wrong units, wrong zones, the future, the far past, and how old events are when they arrive."""
    times = [
        (r.record.broker_ms, at)
        for r in topic.values
        if r.fields is not None and isinstance(at := r.fields.get("occurred_at"), int)
    ]
    total = len(times)
    units: Counter[str] = Counter(filter(None, (unit_of(at) for _, at in times)))
    for unit, count in units.most_common():
        yield _diagnosis(topic, count, total, *_of_unit(unit))
    delays = sorted(broker - at for broker, at in times if EARLIEST_MS <= at < LATEST_MS)
    if not delays:
        return
    step, shifted = shift_of(delays)
    if step:
        yield _diagnosis(topic, len(shifted), total, *_of_shift(step))
    rest = [delay for delay in delays if not step or step_of(delay) != step]
    yield from _extremes(topic, rest, total, look)
    against = "" if all(batch.is_broker_time for batch in topic.sample.batches) else ", by the producers' own clocks"
    median, late = delays[len(delays) // 2], delays[min(len(delays) * 95 // 100, len(delays) - 1)]
    yield Diagnosis(
        check="clock",
        severity="ok",
        topic=topic.name,
        text=f"age of events on arrival: median {duration(median)}, 95 % at most {duration(late)}{against}",
        figures={"median_ms": median, "p95_ms": late, "sampled": total},
    )


def unit_of(at: int) -> str | None:
    """The unit that makes a time outside of all bounds a time of our days; `no time` if none does."""
    if EARLIEST_MS <= at < LATEST_MS:
        return None
    for unit, factor in _FACTORS.items():
        if EARLIEST_MS * factor <= at < LATEST_MS * factor:
            return unit
    return "no time"


def shift_of(delays: Sequence[int]) -> tuple[int, list[int]]:
    """The offset of a time zone, in half hours, near which most delays lie, and those delays; 0 if there is none.

    Negative: events lie so far ahead of the broker.
    """
    near: dict[int, list[int]] = {}
    for delay in delays:
        near.setdefault(step_of(delay), []).append(delay)
    near.pop(0, None)
    step, cluster = max(near.items(), key=lambda item: len(item[1]), default=(0, []))
    is_cluster = len(cluster) >= max(limits.ZONE_RECORDS, limits.ZONE_SHARE * len(delays))
    return (step, cluster) if is_cluster else (0, [])


def step_of(delay: int) -> int:
    """The offset of a time zone, in half hours, that a delay lies near; 0 for none."""
    step = round(delay / limits.ZONE_STEP_MS)
    is_zone = limits.ZONE_LEAST_STEPS <= abs(step) <= limits.ZONE_MOST_STEPS
    return step if is_zone and abs(delay - step * limits.ZONE_STEP_MS) <= limits.ZONE_WIDTH_MS else 0


def duration(ms: int) -> str:
    """A length of time as people say it: `1.5 s`, `8.0 h`; negative ones as well."""
    size = abs(ms)
    for unit, length in (("d", 48 * _HOUR_MS), ("h", _HOUR_MS), ("min", 60_000), ("s", 1000)):
        if size >= length:
            return f"{ms / (24 * _HOUR_MS if unit == 'd' else length):.1f} {unit}"
    return f"{ms} ms"


def _of_unit(unit: str) -> tuple[str, str, str]:
    if unit == "no time":
        return unit, "hold no time of our days in occurred_at", "set occurred_at to milliseconds since 1970, UTC"
    advice = f"multiply by {1000}" if unit == "seconds" else f"divide by {int(_FACTORS[unit]):,}"
    return unit, f"have an occurred_at that looks like {unit}, not milliseconds", f"{advice} in the producer"


def _of_shift(step: int) -> tuple[str, str, str]:
    hours = f"{abs(step) / 2:g} h"
    if step < 0:
        told = f"claim to have happened {hours} after they arrived: local time (UTC+{hours[:-2]}) stamped as UTC"
        return "zone_ahead", told, "convert to UTC before taking milliseconds; do not drop the time zone"
    told = f"are all about {hours} old when they arrive"
    advice = f"if they are not sent so late, local time (UTC-{hours[:-2]}) is stamped as UTC: convert to UTC"
    return "zone_behind", told, advice


def _extremes(topic: InputTopic, delays: Sequence[int], total: int, look: Look) -> Iterator[Diagnosis]:
    lost = sum(delay < -look.future_ms for delay in delays)
    ahead = sum(delay < -limits.FUTURE_MS for delay in delays) - lost
    past = sum(delay > limits.FAR_PAST_MS for delay in delays)
    if lost:
        told = f"lie more than {duration(look.future_ms)} in the future and become dead letters"
        yield _diagnosis(topic, lost, total, "far_future", told, "correct the producer's clock, or its time zone")
    if ahead:
        told = f"lie in the future, up to {duration(-min(d for d in delays if d >= -look.future_ms))}"
        yield _diagnosis(topic, ahead, total, "future", told, "keep the producers' clocks in step (NTP)")
    if past:
        told = f"happened more than {duration(limits.FAR_PAST_MS)} before they arrived"
        yield _diagnosis(
            topic, past, total, "far_past", told, "right if history is being loaded; else correct the clock"
        )


def _diagnosis(topic: InputTopic, count: int, total: int, kind: str, told: str, advice: str) -> Diagnosis:
    return Diagnosis(
        check="clock",
        # What is old, or sent late, is judged all the same.
        severity="warn" if kind in ("far_past", "zone_behind") else graded(count, total),
        topic=topic.name,
        text=f"{share(count, total)} {told}",
        advice=advice,
        figures={"kind": kind, "records": count, "sampled": total},
    )
