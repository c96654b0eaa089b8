"""Columns taken of a whole block hold what each record by itself says, whoever its texts name."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from cloudtag.contract.named import linked_to, named_in
from cloudtag.contract.records import Alert, Reference, ShopOrder
from cloudtag.warehouse.blocks import TABLES, block_of, columns_of
from cloudtag.warehouse.pseudonymizer import Pseudonymizer
from tests.warehouse.batches import SECRET, batch
from tests.warehouse.samples import alert, one_of_each

PLATFORMS = ("taobao", "tmall", "jd", "JD", "odd")
BUYERS = ("b1", "b12", "买家", "b.1", "x")
WORDS = (*BUYERS, "b1-x", "b1.", " b1 ", "\n", "", "jd/b1", "b1 (jd)", "b12 (odd), b1 (jd)", "é", "\0")


def texts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)


def alerts() -> st.SearchStrategy[Alert]:
    said, perhaps = texts(), st.one_of(st.none(), texts())
    named = {"linked_elsewhere": st.sampled_from(WORDS)}
    return st.builds(
        alert,
        st.integers(0, 20),
        platform=st.sampled_from(PLATFORMS),
        buyer_id=st.sampled_from(BUYERS),
        shop_id=perhaps,
        linked_buyer_ids=st.one_of(st.just(()), st.lists(st.sampled_from(BUYERS), max_size=3).map(tuple)),
        facts=st.one_of(st.dictionaries(said, said, max_size=3), st.fixed_dictionaries(named)),
        explanation=said,
        explanation_zh=said,
        withdrawn_because=perhaps,
        withdrawn_because_zh=perhaps,
        verdict=perhaps,
        evidence=st.lists(st.builds(Reference, said, said, st.integers(0, 9)), max_size=2).map(tuple),
        orders=st.lists(st.builds(ShopOrder, said, said), max_size=2).map(tuple),
        historical=st.sampled_from((True, False, UNSET)),
    )


def columns(rows: list[Any], stream: str = "alerts") -> dict[str, list[Any]]:
    block = block_of(batch(stream, rows), Pseudonymizer(SECRET))
    assert {len(column) for column in block} == {len(rows)}
    return dict(zip((name for name, _ in columns_of(stream)), block, strict=True))


@given(st.lists(alerts(), min_size=1, max_size=5))
def test_what_identifies_is_covered_as_of_each_alert_by_itself(rows: list[Alert]) -> None:
    found, known = columns(rows), Pseudonymizer(SECRET)
    for place, row in enumerate(rows):
        buyers = named_in(row)
        for name in ("explanation", "explanation_zh", "withdrawn_because", "withdrawn_because_zh"):
            assert found[name][place] == known.redact(getattr(row, name) or "", buyers)
        covered = [(known.redact(name, buyers), known.redact(value, buyers)) for name, value in row.facts.items()]
        assert list(found["facts"][place].items()) == list(dict(covered).items())
        assert found["buyer_key"][place] == known.buyer(row.platform, row.buyer_id)
        assert found["linked_buyer_keys"][place] == [known.buyer(n.network, n.buyer_id) for n in linked_to(row)]


@given(st.lists(alerts(), min_size=1, max_size=5))
def test_what_is_absent_is_empty_or_null(rows: list[Alert]) -> None:
    found = columns(rows)
    for place, row in enumerate(rows):
        assert found["shop_id"][place] == (row.shop_id or "")
        assert found["verdict"][place] == (row.verdict or "")
        assert found["historical"][place] == (None if row.historical is UNSET else row.historical)
        assert found["evidence_streams"][place] == [each.stream for each in row.evidence]
        assert found["evidence_times"][place] == [each.occurred_at for each in row.evidence]
        assert found["orders_shop_ids"][place] == [each.shop_id for each in row.orders]


@given(st.lists(alerts(), min_size=1, max_size=5))
def test_the_same_originals_are_to_be_stored(rows: list[Alert]) -> None:
    together, alone = Pseudonymizer(SECRET), Pseudonymizer(SECRET)
    block_of(batch("alerts", rows), together)
    for row in rows:
        block_of(batch("alerts", [row]), alone)
    assert together.fresh == alone.fresh


@pytest.mark.parametrize("stream", TABLES)
def test_a_block_is_its_rows_one_after_the_other(stream: str) -> None:
    variants = list(_variants(one_of_each()[stream]))
    known = Pseudonymizer(SECRET)
    whole = block_of(batch(stream, variants), known)
    single = [block_of(batch(stream, [row], number), known) for number, row in enumerate(variants)]
    assert whole == [[value for (value,) in parts] for parts in zip(*single, strict=True)]


def _variants(record: Any) -> Iterator[Any]:
    """The record, and with each of its fields that may be absent as absent as can be."""
    yield record
    for name in record.__struct_fields__:
        default = next((f for f in _defaults(type(record)) if f[0] == name), None)
        if default is not None:
            yield replace(record, **{name: default[1]})
    yield record


def _defaults(kind: type[Any]) -> list[tuple[str, Any]]:
    names = kind.__struct_fields__[len(kind.__struct_fields__) - len(kind.__struct_defaults__) :]
    return [
        (name, default)
        for name, default in zip(names, kind.__struct_defaults__, strict=True)
        if default in (None, UNSET, ()) or default is False
    ]
