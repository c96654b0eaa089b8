"""A desk whose people a provider of OpenID Connect signs in, both running beside the test."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from zoneinfo import ZoneInfo

from cloudtag.desk.app import make_app
from cloudtag.desk.asking import Asking
from cloudtag.desk.desk import Desk
from cloudtag.desk.oidc_settings import read_oidc
from cloudtag.desk.oidc_tries import OidcDoor
from cloudtag.desk.session import COOKIE, SignedIn
from cloudtag.local.probe import free_port
from cloudtag.policy.load import shipped
from cloudtag.serving.tokens import TokenBook
from cloudtag.serving.viewers import Viewer
from tests.desk.browser import Answer, Browser
from tests.desk.oidc_provider import CLIENT, ROLES, SECRET, Provider, provider
from tests.desk.serving import served


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class SignInDoor:
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
def oidc_door(folder: Path) -> Iterator[SignInDoor]:
    """Both of them running, until the block ends."""
    port = free_port()
    with provider() as known:
        (folder / "secret").write_text(SECRET + "\n")
        told = f'issuer = "{known.issuer}"\nclient_id = "{CLIENT}"\naddress = "http://127.0.0.1:{port}"\n'
        path = folder / "oidc.toml"
        path.write_text(told + 'client_secret_file = "secret"\n' + ROLES)
        door = SignInDoor(None, 0, known, time.time())  # type: ignore[arg-type]
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
