"""Which case is which: addresses of alerts of the tests' stories."""

from tests.desk.browser import Answer, Browser
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


def opened_ring(world: DeskWorld, visitor: Browser) -> tuple[str, list[str], Answer, dict[str, str]]:
    """A new ring's address, its open cases, its page, and the page's form with all of them chosen."""
    number = world.fresh_ring("s1")
    case = case_of(world, f"o{number + 1}x", "reused_waybill")
    address = case.replace("/cases/", "/rings/")
    page = visitor.get(address)
    sql = """SELECT alert_id, revision FROM alerts_current
        WHERE buyer_key IN (SELECT buyer_key FROM orders WHERE order_id IN {o:Array(String)})"""
    orders = [f"o{n}{x}" for n in (number, number + 1) for x in ("", "x")]
    rows = world.client.query(sql, parameters={"o": orders}).result_rows
    shown = [(name, revision) for name, revision in rows if f"case:{name}" in page.text]
    assert len(shown) > 1
    form = page.form(f"{address}/verdict") | {f"case:{name}": str(revision) for name, revision in shown}
    return address, [name for name, _ in shown], page, form | {"verdict": "abnormal"}
