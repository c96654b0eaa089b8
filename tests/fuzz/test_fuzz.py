"""Bytes of others never do more than be refused: a bounded part of `make fuzz`."""

import pytest

from tests.fuzz.run import Finding, fuzz, tried
from tests.fuzz.targets import TARGETS, Target

TRIES = 400


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_but_a_refusal_comes_of_any_bytes(target: Target) -> None:
    assert fuzz(target, seed=7, tries=TRIES) is None


def _reads(data: bytes) -> object:
    if b"\xff" in data:
        raise KeyError("by mistake")
    raise ValueError("as declared")


def test_what_is_not_declared_is_found() -> None:
    target = Target("it", _reads, lambda: [b"abc"], (ValueError,))
    assert tried(target, b"abc") is None
    assert tried(target, b"a\xff") == Finding("it", b"a\xff", "builtins.KeyError: 'by mistake'")
    assert fuzz(target, seed=1, tries=500) is not None
    whole = Target("it", _reads, lambda: [b"abc"], (ValueError, KeyError))
    assert fuzz(whole, seed=1, tries=500) is None
