"""Which case is which: addresses of alerts of the tests' stories."""

from tests.desk.conftest import DeskWorld


def case_of(world: DeskWorld, order_id: str, detector: str = "short_return") -> str:
    """The address of the case about an order."""
    rows = world.client.query(
        "SELECT alert_id FROM alerts_latest WHERE has(order_ids, {order:String}) AND detector = {detector:String}",
        parameters={"order": order_id, "detector": detector},
    ).result_rows
    assert len(rows) == 1, rows
    return f"/cases/{rows[0][0]}"


def alert_of_case(address: str) -> str:
    """The alert's id."""
    return address.removeprefix("/cases/")
