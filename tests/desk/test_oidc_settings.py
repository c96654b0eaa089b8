"""The file that says who signs people in: what contradicts itself is refused, and the secret shows nowhere."""

from pathlib import Path

import pytest

from cloudtag.config import ConfigError
from cloudtag.desk.oidc_settings import CALLBACK, read_oidc
from tests.desk.oidc_provider import ROLES


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (('"http://127.0.0.1:1"', '"http://login.example"'), "issuer begins with https://"),
        (('client_id = "c"', 'client_id = "c"\nnonsense = 1'), "nonsense"),
        (('client_secret_file = "secret"', 'client_secret_file = "empty"'), "is empty"),
        (('client_secret_file = "secret"', 'client_secret_file = "missing"'), "missing"),
        (('[roles.audit]\nrole = "auditor"', '[roles.audit]\nrole = "auditor"\nscopes = ["tags"]'), "only reads"),
        (("[roles.staff]", '[roles.staff]\nplatforms = ["jd"]'), "no platforms"),
        (('client_id = "c"', 'client_id = "c"\nrequest_scopes = ["email"]'), "openid"),
    ],
)
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, wrong: tuple[str, str], why: str) -> None:
    (tmp_path / "secret").write_text("the secret")
    (tmp_path / "empty").write_text(" \n")
    text = 'issuer = "http://127.0.0.1:1"\nclient_id = "c"\naddress = "https://desk.example"\n'
    text += 'client_secret_file = "secret"\n' + ROLES
    path = tmp_path / "oidc.toml"
    path.write_text(text)
    assert read_oidc(path).callback == f"https://desk.example{CALLBACK}"
    assert "the secret" not in repr(read_oidc(path))
    assert wrong[0] in text
    path.write_text(text.replace(*wrong))
    with pytest.raises(ConfigError, match=why):
        read_oidc(path)
