"""The policy packs a command works with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudtag.config import Config

if TYPE_CHECKING:
    from cloudtag.policy.model import Policies

PoliciesDir = Annotated[
    Path | None,
    typer.Option(
        "--policies",
        metavar="DIR",
        help="Policy packs; instead of CLOUDTAG_POLICIES_DIR (default: those that come with cloudtag).",
    ),
]


def packs_of(folder: Path | None, config: Config | None = None) -> Policies:
    """The packs of a folder given on the command line, or of the settings, or those that came along.

    Raises PolicyError for packs that cannot be used, OSError for no folder, `ConfigError` for wrong settings.
    """
    from cloudtag.policy.load import from_folder, shipped

    chosen = folder or (config or Config.read()).policies_dir
    return from_folder(chosen) if chosen else shipped()
