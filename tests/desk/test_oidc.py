"""Signing in through a provider of OpenID Connect that runs beside the test: who is let in as whom, and who is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cloudtag.desk.oidc_settings import CALLBACK
from cloudtag.desk.session import COOKIE
from cloudtag.serving.viewers import ShopRef, Viewer
from tests.desk.browser import Browser
from tests.desk.oidc_door import SignInDoor, oidc_door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[SignInDoor]:
    with oidc_door(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ({"groups": ["x", "reviewers"]}, Viewer(name="u-1", role="platform", networks=frozenset({"jd"}))),
        (
            {"groups": "staff", "shops": ["taobao/s1", "tmall/s2", "nonsense", 7], "account_id": "acc-1"},
            Viewer(
                name="u-1",
                role="shop",
                shops=frozenset({ShopRef("taobao", "s1"), ShopRef("taobao", "s2")}),
                scopes=frozenset({"read", "verdicts"}),
                account_id="acc-1",
            ),
        ),
        ({"groups": ["audit"]}, Viewer(name="u-1", role="auditor", scopes=frozenset({"read"}))),
        # The first of the file counts, whatever their order in the claim.
        ({"groups": ["audit", "reviewers"]}, Viewer(name="u-1", role="platform", networks=frozenset({"jd"}))),
    ],
)
def test_claims_say_who_somebody_is(door: SignInDoor, claims: dict[str, Any], wanted: Viewer) -> None:
    door.provider.person |= claims
    assert door.viewer(door.sign_in()) == wanted


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": ["nobody"]},
        {"groups": {"reviewers": True}},
        {"groups": None},
        {"groups": ["staff"], "shops": []},
        {"groups": ["staff"], "shops": ["s1"]},
        {"groups": ["half"]},
        {"sub": " "},
    ],
)
def test_of_whom_no_claim_says_enough_is_not_let_in(door: SignInDoor, claims: dict[str, Any]) -> None:
    door.provider.person |= claims
    answer = door.sign_in()
    assert answer.status == 403
    assert "does not say that you may use the desk" in answer.text
    assert not any(cookie.startswith(COOKIE + "=") for cookie in answer.cookies)


def test_a_try_is_good_once_in_its_own_browser_and_for_ten_minutes(door: SignInDoor) -> None:
    own, other = Browser(door.port), Browser(door.port)
    back = door.go(own)
    assert other.get(back).status == 401, "another browser has no such cookie"
    assert own.get(back).status == 401, "and has spent it"
    back = door.go(own)
    door.go(other)
    assert other.get(back).status == 401, "nor another try's"
    back = door.go(own)
    assert own.get(back).status == 303
    assert own.get(back).status == 401
    back = door.go(own)
    door.seconds += 599
    assert own.get(back).status == 303
    back = door.go(own)
    door.seconds += 600
    assert own.get(back).status == 401
    for address in (CALLBACK, f"{CALLBACK}?state=x&code=y", f"{door.go(own)}&iss=http://127.0.0.1:1"):
        assert own.get(address).status == 401, address
    state = parse_qs(urlsplit(door.go(own)).query)["state"][0]
    asked = door.provider.asked.count("token")
    assert own.get(f"{CALLBACK}?state={state}&error=access_denied").status == 401
    assert door.provider.asked.count("token") == asked


def test_a_code_is_worth_nothing_without_its_verifier(door: SignInDoor) -> None:
    one, two = Browser(door.port), Browser(door.port)
    stolen = parse_qs(urlsplit(door.go(one)).query)["code"][0]
    state = parse_qs(urlsplit(door.go(two)).query)["state"][0]
    assert two.get(f"{CALLBACK}?state={state}&code={stolen}").status == 401


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_said(door: SignInDoor) -> None:
    own = door.provider.issuer
    door.provider.issuer = "http://127.0.0.1:1"
    answer = Browser(door.port).get("/signin/oidc")
    assert answer.status == 502
    assert "does not answer as it should" in answer.text
    door.provider.issuer = own
    assert door.viewer(door.sign_in()).name == "u-1"


@pytest.mark.parametrize(("size", "is_let_in"), [(600_000, True), (1 << 20, False)])
def test_what_a_provider_says_may_come_in_many_pieces_up_to_a_bound(
    door: SignInDoor, size: int, is_let_in: bool
) -> None:
    door.provider.padding = "x" * size
    if is_let_in:
        assert door.sign_in().status == 303
    else:
        assert Browser(door.port).get("/signin/oidc").status == 502
