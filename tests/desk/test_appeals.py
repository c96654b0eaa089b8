"""Appeals: what would follow from each thing that may be said of one, and nothing is said of what has changed."""

import time
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.what_ifs import NO_ANSWER
from cloudtag.serving.engine_way import EngineSaid
from tests.desk.browser import Answer, Browser
from tests.desk.cases import alert_of_case, case_of
from tests.desk.conftest import DeskWorld
from tests.desk.engine import Saying, engine, held, shown


@dataclass(frozen=True)
class Sanctioned:
    """A desk with a buyer of its own who has a sanction: the case, and the address of an appeal against it."""

    world: DeskWorld
    case: str
    sanction: str
    address: str

    def one(self, column: str) -> object:
        """What the sanction says now."""
        return self.world.one(f"SELECT {column} FROM consequences_latest WHERE consequence_id = '{self.sanction}'")

    @property
    def sent(self) -> list[str]:
        """What was said of appeals."""
        return [event.status for event in self.world.pipeline.sent if isinstance(event, AppealChanged)]


@pytest.fixture
def asking(acted: DeskWorld) -> Sanctioned:
    """A desk over a buyer who has a sanction."""
    case = case_of(acted, f"o{acted.fresh_sanctioned()}-1")
    buyer = acted.one(f"SELECT buyer_key FROM alerts_latest WHERE alert_id = '{alert_of_case(case)}'")
    sql = "SELECT consequence_id FROM consequences_latest WHERE kind = 'sanction' AND subject_id = "
    sanction = str(acted.one(f"{sql} '{buyer}'"))
    return Sanctioned(acted, case, sanction, f"/appeals/{quote(sanction, safe='')}")


def _opening(about: Sanctioned, visitor: Browser) -> dict[str, str]:
    """The form on the page of a case with which an appeal against the sanction is opened."""
    return visitor.get(about.case).form(about.address)


def _opened(about: Sanctioned, visitor: Browser) -> dict[str, str]:
    """An appeal is opened; the form on the platform's page with which it is decided."""
    assert visitor.send(about.address, _opening(about, visitor)).status == 303
    about.world.seconds += 60
    return visitor.get("/platform").form(about.address)


def _until_asked(about: Sanctioned, visitor: Browser, form: dict[str, str]) -> str:
    deadline = time.monotonic() + 120
    while "could not be asked" in (told := shown(visitor.send(f"{about.address}/preview", form))):
        assert time.monotonic() < deadline, told
    return told


def _parts(told: str) -> tuple[str, str]:
    upheld, _, rejected = told.partition("<h3>If it is rejected</h3>")
    return upheld.partition("<h3>If it is upheld</h3>")[2], rejected


def test_what_would_follow_from_a_decision_is_what_follows(asking: Sanctioned, tansu_bootstrap: str) -> None:
    petra = asking.world.visitor("petra")
    with engine(tansu_bootstrap, held(asking.world.pipeline.events)) as asking.world.desk.engine:
        opening = _until_asked(asking, petra, _opening(asking, petra))
    assert "<h3>If it is opened</h3>" in opening
    assert "Consequence sanction: active" in opening
    assert "under appeal" in opening
    assert asking.sent == []
    form = _opened(asking, petra)
    with engine(tansu_bootstrap, held(asking.world.pipeline.events)) as asking.world.desk.engine:
        upheld, rejected = _parts(_until_asked(asking, petra, form))
    assert "Consequence sanction: reversed" in upheld
    assert "Consequence sanction: active" in rejected
    assert "under appeal" not in rejected
    # What the engine says nothing of stays; what it speaks of is not said to stay as it is.
    for part in (upheld, rejected):
        stays = part.partition("What stays as it is:")[2]
        assert "order limit" in stays
        assert "sanction" not in stays
    assert asking.sent == ["opened"]
    assert petra.send(asking.address, form | {"status": "upheld"}).status == 303
    assert asking.one("status") == "reversed"


def test_it_can_be_sent_from_the_page_that_says_what_would_follow(asking: Sanctioned) -> None:
    petra = asking.world.visitor("petra", "zh")
    asking.world.desk.engine = Saying(EngineSaid(obstacle=NO_ANSWER))
    answer = petra.send(f"{asking.address}/preview", _opened(asking, petra))
    told = shown(answer)
    assert told.count("没有工作进程及时应答") == 2
    assert "保持不变的有" not in told, "what nobody answered says nothing of what stays"
    assert petra.send(asking.address, answer.form(asking.address) | {"status": "rejected"}).status == 303
    assert asking.sent == ["opened", "rejected"]


def _refused(answer: Answer, status: int, text: str = "") -> None:
    assert answer.status == status
    assert text in answer.text


def test_what_has_changed_since_is_told_and_nothing_is_sent(asking: Sanctioned) -> None:
    petra, pia = asking.world.visitor("petra"), asking.world.visitor("pia")
    opening, form = _opening(asking, pia), _opened(asking, petra)
    changed = "It has changed since you opened the page. Nothing was sent."
    for end in ("", "/preview"):
        answer = pia.send(f"{asking.address}{end}", opening)
        _refused(answer, 409, changed)
        assert "You saw revision 0; now there is revision 1." in answer.text
        assert "<b>revision 1</b>" in answer.text
        assert "under appeal" in answer.text
    late = pia.get("/platform").form(asking.address)
    petra.send(asking.address, form | {"status": "rejected"})
    newest = str(asking.one("revision"))
    for revision in (late["revision"], newest):
        answer = pia.send(asking.address, late | {"revision": revision, "status": "upheld"})
        _refused(answer, 409, changed)
        assert "The appeal was decided meanwhile: rejected." in answer.text
        assert 'value="upheld"' not in answer.text
    assert asking.sent == ["opened", "rejected"]


def test_what_cannot_be_said_is_refused(asking: Sanctioned) -> None:
    petra = asking.world.visitor("petra")
    opening = _opening(asking, petra)
    for status in ("upheld", "rejected", "granted", ""):
        _refused(petra.send(asking.address, opening | {"status": status}), 400)
    form = _opened(asking, petra)
    _refused(petra.send(asking.address, form | {"status": "opened"}), 400)
    for end in ("", "/preview"):
        _refused(petra.send(f"{asking.address}{end}", form | {"status": "upheld", "appeal_id": "another"}), 404)
        for name, refusal in (("aude", 403), ("mei", 403), ("jade", 404)):
            stranger = asking.world.visitor(name)
            token = stranger.get("/queue").form("/signout")["csrf"]
            answer = stranger.send(f"{asking.address}{end}", form | {"status": "upheld", "csrf": token})
            _refused(answer, refusal)
            assert "sanction" not in answer.text.partition("<main")[2]
    assert asking.sent == ["opened"]
