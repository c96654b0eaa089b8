"""A connection to the configured warehouse."""

import logging
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from clickhouse_connect import get_client
from clickhouse_connect.driver.client import Client

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.config import Config, ConfigError

DEFAULT_DATABASE = "cloudtag"
CONNECT_SECONDS = 10
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""It stands in statements as it is."""


def database_of(config: Config) -> str:
    """The database the warehouse's address names. Raises `FailureError` when no address is set or it is none."""
    if not config.clickhouse_url:
        raise FailureError("no warehouse is configured: set CLICKHOUSE=http://host:8123/cloudtag", UNREADABLE)
    address = urlsplit(config.clickhouse_url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise FailureError(
            f"not a warehouse's address: {config.clickhouse_url} (http://host:8123/cloudtag)", UNREADABLE
        )
    name = unquote(address.path.strip("/")) or DEFAULT_DATABASE
    if not _NAME.fullmatch(name):
        raise FailureError(f"not a database's name: {name!r} (letters, digits and _)", UNREADABLE)
    return name


def connect(config: Config) -> Client:
    """A new client, not bound to the database, which may not exist yet. Raises clickhouse-connect's errors."""
    database_of(config)
    # It logs what it also raises.
    logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)
    address = urlsplit(config.clickhouse_url or "")
    is_tls = address.scheme == "https"
    return get_client(
        host=address.hostname or "",
        port=address.port or (8443 if is_tls else 8123),
        secure=is_tls,
        username=config.clickhouse_user,
        password=config.clickhouse_password.reveal(),
        **(_tls(config) if is_tls else {}),
        connect_timeout=CONNECT_SECONDS,
        # Clients are used from several threads; a session would allow one query at a time.
        autogenerate_session_id=False,
    )


def _tls(config: Config) -> dict[str, Any]:
    """The files of an encrypted connection. Raises `ConfigError` for one that is not there."""
    files = {
        "ca_cert": config.clickhouse_ca_file,
        "client_cert": config.clickhouse_cert_file,
        "client_cert_key": config.clickhouse_key_file,
    }
    for name, path in files.items():
        if path is not None and not path.is_file():
            variable = {"ca_cert": "CA", "client_cert": "CERT", "client_cert_key": "KEY"}[name]
            raise ConfigError(f"CLOUDTAG_CLICKHOUSE_{variable}_FILE {path} is no file")
    return {name: str(path) for name, path in files.items() if path is not None} | {"verify": True}
