"""The one place that says whether the native part is used: it is, where it is built, unless CLOUDTAG_PURE says not.

Both do the same: the native part leaves to the pure code whatever is not plainly right.
"""

import hashlib
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

VARIABLE = "CLOUDTAG_PURE"
"""The environment variable that keeps to the pure code: 1, or nothing."""
SOURCES = (
    "_compiled.pyx",
    "texts.pxi",
    "reading.pxi",
    "writing.pxi",
    "hashing.pxi",
    "records.pxi",
    "changelog.pxi",
    "columns.pxi",
    "slots.pxi",
    "intake.pxi",
    "packing.pxi",
)
"""The files the native part is built from, in this order."""
Way = Literal["native", "pure"]

_forced: list[Way] = []


def is_native() -> bool:
    """Whether `cloudtag.native._compiled` is to be used by what is made now."""
    way = _forced[-1] if _forced else "pure" if _wants_pure() else "native"
    return way == "native" and not why_not()


def told() -> str:
    """Which of both is in use, and why: `native`, or `pure (not built: make native)`."""
    if is_native():
        return "native"
    return f"pure ({VARIABLE} is set)" if _wants_pure() else f"pure ({why_not()})"


@cache
def why_not() -> str:
    """Why there is no native part to use; nothing where there is one."""
    try:
        module = importlib.import_module("cloudtag.native._compiled")
    except ModuleNotFoundError:
        return "not built: make native"
    except ImportError as error:
        return f"cannot be loaded: {error}"
    return "" if digest() == module.SOURCES else "built from other sources: make native"


@contextmanager
def only(way: Way) -> Iterator[None]:
    """For tests and measurements: what is made meanwhile works in one way. Raises ImportError where it cannot."""
    if way == "native" and why_not():
        raise ImportError(why_not())
    _forced.append(way)
    try:
        yield
    finally:
        _forced.pop()


def digest() -> str:
    """That of the files the native part is built from: one that was built from others is not used."""
    found = hashlib.sha256()
    for name in SOURCES:
        found.update((Path(__file__).parent / name).read_bytes())
    return found.hexdigest()


def _wants_pure() -> bool:
    return os.environ.get(VARIABLE, "") not in ("", "0")
