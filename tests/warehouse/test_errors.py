"""Which errors speak of a row, and which of the warehouse."""

import struct

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, DataError, OperationalError

from cloudtag.warehouse.errors import OutageError, UnstorableError, meaning_of


@pytest.mark.parametrize(
    "error",
    [
        DataError("a column"),
        DatabaseError("Code: 469", code=469),
        struct.error("int too large"),
        OverflowError("x"),
        TypeError("x"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"),
    ],
)
def test_an_error_of_the_data_is_poison(error: Exception) -> None:
    assert isinstance(meaning_of(error), UnstorableError)


@pytest.mark.parametrize(
    ("error", "is_answered"),
    [
        (DatabaseError("Code: 60", code=60), True),
        (DatabaseError("Code: 516", code=516), True),
        (DatabaseError("Code: 241", code=241), True),
        (OperationalError("no route"), False),
        (ConnectionRefusedError("x"), False),
        (TimeoutError("x"), False),
        (MemoryError(), False),
    ],
)
def test_every_other_error_is_an_outage(error: Exception, is_answered: bool) -> None:
    meaning = meaning_of(error)
    assert isinstance(meaning, OutageError)
    assert meaning.is_answered == is_answered
