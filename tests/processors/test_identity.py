"""Inside its row a fact is known by what names it, and no two facts share an id."""

from cloudtag.contract.links import AttributeUsed
from cloudtag.policy.load import shipped
from cloudtag.processors import build


def test_no_token_of_a_buyer_is_taken_for_another_use() -> None:
    identity = build("links", shipped()).kinds.identity
    about = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "b1", subject="r1")
    plain = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", about.internal_id)
    shop = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "", shop_id="s1")
    buyer = AttributeUsed(0, True, "phash:1", 0, "e", "taobao", "s1")
    ids = [identity(use) for use in (about, plain, shop, buyer)]
    assert len(set(ids)) == len(ids)
