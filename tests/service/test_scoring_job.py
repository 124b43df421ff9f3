"""A submission in a process of its own: bounds of time and memory, and the bundle for a platform."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import withheld_release
from submitted import lines

from dragoman import json_text
from dragoman.leaderboard import closed as closing
from dragoman.leaderboard.closed import CANNOT_BE_SCORED
from dragoman.leaderboard.isolation import Failure
from dragoman.leaderboard.submission_log import DEFAULT
from dragoman.service import codabench
from dragoman.service.scoring_job import Bounds, problems_of, scores_of
from dragoman.service.worker import Worker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return withheld_release.write(tmp_path_factory.mktemp("withheld"))


@pytest.fixture(scope="module")
def closed(folder):
    return closing.opened(folder / "private")


@pytest.fixture(scope="module")
def body(benchmark):
    return json_text.lines(lines(benchmark, 2))


def test_gold_scores_one_and_half_of_it_less(closed, benchmark, body):
    assert set(scores_of(json_text.lines(lines(benchmark)), closed.gold).values()) == {1.0}
    assert 0 < scores_of(body, closed.gold)["entities.strict"] < 1


def test_what_is_wrong_is_said_by_what_is_public(closed):
    target = closed.benchmark.target("test")
    (problem,) = problems_of(b'{"id": "001.article-1", "entities": [{"start": 0, "end": 2, "type": "X"}]}\n', target)
    assert problem.code == "E501"
    assert [p.code for p in problems_of(b'{"id": "001.article-1"}\n', target)] == ["E202"]


def test_over_a_bound_a_submission_has_failed_and_its_team_does_not_see_why(closed, body):
    outcome = scores_of(body, closed.gold, Bounds(seconds=0.001))
    assert isinstance(outcome, Failure)
    number = closed.log.submit("slow", "s", body, DEFAULT)
    assert Worker(closed, Bounds(seconds=0.001)).step()
    (made,) = closed.log.of_team("slow")
    assert (made.id, made.state, made.reason, made.shown) == (number, "failed", CANNOT_BE_SCORED, {})


def test_the_bundle_scores_as_the_service_does(folder, closed, body, tmp_path):
    out = tmp_path / "bundle"
    codabench.write(closed, folder / "private", None, out)
    names = {path.name for path in out.iterdir()}
    assert {"competition.yaml", "ingestion", "scoring_program", "input_data", "reference_data"} <= names
    given, scored = tmp_path / "input", tmp_path / "output"
    given.mkdir()
    scored.mkdir()
    (given / "ref").symlink_to(out / "reference_data")
    (given / "res").mkdir()
    (given / "res" / "predictions.jsonl").write_bytes(body)
    command = [sys.executable, out / "scoring_program" / "score.py", given, scored]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    step = closing.steps(closed.gold)
    exact = scores_of(body, closed.gold)
    assert json.loads((scored / "scores.json").read_bytes()) == {
        name.replace(".", "_"): closing.rounded(score, step[name]) for name, score in exact.items()
    }
    assert {path.name for path in scored.iterdir()} == {"scores.json"}
    keys = [
        line.split()[1] for line in (out / "competition.yaml").read_text("utf-8").splitlines() if "        key:" in line
    ]
    assert keys == [name.replace(".", "_") for name in exact]


def test_the_bundle_gives_submitted_code_texts_and_no_gold(folder, closed, tmp_path):
    out = tmp_path / "bundle"
    codabench.write(closed, folder / "private", None, out)
    assert not [path for path in out.rglob("private.json") if "reference_data" not in path.parts]
    submitted, output = tmp_path / "submitted", tmp_path / "output"
    submitted.mkdir()
    output.mkdir()
    (submitted / "system.py").write_text("def extract(document):\n    return {'entities': []}\n")
    command = [sys.executable, out / "ingestion" / "ingestion.py", out / "input_data", output, submitted]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in output.iterdir()} == {"predictions.jsonl"}
    assert len((output / "predictions.jsonl").read_bytes().splitlines()) == 31


DOCUMENTED = {
    "": "version title image terms description registration_auto_approve docker_image make_programs_available pages "
    "make_input_data_available enable_detailed_results can_participants_make_submissions_public tasks phases "
    "leaderboards",
    "pages": "title file",
    "tasks": "index name input_data reference_data ingestion_program scoring_program",
    "phases": "index name start max_submissions_per_day max_submissions execution_time_limit hide_score_output tasks "
    "accepts_only_result_submissions",
    "leaderboards": "title key submission_rule columns",
    "columns": "title key index sorting precision",
}
"""Keys of the page "Yaml Structure" of Codabench's documentation that are used; a misspelt one would be passed over."""


def test_competition_yaml_has_documented_keys_and_the_files_that_it_names(folder, closed, tmp_path):
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with huggingface_hub: install the extra `hub`")
    out = tmp_path / "bundle"
    codabench.write(closed, folder / "private", None, out)
    said = yaml.safe_load((out / "competition.yaml").read_text("utf-8"))
    (task,), (phase,), (board,) = said["tasks"], said["phases"], said["leaderboards"]
    for part, keys in DOCUMENTED.items():
        for each in [said] if not part else board["columns"] if part == "columns" else said[part]:
            assert set(each) == set(keys.split()), part
    named = [said["image"], said["terms"], *(page["file"] for page in said["pages"])]
    named += [task[name] for name in ("input_data", "reference_data", "ingestion_program", "scoring_program")]
    assert [name for name in named if not (out / name).exists()] == []
    assert (said["version"], phase["tasks"], board["submission_rule"]) == (2, [task["index"]], "Force_Best")
    assert phase["start"].isoformat().endswith("T00:00:00")
    assert [column["index"] for column in board["columns"]] == [0, 1, 2, 3]


def test_the_programs_run_in_the_layout_of_the_platform(folder, closed, body, tmp_path):
    """As its worker does it: the command of ``metadata.yaml`` in /app/program, a submission beside it, then its output
    as /app/input/res and the reference data as /app/input/ref."""
    bundle = tmp_path / "bundle"
    codabench.write(closed, folder / "private", None, bundle)
    app = tmp_path / "app"

    def run(program, **places):
        shutil.rmtree(app, ignore_errors=True)
        shutil.copytree(bundle / program, app / "program")
        (app / "output").mkdir()
        for name, place in places.items():
            shutil.copytree(place, app / name.replace("__", "/"))
        command = (app / "program" / "metadata.yaml").read_text("utf-8").removeprefix("command: ").strip()
        words = [sys.executable if word == "python3" else word.replace("/app", str(app)) for word in command.split()]
        done = subprocess.run(words, cwd=app / "program", check=False, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        return {path.name: path.read_bytes() for path in (app / "output").iterdir()}

    submitted, result = tmp_path / "submitted", tmp_path / "result"
    submitted.mkdir()
    (submitted / "predictions.jsonl").write_bytes(body)
    passed = run("ingestion", input_data=bundle / "input_data", ingested_program=submitted)
    assert passed == {"predictions.jsonl": body}
    result.mkdir()
    (result / "predictions.jsonl").write_bytes(passed["predictions.jsonl"])
    scored = run("scoring_program", input__ref=bundle / "reference_data", input__res=result)
    assert set(scored) == {"scores.json"}
    assert json.loads(scored["scores.json"])["claims_attributed"] == 0


@pytest.mark.parametrize("content", [None, b"{", b'{"id": "x"}\n'])
def test_a_wrong_submission_ends_with_one_and_words(folder, closed, tmp_path, content, capsys):
    out, given = tmp_path / "bundle", tmp_path / "input"
    codabench.write(closed, folder / "private", None, out)
    (given / "res").mkdir(parents=True)
    (given / "ref").symlink_to(out / "reference_data")
    if content is not None:
        (given / "res" / "predictions.jsonl").write_bytes(content)
    assert codabench.score_folder(str(given), str(tmp_path / "output")) == 1
    assert capsys.readouterr().err.startswith(("E820", "E201", "E301"))
    assert not (tmp_path / "output").exists()
