"""Where runs are, and how their entries are named."""

import pytest

from dragoman.leaderboard.entries import Entry, folders
from dragoman.problems import DragomanError


def test_ids_are_plain_and_do_not_collide(tmp_path):
    names = ["a/1", "A/1", "a-1", "a//1", "../a/1", "é/1", "\udcff/1", "x" * 500, "<script>/1", ""]
    ids = [Entry(name, tmp_path).id for name in names]
    assert len(set(ids)) == len(names)
    assert all(set(each) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(each) < 60 for each in ids)


def test_no_runs_is_an_error(tmp_path):
    with pytest.raises(DragomanError) as caught:
        folders(tmp_path)
    assert caught.value.problems[0].code == "E820"
