"""What would follow from an act, asked over the embedded broker, is what follows; or the page says why not."""

import time
from collections.abc import Iterator

import pytest

from cloudtag.contract.what_ifs import NO_ANSWER
from cloudtag.desk.act_kinds import KINDS
from cloudtag.detection.example import day, event
from cloudtag.serving.engine_way import EngineSaid
from tests.desk.browser import Answer
from tests.desk.cases import case_of
from tests.desk.conftest import DeskWorld, desk_world
from tests.desk.engine import Saying, engine, held, shown
from tests.desk.people import PEOPLE
from tests.desk.stories import empty_parcel
from tests.detectors.judged import events_of

EVENTS = events_of(
    [
        event("accounts", day(0), shop_id="s1", account_id="acc-1", status="exam_passed"),
        *empty_parcel(60, "s1", 19900),
    ]
)


@pytest.fixture
def asking(warehouse_url: str) -> Iterator[DeskWorld]:
    """A desk over a case that nobody has answered."""
    with desk_world(warehouse_url, EVENTS, PEOPLE) as made:
        yield made


def _previewed(world: DeskWorld, name: str, what: str, language: str = "en", **fields: str) -> Answer:
    case, visitor = case_of(world, "o60"), world.visitor(name, language)
    return visitor.send(f"{case}/preview/{what}", visitor.get(case).form(f"{case}/{what}") | fields)


def _until_asked(world: DeskWorld, *args: str, **fields: str) -> str:
    """A preview, once the worker's part listens."""
    deadline = time.monotonic() + 120
    while "could not be asked" in (told := shown(_previewed(world, *args, **fields))):
        assert time.monotonic() < deadline, told
    return told


def test_what_would_follow_is_what_follows_and_nothing_is_kept(asking: DeskWorld, tansu_bootstrap: str) -> None:
    with engine(tansu_bootstrap, held(EVENTS)) as asking.desk.engine:
        right = _until_asked(asking, "mei", "verdict", verdict="abnormal")
        wrong = _until_asked(asking, "mei", "verdict", verdict="normal", reason="a reason that is kept in the form")
        report = _until_asked(asking, "mei", "report", type="malicious_refund", order="o60")
        limit = shown(_previewed(asking, "mei", "limit"))
        page = _previewed(asking, "mei", "verdict", verdict="normal", reason="a reason that is kept in the form").text
        assert page.count("What would follow</button>") + page.count("What would follow <kbd>v</kbd></button>") == len(
            KINDS
        )
    assert "resolved" in right
    assert "true positive" in right
    assert "false positive" in wrong
    assert "Report:" in report
    # It is about orders to come.
    assert "Nothing that you may see would change." in limit
    assert "a reason that is kept in the form</textarea>" in page
    asking.settle_audit()
    assert {type(event).__name__ for event in asking.pipeline.sent} == {"AuditEntry"}
    assert asking.one("SELECT count() FROM verdicts") == 0
    # And so it is when it is sent.
    case, mei = case_of(asking, "o60"), asking.visitor("mei")
    mei.act(case, f"{case}/verdict", verdict="abnormal")
    assert asking.one("SELECT status FROM alerts_latest WHERE has(order_ids, 'o60')") == "resolved"
    assert asking.one("SELECT label FROM labels_current") == "true_positive"


def test_a_tag_is_judged_by_what_its_shop_and_then_its_buyer_hold(asking: DeskWorld, tansu_bootstrap: str) -> None:
    """The very status follows when it is sent; where the shop's part knows no account that may tag, it says so."""
    chosen = {"scenario": "worn_return", "order:o60": "yes"}
    with engine(tansu_bootstrap, held(EVENTS)) as asking.desk.engine:
        assert "Tag of order o60: pending · 1 of 3 shops" in _until_asked(asking, "mei", "tag", **chosen)
    with engine(tansu_bootstrap, held(EVENTS[1:])) as asking.desk.engine:
        assert "Tag of order o60: rejected · no permission" in _until_asked(asking, "mei", "tag", **chosen)
        page = _previewed(asking, "mei", "tag", chat_evidence_no="CH-7", **chosen).text
    assert '<details id="tag" open>' in page
    assert 'value="CH-7"' in page
    assert 'value="worn_return" selected' in page
    assert asking.one("SELECT count() FROM tags") == 0
    case, mei = case_of(asking, "o60"), asking.visitor("mei")
    mei.act(case, f"{case}/tag", **chosen)
    assert asking.one("SELECT concat(status, ' ', toString(distinct_shops)) FROM tag_statuses_current") == "pending 1"


def test_of_an_engine_that_is_not_there_the_page_says_so(asking: DeskWorld) -> None:
    assert "could not be asked: this desk has no way to it" in shown(
        _previewed(asking, "mei", "verdict", verdict="normal")
    )
    assert "本工作台无法连接引擎" in shown(_previewed(asking, "mei", "verdict", "zh", verdict="normal"))

    asking.desk.engine = Saying(EngineSaid(obstacle=NO_ANSWER))
    assert "no worker answered in time" in shown(_previewed(asking, "petra", "verdict", verdict="normal"))


def test_a_stale_form_is_told_what_changed_and_a_wrong_one_is_refused(asking: DeskWorld) -> None:
    case, mei = case_of(asking, "o60"), asking.visitor("mei")
    form = mei.get(case).form(f"{case}/verdict")
    assert mei.send(f"{case}/preview/verdict", form | {"verdict": "perhaps"}).status == 400
    assert mei.send(f"{case}/preview/nothing", form | {"verdict": "normal"}).status == 400
    assert asking.visitor("otto").send(f"{case}/preview/verdict", form | {"verdict": "normal"}).status == 403
    mei.act(case, f"{case}/verdict", verdict="abnormal")
    answer = mei.send(f"{case}/preview/verdict", form | {"verdict": "normal"})
    assert answer.status == 409
    assert "The case has changed since you opened it. Nothing was sent." in answer.text
