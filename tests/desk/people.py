"""Who is who at the tests' desk; everybody's token is their name."""

from cloudtag.serving.viewers import ShopRef, Viewer


def _staff(name: str, *shops: str, account: str | None = "acc-1", **fields: frozenset[str]) -> Viewer:
    of = frozenset(ShopRef("taobao", shop) for shop in shops)
    return Viewer(name=name, role="shop", shops=of, account_id=account, **fields)  # type: ignore[arg-type]


PEOPLE: dict[str, Viewer] = {
    "mei": _staff("mei", "s1"),
    "min": _staff("min", "s1"),
    "otto": _staff("otto", "s2"),
    "nobody": _staff("nobody", "s-none"),
    "petra": Viewer(name="petra", role="platform"),
    "pia": Viewer(name="pia", role="platform"),
    "jade": Viewer(name="jade", role="platform", networks=frozenset(("jd",))),
    "aude": Viewer(name="aude", role="auditor", scopes=frozenset(("read",))),
}
