"""Inside its row a fact is known by what names it: every internal record says how, and no two facts share an id."""

from typing import get_args

import pytest

from cloudtag.contract.internal import InternalRecord
from cloudtag.contract.links import AttributeUsed
from cloudtag.policy.load import shipped
from cloudtag.processors import build
from cloudtag.processors.base import KeyedProcessor


@pytest.mark.parametrize("name", ["buyers", "parcels", "shops"])
def test_every_kind_of_internal_record_says_where_its_id_is(name: str) -> None:
    processor = build(name, shipped())
    kinds = {kind for kind in get_args(processor.fact_type) if issubclass(kind, InternalRecord)}
    assert kinds
    assert isinstance(processor, KeyedProcessor)
    assert kinds == set(processor.identities)


def test_no_token_of_a_buyer_is_taken_for_another_use() -> None:
    identity = build("links", shipped()).identity
    about = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "b1", subject="r1")
    plain = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", about.internal_id)
    shop = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "", shop_id="s1")
    buyer = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "s1")
    ids = [identity(use) for use in (about, plain, shop, buyer)]
    assert len(set(ids)) == len(ids)
