"""One interface for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.decide.service import Client, Service, serving


@pytest.fixture
def client() -> Iterator[Client]:
    """Asks an interface where nothing stands yet."""
    with serving(Service()) as served:
        yield served
