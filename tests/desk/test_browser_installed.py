"""The same ways in a browser over a broker, a worker and a sink: Apache Kafka, and the embedded one.

`test_browser.py` goes them over the pipeline in one process in every run; here they take minutes, so they are long.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.desk.chromium import chromium, needs_chromium
from tests.desk.conftest import DeskWorld, left_clean
from tests.desk.installed import installed_world
from tests.desk.ways import Ways

pytestmark = [needs_chromium, pytest.mark.long]


@pytest.fixture(scope="module", params=["tansu", pytest.param("kafka", marks=pytest.mark.kafka)])
def installed(
    request: pytest.FixtureRequest, warehouse_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskWorld]:
    """One installation for the file, on either broker."""
    broker: str = request.getfixturevalue(f"{request.param}_bootstrap")
    with installed_world(broker, warehouse_url, tmp_path_factory.mktemp("installed")) as made:
        yield made


@pytest.fixture(scope="module")
def browser(installed: DeskWorld) -> Iterator[Browser]:
    """One browser for each installation."""
    with chromium() as started:
        yield started


@pytest.fixture
def acted(installed: DeskWorld) -> Iterator[DeskWorld]:
    """The desk over the installation, for a test that acts, on a case of its own."""
    with left_clean(installed) as made:
        yield made


class TestInstalled(Ways):
    """What the desk sends goes to a broker and comes back through worker and sink."""
