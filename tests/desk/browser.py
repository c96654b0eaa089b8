"""A browser without JavaScript: it keeps cookies, follows no redirect by itself, and sends the forms of a page."""

import http.client
import re
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_DRAWN = re.compile(r"[\w-]{32,}")
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')

_CASES = re.compile(r'data-case="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    text: str
    cookies: tuple[str, ...]
    content: bytes = b""

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("location", "")

    @property
    def told(self) -> str:
        """The text without what is drawn by lot: a token may hold any short word."""
        return _DRAWN.sub("", self.text)

    def form(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that is sent to an address."""
        start = self.text.index(f'action="{action}"')
        part = self.text[start : self.text.index("</form>", start)]
        return {unescape(name): unescape(value) for name, value in _HIDDEN.findall(part)}


class Browser:
    """One person's browser at the desk."""

    def __init__(self, port: int, language: str = "en") -> None:
        self._port = port
        self.cookies: dict[str, str] = {}
        self.headers = {"accept-language": language}

    def get(self, address: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", address, None, headers)

    def post(self, address: str, **fields: str) -> Answer:
        """Send a form."""
        return self.send(address, fields)

    def sign_in(self, token: str) -> Answer:
        """Fill in the form at the door."""
        return self.act("/signin", "/signin", token=token)

    def send(self, address: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form with fields of any names."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(fields), kind | headers)

    def cases(self, query: str = "") -> list[str]:
        """All cases of a choice of the queue, page by page."""
        found, page = list[str](), 1
        while part := _CASES.findall(self.get(f"/queue?{query}&page={page}").text):
            found += part
            page += 1
        return found

    def act(self, page: str, action: str, **fields: str) -> Answer:
        """Open a page and send one of its forms, filled in."""
        return self.send(action, self.get(page).form(action) | fields)

    def _ask(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = self.headers | ({"cookie": kept} if kept else {}) | headers
        try:
            connection.request(method, address.partition("#")[0], body, sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        told = tuple(value for name, value in response.getheaders() if name.lower() == "set-cookie")
        for cookie in told:
            for name, morsel in SimpleCookie(cookie).items():
                self.cookies[name] = morsel.value
        known = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, known, content.decode(errors="replace"), told, content)
