"""Both languages are complete: whatever pages and code say has a Chinese text, and every text is used."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, nodes

from cloudtag.contract import decision_records, records, surfaces, types
from cloudtag.desk import acts, offers, second_person
from cloudtag.desk.app import TROUBLE_TEXTS
from cloudtag.desk.case_view import SHOWN_DETAILS
from cloudtag.desk.engine_words import OBSTACLES
from cloudtag.desk.figure_questions import QUESTIONS
from cloudtag.desk.filters import DUE
from cloudtag.desk.language import Language, catalogue, chosen
from cloudtag.desk.oidc_door import OIDC_TEXTS
from cloudtag.desk.refusals import REFUSAL_TEXTS
from cloudtag.detectors.registry import all_detectors
from cloudtag.explain.conditions import conditions
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.replay.example import decoded, standing_alerts
from cloudtag.scenarios.read import shipped_scenarios
from cloudtag.serving.viewers import ViewerRole
from tests.desk.cases import case_of
from tests.desk.conftest import DeskWorld

FOLDER = Path(str(files("cloudtag.desk")))
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_TAG = re.compile(r"<[^>]*>")
SAME_IN_BOTH = {"cloudtag", "English", "Ctrl", "Enter", "Esc", "SHA", "Kafka", "JavaScript", "CSV", "UTC"}
"""Names and keys."""


def _said_in_templates() -> set[str]:
    found = set()
    for path in TEMPLATES:
        tree = Environment(autoescape=True).parse(path.read_text())
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(call.args[0], nodes.Const):
                found.add(call.args[0].value)
    return found


def _said_in_code() -> set[str]:
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            if name == "say" and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found | {text for q in QUESTIONS.values() for text in (q.title, q.note) if text}


TOLD = (
    _said_in_templates()
    | _said_in_code()
    | {
        *TROUBLE_TEXTS,
        *REFUSAL_TEXTS,
        *OIDC_TEXTS,
        *OBSTACLES,
        *offers.PREVIEWS,
        *offers.TOO_OLD,
        *second_person.STATE_WORDS.values(),
    }
)


def test_every_text_is_in_the_catalogue_and_every_one_there_is_said() -> None:
    texts = set(catalogue()["texts"])
    assert sorted(TOLD - texts) == []
    assert sorted(texts - TOLD) == []


def test_a_translation_has_the_places_of_its_text_and_is_chinese() -> None:
    for text, zh in catalogue()["texts"].items():
        assert sorted(re.findall(r"\{(\w+)\}", text)) == sorted(re.findall(r"\{(\w+)\}", zh)), text
        assert re.search(r"[\u4e00-\u9fff]", zh) or not _LETTERS.search(re.sub(r"\{\w+\}", "", text)), text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_has_words_of_its_own(path: Path) -> None:
    tree = Environment(autoescape=True).parse(path.read_text())
    text = " ".join(node.data for node in tree.find_all(nodes.TemplateData))
    words = set(_LETTERS.findall(_TAG.sub(" ", re.sub(r"<[^<>]*$|^[^<>]*>", " ", _without_attributes(text)))))
    assert words <= SAME_IN_BOTH, words - SAME_IN_BOTH


def _without_attributes(text: str) -> str:
    """Between the pieces of a tag stand values: what is inside of angle brackets is no text."""
    out, depth = [], 0
    for letter in text:
        depth += (letter == "<") - (letter == ">")
        out.append(" " if depth > 0 or letter == ">" else letter)
    return "".join(out)


def _words() -> set[str]:
    found: set[str] = set()
    for module in (types, records, surfaces):
        for value in vars(module).values():
            options = get_args(value)
            if options and all(isinstance(option, str) for option in options):
                found |= set(options)
    found -= {*get_args(surfaces.AuditKind), *get_args(surfaces.CaseActKind)} - {"unknown"}
    found |= {*acts.VERDICTS, *acts.REPORTS, *acts.VOUCHERS, *get_args(ViewerRole), *(f"due_{name}" for name in DUE)}
    found |= {d.rule.recommendation for d in all_detectors().values() if d.rule.recommendation}
    for policy in shipped().versions():
        found |= {policy.routes.complaint_centre, policy.routes.cloud_tag, policy.routes.review_management}
        found |= {rung for ladder in [policy.sanctions.ladder] for rung in ladder}
    return found | set(types.PLATFORMS)


def test_every_value_of_the_contract_has_its_word() -> None:
    assert sorted(_words() - set(catalogue()["words"])) == []


def test_what_a_decision_is_about_and_says_has_words_of_its_own() -> None:
    for column, values in (("about", decision_records.AskedAbout), ("answer", decision_records.AnswerKind)):
        for value in get_args(values):
            assert re.fullmatch(r"[\u4e00-\u9fff]+", CHINESE.decided(column, value)), value
    assert CHINESE.decided("answer", "review") != CHINESE.word("review"), "nobody is asked to write a review"


def test_every_column_of_a_figure_has_its_name() -> None:
    columns = {column for question in QUESTIONS.values() for column in question.columns}
    assert columns == set(catalogue()["columns"])


def test_every_fact_and_title_has_its_name() -> None:
    facts: set[str] = set(SHOWN_DETAILS)
    for name, detector in all_detectors().items():
        for example in detector.examples:
            if example.fires:
                events, until = decoded(example)
                facts |= {fact for alert in standing_alerts(name, events, until) for fact in alert.facts}
    facts = {fact for fact in facts if not fact.startswith("link ")} - {"clears", "verdict"}
    assert sorted(facts - set(catalogue()["facts"])) == []
    assert sorted(set(all_detectors()) - set(catalogue()["titles"])) == []


AS_UPSTREAM_NAMES_THEM = {
    *("affiliate", "came", "came_back", "category", "complaint", "found", "ordered", "other_came", "other_ordered"),
    *("outbound_order", "promotions", "region", "return_number", "number", "rival_shops", "sent", "refund_id"),
    *("destination", "first_facility", "last_facility", "other_courier"),
}
"""Facts whose values are names and numbers of shops, couriers and buyers: they are shown as they are."""
CODE = re.compile(r"[a-z]+(?:[_ ][a-z]+)*\Z")
"""What a value of an enumeration looks like, and what a sentence in English does."""
CHINESE = Language("zh", ZoneInfo("UTC"))


def _judged() -> Iterator[Any]:
    """Everything that the detectors' examples and the stories lead to."""
    for detector in all_detectors().values():
        for example in detector.examples:
            events, until = decoded(example)
            yield from (record for _, record in judge(list(events), until))
    for story in shipped_scenarios().values():
        yield from (record for _, record in judge([planned.event for planned in story.events], story.until_ms))


def _shown_values(record: Any) -> Iterator[tuple[str, str]]:
    """What pages show of a record, by name: as the page turns it into Chinese."""
    if isinstance(record, records.Alert):
        for each in conditions(record):
            yield each.name, CHINESE.value(each.value)
            # What is compared with is a word of ours, also where what is compared is not.
            yield f"{each.name} threshold", CHINESE.value(each.threshold or "")
    elif isinstance(record, records.Consequence):
        yield from ((n, CHINESE.value(v)) for n, v in (record.details or {}).items() if n in SHOWN_DETAILS)
        yield "kind", CHINESE.word(record.kind)
    for name in ("status", "reason", "basis", "channel", "severity", "recommendation", "route", "verdict", "family"):
        value = getattr(record, name, None)
        if isinstance(value, str):
            yield name, CHINESE.word(value)


def test_no_code_that_the_engine_says_stands_untranslated() -> None:
    left = {
        (name, part)
        for record in _judged()
        if not isinstance(record, records.DeadLetter)
        for name, shown in _shown_values(record)
        if name not in AS_UPSTREAM_NAMES_THEM
        for part in shown.split("、")
        if CODE.match(part)
    }
    assert sorted(left) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("yes", "是"),
        ("device:d1", "设备 d1"),
        ("payment:y1 over b1", "支付账户 y1（经由 b1）"),
        ("refund_only for damaged", "仅退款，原因：破损"),
        ("stained,worn", "有污渍、已穿着"),
        ("dress-7, 3", "dress-7、3"),
        ("note: a colon", "note: a colon"),
    ],
)
def test_the_parts_of_a_value_are_said_one_by_one(value: str, shown: str) -> None:
    assert CHINESE.value(value) == shown
    assert Language("en", ZoneInfo("UTC")).value(value) == value


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
    ],
)
def test_how_long_is_said_in_a_unit_that_people_can_read(seconds: int, shown: str) -> None:
    assert Language("en", ZoneInfo("UTC")).duration(seconds) == shown
    assert CHINESE.duration(seconds).startswith(shown.partition(" ")[0])


def test_pages_in_chinese_have_no_english_sentence(world: DeskWorld) -> None:
    browser: Any = world.visitor("mei", "zh")
    for address in ("/queue", "/keys", case_of(world, "o31"), case_of(world, "o12", "reused_waybill")):
        text = _TAG.sub(" ", browser.get(address).text)
        runs = re.findall(r"(?:[A-Za-z]{3,}[ ,.]+){3,}", text)
        assert runs == [], (address, runs)


@pytest.mark.parametrize(
    ("accepted", "wanted", "found"),
    [("zh-CN,en", None, "zh"), ("fr,en;q=0.5", None, "en"), ("zh", "en", "en"), ("", "xx", "en"), ("de", None, "en")],
)
def test_the_language_is_what_somebody_wants_else_what_the_browser_does(
    accepted: str, wanted: str | None, found: str
) -> None:
    assert chosen(accepted, wanted) == found
