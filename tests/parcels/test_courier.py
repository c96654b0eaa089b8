"""One courier behind all of its names, and never two behind one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtag.parcels.courier import (
    canonical_courier,
    couriers,
    folded,
    is_known,
    read_couriers,
    reuse_days_of,
)
from tests.parcels.making import LAW

NAMES = [
    (code, name)
    for code, courier in couriers().items()
    for name in (code, courier.name, courier.name_zh, *courier.names)
]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SF", "sf"),
        ("sf-express", "sf"),
        ("顺丰", "sf"),
        ("順豐速運", "sf"),
        ("ＳＦ ＥＸＰＲＥＳＳ", "sf"),
        ("SF Express Co., Ltd.", "sf"),
        ("顺丰速运有限公司", "sf"),
        ("yuantong", "yto"),
        ("圆通速递", "yto"),
        ("中通快运", "zto_freight"),
        ("中通快递", "zto"),
        ("J&T", "jt"),
        ("U.S.P.S.", "usps"),
        ("DHL", "dhl"),
        ("DHL eCommerce", "dhl_ecommerce"),
        ("ÖSTERREICHISCHE POST", "austrian_post"),
        ("Česká Pošta", "ceska_posta"),
        ("CJ대한통운", "cj_logistics"),
        ("Почта России", "russian_post"),
        ("Colissimo", "la_poste"),
        ("Chronopost", "chronopost"),
        ("Hermes", "evri"),
        ("Hermes Germany GmbH", "hermes_germany"),
    ],
)
def test_names_of_known_couriers(name, code):
    assert canonical_courier(name) == code
    assert is_known(code)


@pytest.mark.parametrize("name", [None, "", "  ", "-", "其他", "OTHER", "N/A", "未知", "自提"])
def test_names_that_name_nobody(name):
    assert canonical_courier(name) is None
    assert not is_known(None)


def test_an_unknown_courier_is_one_in_all_writings():
    codes = {canonical_courier(name) for name in ("Pony Post", "pony-post", "PONYPOST Ltd.", "Ｐｏｎｙ　Ｐｏｓｔ")}
    assert codes == {"ponypost"}
    assert not is_known("ponypost")


def test_a_name_in_another_is_another():
    assert canonical_courier("SF2") not in ("sf", None)
    assert canonical_courier("Postman Pat") not in couriers()


def test_many_couriers_with_names_in_both_languages():
    assert len(couriers()) >= 40
    for courier in couriers().values():
        assert courier.name.isascii() or courier.name == "Česká pošta"
        assert any("\u4e00" <= letter <= "\u9fff" for letter in courier.name_zh)


@pytest.mark.parametrize(("code", "days"), [("usps", 120), ("sf", 180), ("ponypost", 180), (None, 180)])
def test_when_a_number_may_come_again(code, days):
    assert reuse_days_of(code) == days


@given(st.sampled_from(NAMES), st.data())
@LAW
def test_every_name_means_one_courier_in_every_writing(named, data):
    code, name = named
    assert canonical_courier(name) == code
    letters = [letter.upper() if data.draw(st.booleans()) else letter for letter in name]
    between = data.draw(st.lists(st.sampled_from(["", " ", "-", "_", "."]), min_size=len(letters) + 1))
    written = "".join(gap + letter for gap, letter in zip(between, letters, strict=False))
    assert canonical_courier(written) == code


@given(st.one_of(st.text(max_size=30), st.sampled_from([name for _, name in NAMES])))
@LAW
def test_what_comes_out_goes_in_unchanged(name):
    code = canonical_courier(name)
    assert canonical_courier(code) == code
    assert code is None or folded(code)


def test_a_name_under_two_couriers_is_refused():
    text = """
nobody = ["other"]
[couriers.one]
name = "One"
name_zh = "一"
[couriers.two]
name = "Two"
name_zh = "二"
names = ["{name}"]
"""
    assert set(read_couriers(text.format(name="Three"))[0]) == {"one", "two"}
    with pytest.raises(ValueError, match=r"'o\. n\. e' of courier 'two' already means 'one'"):
        read_couriers(text.format(name="o. n. e"))
    with pytest.raises(ValueError, match="already means None"):
        read_couriers(text.format(name="Other"))
