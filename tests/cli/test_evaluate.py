"""`cloudtag evaluate`: attackers and honest buyers in one report, and what its exit code says."""

import json
from pathlib import Path

import pytest

from cloudtag.cli.failure import FAILED
from tests.cli.conftest import *  # noqa: F403
