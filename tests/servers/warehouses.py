"""A warehouse for tests: the server CLICKHOUSE names (``http://user:password@host:port``), else the embedded one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cloudtag.local.warehouse import Warehouse

VARIABLE = "CLICKHOUSE"


@contextmanager
def warehouse() -> Iterator[str]:
    """The HTTP address of a warehouse; the embedded one is fresh and gone afterwards."""
    if address := os.environ.get(VARIABLE):
        yield address
        return
    with Warehouse(open_to="everyone") as embedded:
        yield embedded.url
        # In order it would finish its merges first, for nobody.
        embedded.kill()


@pytest.fixture(scope="session")
def warehouse_url() -> Iterator[str]:
    """One warehouse for the session: use databases of your own."""
    with warehouse() as url:
        yield url
