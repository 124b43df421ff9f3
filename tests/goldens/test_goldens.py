"""What is printed for committed runs, wrong files and releases changes only where a commit says so."""

import json

import pytest
import record

STORED = json.loads(record.GOLDENS.read_text(encoding="utf-8"))


@pytest.mark.enable_socket  # Dask
@pytest.mark.parametrize("group", record.GROUPS, ids=lambda group: group.__name__)
def test_outputs_are_those_that_are_stored(group, tmp_path, monkeypatch):
    monkeypatch.setattr(record, "FOLDER", tmp_path.resolve())
    found = record.record((group,))
    chosen = {name: case for name, case in STORED.items() if name.partition("/")[0] == group.__name__}
    assert chosen
    assert {name for name in {*found, *chosen} if found.get(name) != chosen.get(name)} == set()
