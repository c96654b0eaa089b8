"""One request of a signed-in person, and the page that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cloudtag.desk.desk import Desk
from cloudtag.desk.language import Language, chosen
from cloudtag.desk.session import DeskSession
from cloudtag.serving.viewers import Viewer

LANGUAGE_COOKIE = "cloudtag_language"
MOST_FORM_FIELDS = 120
"""A ring's form names up to a hundred cases."""
LARGEST_FORM_BYTES = 64 << 10
SEE_OTHER = 303


REFUSED_WITH = "refused_with"
"""In a request's state: the text that a page refuses it with, for who wants no page."""


class FormTooLargeError(Exception):
    """A form is larger than any of the desk's, or has more fields; nothing of it is read."""


class FormRefusedError(Exception):
    """A form was not made for this session, or cannot be read."""


class NotSeenError(Exception):
    """There is nothing here that this person may see."""


class MayNotError(Exception):
    """This person may look, and not do this; the text says what it takes."""


@cache
def templates() -> Environment:
    """The pages; whatever a value holds is shown as text."""
    from cloudtag.desk.acts import VOUCHERS
    from cloudtag.desk.case_view import SHOWN_DETAILS, because
    from cloudtag.desk.offers import HELD_DAYS
    from cloudtag.desk.routes import ROUTES
    from cloudtag.desk.second_person import STATE_WORDS

    made = Environment(
        loader=PackageLoader("cloudtag.desk", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    addresses = frozenset(route.path for route in ROUTES)
    made.globals |= {
        "pages": lambda: addresses,
        "because": because,
        "shown_details": SHOWN_DETAILS,
        "vouchers": VOUCHERS,
        "held_days": HELD_DAYS,
        "state_words": STATE_WORDS,
    }
    return made


def language_of(request: Request, desk: Desk) -> Language:
    """The language of a request: the one it names, else the one chosen before, else the browser's."""
    wanted = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return Language(chosen(request.headers.get("accept-language", ""), wanted), desk.zone)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for what, in which language."""

    request: Request
    desk: Desk
    session: DeskSession
    language: Language

    @property
    def viewer(self) -> Viewer:
        """Who is signed in."""
        return self.session.viewer

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page."""
        return rendered(
            self.request,
            self.language,
            template,
            status,
            viewer=self.viewer,
            csrf=self.desk.signed_in.form_token(self.session),
            **context,
        )

    def to(self, address: str) -> Response:
        """To another page, after something was done."""
        return RedirectResponse(address, SEE_OTHER)

    async def form(self) -> Mapping[str, str]:
        """The texts of a form that was made for this session. Raises `FormRefusedError`."""
        return await own_form(self.request, self.desk, self.session)

    def may(self, scope: Any) -> None:
        """Raise `MayNotError` unless this person may do this."""
        if self.viewer.role == "auditor" or not self.viewer.may(scope):
            raise MayNotError(scope)


def rendered(request: Request, language: Language, template: str, status: int = 200, **context: Any) -> Response:
    """A page for anybody."""
    address, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    if "text" in context:
        request.scope.setdefault("state", {})[REFUSED_WITH] = context["text"]
    text = (
        templates()
        .get_template(template)
        .render(
            say=language.say,
            language=language,
            path=address,
            here=f"{address}?{query}" if query else address,
            **{"viewer": None, "csrf": "", **context},
        )
    )
    return HTMLResponse(text, status)


async def texts_of_form(request: Request, most_fields: int) -> dict[str, str]:
    """The texts of a form; files are left out. Raises `FormTooLargeError`, and `FormRefusedError` where it is none."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()):
        raise FormRefusedError("length")
    if int(length) > LARGEST_FORM_BYTES:
        raise FormTooLargeError(length)
    try:
        async with request.form(max_files=0, max_fields=most_fields) as sent:
            return {name: value for name, value in sent.items() if isinstance(value, str)}
    except HTTPException as error:
        if "fields" in error.detail:
            raise FormTooLargeError(error.detail) from error
        raise FormRefusedError(error.detail) from error


async def own_form(request: Request, desk: Desk, session: DeskSession) -> dict[str, str]:
    """The texts of a form that was made for a session. Raises as `texts_of_form`, and `FormRefusedError`."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormRefusedError("another site")
    texts = await texts_of_form(request, MOST_FORM_FIELDS)
    if not desk.signed_in.is_own_form(session, texts.get("csrf", "")):
        raise FormRefusedError("not made for this session")
    return texts
