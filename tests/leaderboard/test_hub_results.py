"""Results for the Hub read back with the Hub's own parser."""

import harness_environment
import pytest
import yaml
from submitted import submit

from dragoman.leaderboard.board_data import evaluate
from dragoman.leaderboard.hub_results import TASKS, write_results
from dragoman.problems import DragomanError


@pytest.fixture(scope="module")
def board(tmp_path_factory, benchmark, gold):
    runs = tmp_path_factory.mktemp("runs")
    submit(runs, "whole", benchmark, gold, name="a: [b]\n- c")
    submit(runs, "some", benchmark, gold, keep=2, layers=("dates",))
    submit(runs, "old", benchmark, gold, version="0.1.0")
    return evaluate(runs, gold, lambda items, _: items)[0]


def test_results_read_back(board, tmp_path):
    from huggingface_hub import parse_eval_result_entries

    paths = write_results(board, "owner/dragoman", tmp_path)
    found = {
        path.parts[-3]: parse_eval_result_entries(yaml.safe_load(path.read_text("utf-8")))
        for path in paths
        if path.name == "dragoman.yaml"
    }
    assert len(found) == 2
    for entry in board.entries:
        scores = {
            TASKS[name][0]: pytest.approx(cell.score, abs=1e-6)
            for name, cell in entry.cells.items()
            if name in TASKS and cell.score is not None
        }
        assert {each.task_id: each.value for each in found.get(entry.id, [])} == (
            scores if entry.state == "ranked" else {}
        )
        assert all(each.dataset_id == "owner/dragoman" for each in found.get(entry.id, []))


def test_the_evaluation_names_configurations_and_splits_that_exist(board, tmp_path, benchmark):
    from dragoman.schema.release_rows import CONFIGS

    write_results(board, "owner/dragoman", tmp_path)
    evaluation = yaml.safe_load((tmp_path / "dataset" / "eval.yaml").read_text("utf-8"))
    assert {task["id"] for task in evaluation["tasks"]} == {"overall", "entities", "dates", "claims"}
    assert all(task["config"] in CONFIGS and task["split"] in benchmark.splits for task in evaluation["tasks"])
    assert evaluation["evaluation_framework"] == "inspect-ai"
    assert "dragoman/extraction" in evaluation["description"]


def test_the_evaluation_is_read_by_the_parser_of_its_framework(board, tmp_path):
    interpreter = harness_environment.program("python", "inspect_ai")
    write_results(board, "owner/dragoman", tmp_path)
    code = """
import sys, yaml
from inspect_ai._eval.loader import scorer_from_spec, solver_from_spec
from inspect_ai._eval.task.hf import HFTask
from inspect_ai.scorer._scorer import ScorerSpec
from inspect_ai.solver._solver import SolverSpec
for each in yaml.safe_load(open(sys.argv[1], encoding="utf-8"))["tasks"]:
    task = HFTask.model_validate(each)
    for solver in task.solvers:
        solver_from_spec(SolverSpec(solver=solver.name, args=solver.args, args_passed=solver.args))
    for scorer in task.scorers:
        scorer_from_spec(ScorerSpec(scorer=scorer.name), task_path=None, **scorer.args)
    print(task.id, task.field_spec.input)
"""
    said = harness_environment.run([interpreter, "-c", code, tmp_path / "dataset" / "eval.yaml"], tmp_path)
    assert said.split() == [each for task in ("overall", "entities", "dates", "claims") for each in (task, "text")]


@pytest.mark.parametrize("name", ["dragoman", "../a", "a/b/c", "a/b\n", "https://a/b", ""])
def test_a_name_that_is_no_repository_is_refused(board, tmp_path, name):
    with pytest.raises(DragomanError) as caught:
        write_results(board, name, tmp_path)
    assert caught.value.problems[0].code == "E829"
    assert not list(tmp_path.iterdir())
