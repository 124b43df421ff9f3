"""Committed runs: each re-scores to the counts that are stored with it."""

from pathlib import Path

import pytest

import dragoman
from dragoman import files, scoring
from dragoman.release import bundle
from dragoman.schema.result_file import Result
from dragoman.systems.loading import read_card

RUNS = Path(__file__).resolve().parents[2] / "eval" / "runs"
FOLDERS = sorted(path.parent for path in RUNS.glob("*/*/predictions.jsonl"))


def test_there_are_runs_on_each_version_of_the_data_since_a_system_was_there():
    versions = sorted(bundle.versions(bundle.packaged()))
    of_system = {
        system: sorted(folder.name for folder in FOLDERS if folder.parent == system)
        for system in {folder.parent for folder in FOLDERS}
    }
    for system, made in of_system.items():
        assert made == versions[-len(made) :], system
    assert any(made == versions for made in of_system.values())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_a_committed_run_scores_again_to_the_same_counts(folder):
    benchmark = dragoman.load(version=folder.name)
    stored = files.read_json(folder / "result.json", Result)
    assert stored.data.fingerprint == benchmark.fingerprint
    again = scoring.score(folder / "predictions.jsonl", benchmark, split=stored.data.split)
    assert again.counts == stored.counts
    assert again.coverage == stored.coverage
    assert read_card(folder / "system.toml").name
