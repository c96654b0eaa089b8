"""What became of a decision: told by whoever may see it, published, counted."""

from typing import Any

import pytest

from cloudtag.contract.decision_records import DecisionOutcome
from tests.decide.service import NOW, Client


def tell(client: Client, decision_id: str, token: str = "s1", **body: Any) -> Any:
    return client.ask("POST", f"/v1/decisions/{decision_id}/outcome", token, json={"event_id": "e1", **body})


@pytest.fixture
def decision_id(client: Client) -> str:
    """One of shop s1."""
    return str(client.decide("s1").json()["decision_id"])


@pytest.mark.parametrize(
    ("body", "followed", "right"),
    [
        ({"was_followed": True}, "followed", "unknown"),
        ({"was_followed": False, "was_right": True}, "not_followed", "right"),
        ({"was_right": False, "note": "it was in another box"}, "unknown", "wrong"),
    ],
)
def test_it_is_published_and_counted(
    client: Client, decision_id: str, body: dict[str, Any], followed: str, right: str
) -> None:
    assert tell(client, decision_id, **body).status_code == 202
    (told,) = client.service.publisher.records
    assert isinstance(told, DecisionOutcome)
    assert (told.followed, told.right, told.told_by, told.occurred_at) == (followed, right, "s1", NOW)
    assert (told.decision_id, told.buyer_id, told.answer) == (decision_id, "b1", "grant")
    assert client.service.calls.given[-1] == told


def test_told_again_it_is_the_same_one(client: Client, decision_id: str) -> None:
    for _ in range(2):
        tell(client, decision_id, was_followed=True)
    first, again = client.service.publisher.records
    assert first == again


@pytest.mark.parametrize(
    ("name", "token", "body", "status"),
    [
        ("", "s1", {}, 422),
        ("no-such", "s1", {"was_right": True}, 404),
        ("", "s2", {"was_right": True}, 404),
        ("", "auditor", {"was_right": True}, 403),
        ("", "platform", {"was_right": True}, 202),
        ("", "s1", {"was_right": "yes"}, 422),
    ],
)
def test_who_may_tell_what(
    client: Client, decision_id: str, name: str, token: str, body: dict[str, Any], status: int
) -> None:
    assert tell(client, name or decision_id, token, **body).status_code == status
    assert len(client.service.publisher.records) == (status == 202)


def test_what_the_broker_has_not_is_not_counted(client: Client, decision_id: str) -> None:
    client.service.publisher.is_away = True
    assert tell(client, decision_id, was_right=True).status_code == 503
    assert len(client.service.calls.given) == 1
