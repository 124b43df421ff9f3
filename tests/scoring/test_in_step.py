"""Files that are read block by block score as whole ones do, to the byte, or not at all."""

import gc
import gzip
import random

import pytest
from hypothesis import given, settings
from sides import pair, seeds
from test_shards import ONE, TWO, uneven

from dragoman import files, scoring
from dragoman.annotations import Annotations
from dragoman.cli import main, score
from dragoman.measures.catalogue import MEASURES, select
from dragoman.reading import prefetch
from dragoman.scoring import streaming

OPTIONS = {"measures": MEASURES, "system": "p.jsonl", "resampling": scoring.Resampling(100, 1)}


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(prefetch, "_BLOCK", 700)


def write(path, lines):
    data = lines if isinstance(lines, bytes) else files.json_lines(lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def step(folder, gold, predicted, *, suffix="", **options):
    """Score both ways, from files."""
    paths = [write(folder / f"{name}.jsonl{suffix}", lines) for name, lines in (("p", predicted), ("g", gold))]
    reading = [prefetch.Prefetch(path) for path in paths]
    result = scoring.score_in_step(*reading, **{**OPTIONS, **options})
    for each in reading:
        each.close()
    return result, paths


def whole(paths, **options):
    return scoring.score(paths[0], scoring.from_file(paths[1]), **{**OPTIONS, **options})


def documents(rng, number):
    """Gold and predictions of more documents than a block has, in the same order."""
    gold, predicted = [], []
    for n in range(number):
        ours, theirs = (uneven(rng, lines) for lines in pair(rng.randrange(10**6)))
        kept = rng.random() < 0.8
        gold += [{**line, "id": f"{line['id']}-{n}"} for line in ours]
        predicted += [{**line, "id": f"{line['id']}-{n}"} for line in theirs if kept or rng.random() < 0.5]
    order = [line["id"] for line in gold]
    return gold, sorted(predicted, key=lambda line: order.index(line["id"]))


@settings(max_examples=60)
@given(seeds)
def test_blocks_score_as_the_whole_to_the_byte_or_not_at_all(tmp_path_factory, seed):
    rng = random.Random(seed)
    gold, predicted = documents(rng, rng.randint(1, 12))
    options = {"singletons": rng.random() < 0.5, "measures": rng.choice([MEASURES, select(["entities"])])}
    result, paths = step(tmp_path_factory.mktemp("step"), gold, predicted, **options)
    if result is not None:
        assert files.pretty_json(result) == files.pretty_json(whole(paths, **options))


def alike(rng, number):
    """Documents that all have the same fields, of which some types are rare."""
    for n in range(number):
        spans = [(3 * at, 3 * at + rng.randint(1, 4)) for at in range(rng.randint(1, 9))]
        types = [rng.choice(["PER", "ORG", "PER", "ORG", f"T{n % 7}"]) for _ in spans]
        line = {
            "id": f"{n * 7919 % 1000:04}",
            "entities": [
                {"start": s, "end": e, "type": t, "entity_ids": [f"e{rng.randint(0, 20)}"]}
                for (s, e), t in zip(spans, types, strict=True)
            ],
            "claims": [{"content": [[s, e + 9]], "claimants": [{"role": "AUTHOR"}]} for s, e in spans[:3]],
        }
        yield line, {**line, "entities": [item for item in line["entities"] if rng.random() < 0.9]}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("seed", range(6))
def test_there_is_an_answer_where_the_order_is_the_same(tmp_path, seed, suffix):
    rng = random.Random(seed)
    both = list(alike(rng, 90))
    gold, predicted = [g for g, _ in both], [p for _, p in both if rng.random() < 0.9]
    result, paths = step(tmp_path, gold, predicted, suffix=suffix)
    assert result is not None
    assert files.pretty_json(result) == files.pretty_json(whole(paths))


def test_few_blocks_are_held_whatever_the_number_of_documents(tmp_path, monkeypatch):
    """Labels go when their block has been counted: what is alive at a time does not grow."""

    def alive():
        return [each for each in gc.get_objects() if type(each) is Annotations]

    most = []
    others = {id(each) for each in alive()}  # of other tests, which keep them
    count = streaming.tallies

    def watched(measures, predicted, gold):
        gc.collect()
        most.append(sum(len(each.documents) for each in alive() if id(each) not in others))
        return count(measures, predicted, gold)

    monkeypatch.setattr(streaming, "tallies", watched)
    both = list(alike(random.Random(1), 400))
    spans = select(["entities.strict", "entities.partial"])
    result, _ = step(tmp_path, [g for g, _ in both], [p for _, p in both], measures=spans)
    assert result is not None
    assert len(most) > 100
    assert max(most) < 40  # of 800 on both sides


LINES = [{**ONE, "id": f"{n:03}"} for n in range(60)]
MANY = [{**ONE, "id": f"{n:05}"} for n in range(5000)]


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [
        (LINES, LINES[::-1]),
        (LINES, [*LINES[1:], LINES[0]]),
        (LINES, [*LINES, TWO]),
        ([*LINES, LINES[0]], LINES),
        (LINES, [*LINES, LINES[-1]]),
        (LINES, [*LINES[:-1], {**LINES[-1], "dates": []}]),
        ([*LINES[:-1], {**LINES[-1], "entities": []}], [*LINES[:-1], {**LINES[-1], "segments": []}]),
        (LINES, [*LINES[:-1], {**LINES[-1], "entities": [{"start": 3, "end": 1}]}]),
        (LINES, files.json_lines(LINES) + b"{\n"),
        (LINES, files.json_lines(LINES) + b"\xff\n"),
        (LINES, b""),
        ([{"id": f"{n}"} for n in range(60)], b""),
    ],
)
def test_what_is_otherwise_is_left_to_those_who_read_the_whole(tmp_path, gold, predicted):
    assert step(tmp_path, gold, predicted)[0] is None


@pytest.mark.parametrize(
    ("gold", "predicted", "tried"),
    [
        (LINES, LINES, True),
        (LINES, LINES[30:], True),
        (MANY, MANY[1:], True),
        (MANY, [*MANY[2500:], *MANY[:2500]], False),
        (LINES, b"", False),
        (LINES, b"{\n", False),
        (LINES, files.json_lines(LINES) + b"{\n", True),
        (LINES, [{"name": "d"}], False),
    ],
)
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_files_are_read_in_step_only_where_they_begin_with_the_same_documents(tmp_path, gold, predicted, tried, suffix):
    paths = [write(tmp_path / f"{name}{suffix}", lines) for name, lines in (("gold", gold), ("predicted", predicted))]
    assert score.begin_alike(paths) == tried


def test_a_file_that_is_not_there_begins_with_nothing(tmp_path):
    assert not score.begin_alike([tmp_path / "none.jsonl", tmp_path])


@pytest.mark.parametrize("predicted", [LINES, LINES[::-1], [*LINES, TWO], files.json_lines(LINES) + b"{\n"])
def test_the_command_answers_alike_however_large_files_are(tmp_path, monkeypatch, capsys, predicted):
    _, paths = step(tmp_path, LINES, predicted)
    answers = []
    for large in (0, 2**40):
        monkeypatch.setattr(score, "LARGE", large)
        monkeypatch.setattr("sys.argv", ["dragoman", "score", str(paths[0]), "--reference", str(paths[1]), "--json"])
        with pytest.raises(SystemExit) as done:
            main()
        answers.append((done.value.code, capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0][0] == (0 if len(predicted) == len(LINES) else 1)
