"""The queue and the pages of cases."""

from tests.desk.conftest import DeskWorld


def test_it(world: DeskWorld) -> None:
    mei = world.visitor("mei")
    page = mei.get("/queue")
    open("/tmp/q.html", "w").write(page.text)
    assert page.status == 200
    import re

    for i, a in enumerate(dict.fromkeys(re.findall(r'href="(/cases/[^"?]*)"', page.text))):
        p = mei.get(a)
        open(f"/tmp/c{i}.html", "w").write(p.text)
        assert p.status == 200
    p = mei.get(a + "?lang=zh")
    open("/tmp/zh.html", "w").write(p.text)
