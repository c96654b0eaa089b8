"""Logs of the long-running commands: one line each on standard error, as the level asks."""

import logging
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from cloudtag.cli.escape import visible


class Level(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class VisibleFormatter(logging.Formatter):
    """A line of the log is one line, whatever texts of strangers it holds; the lines of a traceback are indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is the library's
        """The line, nothing in it to be obeyed."""
        return visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is the library's
        """The traceback; its lines cannot be taken for others."""
        return "\n".join(f"  {visible(line)}" for line in super().formatException(ei).split("\n"))


LogLevel = Annotated[Level, typer.Option("--log-level", help="How much is logged, on standard error.")]


def log_to_stderr(level: Level) -> None:
    """Send the log of this process to standard error; the Kafka client is heard from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(VisibleFormatter(FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level is not Level.DEBUG:
        logging.getLogger("aiokafka").setLevel(logging.WARNING)
