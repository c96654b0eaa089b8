"""A warehouse that may be stopped and killed without harm to other tests, and is migrated from the beginning."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudtag.local.warehouse import Warehouse as LocalWarehouse
from cloudtag.warehouse.migrate import migrate
from tests.warehouse.places import Warehouse, http_client
from tests.warehouse.witness import witness

DATABASE = "faults"


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a warehouse that is not running: a migrated database with a witness, and not a row."""
    folder = tmp_path_factory.mktemp("migrated")
    with LocalWarehouse(folder, open_to="everyone") as server, http_client(server.url) as client:
        migrate(client, DATABASE)
        for statement in witness(DATABASE, "alerts"):
            client.command(statement)
    return folder


@pytest.fixture
def mortal(migrated_folder: Path, tmp_path: Path) -> Iterator[LocalWarehouse]:
    """A warehouse of the test's own, in a copy of that folder."""
    # Links of a table or database to its files lead on within the copy.
    shutil.copytree(migrated_folder, tmp_path / "mortal", symlinks=True)
    with LocalWarehouse(tmp_path / "mortal", open_to="everyone") as server:
        yield server
        # In order it would finish its merges first, for nobody.
        server.kill()


def of_server(server: LocalWarehouse, database: str = DATABASE) -> Warehouse:
    """Its migrated database, or one that is not there yet."""
    return Warehouse(lambda: http_client(server.url), database)
