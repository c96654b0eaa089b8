"""The pictures of a case stand on its page by their fingerprints; where else they were used, on a page of their own."""

from collections.abc import Iterator
from typing import Any

import pytest

from cloudtag.detection.example import day, event, ordered, refunded
from tests.desk.browser import Answer
from tests.desk.cases import case_of
from tests.desk.conftest import DeskWorld, desk_world
from tests.desk.stories import empty_parcel
from tests.detectors.judged import events_of

PICTURE, COPY, OTHER, CHAT = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
PHASH = "00ff00ff00ff00ff"


def _proof(sha256: str, phash: str | None = None, kind: str = "picture") -> dict[str, Any]:
    return {"sha256": sha256, "kind": kind} | ({"phash": phash} if phash else {})


def _used(n: str, shop: str, *proofs: dict[str, Any]) -> list[dict[str, Any]]:
    who = {"buyer_id": f"b{n}", "order_id": f"o{n}", "refund_id": f"r{n}", "shop_id": shop}
    returned = {"type": "refund_only", "reason": "damaged"}
    return [
        ordered("placed", day(0), **who),
        refunded("opened", day(4), **who, **returned, evidence=list(proofs)),
        refunded("agreed", day(5), **who, **returned, evidence=list(proofs)),
    ]


@pytest.fixture(scope="module")
def told(warehouse_url: str) -> Iterator[DeskWorld]:
    """Buyer b80's case at s1, with a picture that other buyers used as well."""
    events = empty_parcel(80, "s1", 19900, evidence=[_proof(PICTURE, PHASH), _proof(CHAT, None, "chat")])
    events += _used("81", "s1", _proof(PICTURE, PHASH)) + _used("82", "s2", _proof(PICTURE))
    events += _used("83", "s1", _proof(COPY, PHASH)) + _used("84", "s1", _proof(OTHER))
    about = {"buyer_id": "b85", "shop_id": "s1", "order_id": "o85", "complaint_id": "c85"}
    said = {"complainant": "buyer", "status": "opened", "type": "labelling", "evidence": [_proof(PICTURE)]}
    events += [ordered("placed", day(0), buyer_id="b85", order_id="o85", shop_id="s1")]
    events += [event("complaints", day(6), **about, **said)]
    with desk_world(warehouse_url, events_of(events)) as made:
        yield made


def _page(world: DeskWorld, name: str, language: str = "en", end: str = "/pictures") -> Answer:
    answer = world.visitor(name, language).get(case_of(world, "o80") + end)
    assert answer.status == 200
    return answer


def _orders(answer: Answer) -> list[str]:
    return [f"o{n}" for n in range(80, 86) if f">o{n}" in answer.text]


def test_the_case_names_each_of_its_pictures_once(told: DeskWorld) -> None:
    part = _page(told, "mei", end="").text.partition('id="pictures"')[2].partition("</section>")[0]
    assert part.count(PICTURE) == 1
    assert part.count(CHAT) == 1
    assert PHASH in part
    assert COPY not in part
    assert case_of(told, "o80") + "/pictures" in part
    assert _page(told, "mei", end="/file").text.count(f"<code>{PICTURE}</code>") == 1


def test_where_else_they_were_used_is_shown_as_far_as_one_may_see(told: DeskWorld) -> None:
    page = _page(told, "petra")
    assert _orders(page) == ["o80", "o81", "o82", "o83", "o85"]
    assert page.text.count("r81") == 1, "a refund that was told of twice used it once"
    assert page.text.count("looks the same") == 1
    assert "this case" in page.text
    shop = _page(told, "mei")
    assert _orders(shop) == ["o80", "o81", "o83", "o85"]
    assert "s2" not in shop.text.partition("<main")[2]
    assert "看上去相同" in _page(told, "mei", "zh").text


def test_what_has_the_same_picture_nowhere_else_says_so(told: DeskWorld) -> None:
    part = _page(told, "petra").text.partition(f"<code>{CHAT}</code>")[2].partition("</section>")[0]
    assert part.count("<tr>") == 2, "the head, and the case itself"
    assert told.visitor("otto").get(case_of(told, "o80") + "/pictures").status == 404
