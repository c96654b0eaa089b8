"""Webhooks: who is sent what, signed so that others' libraries can tell, and where nothing is ever sent."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from cloudtag.config import ConfigError
from cloudtag.contract.scope import NETWORKS
from cloudtag.decide.webhook_messages import ToldRecords
from cloudtag.decide.webhooks import is_public, read_webhooks, signed_headers
from tests.decide.hooks import CHANGE, SECRET, SUBSCRIPTION, hooks


def test_a_message_is_signed_as_the_standard_says(tmp_path: Path) -> None:
    (hook,) = hooks(tmp_path)
    message = ToldRecords(hook, NETWORKS).message_of(CHANGE)
    assert message is not None
    body = message.body
    headers = signed_headers(hook, message.id, body, 1_772_409_601)
    signed = b"change-1.1772409601." + body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("change-1", "1772409601")
    told = json.loads(body)
    assert (told["type"], told["timestamp"]) == ("decision.changed", "2026-03-02T00:00:00Z")
    assert (told["data"]["was"], told["data"]["answer"]) == ("hold", "grant")
    assert "0123456789" not in repr(hook)


@pytest.mark.parametrize(
    ("lines", "is_wanted"),
    [
        ("", True),
        ('shops = [{platform = "taobao", shop_id = "s1"}]', True),
        ('shops = [{platform = "taobao", shop_id = "s2"}]', False),
        ('shops = [{platform = "jd", shop_id = "s1"}]', False),
        ('answers = ["grant", "ship"]', True),
        ('answers = ["hold"]', False),
    ],
)
def test_a_subscription_says_what_it_wants(tmp_path: Path, lines: str, *, is_wanted: bool) -> None:
    (hook,) = hooks(tmp_path, SUBSCRIPTION + lines)
    assert (ToldRecords(hook, NETWORKS).message_of(CHANGE) is not None) == is_wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SUBSCRIPTION.replace("https", "http"), "begins with https"),
        (SUBSCRIPTION.replace("https", "ftp") + "allow_private = true", "begins with https"),
        (SUBSCRIPTION.replace("example", "user:secret@example"), "an address alone"),
        (SUBSCRIPTION.replace("example.org", ""), "an address alone"),
        (SUBSCRIPTION.replace('"secret"', '"none"'), "No such file"),
        (SUBSCRIPTION.replace("secret_file", "secret"), "unknown field"),
        (SUBSCRIPTION + 'answers = ["granted"]', "Invalid enum"),
        (SUBSCRIPTION.replace("[hook]", '["a hook"]'), "a name is of letters"),
        (SUBSCRIPTION.replace("[hook]", f"[{'x' * 101}]"), "a name is of letters"),
        (SUBSCRIPTION + "sends = []", "length >= 1"),
        (SUBSCRIPTION + 'severities = ["high"]', "said of alerts"),
        (SUBSCRIPTION + 'sends = ["alerts"]\nanswers = ["hold"]', "said of decision-changes"),
        (SUBSCRIPTION + 'sends = ["alerts"]\ndetectors = ["worn"]', "'worn' is no detector"),
        (SUBSCRIPTION + 'sends = ["alerts"]\nscenarios = ["worn"]', "'worn' is no scenario"),
        ("[", "CLOUDTAG_WEBHOOKS_FILE"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as raised:
        hooks(tmp_path, text)
    assert "0123456789" not in str(raised.value)


def test_a_weak_secret_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="fewer than 24 bytes"):
        hooks(tmp_path, secret=SECRET[:-1])
    (tmp_path / "secret").write_text("whsec_no base64!")
    with pytest.raises(ConfigError, match="base64"):
        read_webhooks(tmp_path / "hooks.toml", NETWORKS)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_public_addresses_are_sent_to(address: str, *, expected: bool) -> None:
    assert is_public(address) == expected
