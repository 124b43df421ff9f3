"""The command that says where the tasks of lm-evaluation-harness lie."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dragoman.cli.app import app


@pytest.mark.parametrize("as_json", [False, True])
def test_the_folder_for_include_path_is_printed(as_json):
    done = CliRunner().invoke(app, ["harness", "lm-eval", *(["--json"] if as_json else [])])
    assert done.exit_code == 0
    folder = Path(json.loads(done.stdout)["include_path"] if as_json else done.stdout.strip())
    tasks = {f"dragoman_{name}" for name in ("extraction", "entities", "dates", "claims")}
    assert {path.stem for path in folder.glob("*.yaml")} == tasks
    for path in folder.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert f"task: {path.stem}\n" in text
        assert "class: !function harness_task.LayersTask" in text
    assert (folder / "harness_task.py").is_file()
