"""Rows to ask about, and what each question must answer."""

from tests.warehouse.stories.consequences import CONSEQUENCE_STORY
from tests.warehouse.stories.decisions import DECISION_STORY
from tests.warehouse.stories.labels import LABEL_STORY
from tests.warehouse.stories.tags import TAG_STORY

STORIES = {"tags": TAG_STORY, "consequences": CONSEQUENCE_STORY, "labels": LABEL_STORY, "decisions": DECISION_STORY}
