"""Who holds a token, and what a file of tokens may not say."""

import hashlib
from pathlib import Path

import pytest

from cloudtag.config import ConfigError
from cloudtag.serving.tokens import is_loopback, one_time_token, read_tokens
from cloudtag.serving.viewers import SCOPES, ShopRef


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


SHOP = f'[desk]\nsha256 = "{digest("one")}"\nrole = "shop"\nshops = [{{platform = "tmall", shop_id = "s1"}}]\n'
AUDITOR = f'[audit]\nsha256 = "{digest("two")}"\nrole = "auditor"\n'


def written(tmp_path: Path, text: str, name: str = "tokens.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_token_is_known_by_its_digest(tmp_path: Path) -> None:
    book = read_tokens(written(tmp_path, SHOP + AUDITOR))
    desk = book.viewer_of("one")
    assert desk is not None
    assert (desk.name, desk.role, set(desk.shops)) == ("desk", "shop", {ShopRef("taobao", "s1")})
    assert desk.scopes == set(SCOPES)
    assert (desk.sees_shop("taobao", "s1"), desk.sees_shop("jd", "s1"), desk.sees_shop("taobao", "s2")) == (
        True,
        False,
        False,
    )
    assert not desk.sees_shop("taobao", None)
    audit = book.viewer_of("two")
    assert audit is not None
    assert audit.scopes == {"read"}
    assert audit.sees_shop("jd", None)
    for wrong in ("", "One", "one ", digest("one"), "x" * 10_000, "\udc80"):
        assert book.viewer_of(wrong) is None


def test_a_reviewer_of_one_platform_sees_its_network_alone(tmp_path: Path) -> None:
    text = f'[r]\nsha256 = "{digest("r")}"\nrole = "platform"\nplatforms = ["tmall"]\n'
    viewer = read_tokens(written(tmp_path, text)).viewer_of("r")
    assert viewer is not None
    assert (viewer.sees_all_of("taobao"), viewer.sees_all_of("jd")) == (True, False)


def test_json_is_read_too(tmp_path: Path) -> None:
    text = f'{{"r": {{"sha256": "{digest("r")}", "role": "platform", "scopes": ["read"]}}}}'
    viewer = read_tokens(written(tmp_path, text, "tokens.json")).viewer_of("r")
    assert viewer is not None
    assert (viewer.may("read"), viewer.may("decide")) == (True, False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names no token"),
        ("[desk]\n", "sha256"),
        (SHOP.replace("desk", "a") + SHOP.replace("desk", "b"), "b has the token of a"),
        (SHOP.replace('"shop"\n', '"owner"\n'), "Invalid enum value"),
        (SHOP.replace("shops =", "shop ="), "unknown field"),
        (SHOP.replace(digest("one"), "one"), "matching regex"),
        (AUDITOR.replace("auditor", "shop"), "names its shops"),
        (SHOP + 'platforms = ["jd"]\n', "no platforms"),
        (SHOP.replace('"shop"\n', '"platform"\n'), "names none"),
        (AUDITOR + 'scopes = ["read", "verdicts"]\n', "only reads"),
        (SHOP + 'scopes = ["all"]\n', "Invalid enum value"),
        ("[", "CLOUDTAG_TOKENS_FILE"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=says) as raised:
        read_tokens(path)
    assert str(raised.value).startswith(f"CLOUDTAG_TOKENS_FILE {path}: ")


def test_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_tokens(tmp_path / "none.toml")


def test_a_one_time_token_is_for_loopback_alone() -> None:
    first, book = one_time_token("127.0.0.1")
    second, _ = one_time_token("::1")
    assert first != second
    assert len(first) >= 32
    viewer = book.viewer_of(first)
    assert viewer is not None
    assert viewer.role == "platform"
    assert book.viewer_of(second) is None
    for host in ("0.0.0.0", "10.0.0.1", "::", "example.org", ""):
        assert not is_loopback(host)
        with pytest.raises(ConfigError, match="CLOUDTAG_TOKENS_FILE"):
            one_time_token(host)
