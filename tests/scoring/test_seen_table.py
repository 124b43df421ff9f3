"""What was trained on or prompted with dev has no score there."""

import pytest

from dragoman import scoring
from dragoman.schema.system_card import SystemCard


def scored(benchmark, resources, split="dev"):
    card = SystemCard(name="Ours", version="3", resources=resources)
    return scoring.score(benchmark, benchmark, split=split, measures=["dates"], intervals=False, system=card)


def test_the_table_says_seen_and_no_number(benchmark):
    result = scored(benchmark, ["text", "dev"])
    assert result.seen
    assert result.scores["headline"] is None
    assert {cells[1] for cells in result.table().rows} == {"seen"}
    assert "dates.value" in result.text()
    assert "seen" in result.text()
    assert "1.000" not in result.text() + result._repr_html_()
    assert "Ours was trained on or prompted with dev" in " ".join(result.text().split())


@pytest.mark.parametrize(("resources", "split"), [(["text"], "dev"), (None, "dev"), (["text", "dev"], "test")])
def test_everywhere_else_scores_are_shown(benchmark, resources, split):
    result = scored(benchmark, resources, split)
    assert not result.seen
    assert "1.000" in result.text()


def test_the_result_says_what_the_card_says(benchmark):
    system = scored(benchmark, ["text", "dev"]).system
    assert (system.name, system.version, system.resources) == ("Ours", "3", ["text", "dev"])


def test_resources_make_the_track():
    tracks = {
        ("text",): "closed",
        ("text", "dev"): "closed",
        (): "closed",
        ("text", "registry"): "open",
        ("text", "passes"): "open",
        ("text", "reading"): "open",
        ("web",): "open",
    }
    for resources, track in tracks.items():
        assert SystemCard(name="s", resources=list(resources)).track == track
    assert SystemCard(name="s").track == "open"
