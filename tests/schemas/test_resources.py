"""The files that are not Python are found where they lie."""

import pytest

from cloudtag import resources


def test_the_contracts_and_the_warehouse_are_found() -> None:
    assert (resources.schemas_dir() / "orders.avsc").is_file()
    assert list(resources.clickhouse_dir().glob("0*.sql"))


def test_an_installation_that_lacks_files_says_so() -> None:
    with pytest.raises(FileNotFoundError, match="without its maps"):
        resources._find("maps", "deploy/maps")
