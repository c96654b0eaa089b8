"""The functions of ClickHouse that reach beyond the warehouse: files, addresses, other servers, programs."""

import re

# Table functions; as words without a parenthesis they may well be names of columns.
_TABLES = re.compile(
    r"""(?:(?:s3|gcs|oss|cosn|hdfs|azureblobstorage|url|file|iceberg|deltalake|hudi|paimon)
        (?:s3|azure|hdfs|local)?(?:cluster)?
    |cluster|clusterallreplicas|remote|remotesecure|mysql|postgresql|mongodb|redis|sqlite|odbc|jdbc|bigquery
    |ytsaurus|arrowflight|arrowstream|executable|executablepool|python|filesystem|input|eval)\Z""",
    re.IGNORECASE | re.VERBOSE,
)
# Functions of values: higher-order functions call them by their bare names. `eval` above runs a string as a query.
_VALUES = re.compile(r"(?:file|hascolumnintable|catboostevaluate|ai[a-z]+)\Z", re.IGNORECASE)
# Settings that name a file or an address to read or write, or make other words of the statement's text.
_SETTINGS = re.compile(
    r"""(?:.*_)?dialect|format_schema.*|format_template_(?:row|resultset)|output_format_schema
    |into_outfile_.*|url_base|.*_(?:path|url)|.*_path_prefix""",
    re.IGNORECASE | re.VERBOSE,
)


def is_outside_when_called(name: str) -> bool:
    """Whether a call of the function reaches beyond the warehouse."""
    return bool(_TABLES.match(name) or _VALUES.match(name))


def is_outside_by_name(name: str) -> bool:
    """Whether the bare name is enough, as in ``arrayMap(file, …)``."""
    # An AI function's name has a capital after the two letters; `air` and `aisle` are words.
    return bool(_VALUES.match(name)) and (name[:2].lower() != "ai" or name[2].isupper())


def is_outside_setting(name: str) -> bool:
    """Whether a setting leads to files or addresses, or changes how the statement itself is read."""
    return bool(_SETTINGS.fullmatch(name))
