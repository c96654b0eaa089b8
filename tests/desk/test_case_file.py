"""The case file names no other shop, nor its orders, refunds, complaints and records, to whoever may not see it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from cloudtag.detectors.registry import all_detectors
from cloudtag.replay.example import decoded
from tests.desk.conftest import DeskWorld, desk_world

OWN, OTHER = "s1", "s2"
OVER_SHOPS = {"reused_waybill": 0, "professional_complainer": 0}
"""Detectors, and which of their examples finds one alert over shop s1 and others: by a number that buyers share, by
one buyer's complaints."""
_NAMED = ("shop_id", "order_id", "refund_id", "complaint_id", "event_id", "account_id", "chat_evidence_no")
_TAG = re.compile(r"<[^>]*>")


class Told:
    """A marketplace in which one alert is about several shops."""

    def __init__(self, world: DeskWorld, detector: str, events: list[Any]) -> None:
        self.world = world
        sql = "SELECT alert_id FROM alerts_latest WHERE detector = {d:String} AND notEmpty(orders_shop_ids) LIMIT 1"
        self.alert_id = world.client.query(sql, parameters={"d": detector}).result_rows[0][0]
        own = _names(event for event in events if getattr(event, "shop_id", None) in (OWN, None))
        self.foreign = _names(event for event in events if getattr(event, "shop_id", None) not in (OWN, None)) - own

    def shown(self, who: str, page: str, language: str = "en") -> set[str]:
        """What of the other shops stands on a page of the case."""
        answer = self.world.visitor(who, language).get(f"/cases/{self.alert_id}{page}")
        assert answer.status == 200
        text = _TAG.sub(" ", answer.text.partition("<main")[2])
        return {name for name in self.foreign if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}


def _names(events: Any) -> set[str]:
    found = {getattr(event, name, None) for event in events for name in _NAMED}
    return {name for name in found if name}


@pytest.fixture(scope="module", params=OVER_SHOPS)
def told(request: pytest.FixtureRequest, warehouse_url: str) -> Iterator[Told]:
    """One such alert after the other."""
    events, _ = decoded(all_detectors()[request.param].examples[OVER_SHOPS[request.param]])
    with desk_world(warehouse_url, list(events)) as world:
        yield Told(world, request.param, list(events))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_file_names_nothing_of_other_shops_to_a_shops_staff(told: Told, language: str) -> None:
    assert OTHER in told.foreign
    assert told.shown("mei", "/file", language) == set()
    assert told.shown("mei", "", language) == set(), "nor does the page"


def test_the_platform_has_all_of_it_in_the_file(told: Told) -> None:
    shown = told.shown("petra", "/file")
    assert OTHER in shown
    assert len(shown) > 3, "or nothing would have been left out above"
    assert told.shown("aude", "/file") == shown, "an auditor reads what there is"


def test_the_file_says_that_something_is_left_out(told: Told) -> None:
    text = told.world.visitor("mei").get(f"/cases/{told.alert_id}/file").text
    assert "What concerns shops that mei may not see is left out." in text


def test_a_stranger_has_no_file(told: Told) -> None:
    assert told.world.visitor("nobody").get(f"/cases/{told.alert_id}/file").status == 404
    assert told.world.visitor("jade").get(f"/cases/{told.alert_id}/file").status == 404
