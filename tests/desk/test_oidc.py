"""Signing in through a provider of OpenID Connect that runs beside the test: who is let in as whom, and who is not."""

import hmac
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from zoneinfo import ZoneInfo

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from msgspec import json

from cloudtag.desk.app import make_app
from cloudtag.desk.asking import Asking
from cloudtag.desk.desk import Desk
from cloudtag.desk.oidc_settings import CALLBACK, read_oidc
from cloudtag.desk.oidc_tries import OidcDoor
from cloudtag.desk.session import COOKIE, SignedIn
from cloudtag.local.probe import free_port
from cloudtag.policy.load import shipped
from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import ShopRef, Viewer
from tests.desk.browser import Answer, Browser
from tests.desk.oidc_provider import CLIENT, ROLES, SECRET, ECKey, Provider, provider
from tests.desk.serving import served


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Door:
    """A desk whose people a provider signs in."""

    desk: Desk
    port: int
    provider: Provider
    seconds: float

    def go(self, browser: Browser) -> str:
        """Begin, and let the provider lead back: the address it leads to, at the desk."""
        begun = browser.get("/signin/oidc")
        assert begun.status == 303, begun.text
        asked = Request(begun.location)
        try:
            build_opener(_Stay).open(asked, timeout=30)
        except OSError as answer:
            back = urlsplit(answer.headers["location"])  # type: ignore[attr-defined]
            return f"{back.path}?{back.query}"
        raise AssertionError("it leads nowhere")

    def sign_in(self) -> Answer:
        """The whole way, in a new browser."""
        browser = Browser(self.port)
        return browser.get(self.go(browser))

    def viewer(self, answer: Answer) -> Viewer:
        """Who is signed in by an answer."""
        assert (answer.status, answer.location) == (303, "/queue"), answer.text
        cookie = next(c for c in answer.cookies if c.startswith(f"{COOKIE}=")).partition("=")[2].partition(";")[0]
        session = self.desk.signed_in.session_of(cookie)
        assert session is not None
        return session.viewer


async def _nothing(_: Sequence[Any]) -> None:
    """No Kafka stands behind this desk."""


def _no_warehouse() -> Any:
    raise OSError("no warehouse stands behind this desk")


@contextmanager
def _door(folder: Path) -> Iterator[Door]:
    port = free_port()
    with provider() as known:
        (folder / "secret").write_text(SECRET + "\n")
        told = f'issuer = "{known.issuer}"\nclient_id = "{CLIENT}"\naddress = "http://127.0.0.1:{port}"\n'
        path = folder / "oidc.toml"
        path.write_text(told + 'client_secret_file = "secret"\n' + ROLES)
        door = Door(None, 0, known, time.time())  # type: ignore[arg-type]
        known.now = lambda: door.seconds
        door.desk = Desk(
            asking=Asking(_no_warehouse),
            publish=_nothing,
            signed_in=SignedIn(TokenBook(()), 12, lambda: door.seconds, is_one_time=False),
            policies=shipped(),
            zone=ZoneInfo("UTC"),
            hosts=("127.0.0.1",),
            oidc=OidcDoor(read_oidc(path), lambda: door.seconds),
            now=lambda: door.seconds,
        )
        with served(make_app(door.desk)) as door.port:
            yield door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with _door(tmp_path) as made:
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
def test_claims_say_who_somebody_is(door: Door, claims: dict[str, Any], wanted: Viewer) -> None:
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
def test_of_whom_no_claim_says_enough_is_not_let_in(door: Door, claims: dict[str, Any]) -> None:
    door.provider.person |= claims
    answer = door.sign_in()
    assert answer.status == 403
    assert "does not say that you may use the desk" in answer.text
    assert not any(cookie.startswith(COOKIE + "=") for cookie in answer.cookies)


WRONG: dict[str, Any] = {
    "a wrong nonce": lambda _, claims: claims.update(nonce="another"),
    "no nonce": lambda _, claims: claims.pop("nonce"),
    "for another client": lambda _, claims: claims.update(aud="another"),
    "for several, none of them named": lambda _, claims: claims.update(aud=[CLIENT, "another"]),
    "for several, and another named": lambda _, claims: claims.update(aud=[CLIENT, "another"], azp="another"),
    "of another issuer": lambda _, claims: claims.update(iss="http://127.0.0.1:1"),
    "over": lambda _, claims: claims.update(exp=claims["iat"] - 61),
    "for good": lambda _, claims: claims.pop("exp"),
    "of tomorrow": lambda _, claims: claims.update(iat=claims["iat"] + 86_400, nbf=claims["iat"] + 86_400),
    "about nobody": lambda _, claims: claims.pop("sub"),
    "by an unknown key": lambda header, _: header.update(kid="another"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_not_right_signs_nobody_in(door: Door, name: str) -> None:
    door.provider.spoil = WRONG[name]
    answer = door.sign_in()
    assert answer.status == 401, name
    assert "was refused" in answer.text
    door.provider.spoil = None
    assert door.viewer(door.sign_in()).name == "u-1"


def test_near_misses_are_let_in(door: Door) -> None:
    for fine in (
        lambda _, claims: claims.update(exp=claims["iat"] - 59),
        lambda _, claims: claims.update(aud=[CLIENT]),
        lambda _, claims: claims.update(aud=[CLIENT, "another"], azp=CLIENT),
        lambda header, _: header.pop("kid"),
    ):
        door.provider.spoil = fine
        assert door.viewer(door.sign_in()).name == "u-1"


def _part(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


NONE = b'{"alg":"none"}'


def _unsigned(_: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{_part(NONE)}.{_part(json.encode(claims))}."


def _by_anybody(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode({**header, "kid": header["kid"]}, claims, RSAKey.generate_key(2048))


@pytest.mark.parametrize("forged", ["none", "by anybody", "by the public key as a secret", "no token at all"])
def test_what_the_provider_did_not_sign_signs_nobody_in(door: Door, forged: str) -> None:
    def with_public_key(header: dict[str, Any], claims: dict[str, Any]) -> str:
        told = f"{_part(json.encode({'alg': 'HS256', 'kid': header['kid']}))}.{_part(json.encode(claims))}"
        shared = door.provider.key.as_pem(private=False)
        return f"{told}.{_part(hmac.digest(shared, told.encode(), 'sha256'))}"

    ways: dict[str, Any] = {
        "none": _unsigned,
        "by anybody": _by_anybody,
        "by the public key as a secret": with_public_key,
        "no token at all": lambda *_: "a.b",
    }
    door.provider.forge = ways[forged]
    assert door.sign_in().status == 401


def test_keys_that_turn_are_fetched_anew_and_not_for_each_forgery(door: Door) -> None:
    assert door.viewer(door.sign_in()).name == "u-1"
    door.seconds += 11
    door.provider.turn(ECKey)
    assert door.viewer(door.sign_in()).name == "u-1"
    assert door.provider.asked.count("keys") == 2
    door.provider.spoil = WRONG["by an unknown key"]
    for _ in range(3):
        assert door.sign_in().status == 401
    assert door.provider.asked.count("keys") == 2, "fetched a moment ago"
    door.seconds += 11
    assert door.sign_in().status == 401
    assert door.provider.asked.count("keys") == 3


def test_a_try_is_good_once_in_its_own_browser_and_for_ten_minutes(door: Door) -> None:
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


def test_a_code_is_worth_nothing_without_its_verifier(door: Door) -> None:
    one, two = Browser(door.port), Browser(door.port)
    stolen = parse_qs(urlsplit(door.go(one)).query)["code"][0]
    state = parse_qs(urlsplit(door.go(two)).query)["state"][0]
    assert two.get(f"{CALLBACK}?state={state}&code={stolen}").status == 401


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_said(door: Door) -> None:
    own = door.provider.issuer
    door.provider.issuer = "http://127.0.0.1:1"
    answer = Browser(door.port).get("/signin/oidc")
    assert answer.status == 502
    assert "does not answer as it should" in answer.text
    door.provider.issuer = own
    assert door.viewer(door.sign_in()).name == "u-1"


@pytest.mark.parametrize(("size", "is_let_in"), [(600_000, True), (1 << 20, False)])
def test_what_a_provider_says_may_come_in_many_pieces_up_to_a_bound(door: Door, size: int, is_let_in: bool) -> None:
    door.provider.padding = "x" * size
    if is_let_in:
        assert door.sign_in().status == 303
    else:
        assert Browser(door.port).get("/signin/oidc").status == 502


def test_no_log_holds_a_secret_a_code_or_a_token(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for spoil in (None, *WRONG.values()):
        door.provider.spoil = spoil
        browser = Browser(door.port)
        back = door.go(browser)
        browser.get(back)
        query = parse_qs(urlsplit(back).query)
        for secret in (SECRET, query["code"][0], query["state"][0], "eyJ"):
            assert secret not in caplog.text
    assert "a sign-in was refused" in caplog.text
    assert SECRET not in repr(door.desk)
