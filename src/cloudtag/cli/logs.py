"""Logs of the long-running commands: one line each on standard error, as the level asks."""

import logging
import sys
from enum import StrEnum
from typing import Annotated

import typer


class Level(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


LogLevel = Annotated[Level, typer.Option("--log-level", help="How much is logged, on standard error.")]


def log_to_stderr(level: Level) -> None:
    """Send the log of this process to standard error; the Kafka client is heard from warnings on."""
    logging.basicConfig(
        level=level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    if level is not Level.DEBUG:
        logging.getLogger("aiokafka").setLevel(logging.WARNING)
