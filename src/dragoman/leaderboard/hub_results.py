"""The board in the Hub's formats: ``eval.yaml`` of the data set, ``.eval_results`` of each system's repository.

Entries are built and serialised by huggingface_hub itself; nothing is uploaded.

``eval.yaml`` names inspect-ai as the framework, and each task has the fields that ``inspect eval hf/OWNER/NAME``
requires. That command supports only inspect_ai's own scorers, which cannot score labels: it only checks that a model
answers in JSON with the layers. The scores are those of ``inspect eval dragoman/extraction``, and the file says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import regex

from dragoman import files
from dragoman.problems import error
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from dragoman.schema.leaderboard_json import Board, BoardEntry

FRAMEWORK = "inspect-ai"
"""The evaluation framework, by its identifier on the Hub."""
TASKS = {
    "headline": ("overall", LAYER_NAMES),
    "entities.strict": ("entities", ("entities",)),
    "dates.value": ("dates", ("dates",)),
    "claims.attributed": ("claims", ("claims",)),
}
"""Ranked columns, with the task's id on the Hub and the layers in its prompt."""
_CONFIG = "documents"
"""The configuration of the data set with the texts, one row per document."""
_ASK = "Label the document. Answer with one JSON object with the keys {keys}, each a list, and nothing else."
_REPOSITORY = regex.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


def write_results(board: Board, dataset: str, out: Path) -> list[Path]:
    """Write ``dataset/eval.yaml`` and ``systems/<id>/.eval_results/dragoman.yaml``, to be copied to the repositories.

    Args:
        board: a built board; only its ranked entries have results.
        dataset: the data set's repository, ``owner/name``.
        out: folder to write to.

    Returns:
        The files.

    Raises:
        DragomanError: E829 for an invalid repository name, E801 without huggingface_hub, E108 if a file cannot be
            written.

    """
    check_repository(dataset)
    made = {out / "dataset" / "eval.yaml": _yaml(_evaluation(board))}
    for entry in board.entries:
        if entry.state == "ranked":
            made[out / "systems" / entry.id / ".eval_results" / "dragoman.yaml"] = _yaml(
                _results(board, entry, dataset)
            )
    for path, data in made.items():
        files.write(path, data)
    return list(made)


def check_repository(name: str) -> None:
    """Raise E829 if a name is not that of a repository on the Hub."""
    if not _REPOSITORY.fullmatch(name):
        raise error("E829", f"{name[:120]!r} is not the name of a Hub repository.", "Write owner/name.")


def _evaluation(board: Board) -> dict[str, Any]:
    return {
        "name": "Dragoman",
        "description": "Names, dates and attributed claims in diplomatic news in Korean and Arabic: F1, 0 to 1. "
        "Scores come from `inspect eval dragoman/extraction` (pip install dragoman[inspect]); run from this file "
        "alone, a task checks only the form of the answer.",
        "evaluation_framework": FRAMEWORK,
        "tasks": [
            {
                "id": task,
                "config": _CONFIG,
                "split": board.data.split,
                "field_spec": {"input": "text", "target": f'literal:"{layers[0]}"'},
                "solvers": [
                    {"name": "system_message", "args": {"template": _ASK.format(keys=", ".join(layers))}},
                    {"name": "generate"},
                ],
                "scorers": [{"name": "includes"}],
            }
            for column, (task, layers) in TASKS.items()
            if column in {each.name for each in board.columns}
        ],
    }


def _results(board: Board, entry: BoardEntry, dataset: str) -> list[dict[str, Any]]:
    try:
        from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml  # noqa: PLC0415 - an extra
    except ImportError as cause:
        raise error("E801", "huggingface_hub is not installed.", "Install dragoman[hub].") from cause
    notes = f"data {board.data.version}, fingerprint {board.data.fingerprint[:16]}, scored again from the predictions"
    entries = [
        EvalResultEntry(dataset_id=dataset, task_id=task, value=round(score, 6), notes=notes)
        for column, (task, _) in TASKS.items()
        if column in entry.cells and (score := entry.cells[column].score) is not None
    ]
    return eval_result_entries_to_yaml(entries)


def _yaml(value: Any) -> bytes:
    """Write YAML, keys sorted; msgspec uses PyYAML, a dependency of huggingface_hub."""
    try:
        return msgspec.yaml.encode(value, order="sorted")
    except ImportError as cause:
        raise error("E801", "PyYAML is not installed.", "Install dragoman[hub].") from cause
