"""The engine knows no stream by name: what it must know of one is declared with the stream."""

import ast
from pathlib import Path

import cloudtag.engine
from cloudtag.contract.streams import INPUTS, INTERNAL, OUTPUTS, REVISED_OF

NAMES = {*INPUTS, *INTERNAL, *OUTPUTS}
STATUSES = {stream.taken_back for stream in OUTPUTS.values() if stream.taken_back} | {"upgraded", "open"}
STRUCTS = {struct.__name__ for struct in REVISED_OF}


def test_no_module_names_a_stream_a_record_or_a_status():
    said = {}
    for path in Path(cloudtag.engine.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            word = getattr(node, "value", None) if isinstance(node, ast.Constant) else getattr(node, "id", None)
            if isinstance(word, str):
                said.setdefault(word, path.name)
    assert {word: said[word] for word in said.keys() & (NAMES | STATUSES | STRUCTS)} == {}
    assert len(said) > 300
