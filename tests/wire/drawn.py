"""Records of any kind, drawn from what their types and bounds allow."""

import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import UNSET, Meta, Struct, UnsetType

from cloudtag.contract.replay_form import is_time
from cloudtag.contract.types import EARLIEST_MS, LATEST_MS

TEXT = st.characters(exclude_categories=["Cs"])


@cache
def records_of(struct: type[Struct]) -> st.SearchStrategy[Any]:
    """Any record a struct's types and bounds allow."""
    hints = get_type_hints(struct, include_extras=True)
    return st.builds(struct, **{n: values_of(n, hints[n]) for n in struct.__struct_fields__})


def values_of(name: str, hint: Any) -> st.SearchStrategy[Any]:
    meta = Meta()
    if get_origin(hint) is Annotated:
        hint, meta = hint.__origin__, hint.__metadata__[0]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        nothing = st.just(UNSET) if UnsetType in args else st.none()
        return nothing | values_of(name, next(a for a in args if a not in (type(None), UnsetType)))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple and args[-1] is not Ellipsis:
        return st.tuples(*(values_of(name, item) for item in args))
    if origin is tuple:
        return st.lists(values_of(name, args[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(st.text(TEXT, max_size=9), st.text(TEXT, max_size=9), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return records_of(hint)
    if hint is int:
        return integers_of(name, meta)
    return texts_of(meta) if hint is str else {bool: st.booleans(), bytes: st.binary(max_size=99)}[hint]


def integers_of(name: str, meta: Meta) -> st.SearchStrategy[int]:
    if is_time(name):
        return st.integers(EARLIEST_MS, LATEST_MS - 1)
    low = -(2**31) if meta.ge is None else int(meta.ge)
    return st.integers(low, 2**31 - 1 if meta.le is None else int(meta.le))


def texts_of(meta: Meta) -> st.SearchStrategy[str]:
    if meta.pattern:
        return st.from_regex(meta.pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
    return st.text(TEXT, min_size=meta.min_length or 0, max_size=min(meta.max_length or 200, 200))
