"""`cloudtag evaluate --parts FILE`: a crowd judged part by part, in as many runs as it takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cloudtag.cli.failure import UNREADABLE, FailureError
from cloudtag.cli.screen import note, progress

if TYPE_CHECKING:
    from cloudtag.evaluate import CrowdTally, PartOfCrowd
    from cloudtag.simulate.mess import CrowdProfile


def judge_missing(path: Path, shards: "Iterator[CrowdProfile]", processes: int) -> "CrowdTally":
    """Judge those shards that a file does not tell of yet, append each as it is judged; the tally of all in the file.

    Raises `FailureError` for a file that cannot be read, or that different code wrote.
    """
    from cloudtag.evaluate import code_id, judge_parts, together, write_line

    # A line cut short by whoever stopped the run before is judged again.
    whole = b"".join(line for line in _lines(path) if line.endswith(b"\n"))
    known = _known(path, whole)
    try:
        tally = together(known)
    except ValueError as error:
        raise FailureError(f"{path}: {error}", UNREADABLE) from error
    if known and known[0].code != code_id():
        raise FailureError(f"{path}: judged by code {known[0].code}, this is {code_id()}: use another file", UNREADABLE)
    missing = [shard for shard in shards if not any(part.profile == shard for part in known)]
    with progress("honest buyers", sum(shard.buyers for shard in missing)) as steps, path.open("ab") as file:
        file.truncate(len(whole))
        for part in judge_parts(iter(missing), processes):
            file.write(write_line(part))
            file.flush()
            tally += part.tally
            steps.done(part.profile.buyers)
            note(f"seed {part.profile.seed}, from number {part.profile.first} on: {part.accused or 'nobody'} accused")
    return tally


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []


def _known(path: Path, whole: bytes) -> "list[PartOfCrowd]":
    from cloudtag.evaluate import read_lines

    try:
        return list(read_lines(whole.splitlines(keepends=True)))
    except ValueError as error:
        raise FailureError(f"{path}: {error}", UNREADABLE) from error
