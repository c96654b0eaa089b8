"""Scoped ids: different for different pairs, and networks as the policies have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.scope import NETWORKS, Networks, from_afar, is_from_afar, scoped, told, unscoped, without_network
from cloudtag.engine.memory_rows import MemoryRows
from cloudtag.engine.rows import row_key, split_key
from cloudtag.engine.task import Task
from cloudtag.engine.task_result import UnscopedStateError
from cloudtag.policy.load import shipped
from cloudtag.processors import build

pairs = st.tuples(st.text(), st.text())


@given(pairs, pairs)
def test_no_two_pairs_share_an_id(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (scoped(*one) == scoped(*other)) is (one == other)
    assert unscoped(scoped(*one)) == one


@pytest.mark.parametrize(
    ("platform", "network"),
    [("taobao", "taobao"), ("tmall", "taobao"), ("TMall", "taobao"), ("jd", "jd"), ("Shop-X", "shop-x"), ("", "")],
)
def test_taobao_and_tmall_are_one_network_and_every_other_platform_its_own(platform: str, network: str) -> None:
    assert shipped().networks[platform] == NETWORKS[platform] == network


def test_a_policy_may_join_other_platforms() -> None:
    networks = Networks({"jd": "house", "pinduoduo": "house"})
    assert networks["JD"] == networks["pinduoduo"] == "house" != networks["taobao"]


def test_an_id_from_afar_is_none_of_the_own_network() -> None:
    name = from_afar("jd", "b1")
    assert name not in ("b1", "jd", "b1 (jd)")
    assert is_from_afar(name)
    assert (without_network(name), told(f"buyer {name}.")) == ("b1", "buyer b1 (jd).")
    assert not is_from_afar("b1")


def test_rows_stored_before_ids_had_scopes_are_refused() -> None:
    assert split_key(row_key(scoped("jd", "b1"), "b")) == ("2:jd/b1", "b")
    old = MemoryRows()
    old.apply({b"\x00\x02b1b": bytes(16)})
    with pytest.raises(UnscopedStateError, match="no scope"):
        Task(build("buyers", shipped()), old).open()
    old = MemoryRows()
    old.apply({b"\x00\x00lane": b"\x94\x00\x00\x00\x00"})
    with pytest.raises(UnscopedStateError):
        Task(build("links", shipped()), old).open()
