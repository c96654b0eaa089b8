"""Where the files that are not Python lie: inside the installed package, or in the checkout it is run from."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def schemas_dir() -> Path:
    """The directory of the Avro contracts. Raises FileNotFoundError when the installation lacks it."""
    return _find("schemas", "schemas")


def clickhouse_dir() -> Path:
    """The directory of the numbered warehouse SQL. Raises FileNotFoundError when the installation lacks it."""
    return _find("clickhouse", "deploy/clickhouse")


@cache
def _find(packaged: str, in_checkout: str) -> Path:
    checkout = _PACKAGE.parents[1]
    for place in (_PACKAGE / "_data" / packaged, checkout / in_checkout):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"cloudtag was installed without its {packaged}: reinstall it, or run it from a checkout")
