"""Figures as files: Parquet says what CSV says, and whoever may not see a figure has no file of it either."""

import csv
import io

import pytest
from pyarrow import parquet

from cloudtag.desk.figure_questions import QUESTIONS
from tests.desk.conftest import DeskWorld


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_parquet_file_has_the_rows_of_the_csv_file(world: DeskWorld, name: str) -> None:
    petra = world.visitor("petra")
    told = list(csv.reader(io.StringIO(petra.get(f"/figures/{name}.csv").text)))
    answer = petra.get(f"/figures/{name}.parquet")
    assert answer.status == 200
    assert f'filename="{name}.parquet"' in answer.headers["content-disposition"]
    table = parquet.read_table(io.BytesIO(answer.content))
    assert table.column_names == told[0]
    assert table.num_rows == len(told) - 1
    for n, column in enumerate(table.column_names):
        numbers = [value for value in table[column].to_pylist() if isinstance(value, int)]
        assert not numbers or numbers == [int(row[n]) for row in told[1:] if row[n]]


def test_some_figure_has_rows(world: DeskWorld) -> None:
    content = world.visitor("petra").get("/figures/daily.parquet").content
    assert parquet.read_table(io.BytesIO(content)).num_rows > 0


def test_a_shop_gets_its_own_figures_and_no_others(world: DeskWorld) -> None:
    mei = world.visitor("mei")
    own = mei.get("/figures/money.parquet?network=taobao&shop=s1")
    assert own.status == 200
    assert mei.get("/figures/money.parquet?network=taobao&shop=s2").status == 404
    assert mei.get("/figures/sanctions.parquet").status == 403
    assert mei.get("/figures/nothing.parquet").status == 404
    whole = parquet.read_table(io.BytesIO(world.visitor("petra").get("/figures/money.parquet").content))
    part = parquet.read_table(io.BytesIO(own.content))
    assert sum(part["at_stake_minor"].to_pylist()) < sum(whole["at_stake_minor"].to_pylist())
