"""Numbered SQL files, applied once each and in order.

What was applied is remembered with the checksum of the file. A file that changed after it was applied is refused:
the warehouse would no longer be what the files say. Every statement can be repeated (`IF NOT EXISTS`), so a
migration that broke off in the middle is simply run again.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.client import Client

from cloudtag.resources import clickhouse_dir

_NUMBERED = re.compile(r"^\d{3}_[a-z0-9_]+\.sql$")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_REMEMBER = """CREATE TABLE IF NOT EXISTS {database}.schema_migrations
(name String, checksum String, applied_at DateTime('UTC') DEFAULT now()) ENGINE = MergeTree ORDER BY name"""


class MigrationError(Exception):
    """The files and the warehouse disagree; the text says which file and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file: its name and its text with the `{database}` placeholder."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self, database: str) -> Iterator[str]:
        """The file's statements for one database, comments left out."""
        lines = [line for line in self.text.splitlines() if not line.lstrip().startswith("--")]
        for statement in re.split(r";\s*(?:\n|$)", "\n".join(lines)):
            if statement.strip():
                yield statement.strip().replace("{database}", database)


def load(directory: Path | None = None) -> list[Migration]:
    """The migrations of a directory in the order of their numbers. `MigrationError` when there are none."""
    where = directory or clickhouse_dir()
    names = sorted(path.name for path in where.glob("*.sql") if _NUMBERED.match(path.name))
    if not names:
        raise MigrationError(f"no numbered .sql files in {where}")
    return [Migration(name, (where / name).read_text(encoding="utf-8")) for name in names]


def migrate(client: Client, database: str, migrations: list[Migration] | None = None) -> list[str]:
    """Apply what is not applied yet; returns the names applied now. Creates the database when it is missing.

    Raises `MigrationError` for a file that changed since it was applied, or that vanished.
    """
    if not _NAME.match(database):
        raise MigrationError(f"not a database name: {database!r} (letters, digits and _ only)")
    wanted = load() if migrations is None else migrations
    client.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    client.command(_REMEMBER.replace("{database}", database))
    applied = _applied(client, database)
    _refuse_changes(applied, wanted)
    pending = [migration for migration in wanted if migration.name not in applied]
    for migration in pending:
        for statement in migration.statements(database):
            client.command(statement)
        row = [[migration.name, migration.checksum]]
        client.insert("schema_migrations", row, column_names=["name", "checksum"], database=database)
    return [migration.name for migration in pending]


def _applied(client: Client, database: str) -> dict[str, str]:
    rows = client.query(f"SELECT name, checksum FROM {database}.schema_migrations").result_rows  # noqa: S608 - names of our own, values as parameters
    return {str(name): str(checksum) for name, checksum in rows}


def _refuse_changes(applied: dict[str, str], wanted: list[Migration]) -> None:
    checksums = {migration.name: migration.checksum for migration in wanted}
    for name, checksum in applied.items():
        if name not in checksums:
            raise MigrationError(f"{name} was applied to the warehouse but its file is gone: restore it")
        if checksums[name] != checksum:
            raise MigrationError(f"{name} changed after it was applied: restore it and put the change in a new file")
