"""The description of the interface as a page for people: no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "code,pre{font:14px/1.4 ui-monospace,monospace;background:#f4f4f4}pre{padding:1rem;overflow:auto}"
    "h2{border-top:1px solid #ccc;padding-top:1rem}"
    "table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0}"
)


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    operations = "".join(
        part
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for part in _operation(path, method, operation)
    )
    schemas = "".join(_schema(name, schema) for name, schema in document["components"]["schemas"].items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{escape(info['description'])}</p>"
        "<p>Send your token as <code>Authorization: Bearer …</code>. "
        'The same as a document: <a href="/openapi.json">openapi.json</a>.</p>'
        f"{operations}<h2>Types</h2>{schemas}</body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation['summary'])}. "
    yield f"{escape(operation['description']).replace('`', '')}</p>"
    if operation["parameters"]:
        yield "<table><tr><th>Parameter</th><th>In</th></tr>"
        yield from (
            f"<tr><td><code>{escape(each['name'])}</code></td><td>{each['in']}</td></tr>"
            for each in operation["parameters"]
        )
        yield "</table>"
    if body := operation.get("requestBody"):
        yield f"<p>Takes</p><pre>{_shown(body['content']['application/json']['schema'])}</pre>"
    yield "<table><tr><th>Status</th><th>Meaning</th></tr>"
    yield from (
        f"<tr><td>{code}</td><td>{escape(answer['description'])}</td></tr>"
        for code, answer in operation["responses"].items()
    )
    yield "</table>"


def _schema(name: str, schema: dict[str, Any]) -> str:
    return f"<details><summary><code>{escape(name)}</code></summary><pre>{_shown(schema)}</pre></details>"


def _shown(schema: dict[str, Any]) -> str:
    return escape(json.dumps(schema, indent=2, ensure_ascii=False))
