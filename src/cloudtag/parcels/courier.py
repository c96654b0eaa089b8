"""Which courier a name means: one code for all ways to write it (F1), and how soon it gives a number out again."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from unicodedata import normalize

import msgspec
from msgspec import Struct

REUSE_DAYS = 180
"""How long after a parcel's last scan a courier may give its number to another one, where nothing else is known."""
_COMPANY_FORMS = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "公司",
    "集团",
    "coltd",
    "limited",
    "ltd",
    "inc",
    "llc",
    "corp",
    "gmbh",
)


class KnownCourier(Struct, frozen=True, forbid_unknown_fields=True):
    """A courier: its names in Latin and in Chinese, other names, and the days after which it may reuse a number."""

    name: str
    name_zh: str
    names: tuple[str, ...] = ()
    reuse_days: int = REUSE_DAYS


class _CourierFile(Struct, frozen=True, forbid_unknown_fields=True):
    nobody: tuple[str, ...]
    couriers: dict[str, KnownCourier]


def canonical_courier(name: str | None) -> str | None:
    """The code of the courier a name means; none for no name and for one that names nobody ("other", "其他").

    A courier that is not known here goes by its own name without case, width, accents, blanks, punctuation and form
    of company: so it too is one courier in all its writings. What comes out goes in unchanged.
    """
    return None if name is None else _code_of(name)


def is_known(code: str | None) -> bool:
    """Whether a code is that of a courier of the data file."""
    return code is not None and code in _known()[0]


@lru_cache(maxsize=4096)
def reuse_days_of(code: str | None) -> int:
    """The days after a parcel's last scan from which the courier may have given its number to another one."""
    known = None if code is None else _known()[0].get(code)
    return REUSE_DAYS if known is None else known.reuse_days


def couriers() -> Mapping[str, KnownCourier]:
    """The couriers known here, by code."""
    return _known()[0]


def folded(name: str) -> str:
    """A name without case, width, accents, blanks and punctuation: its letters and digits, decomposed."""
    # Twice: folding the case of a decomposed letter may give letters that decompose again.
    for _ in range(2):
        name = normalize("NFKD", normalize("NFKD", name).casefold())
    return "".join(letter for letter in name if letter.isalnum())


@lru_cache(maxsize=4096)
def _code_of(name: str) -> str | None:
    _, codes = _known()
    key = folded(name)
    while key not in codes:
        shorter = _without_company_form(key)
        if shorter == key:
            return normalize("NFC", key) or None
        key = shorter
    return codes[key]


def _without_company_form(key: str) -> str:
    for form in _COMPANY_FORMS:
        if key.endswith(form) and key != form:
            return key.removesuffix(form)
    return key


@cache
def _known() -> tuple[Mapping[str, KnownCourier], Mapping[str, str | None]]:
    """The couriers by code, and the codes by folded name. Raises ValueError for a name that stands twice."""
    text = (files("cloudtag.parcels") / "couriers.toml").read_text(encoding="utf-8")
    return read_couriers(text)


def read_couriers(text: str) -> tuple[Mapping[str, KnownCourier], Mapping[str, str | None]]:
    """The couriers by code, and the codes by folded name. Raises ValueError for a name that stands under two."""
    read = msgspec.convert(tomllib.loads(text), _CourierFile)
    codes: dict[str, str | None] = {}
    for name in read.nobody:
        codes[folded(name)] = None
    for code, courier in read.couriers.items():
        for name in (code, courier.name, courier.name_zh, *courier.names):
            key = folded(name)
            if codes.setdefault(key, code) != code:
                raise ValueError(f"the name {name!r} of courier {code!r} already means {codes[key]!r}")
    return MappingProxyType(read.couriers), MappingProxyType(codes)
