"""Whatever is written into an event is text on every page and in every file: no element, no attribute, no formula."""

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from msgspec.structs import replace

from cloudtag.contract.streams import INPUTS, STREAM_OF
from cloudtag.desk.figure_questions import QUESTIONS
from cloudtag.desk.routes import ROUTES
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.serving.engine_way import EngineSaid
from cloudtag.serving.viewers import ShopRef, Viewer
from tests.desk.conftest import DeskWorld, desk_world
from tests.desk.engine import Saying
from tests.desk.hostile import EVIL, evil, of_every_stream
from tests.desk.stories import ring_of_two, sanctioned
from tests.detectors.judged import events_of
from tests.warehouse import record_samples

LONG = pytest.mark.long
SHOP = EVIL + "s1"
STAFF = frozenset((ShopRef("taobao", SHOP),))
PEOPLE = {
    "shop": Viewer(name=EVIL + "mei", role="shop", shops=STAFF, account_id=EVIL + "acc-1"),
    "platform": Viewer(name=EVIL + "petra", role="platform"),
    "auditor": Viewer(name=EVIL + "aude", role="auditor", scopes=frozenset(("read",))),
}
ELEMENTS = frozenset(("script", "link", "meta"))
"""Elements that load or run something; each page has its own, which name files of the desk."""
OWN = {"/static/desk.js", "/static/desk.css", "/static/icon.svg"}
AT_NO_TIME = urlencode({"at": EVIL})
FILES_OF_NUMBERS = "/figures/{figure}.parquet"
"""No page, and nothing that a program would run."""
READ = [route for route in ROUTES if not route.is_act and route.path not in ("/changes", "/next", FILES_OF_NUMBERS)]
"""Pages and files. News are JSON, and the next case is a redirection."""


@pytest.fixture(scope="module")
def evil_world(warehouse_url: str) -> Iterator[DeskWorld]:
    """A desk at which everybody and everything is named so."""
    told = [evil(each) for each in events_of(sanctioned(70) + ring_of_two(60, "s1"))]
    told += of_every_stream({"buyer_id": "b60", "order_id": "o60", "shop_id": "s1", "refund_id": "r60"})
    with desk_world(warehouse_url, told, PEOPLE) as made:
        yield made


class Page(HTMLParser):
    """Text and elements as a browser takes them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.wrong = "", list[str]()
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("img", "iframe", "object", "embed", "base", "style") or any(name[:2] == "on" for name, _ in attrs):
            self.wrong.append(f"{tag} {attrs}")
        loads = [value for name, value in attrs if name in ("src", "href") and tag in ELEMENTS]
        if (tag == "script" and not loads) or not set(loads) <= OWN:
            self.wrong.append(f"{tag} {attrs}")
        self.wrong += [f"{tag} {value}" for name, value in attrs if name == "href" and not _is_own(value or "")]


def _is_own(address: str) -> bool:
    return address[:1] in ("/", "?", "#") and address[:2] != "//"


def _addresses(world: DeskWorld, path: str) -> list[str]:
    """What a route of the table can be asked for."""
    query = urlencode(dict.fromkeys(("sent", "undone", "reason", "lang", "token"), EVIL))
    if path == "/figures/{figure}.csv":
        shop = urlencode({"network": "taobao", "shop": SHOP})
        return [f"/figures/{name}.csv" for name in QUESTIONS] + [f"/figures/{name}.csv?{shop}" for name in QUESTIONS]
    if "{alert_id}" in path:
        linked = "WHERE notEmpty(linked_buyer_keys)" if path.startswith("/rings") else ""
        few = " LIMIT 3" if path.endswith("/file") else ""
        sql = f"SELECT any(alert_id) FROM alerts_latest {linked} GROUP BY detector ORDER BY detector{few}"
        found = [path.format(alert_id=row[0]) for row in world.client.query(sql).result_rows]
        return [f"{address}?{query}" for address in found] + [f"{found[0]}?{AT_NO_TIME}"]
    filled = path.replace(":path", "").format(platform="taobao", shop_id=quote(SHOP, safe=""), name="short_return")
    return [filled, f"{filled}?{query}"]


@pytest.mark.parametrize("route", READ, ids=lambda route: route.path)
@pytest.mark.parametrize(
    "person",
    ["platform", pytest.param("shop", marks=pytest.mark.long), pytest.param("auditor", marks=pytest.mark.long)],
)
def test_what_is_written_is_text(evil_world: DeskWorld, route, person: str) -> None:  # type: ignore[no-untyped-def]
    visitor, seen = evil_world.visitor(person), 0
    addresses = _addresses(evil_world, route.path)
    assert addresses
    for address in addresses:
        answer = visitor.get(address)
        # A case is shown as of a moment; the others know nothing of that.
        wanted = 400 if address.endswith(AT_NO_TIME) and route.path == "/cases/{alert_id}" else 200
        assert answer.status in ((wanted,) if person == "platform" else (wanted, 403, 404)), (address, answer.text)
        if answer.headers["content-type"].startswith("text/csv"):
            rows = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
            assert not [cell for cell in rows if cell[:1] in "=+@\t\r\n＝＋＠" and cell]
            seen += sum(EVIL in cell for cell in rows)
            continue
        page = Page(answer.text)
        assert page.wrong == [], address
        seen += page.text.count(EVIL)
    assert seen, "it would show nothing, or somewhere else"


def test_what_is_no_text_would_be_found() -> None:
    assert len(Page(f"<p>{EVIL}</p><a href=javascript:x>x</a><b onclick=x>").wrong) == 4
    assert Page(f"<p>{EVIL.replace('&', '&amp;').replace('<', '&lt;')}</p>").wrong == []


def test_every_kind_of_record_is_there_to_be_shown(evil_world: DeskWorld) -> None:
    for table in ("alerts_latest", "consequences_latest", "tag_statuses_current", "report_statuses_current", "appeals"):
        assert evil_world.one(f"SELECT count() FROM {table}"), table
    assert evil_world.one("SELECT uniqExact(detector) FROM alerts_latest") > 5  # type: ignore[operator]


def test_what_is_typed_is_text_where_it_is_said_back(evil_world: DeskWorld) -> None:
    staff = evil_world.visitor("shop")
    order = EVIL + "o61"
    alert_id = evil_world.client.query(
        "SELECT alert_id FROM alerts_latest WHERE has(order_ids, {o:String})", parameters={"o": order}
    ).result_rows[0][0]
    case = f"/cases/{alert_id}"
    sent = staff.act(case, f"{case}/verdict", verdict="normal", reason=EVIL)
    assert sent.status == 303
    page = Page(staff.get(sent.location).text)
    assert page.wrong == []
    assert EVIL in page.text


@pytest.fixture
def said(evil_world: DeskWorld) -> Iterator[EngineSaid]:
    """The engine has read the same, says everything there is, and could not ask those who are named so."""
    events = [event for event in evil_world.pipeline.events if STREAM_OF[type(event)] in INPUTS]
    records = tuple(record for _, record in judge(events, None, shipped()))
    made = EngineSaid(records, tuple(f"{what} {EVIL}" for what in ("parcel", "shop", "courier", "link by")))
    evil_world.desk.engine = Saying(made)
    yield made
    evil_world.desk.engine = None


def _previewed(world: DeskWorld, address: str, status: int = 200, **fields: str) -> str:
    """The text of what would follow, of which nothing is more than text."""
    visitor = world.visitor("platform")
    csrf = visitor.get("/queue").form("/signout")["csrf"]
    answer = visitor.send(f"{address}/preview", {"csrf": csrf, "form_id": "x" * 24, **fields})
    assert answer.status == status, answer.text
    page = Page(answer.text)
    assert page.wrong == []
    return page.text


def test_what_would_follow_for_a_ring_is_text(evil_world: DeskWorld, said: EngineSaid) -> None:
    assert len(said.records) > 10
    rings = {address.partition("?")[0] for address in _addresses(evil_world, "/rings/{alert_id}")}
    for ring in rings:
        shown = evil_world.visitor("platform").get(ring).text
        chosen = dict(re.findall(r'name="(case:[^"]+)" value="(\d+)"', shown))
        assert chosen
        told = _previewed(evil_world, ring, verdict="abnormal", reason=EVIL, **chosen)
        assert told.count(EVIL) > told.partition("In sum")[0].count(EVIL)
        assert f"parcel {EVIL}" in told


def test_what_would_follow_from_an_appeal_is_text(evil_world: DeskWorld, said: EngineSaid) -> None:
    told = {"sanction": EVIL + "sanction", "network": EVIL, "under_appeal": EVIL}
    sanction = record_samples.consequence("sanction", "buyer", EVIL + "b60", 1, platform="taobao", details=told)
    sanction = replace(sanction, consequence_id="sanction-1")
    other = replace(sanction, consequence_id="sanction-2")
    evil_world.pipeline.store([("consequences", sanction), ("consequences", other)])
    shown = _previewed(evil_world, "/appeals/sanction-1", revision="0")
    assert f"parcel {EVIL}" in shown
    assert shown.count(EVIL + "sanction") > 1, "what it is against, and what stays as it is"
    assert EVIL + "sanction" in _previewed(evil_world, "/appeals/sanction-1", 409, revision="1")
    _previewed(evil_world, "/appeals/sanction-1", 404, revision="0", appeal_id=EVIL)
