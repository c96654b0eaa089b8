"""Keys and partitions: each mistake is told by its name, and what is right, or too little to tell, is not blamed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.doctor.checks.keys import keys
from cloudtag.doctor.checks.partitioner import crc32_of, fnv1a_of, partitioner
from cloudtag.doctor.limits import FEWEST_KEYS, MUCH
from cloudtag.doctor.sample import SampledRecord
from streams.kafka.partitioner import partition_of
from tests.doctor.material import LOOK, NOW, PARTITIONS, order, orders, record, severities, topic


def misplaced(count: int, place: Callable[[str, int], int], **how: Any) -> list[SampledRecord]:
    """So many orders that `place` puts elsewhere than Kafka's partitioner does."""
    numbers = (n for n in range(10_000) if place(f"b{n}", PARTITIONS) != partition_of(f"b{n}", PARTITIONS))
    return [record(order(next(numbers)), place=place, **how) for _ in range(count)]


def test_records_where_they_belong_are_not_blamed() -> None:
    sound = topic(orders(50))
    assert severities([*keys(sound, LOOK), *partitioner(sound, LOOK)]) == ["ok", "ok"]


@pytest.mark.parametrize(
    ("place", "name", "advice"),
    [
        (crc32_of, "librdkafka's default partitioner (CRC32)", "partitioner=murmur2_random"),
        (fnv1a_of, "Sarama's default partitioner (FNV-1a)", "murmur2"),
        (lambda key, _: partition_of(key, 6), "while the topic had 6 partitions", "never add partitions"),
        (lambda key, _: 0, "all are in partition 0", "do not choose a partition"),
    ],
)
def test_a_partitioner_is_known_by_where_it_puts_keys(place: Callable[[str, int], int], name: str, advice: str) -> None:
    (found,) = partitioner(topic(orders(100, place=place)), LOOK)
    assert found.severity == "bad"
    assert name in found.text
    assert advice in (found.advice or "")


def test_sarama_takes_the_sign_away() -> None:
    assert [fnv1a_of(key, 8) for key in ("", "a", "foobar")] == [
        abs(n) % 8 for n in (-2128831035, -468965076, -1080231576)
    ]


def test_too_few_keys_name_no_partitioner() -> None:
    few, enough = misplaced(FEWEST_KEYS - 1, crc32_of), misplaced(FEWEST_KEYS, crc32_of)
    assert "too few different keys" in next(partitioner(topic(few), LOOK)).text
    assert "CRC32" in next(partitioner(topic(enough), LOOK)).text
    assert "too few different keys" in next(partitioner(topic(few * 50), LOOK)).text


def test_one_hot_key_does_not_hide_what_the_others_say() -> None:
    hot = [record(order(0), place=lambda key, _: (partition_of(key, PARTITIONS) + 1) % PARTITIONS)] * 3
    (found,) = partitioner(topic(hot + misplaced(60, crc32_of)), LOOK)
    assert "CRC32" in found.text


def test_chance_is_no_known_partitioner() -> None:
    records = orders(200, place=lambda key, _: (partition_of(key, PARTITIONS) + 1 + len(key) % 3) % PARTITIONS)
    assert "no known partitioner fits" in next(partitioner(topic(records), LOOK)).text


def test_a_producer_is_blamed_and_a_single_record_only_told() -> None:
    total = 1_000
    for count, severity in ((int(MUCH * total) - 1, "warn"), (int(MUCH * total), "bad")):
        found = next(partitioner(topic(orders(total - count) + misplaced(count, crc32_of)), LOOK))
        assert (found.severity, found.figures["records"]) == (severity, count)


@pytest.mark.parametrize(
    ("key", "kind", "told"),
    [
        (lambda event, own: None, "none", "have no key"),
        (lambda event, own: b"", "empty", "have an empty key"),
        (lambda event, own: event.order_id.encode(), "order_id", "have order_id as key"),
        (lambda event, own: f'"{own}"'.encode(), "JSON", "quotation marks"),
        (lambda event, own: b"\0\0\0\0\x07\x04" + own.encode(), "framed", "schema registry's frame"),
        (lambda event, own: own.encode() + b" ", "something else", "no field of the record"),
        (lambda event, own: b"1" + own.encode(), "something else", "no field of the record"),
    ],
)
def test_what_stands_in_place_of_the_key_is_told(
    key: Callable[[ev.OrderChanged, str], bytes | None], kind: str, told: str
) -> None:
    def elsewhere(own: str, partitions: int) -> int:
        return (partition_of(own, partitions) + 1) % partitions

    (found,) = keys(topic(orders(40, key=key, place=elsewhere)), LOOK)
    assert (found.severity, found.figures["kind"]) == ("bad", kind)
    assert told in found.text
    assert "buyer_id" in (found.advice or "")
    (moved,) = partitioner(topic(orders(40, key=key, place=elsewhere)), LOOK)
    assert moved.severity == "bad"
    assert moved.advice is not None
    assert "murmur2" not in moved.advice


def test_a_wrong_key_in_the_right_partition_does_no_harm() -> None:
    assert severities(list(keys(topic(orders(40, key=lambda *_: None)), LOOK))) == ["warn"]


def test_several_causes_are_told_apart() -> None:
    records = misplaced(30, crc32_of) + misplaced(20, lambda *_: 0, key=lambda *_: None) + orders(50)
    found = list(partitioner(topic(records), LOOK))
    assert [(f.figures["records"], f.severity) for f in found] == [(30, "bad"), (20, "bad")]
    assert "CRC32" in found[0].text
    assert "no key" in found[1].text


def test_the_topics_own_number_of_partitions_counts() -> None:
    records = [record(order(n), partitions=5) for n in range(60)]
    assert severities(list(partitioner(topic(records, partitions=5), LOOK))) == ["ok"]


@given(st.lists(st.text(min_size=1, max_size=20).filter(str.isprintable), min_size=1, max_size=40), st.integers(1, 12))
def test_what_kafkas_partitioner_placed_is_never_blamed(keys_: list[str], partitions: int) -> None:
    records = [record(order(n, buyer_id=key), partitions=partitions) for n, key in enumerate(keys_)]
    assert severities(list(partitioner(topic(records, partitions=partitions), LOOK))) == ["ok"]


@given(st.sets(st.text(min_size=1, max_size=12).filter(str.isprintable), min_size=60, max_size=80))
def test_crc32_is_named_whatever_the_keys_are(keys_: set[str]) -> None:
    records = [record(order(n, buyer_id=key), place=crc32_of) for n, key in enumerate(sorted(keys_))]
    assert "CRC32" in next(partitioner(topic(records), LOOK)).text


def scanned(number: int, typed: str, *, key: str | None = None, place: str | None = None) -> SampledRecord:
    """A scan of a number as it was typed, keyed and placed by what its producer made of it."""
    made = ev.ParcelScanned(f"e{number}", NOW, "jd", "sf", typed, scan="accepted")
    return record(
        made,
        "logistics",
        key=lambda _, own: (own if key is None else key).encode(),
        place=lambda own, partitions: partition_of(own if place is None else place, partitions),
        offset=number,
    )


def test_a_number_in_canonical_form_is_its_records_key() -> None:
    numbers = [(f"sf-{n} 00", f"SF{n}00") for n in range(40)]
    right = topic([scanned(n, t, key=own, place=own) for n, (t, own) in enumerate(numbers)], "logistics")
    assert severities([*keys(right, LOOK), *partitioner(right, LOOK)]) == ["ok", "ok"]


def test_a_key_as_it_was_typed_is_told_with_what_to_set() -> None:
    typed = topic([scanned(n, f"sf-{n} 00") for n in range(40)], "logistics")
    (found,) = keys(typed, LOOK)
    assert (found.severity, found.figures["kind"]) == ("bad", "as typed")
    assert "have waybill_no as it was typed as key instead of waybill_no in canonical form" in found.text
    assert "upper case" in (found.advice or "")
    (moved,) = partitioner(typed, LOOK)
    assert "as it was typed" in moved.text
    assert "canonical form" in (moved.advice or "")


def test_a_typed_number_in_quotes_is_no_plain_key() -> None:
    quoted = topic([scanned(n, f"sf-{n}", key=f'"sf-{n}"') for n in range(40)], "logistics")
    assert next(keys(quoted, LOOK)).figures["kind"] == "JSON"


def test_what_is_no_number_at_all_is_its_own_key() -> None:
    dashes = topic([scanned(n, "-" * (n + 1)) for n in range(40)], "logistics")
    assert severities([*keys(dashes, LOOK), *partitioner(dashes, LOOK)]) == ["ok", "ok"]
