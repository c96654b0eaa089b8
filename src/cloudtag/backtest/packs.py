"""The packs a back-test compares: those of a folder, or one file in the place of the shipped pack of its name."""

from __future__ import annotations

from pathlib import Path

from cloudtag.policy.faults import Fault, PolicyError
from cloudtag.policy.load import Packs, folder_texts, read_packs, shipped_texts

SUFFIX = ".toml"


def packs_at(path: Path | None) -> Packs:
    """The packs of a folder or of one file; the shipped ones for none.

    Raises PolicyError with every fault, and OSError for a path that cannot be read.
    """
    if path is None:
        return read_packs(shipped_texts())
    if path.is_dir():
        return read_packs(folder_texts(path))
    text = _text(path)
    others = {name: other for name, other in shipped_texts().items() if name != path.name}
    return read_packs({**others, str(path): text})


def _text(path: Path) -> str:
    bytes_ = path.read_bytes()
    if path.suffix != SUFFIX:
        raise PolicyError([Fault(str(path), 1, f"a pack is named after its platform, as in jd{SUFFIX}")])
    try:
        return bytes_.decode("utf-8")
    except UnicodeDecodeError as error:
        line = bytes_.count(b"\n", 0, error.start) + 1
        raise PolicyError([Fault(str(path), line, "not UTF-8 text")]) from None
