"""The OpenAPI description of the interface, made from the table of its addresses and the types of what they take."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec

from cloudtag.decide.replies import ProblemReply
from cloudtag.decide.routes import API_ROUTES, ApiRoute
from cloudtag.serving.problems import MEDIA_TYPE

_REF = "#/components/schemas/{name}"
_ANYWHERE = (401, 403, 404, 405, 422, 429, 500)
_WITH_BODY = (400, 409, 413, 415, 503)


@cache
def openapi() -> dict[str, Any]:
    """The description, OpenAPI 3.1."""
    types = list(dict.fromkeys(each for route in API_ROUTES for each in (*route.body, route.params, route.reply)))
    _, components = msgspec.json.schema_components([*types, ProblemReply], ref_template=_REF)
    schemas = {name: schema for name, schema in components.items() if name not in _params()}
    paths: dict[str, Any] = {}
    for route in API_ROUTES:
        paths.setdefault(route.template, {})[route.method.lower()] = _operation(route, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "cloudtag", "version": version("cloudtag"), "description": _DESCRIPTION},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


_DESCRIPTION = "What stands about buyers, orders and parcels, what may be done, and a way in for events."


def _params() -> set[str]:
    return {route.params.__name__ for route in API_ROUTES}


def _operation(route: ApiRoute, components: dict[str, Any]) -> dict[str, Any]:
    problems = {*_ANYWHERE, *(_WITH_BODY if route.body else ())}
    made: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{route.template.strip('/').replace('/', '_')}",
        "summary": route.summary,
        "description": f"Needs the scope `{route.scope}`.",
        "parameters": [*_parameters(route, components[route.params.__name__])],
        "responses": {
            str(route.status): _content("What was asked for.", "application/json", route.reply.__name__),
            **{str(code): _content(HTTPStatus(code).phrase, MEDIA_TYPE, "ProblemReply") for code in sorted(problems)},
        },
    }
    if route.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _body(route)}}}
    return made


def _parameters(route: ApiRoute, schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path" if name in route.path_names else "query", "required": True, "schema": kind}
        for name, kind in schema.get("properties", {}).items()
    ]


def _body(route: ApiRoute) -> dict[str, Any]:
    items = [{"$ref": _REF.format(name=kind.__name__)} for kind in route.body]
    item = items[0] if len(items) == 1 else {"anyOf": items}
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]} if route.is_list else item


def _content(description: str, media_type: str, name: str) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": {"$ref": _REF.format(name=name)}}}}
