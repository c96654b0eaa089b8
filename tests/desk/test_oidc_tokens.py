"""Which identity tokens sign somebody in at the desk, and which are refused."""

import hmac
import logging
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from msgspec import json

from tests.desk.browser import Browser
from tests.desk.oidc_door import SignInDoor, oidc_door
from tests.desk.oidc_provider import CLIENT, SECRET, ECKey


@pytest.fixture
def door(tmp_path: Path) -> Iterator[SignInDoor]:
    with oidc_door(tmp_path) as made:
        yield made


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
def test_a_token_that_is_not_right_signs_nobody_in(door: SignInDoor, name: str) -> None:
    door.provider.spoil = WRONG[name]
    answer = door.sign_in()
    assert answer.status == 401, name
    assert "was refused" in answer.text
    door.provider.spoil = None
    assert door.viewer(door.sign_in()).name == "u-1"


def test_near_misses_are_let_in(door: SignInDoor) -> None:
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
def test_what_the_provider_did_not_sign_signs_nobody_in(door: SignInDoor, forged: str) -> None:
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


def test_keys_that_turn_are_fetched_anew_and_not_for_each_forgery(door: SignInDoor) -> None:
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


def test_no_log_holds_a_secret_a_code_or_a_token(
    door: SignInDoor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    # As whoever sets up all loggers leaves it.
    monkeypatch.setattr(logging.getLogger("uvicorn.access"), "propagate", True)
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
