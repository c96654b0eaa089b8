"""Facts that agree in the fields a signal names weigh the same for it, whatever else they say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.internal import InternalRecord
from cloudtag.detection.signals import Signal
from cloudtag.detectors.registry import of_scope
from cloudtag.processors.buyers.prefilter import OWN
from tests.histories.strategies import histories

NAMED = {*OWN, *(s for scope in ("buyer", "alerted") for detector in of_scope(scope) for s in detector.rule.signals)}
PLAIN = sorted(((s, kind) for s in NAMED for kind in s.fields), key=lambda pair: pair[0].name)
PUBLIC = st.fixed_dictionaries(
    {
        "status": st.sampled_from(("placed", "paid", "cancelled", "closed_unpaid")),
        "address_valid": st.sampled_from((None, True, False)),
        "buyer_note": st.sampled_from((None, "", "x")),
        "note_meaningless": st.booleans(),
        "affiliate_id": st.sampled_from((None, "a1")),
    }
)


def test_some_signals_name_fields_and_none_of_an_internal_record() -> None:
    assert {signal.name for signal, _ in PLAIN} == {"affiliates", "invalid_address", "notes", "undone"}
    assert not any(issubclass(kind, InternalRecord) for _, kind in PLAIN)
    assert all(kind in signal.weigh for signal, kind in PLAIN)


@pytest.mark.parametrize(("signal", "kind"), PLAIN, ids=lambda value: getattr(value, "name", ""))
@given(histories(max_size=12), PUBLIC, PUBLIC)
@settings(max_examples=40, deadline=None)
def test_weights_follow_from_the_fields_that_are_named(
    signal: Signal, kind: type[Any], history: list[Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    facts = [fact for fact in history if type(fact) is kind]
    for fact, another in zip(facts, reversed(facts), strict=True):
        first, second = replace(fact, **one), replace(another, **other)
        alike = replace(second, **{field: getattr(first, field) for field in signal.fields[kind]})
        assert int(signal.weigh[kind](alike)) == int(signal.weigh[kind](first))
        assert {type(getattr(first, field)) for field in signal.fields[kind]} <= {str, bool, int, type(None)}
