"""What a browser does by itself: it tells of cases that change, runs no script of a page, sends no foreign form."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import Browser, expect

from cloudtag.desk.session import COOKIE
from cloudtag.detection.example import day, inspected
from tests.desk.cases import case_of
from tests.desk.chromium import chromium, needs_chromium, page_of
from tests.desk.conftest import DeskWorld
from tests.detectors.judged import events_of

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(world: DeskWorld) -> Iterator[Browser]:
    """One browser for the file."""
    with chromium() as started:
        yield started


def test_a_case_that_is_withdrawn_while_it_is_on_screen_says_so(acted: DeskWorld, browser: Browser) -> None:
    number = acted.fresh()
    case = case_of(acted, f"o{number}")
    with page_of(browser, acted, "mei") as page:
        page.goto(case)
        news = page.locator("#news")
        expect(news).to_be_hidden()
        who = {"buyer_id": f"b{number}", "order_id": f"o{number}", "refund_id": f"r{number}", "shop_id": "s1"}
        found_after_all = inspected(day(9), {"dress": 2}, waybill_no=f"RET{number}", **who)
        acted.pipeline.take(events_of([found_after_all]))
        expect(news).to_contain_text("A case on this page has changed: withdrawn", timeout=20_000)
        assert page.locator(".chip.status").inner_text() == "open", "what is shown changes under nobody's hands"
        with page.expect_navigation():
            news.get_by_role("link").click()
        expect(page.locator(".chip.status")).to_have_text("withdrawn")


def test_a_script_that_stands_in_a_page_is_not_run(acted: DeskWorld, browser: Browser) -> None:
    with page_of(browser, acted, "mei") as page:
        violations: list[str] = []
        page.on("console", lambda message: violations.append(message.text))

        def with_script(route) -> None:  # type: ignore[no-untyped-def]
            answer = route.fetch()
            text = answer.text().replace(
                "</main>",
                "<script>document.title = 'taken'</script><b id=hand onclick=\"document.title = 'taken'\">x</b>"
                "<img src=/nowhere onerror=\"document.title = 'taken'\"></main>",
            )
            route.fulfill(response=answer, body=text)

        page.route("**/keys", with_script)
        page.goto("/keys")
        page.locator("#hand").click()
        assert page.title() == "Keys · cloudtag"
        assert sum("Content Security Policy" in text for text in violations) >= 3, violations


class _Elsewhere(BaseHTTPRequestHandler):
    """Another site, whose page sends a form to the desk by itself."""

    target = ""

    def do_GET(self) -> None:
        body = f"""<form method=post action="{self.target}"><input name=verdict value=normal>
            <input name=form_id value="{"x" * 24}"><input name=csrf value=""></form>
            <script>document.forms[0].submit()
            </script>""".encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - so named where it comes from
        """Nothing is printed."""


@contextmanager
def _elsewhere(target: str) -> Iterator[str]:
    handler = type("Elsewhere", (_Elsewhere,), {"target": target})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        # Under this name it is another site, at the same address.
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join(10)


def test_a_form_that_another_site_sends_is_refused(acted: DeskWorld, browser: Browser) -> None:
    case = case_of(acted, f"o{acted.fresh()}")
    with page_of(browser, acted, "mei") as page:
        assert any(cookie["name"] == COOKIE for cookie in page.context.cookies())
        with _elsewhere(f"http://127.0.0.1:{acted.port}{case}/verdict") as address:
            with page.expect_response(lambda answer: answer.url.endswith("/verdict")) as sent:
                page.goto(address)
            assert sent.value.request.method == "POST"
            assert sent.value.status in (401, 403)
        assert page.goto("/queue").status == 200, "who is signed in stays so"  # type: ignore[union-attr]
    assert not [event for event in acted.pipeline.sent if type(event).__name__ != "AuditEntry"]
