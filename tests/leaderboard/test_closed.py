"""A board on withheld gold: places as ever, and nothing from which a label could be read."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import withheld_release
from submitted import CARD, lines, submit, toml

from dragoman import json_text
from dragoman.benchmark import Benchmark, load
from dragoman.leaderboard import closed as closing
from dragoman.leaderboard.entries import Entry
from dragoman.leaderboard.site import build
from dragoman.leaderboard.submission_log import DEFAULT, NAME, Limits, SubmissionLog
from dragoman.problems import DragomanError, Problem
from dragoman.release import private_bundle
from dragoman.release.content import with_layers
from dragoman.schema.leaderboard_json import Board, Place
from dragoman.schema.system_card import SystemCard
from dragoman.scoring.gold import from_benchmark

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = withheld_release.write(tmp_path_factory.mktemp("withheld"))
    return folder / "public", folder / "private"


@pytest.fixture
def private(released, tmp_path):
    """A bundle with an empty log, beside its release."""
    folder = tmp_path / "keeper"
    bundle = private_bundle.read(released[1])
    private_bundle.write(bundle, folder, released[0])
    return folder


@pytest.fixture
def runs(tmp_path, benchmark, gold):
    """Runs without results, as whoever has no gold submits them."""
    folder = tmp_path / "runs"
    for name, keep in (("one", 2), ("two", 3), ("three", 4)):
        run = submit(folder, name, benchmark, gold, keep=keep, name=name, authors=[f"Team {name}"])
        (run / "result.json").unlink()
    return folder


def board(runs, private, out, limits=DEFAULT):
    closed = closing.opened(private, limits=limits)
    build(runs, out, closed.benchmark, lambda items, _: items, closed=closed)
    return msgspec.json.decode((out / "leaderboard.json").read_bytes(), type=Board)


def test_it_places_runs_that_have_no_result_and_names_the_public_release(runs, private, released, tmp_path):
    made = board(runs, private, tmp_path / "site")
    assert {entry.state for entry in made.entries} == {"ranked"}
    by_name = {entry.card.name: entry for entry in made.entries}
    ranks = [by_name[name].cells["entities.strict"].place.rank for name in ("one", "two", "three")]
    assert ranks == [1, 2, 3]
    manifest = json.loads((released[0] / "manifest.json").read_bytes())
    assert made.data.fingerprint == manifest["fingerprint"]


def test_what_is_public_is_rounded_and_has_aggregates_alone(runs, private, tmp_path, benchmark):
    made = board(runs, private, tmp_path / "site")
    names = [column.name for column in made.columns]
    assert names == ["headline", "entities.strict", "dates.value", "claims.attributed"]
    assert made.contrasts == {}
    for entry in made.entries:
        assert set(entry.cells) <= set(names)
        for name, cell in entry.cells.items():
            assert cell.interval is None
            step = made.closed.steps[name]
            assert cell.score is None or abs(cell.score / step - round(cell.score / step)) < 1e-9
    assert not (tmp_path / "site" / "reports").exists()
    exact = {line["system"]: line["exact"] for line in SubmissionLog(private / NAME).lines()}
    public = b"".join(path.read_bytes() for path in (tmp_path / "site").rglob("*") if path.is_file())
    for scores in exact.values():
        for score in scores.values():
            assert score in {None, 0} or f"{score:.4f}".encode() not in public
    assert b"confusion" not in public
    assert b"hints" not in public
    documents = [document.id for document in benchmark.split("test")]
    assert not [each for each in documents if each.encode() in public]


def test_runs_that_differ_in_one_label_look_the_same(tmp_path, private, benchmark, gold):
    """A right label more moves an exact score and no public byte but the names of the two."""
    folder = tmp_path / "runs"
    for name, dropped in (("aaaa", 0), ("bbbb", 1)):
        run = submit(folder, name, benchmark, gold, keep=2, name=name, authors=[name])
        (run / "result.json").unlink()
        rows = lines(benchmark, 2)
        del rows[3]["entities"][:dropped]
        (run / "predictions.jsonl").write_bytes(json_text.lines(rows))
    made = board(folder, private, tmp_path / "site")
    exact = [line["exact"]["entities.strict"] for line in SubmissionLog(private / NAME).lines()]
    assert exact[0] > exact[1]
    first, second = (entry.cells for entry in made.entries)
    assert first == second


@pytest.fixture
def series(tmp_path, benchmark, gold):
    """Makes runs of one team, with so much of gold each, in the order of their names."""
    folder = tmp_path / "series"

    def made(**keep):
        for name, kept in keep.items():
            (submit(folder, name, benchmark, gold, keep=kept, name=name, authors=["A team"]) / "result.json").unlink()
        return folder

    return made


def shown(made):
    """Scores by system and column; None is a dash."""
    return {e.card.name: {name: cell.score for name, cell in e.cells.items()} for e in made.entries}


def test_of_a_team_only_what_is_better_than_before_is_shown(series, private, tmp_path):
    made = board(series(a=4, b=2, c=3), private, tmp_path / "site")
    cells = shown(made)
    assert cells["a"]["entities.strict"] < cells["b"]["entities.strict"]
    assert (len(cells["c"]), set(cells["c"].values())) == (4, {None})
    by_name = {entry.card.name: entry for entry in made.entries}
    assert [problem[:4] for problem in by_name["c"].problems] == ["W824"]
    assert {cell.place for cell in by_name["c"].cells.values()} == {None}
    assert [by_name[name].cells["entities.strict"].place.rank for name in "ba"] == [1, 2]
    log = {line["system"][0]: line for line in SubmissionLog(private / NAME).lines()}
    assert log["c"]["exact"]["entities.strict"] > log["a"]["exact"]["entities.strict"]
    assert log["c"]["shown"] == {}
    assert "–" in (tmp_path / "site" / "entities.html").read_text("utf-8")


def test_what_was_submitted_first_is_shown_first_and_stays(series, private, tmp_path):
    first = shown(board(series(b=4), private, tmp_path / "site"))
    after = shown(board(series(a=6, c=2), private, tmp_path / "site"))
    assert after["b"] == first["b"]
    assert after["a"]["entities.strict"] is None
    assert after["c"]["entities.strict"] > first["b"]["entities.strict"]
    assert shown(board(series(), private, tmp_path / "site")) == after


def test_submissions_of_a_team_are_counted_limited_and_shown(series, private, tmp_path):
    runs = series(a=4, b=2, c=3)
    made = board(runs, private, tmp_path / "site", Limits(5, 2))
    states = {entry.card.name: entry.state for entry in made.entries}
    assert states == {"a": "ranked", "b": "ranked", "c": "invalid"}
    (over,) = (entry for entry in made.entries if entry.state == "invalid")
    assert over.cells == {}
    assert [problem[:4] for problem in over.problems] == ["E840"]
    assert {team.name: team.submissions for team in made.closed.teams} == {"a team": 2}
    assert "a team" in (tmp_path / "site" / "index.html").read_text("utf-8")
    again = board(runs, private, tmp_path / "site", Limits(5, 2))
    assert again == made  # what was counted is not counted again


def test_a_run_with_an_error_is_not_scored_and_does_not_count(series, private, tmp_path):
    runs = series(a=2)
    for path in runs.glob("a/*"):
        (path / "notes.txt").write_text("more")
    made = board(runs, private, tmp_path / "site")
    assert [(entry.state, entry.cells, entry.problems[0][:4]) for entry in made.entries] == [("invalid", {}, "E821")]
    assert SubmissionLog(private / NAME).lines() == []
    assert made.closed.teams == []


def test_a_run_that_could_not_be_scored_counts_and_what_the_scorer_said_is_not_shown(private, tmp_path):
    closed = closing.opened(private)
    entry = Entry("a/1.0.0", tmp_path, "invalid", msgspec.convert(CARD, SystemCard))
    entry.problems.append(Problem(code="E830", what="the run cannot be examined: KeyError: 'e77'.", file="a"))
    assert closing.admit([entry], closed) == {}
    assert [problem.what for problem in entry.problems] == [f"{closing.CANNOT_BE_SCORED}."]
    (line,) = closed.log.lines()
    assert (line["team"], line["state"], line["exact"]) == ("its makers", "failed", None)


def test_the_log_says_what_was_scored_when_and_its_keeper_alone_reads_it(runs, private, tmp_path):
    board(runs, private, tmp_path / "site")
    log = SubmissionLog(private / NAME)
    told = {(line["system"].partition("/")[0], line["team"], line["state"]) for line in log.lines()}
    assert told == {(name, f"team {name}", "done") for name in ("one", "two", "three")}
    assert all(line["received"].endswith("Z") for line in log.lines())
    assert (private / NAME).stat().st_mode & 0o077 == 0


def test_the_site_is_a_function_of_what_is_shown(runs, private, benchmark, tmp_path):
    """Two golds that differ in a label, by which the exact scores differ and the rounded ones do not, give the same
    site to the byte: places, order, counts, columns and pages tell nothing that the rounded scores do not."""
    bundle = private_bundle.read(private)
    whole = private_bundle.opened(bundle, load(private / bundle.place).release)
    at = next(at for at, document in enumerate(whole.rows["documents"]["test"]) if len(document.entities) > 5)
    documents = list(whole.rows["documents"]["test"])
    documents[at] = msgspec.structs.replace(
        documents[at], entities=documents[at].entities[:1] + documents[at].entities[2:]
    )
    rows = {**whole.rows, "documents": {**whole.rows["documents"], "test": documents}}
    other = from_benchmark(Benchmark(replace(whole, rows=with_layers(rows))), "test")
    sites, exact = [], []
    for name in ("a", "b"):
        folder = tmp_path / name
        private_bundle.write(bundle, folder, private / bundle.place)
        closed = closing.opened(folder)
        if name == "b":
            closed = replace(closed, gold=replace(other, data=closed.gold.data))
        out = tmp_path / f"site-{name}"
        build(runs, out, closed.benchmark, lambda items, _: items, closed=closed)
        sites.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()})
        exact.append({line["system"]: line["exact"]["entities.strict"] for line in closed.log.lines()})
    assert not set(exact[0].items()) & set(exact[1].items())
    assert sites[0] == sites[1]


def test_copies_under_several_names_are_told(tmp_path, private, benchmark, gold):
    folder = tmp_path / "runs"
    for name in ("one", "two"):
        (submit(folder, name, benchmark, gold, keep=2, authors=[name]) / "result.json").unlink()
    made = board(folder, private, tmp_path / "site")
    assert [[problem[:4] for problem in entry.problems] for entry in made.entries] == [["W822"], ["W822"]]


def test_problems_that_tell_of_gold_are_not_shown(tmp_path, private, benchmark, gold):
    """A layer without a right answer, and a control that is passed, are told on an open board."""
    folder = tmp_path / "runs"
    run = submit(folder, "wrong", benchmark, gold, keep=2)
    (run / "result.json").write_text("{}")
    rows = [{**row, "dates": [{"start": 0, "end": 1, "type": "SET"}]} for row in lines(benchmark, 2)]
    (run / "predictions.jsonl").write_bytes(json_text.lines(rows))
    submit(folder, "control", benchmark, gold, keep=4, control=True, independent=False)
    made = board(folder, private, tmp_path / "site")
    assert {problem[:4] for entry in made.entries for problem in entry.problems} <= {"W822", "W824"}


def test_the_command_takes_the_release_that_the_bundle_was_written_with(private, runs, tmp_path):
    command = [sys.executable, "-m", "dragoman", "leaderboard", runs, "--gold", private, "--out", tmp_path / "site"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ranked: 3" in done.stdout


def test_it_opens_nothing_without_its_release(private, runs, tmp_path):
    command = [sys.executable, "-m", "dragoman", "leaderboard", runs, "--gold", private, "--out", tmp_path / "site"]
    done = subprocess.run([*command, "--data", ROOT], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "E761" in done.stdout + done.stderr
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("score", "step", "shown"), [(None, 0.05, None), (0.674, 0.05, 0.65), (0.676, 0.05, 0.7), (0.9951, 0.01, 1.0)]
)
def test_rounding(score, step, shown):
    assert closing.rounded(score, step) == shown


def test_one_label_is_a_quarter_of_a_step_where_the_gold_is_large_enough(private):
    """Of 487 entities one is .0021; four are .0083, and the step is .01. Dates are too few for their quarter."""
    made = closing.opened(private)
    steps = closing.steps(made.gold)
    number = len(made.gold.annotations.entities)
    assert steps["entities.strict"] == next(step for step in closing.STEPS if step >= 4 / number)
    assert steps["dates.value"] >= 4 / len(made.gold.annotations.dates) or steps["dates.value"] == 0.2


def test_places_follow_what_is_shown_and_have_no_ranges(tmp_path, private):
    """Of four systems two share .7; the fourth is a control, which has no place."""
    gold = closing.withheld_gold(private)[0]
    card = msgspec.convert(CARD, SystemCard)
    entries = [Entry(f"{name}/1", tmp_path, card=card) for name in "abc"] + [Entry("d/1", tmp_path, "not independent")]
    scores = zip(entries, (0.7, 0.7, 0.6, 0.9), strict=True)
    made = closing.cells(entries, {entry.id: {"entities.strict": score} for entry, score in scores}, gold)
    places = [made[entry.id]["entities.strict"].place for entry in entries]
    assert places == [Place(1), Place(1), Place(3), None]
    assert Place(1) == Place(1, None, None, None)


def test_a_team_is_its_authors_in_any_order_and_case():
    entry = Entry("a/1.0.0", Path("a"))
    for authors in (["Ann  Lee", "Bo"], ["bo", "ANN LEE"]):
        entry.card = msgspec.convert({**CARD, "authors": authors}, SystemCard)
        assert closing.team_of(entry) == "ann lee, bo"


@pytest.mark.parametrize("card", [{"name": ""}, {**CARD, "authors": None}, {**CARD, "authors": []}])
def test_without_authors_no_score_is_shown(tmp_path, private, benchmark, gold, card):
    """Else each folder would be a team of its own, with limits of its own."""
    folder = tmp_path / "runs"
    run = submit(folder, "bad", benchmark, gold, keep=2)
    (run / "system.toml").write_bytes(toml(card))
    made = board(folder, private, tmp_path / "site")
    assert [(entry.state, entry.cells) for entry in made.entries] == [("invalid", {})]


def test_a_log_that_cannot_be_written_is_a_numbered_error(tmp_path):
    (tmp_path / NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(DragomanError, match="E108"):
        SubmissionLog(tmp_path / NAME)
    assert DEFAULT == (5, 50)
