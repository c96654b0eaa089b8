"""What no node of a plan can say has no plan, to write by as to read by: the pure way stays."""

from typing import Any

import pytest
from msgspec import Struct

from cloudtag.wire.reading_plan import plan_of
from cloudtag.wire.writing_plan import writing_plan_of


class Record(Struct):
    value: str | None = None


SAID: list[Any] = ["string", ["null", "string"]]
UNSAID: list[Any] = [["null", "string", "long"], ["string", "null"], "float", {"type": "fixed", "name": "F", "size": 4}]


def record(kind: Any) -> Any:
    return {"type": "record", "name": "Record", "fields": [{"name": "value", "type": kind}]}


@pytest.mark.parametrize("kind", SAID, ids=str)
def test_what_nodes_can_say_has_a_plan(kind: Any) -> None:
    assert writing_plan_of(record(kind)) is not None


@pytest.mark.parametrize("kind", UNSAID, ids=str)
def test_what_no_node_can_say_has_none(kind: Any) -> None:
    assert (writing_plan_of(record(kind)), plan_of(Record, record(kind))) == (None, None)


def test_a_schema_that_is_none_is_no_matter_of_plans() -> None:
    with pytest.raises(KeyError):
        writing_plan_of(record({"name": "no type"}))
