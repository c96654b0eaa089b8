"""A client of a schema registry that speaks Confluent's interface (Confluent, Apicurio, Karapace, Redpanda).

It asks once per id and remembers: a schema for good, an unknown id for a minute, an outage for a second. So reading
waits for the network at most once per new id, never per record.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

from cloudtag.wire import schemas

_CONTENT = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND = 404
_SERVER_ERROR = 500
_TOO_MANY = 429
COMPATIBILITY = "FULL_TRANSITIVE"
"""What a registry calls the promise of the contracts."""


class RegistryUnavailable(ConnectionError):  # noqa: N818 - an outage, not the record's fault: try again later
    """The registry cannot be reached, or fails. Records that need it are to be read again later."""


class RegistryRefused(ValueError):  # noqa: N818 - names what the registry did
    """The registry will not have a schema, or the caller: nothing that waiting could mend."""


class HttpRegistry:
    """Schemas by id and ids by schema. Subjects are named after topics, as in `orders-value`."""

    def __init__(
        self,
        url: str,
        *,
        topic_prefix: str = "",
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 5.0,
        unknown_s: float = 60.0,
        outage_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ValueError for a URL that is not HTTP. `headers` carry what the registry asks of its callers."""
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"a schema registry's URL starts with http:// or https://, not {_shown(url)!r}")
        self._url = url.rstrip("/")
        self._shown = _shown(self._url)
        self._prefix = topic_prefix
        self._headers = {"Accept": _CONTENT, "Content-Type": _CONTENT, **(headers or {})}
        self._timeout_s = timeout_s
        self._unknown_s = unknown_s
        self._outage_s = outage_s
        self._clock = clock
        self._schemas: dict[int, schemas.Schema] = {}
        self._ids: dict[str, int] = {}
        self._unknown_until: dict[int, float] = {}
        self._down_until = float("-inf")

    def schema_of(self, schema_id: int) -> schemas.Schema | None:
        """The schema under an id; none where the registry has no Avro record schema under it.

        Raises RegistryUnavailable, and RegistryRefused when the registry does not let the caller in.
        """
        known = self._schemas.get(schema_id)
        if known is not None or self._unknown_until.get(schema_id, float("-inf")) > self._clock():
            return known
        answer = self._ask("GET", f"/schemas/ids/{schema_id}")
        schema = _record_schema(answer) if answer is not None else None
        if schema is None:
            self._remember_unknown(schema_id)
        else:
            self._schemas[schema_id] = schema
        return schema

    def id_of(self, stream: str) -> int:
        """The id of a stream's current schema, which is registered under its topic when it is not yet.

        Raises RegistryUnavailable, and RegistryRefused when the registry finds it incompatible.
        """
        if stream not in self._ids:
            text = json.dumps(schemas.current(stream).raw, ensure_ascii=False)
            answer = self._ask("POST", f"/subjects/{self._subject(stream)}/versions", {"schema": text})
            if answer is None or "id" not in answer:
                raise RegistryRefused(f"{self._shown}: gave no id for the schema of {stream}")
            self._ids[stream] = int(answer["id"])
        return self._ids[stream]

    def keep_compatible(self, stream: str) -> None:
        """Has the registry refuse any schema of a stream's topic that breaks the promise of the contracts.

        Raises RegistryUnavailable, and RegistryRefused when the caller may not do so.
        """
        self._ask("PUT", f"/config/{self._subject(stream)}", {"compatibility": COMPATIBILITY})

    def _subject(self, stream: str) -> str:
        return quote(f"{self._prefix}{stream}-value", safe="")

    def _remember_unknown(self, schema_id: int) -> None:
        now = self._clock()
        # Ids come from outside: forget what has lapsed, so that noise cannot fill the memory.
        if len(self._unknown_until) > 10_000:
            self._unknown_until = {i: until for i, until in self._unknown_until.items() if until > now}
        self._unknown_until[schema_id] = now + self._unknown_s

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The registry's answer; none where it has no such thing."""
        if self._down_until > self._clock():
            raise RegistryUnavailable(f"{self._shown}: not reached a moment ago")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, self._headers, method=method)  # noqa: S310 - checked
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310 - checked
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                self._judge(error, path)
            return None
        except (OSError, HTTPException) as error:
            self._down_until = self._clock() + self._outage_s
            # An HTTPException may quote the address, and with it a password.
            told = type(error).__name__ if isinstance(error, HTTPException) else error
            raise RegistryUnavailable(f"{self._shown}: {told}") from None
        try:
            found = json.loads(text)
        except ValueError:
            raise RegistryRefused(f"{self._shown}{path}: does not answer as a schema registry") from None
        return found if isinstance(found, dict) else None

    def _judge(self, error: urllib.error.HTTPError, path: str) -> None:
        """Raises what an error status stands for; returns where it only says that there is no such thing."""
        if error.code == _NOT_FOUND:
            return
        text = " ".join(error.read(500).decode(errors="replace").split())
        if error.code >= _SERVER_ERROR or error.code == _TOO_MANY:
            self._down_until = self._clock() + self._outage_s
            raise RegistryUnavailable(f"{self._shown}{path}: {error.code} {text}")
        raise RegistryRefused(f"{self._shown}{path}: {error.code} {text}")


def _shown(url: str) -> str:
    """A URL without the user and password it may hold."""
    before, at, rest = url.rpartition("@")
    return f"{before.partition('//')[0]}//***@{rest}" if at else url


def _record_schema(answer: dict[str, Any]) -> schemas.Schema | None:
    if answer.get("schemaType", "AVRO") != "AVRO":
        return None
    try:
        schema = json.loads(answer["schema"])
    except (KeyError, TypeError, ValueError):
        return None
    return schema if isinstance(schema, dict) and schema.get("type") == "record" else None
