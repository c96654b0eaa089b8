"""What a case's page reads of an event is all that its own table has: a column added there is added here."""

import msgspec

from cloudtag.desk.case_questions import BY_ORDER
from cloudtag.warehouse.fact_tables import FACT_TABLES
from tests.warehouse.batches import batch, inserter
from tests.warehouse.places import Warehouse
from tests.warehouse.samples import one_of_each

STREAMS = (*BY_ORDER, "verdicts")


def test_a_row_tells_every_column_of_its_event(warehouse: Warehouse) -> None:
    samples, insert = one_of_each(), inserter(warehouse).insert
    for stream in STREAMS:
        insert(batch(stream, [samples[stream]]))
    told = dict(warehouse.rows("SELECT stream, told FROM {db}.case_facts ORDER BY stream"))
    assert told.keys() == set(STREAMS)
    for stream in STREAMS:
        columns = {column.name for column in FACT_TABLES[stream].columns}
        assert columns - msgspec.json.decode(told[stream]).keys() == set(), stream
