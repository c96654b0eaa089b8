"""What is wrong with a pack is told with its file and line, one line each."""

from pathlib import Path

import pytest

from cloudtag.policy.key_lines import places
from cloudtag.policy.load import PolicyError, folder_texts, read_packs, shipped_texts

HEAD = '[[version]]\nid = "1"\nfrom = 2020-01-01T00:00:00Z\n'


def faults(text: str, name: str = "jd.toml") -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read_packs({**shipped_texts(), name: text})
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[version.detectors.no_circulation]\n\nwithout_scan_hour = 3\n",
            "jd.toml:6: detectors.no_circulation.without",
        ),
        ("[version.detectors.no_circulation]\nwithout_scan_hours = 0\n", "jd.toml:5: detectors.no_circulation.without"),
        ("[version.detectors]\nno_circulation = { without_scan_hours = 'x' }\n", "jd.toml:5: detectors.no_circulation"),
        ("detectors.reused_waybill.window_days = -1\n", "jd.toml:4: detectors.reused_waybill.window_days: is -1"),
        (
            '[version."detectors"."no_circulation"] # odd\nwindow_days = 1.5\n',
            "jd.toml:5: detectors.no_circulation.win",
        ),
        ("[version.detectors.no_circulation]\nis_on = 1\n", "jd.toml:5: detectors.no_circulation.is_on: is 1"),
        ("[version.detectors]\nno_circulation = 3\n", "jd.toml:5: detectors.no_circulation: expected object"),
        ("detectors = 3\n", "jd.toml:4: detectors: expected a table"),
        (
            "[version.detectors.no_circulatio]\n",
            "jd.toml:4: no detector is called 'no_circulatio'; did you mean 'no_cir",
        ),
        ("[version.tags]\nscenarios = { a = 1 }\n", "jd.toml:5: tags.scenarios"),
        ("[version.tags]\ncontact_first = [\n  'worn',\n]\n", "jd.toml:5: tags.contact_first: no scenario 'worn'"),
        (
            "[version.routes]\ncloud_tags = 'x'\n",
            "jd.toml:5: routes.cloud_tags: unknown parameter; did you mean 'cloud_",
        ),
        (
            "[version.deadlines]\ntime_zone = 'Asia/Shangai'\n",
            "jd.toml:5: deadlines.time_zone: no time zone is called 'Asia/Shangai'",
        ),
        ("[version.sanctions]\nladder = ['warn', 'hang']\n", "jd.toml:5: sanctions.ladder"),
        ("[version.sellers]\nfew_points = []\n", "jd.toml:5: sellers.few_points"),
        ("[version.rules]\n", "jd.toml:4: unknown key 'rules'"),
        ("[version.tags\n", "jd.toml:4: "),
        ("[version.tags]\na = [\n", "jd.toml:6: "),
        ('[[version]]\nid = "2"\n', "jd.toml:4: from: must be a time"),
        ("[[version]]\nfrom = 2021-01-01T00:00:00Z\n", "jd.toml:4: id: a version needs a name"),
        (HEAD, "jd.toml:6: from: not later than that of version '1'"),
    ],
)
def test_each_fault_names_its_line(text: str, told: str) -> None:
    found = faults(HEAD + text)
    assert len(found) == 1
    assert found[0].startswith(told)
    assert "\n" not in found[0]


def test_every_fault_of_every_file_is_told_at_once() -> None:
    with pytest.raises(PolicyError, match="and 3 more") as caught:
        read_packs(
            {
                **shipped_texts(),
                "jd.toml": HEAD + "[version.links]\nfan_out = 'x'\narea_fan_out = 0\nsize = 1\n",
                "taobao.toml": HEAD + "[version.detectors.nothing]\n",
            }
        )
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [
        ("jd.toml", 5),
        ("jd.toml", 6),
        ("jd.toml", 7),
        ("taobao.toml", 4),
    ]


def test_others_are_not_blamed_for_what_they_inherit() -> None:
    text = shipped_texts()["default.toml"]
    (found,) = faults(f"{text}[version.links]\nfan_out = 0\n", "default.toml")
    assert found.startswith(f"default.toml:{text.count(chr(10)) + 2}: links.fan_out: is 0")


def test_a_folder_needs_a_default_pack() -> None:
    with pytest.raises(PolicyError, match=r"default\.toml:1: there is no such file"):
        read_packs({"jd.toml": HEAD})


def test_a_folder_is_named_with_its_faults(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"default\.toml:1: there is no such file") as caught:
        folder_texts(tmp_path)
    assert str(caught.value).startswith(str(tmp_path))
    (tmp_path / "default.toml").write_bytes(b"# one\n# two \xff\n")
    with pytest.raises(PolicyError, match=r"default\.toml:2: not UTF-8"):
        folder_texts(tmp_path)


def test_the_line_of_each_key_is_known() -> None:
    text = '# words\n[[version]]\nid = "1" # one\n\n[version.tags]\na = """\n[not.a.table]\n"""\nb.c = [\n 1,\n]\n'
    text += "[[version]]\nd = 2\n"
    first, second = places(text)
    assert first == {
        (): 2, ("id",): 3, ("tags",): 5, ("tags", "a"): 6, ("tags", "b"): 9, ("tags", "b", "c"): 9,
    }  # fmt: skip
    assert second == {(): 12, ("d",): 13}
