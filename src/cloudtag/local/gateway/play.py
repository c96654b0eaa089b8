"""The page at ``/play``: a place to type questions in a browser. It holds no data and nothing from elsewhere."""

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files

from aiohttp import web

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


async def page(_request: web.Request) -> web.Response:
    """The page, under a policy that lets it run what it holds and speak with this gateway, and nothing else."""
    text = _text()
    headers = {
        "Content-Security-Policy": policy(text),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


def policy(text: str) -> str:
    """The Content-Security-Policy of a page: its own script and style by their hashes."""
    sources = {"script": [], "style": []}  # type: dict[str, list[str]]
    for kind, inline in _INLINE.findall(text):
        sources[kind].append(f"'sha256-{b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'")
    own = "; ".join(f"{kind}-src {' '.join(hashes)}" for kind, hashes in sources.items())
    closed = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return f"default-src 'none'; connect-src 'self'; {own}; {closed}"


@cache
def _text() -> str:
    return files(__package__).joinpath("play.html").read_text(encoding="utf-8")
