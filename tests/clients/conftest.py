"""The command line, for clients that nobody here wrote."""

from tests.cli.conftest import run

__all__ = ["run"]
