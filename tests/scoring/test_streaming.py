"""Files that are read block by block score as whole ones do, to the byte, whatever the order of their documents."""

import gzip
import random
import subprocess
import sys
import weakref

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from sides import pair, seeds
from test_shards import ONE, TWO, uneven

import dragoman
from dragoman import json_text
from dragoman.measures.catalogue import MEASURES
from dragoman.measures.naming import select
from dragoman.problems import DragomanError
from dragoman.reading import arrow_json, memory_budget, parquet_input, prefetch, shards
from dragoman.reading.fallback import Fallback
from dragoman.reading.prefetch import Prefetch
from dragoman.scoring import api, blockwise, partitions, streaming
from dragoman.scoring.sides import Sides
from dragoman.statistics.resampling import Resampling

OPTIONS = {"system": "p.jsonl", "intervals": Resampling(100, 1)}
ALWAYS, NEVER = 0, 2**60


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(prefetch, "BLOCK", 700)
    monkeypatch.setattr(prefetch, "PARQUET_BLOCK", 700)
    monkeypatch.setattr(streaming, "PART", 700)


def write(path, lines):
    if path.suffix == ".parquet":
        pq.write_table(arrow_json.of_bytes(json_text.lines(lines)), path, row_group_size=50)
        return path
    data = lines if isinstance(lines, bytes) else json_text.lines(lines)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def both(folder, gold, pred, suffix=".jsonl"):
    return write(folder / f"p{suffix}", pred), write(folder / f"g{suffix}", gold)


def scored(paths, streamed, held, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blockwise, "STREAMED", streamed)
        patch.setattr(partitions, "MAX_HELD", held)
        return json_text.pretty(dragoman.score(*paths, **{**OPTIONS, **options}))


def drive(driver, paths, measures=MEASURES):
    with Prefetch([paths[1]]) as gold, Prefetch([paths[0]]) as pred:
        return driver(lambda parts: streaming.count(measures, parts), gold, pred)


def documents(rng, number):
    """Gold and predictions of more documents than a block has, in the same order."""
    gold, pred = [], []
    for n in range(number):
        g_lines, p_lines = (uneven(rng, lines) for lines in pair(rng.randrange(10**6)))
        answered = rng.random() < 0.8
        gold += [{**line, "id": f"{line['id']}-{n}"} for line in g_lines]
        pred += [{**line, "id": f"{line['id']}-{n}"} for line in p_lines if answered or rng.random() < 0.5]
    order = [line["id"] for line in gold]
    return gold, sorted(pred, key=lambda line: order.index(line["id"]))


@settings(max_examples=30)
@given(seeds)
def test_blocks_score_as_the_whole_to_the_byte_in_any_order(tmp_path_factory, seed):
    rng = random.Random(seed)
    gold, pred = documents(rng, rng.randint(1, 12))
    if rng.random() < 0.5:
        rng.shuffle(pred)
    options = {"singletons": rng.random() < 0.5, "measures": rng.choice([None, ["entities"]])}
    paths = both(tmp_path_factory.mktemp("streaming"), gold, pred)
    whole = scored(paths, NEVER, NEVER, **options)
    assert scored(paths, ALWAYS, NEVER, **options) == whole
    assert scored(paths, ALWAYS, ALWAYS, **options) == whole


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


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".parquet"])
def test_the_order_of_documents_is_seen_at_the_beginning_of_any_file(tmp_path, suffix, monkeypatch):
    lines = list(alike(random.Random(1), 30))
    paths = both(tmp_path, [g for g, _ in lines], [p for _, p in lines], suffix)
    assert shards.first_ids(paths[0]) == [line["id"] for line, _ in lines]
    drivers = []
    for name in ("in_step", "joined"):
        monkeypatch.setattr(streaming, name, lambda *args, name=name: drivers.append(name))
    monkeypatch.setattr(blockwise, "STREAMED", ALWAYS)
    assert blockwise.blockwise(Sides.of(*paths), lambda _: None) is None
    assert drivers == ["in_step"]


def test_the_benchmark_is_not_imported_to_score_large_files_on_the_command_line(tmp_path):
    paths = both(tmp_path, *zip(*alike(random.Random(1), 5), strict=True))
    code = (
        "import atexit, sys; from dragoman.cli import main; from dragoman.scoring import blockwise\n"
        "blockwise.STREAMED = 0; atexit.register(lambda: print('dragoman.benchmark' in sys.modules))\n"
        f"sys.argv[1:] = ['score', {str(paths[0])!r}, '--reference', {str(paths[1])!r}, '--no-intervals']\n"
        "main()"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "False"


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
@pytest.mark.parametrize("seed", range(3))
def test_files_in_the_same_order_are_counted_in_step_and_others_joined(tmp_path, seed, suffix):
    rng = random.Random(seed)
    lines = list(alike(rng, 50))
    gold, pred = [g for g, _ in lines], [p for _, p in lines if rng.random() < 0.9]
    paths = both(tmp_path, gold, pred, suffix)
    assert sorted(drive(streaming.in_step, paths).documents) == sorted(line["id"] for line in gold)
    rng.shuffle(pred)
    paths = both(tmp_path, gold, pred, suffix)
    with pytest.raises(streaming.Reordered):
        drive(streaming.in_step, paths)
    assert sorted(drive(streaming.joined, paths).documents) == sorted(line["id"] for line in gold)
    whole = scored(paths, NEVER, NEVER)
    for held in (ALWAYS, 2_000, NEVER):  # all rows in files, some, none
        assert scored(paths, ALWAYS, held) == whole


@pytest.mark.parametrize("driver", [streaming.in_step, streaming.joined])
def test_few_documents_are_held_whatever_their_number(tmp_path, monkeypatch, driver):
    """Labels go when their block has been counted: what is alive at a time does not grow."""
    alive, most = [], []
    count = streaming.count_reference

    def watched(measures, gold, pred):
        alive.extend((weakref.ref(gold), weakref.ref(pred)))
        most.append(sum(len(each.documents) for each in (ref() for ref in alive) if each is not None))
        return count(measures, gold, pred)

    monkeypatch.setattr(streaming, "count_reference", watched)
    lines = list(alike(random.Random(1), 400))
    paths = both(tmp_path, [g for g, _ in lines], [p for _, p in lines])
    drive(driver, paths, select(["entities.strict", "entities.partial"]))
    assert len(most) >= partitions.PARTITIONS
    assert max(most) < 100  # of 800 on both sides


LINES = [{**ONE, "id": f"{n:03}"} for n in range(60)]


@pytest.mark.parametrize(
    ("gold", "pred"),
    [
        (LINES, [*LINES, TWO]),
        ([*LINES, LINES[0]], LINES),
        (LINES, [*LINES, LINES[-1]]),
        (LINES, [*LINES[:-1], {**LINES[-1], "entities": [{"start": 3, "end": 1}]}]),
        (LINES, json_text.lines(LINES) + b"{\n"),
        (LINES, json_text.lines(LINES) + b"\xff\n"),
        (LINES, b""),
        ([{"id": f"{n}"} for n in range(60)], b""),
    ],
)
def test_what_needs_a_closer_look_is_left_to_those_who_read_the_whole(tmp_path, gold, pred):
    paths = both(tmp_path, gold, pred)
    for driver in (streaming.in_step, streaming.joined):
        with pytest.raises((Fallback, streaming.Reordered, streaming.SchemaMismatch)):
            drive(driver, paths)
    answers = []
    for streamed, spilled in ((NEVER, NEVER), (ALWAYS, NEVER), (ALWAYS, ALWAYS)):
        try:
            answers.append(scored(paths, streamed, spilled))
        except DragomanError as cause:
            answers.append([str(problem) for problem in cause.problems])
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    ("gold", "pred"),
    [
        (LINES, [*LINES[:-1], {**LINES[-1], "dates": []}]),
        ([*LINES[:-1], {**LINES[-1], "entities": []}], [*LINES[:-1], {**LINES[-1], "segments": []}]),
        ([*LINES[:-1], {**LINES[-1], "claims": []}], [*LINES[:-1], {**LINES[-1], "claims": []}]),
    ],
)
def test_a_field_that_first_turns_up_in_a_late_block_counts_as_in_a_whole_file(tmp_path, gold, pred):
    paths = both(tmp_path, gold, pred)
    assert scored(paths, ALWAYS, NEVER) == scored(paths, NEVER, NEVER)
    assert scored(paths, ALWAYS, ALWAYS) == scored(paths, NEVER, NEVER)


def test_no_temporary_file_stays(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(partitions, "MAX_HELD", ALWAYS)
    (tmp_path / "temporary").mkdir()
    paths = both(tmp_path, LINES, LINES[::-1])
    scored(paths, ALWAYS, ALWAYS)
    with pytest.raises(Fallback):
        drive(streaming.joined, both(tmp_path, LINES, [*LINES, TWO]))
    assert not list((tmp_path / "temporary").iterdir())


def test_shards_are_streamed_one_after_the_other(tmp_path):
    for name, lines in (("p", LINES), ("g", LINES[10:] + LINES[:10])):
        (tmp_path / name).mkdir()
        for at in range(3):
            write(tmp_path / name / f"{at}.jsonl{'.gz' * (at % 2)}", lines[at::3])
    paths = tmp_path / "p", tmp_path / "g"
    assert scored(paths, ALWAYS, ALWAYS) == scored(paths, NEVER, NEVER)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(DragomanError, match="E101"):
        scored((tmp_path / "none.jsonl", write(tmp_path / "g.jsonl", LINES)), ALWAYS, ALWAYS)


@pytest.mark.parametrize("spilled", [False, True])
def test_predictions_are_validated_in_blocks_as_in_the_whole(tmp_path, monkeypatch, spilled):
    odd = 0
    for seed in range(12):
        rng = random.Random(seed)
        gold, pred = documents(rng, rng.randint(1, 8))
        if spilled:
            rng.shuffle(pred)
        for line in pred:
            line["entities"] = [*line.get("entities", []), *line.get("entities", [])[:1]]
            if rng.random() < 0.3:
                del line["entities"]
        paths = both(tmp_path, gold, pred)
        monkeypatch.setattr(blockwise, "STREAMED", NEVER)
        whole = api.examine(*paths)
        monkeypatch.setattr(blockwise, "STREAMED", ALWAYS)
        monkeypatch.setattr(partitions, "MAX_HELD", ALWAYS if spilled else NEVER)
        assert api.examine(*paths) == whole, seed
        odd += len(whole.problems)
    assert odd > 10


def test_types_are_mapped_in_blocks_as_in_the_whole(tmp_path):
    lines = list(alike(random.Random(3), 60))
    renamed = [{**p, "entities": [{**e, "type": e["type"].lower()} for e in p["entities"]]} for _, p in lines]
    paths = both(tmp_path, [g for g, _ in lines], renamed)
    names = {"per": "PER", "org": "ORG"}
    whole = scored(paths, NEVER, NEVER, map=names)
    assert scored(paths, ALWAYS, NEVER, map=names) == scored(paths, ALWAYS, ALWAYS, map=names) == whole


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_labels_that_take_too_much_memory_are_joined_on_the_disk(tmp_path, monkeypatch, suffix):
    lines = list(alike(random.Random(4), 60))
    pred = [p for _, p in lines]
    random.Random(5).shuffle(pred)
    paths = both(tmp_path, [g for g, _ in lines], pred, suffix)
    whole, said = scored(paths, NEVER, NEVER), api.examine(*paths)
    spills = []
    joined = streaming.joined
    monkeypatch.setattr(streaming, "joined", lambda *given: spills.append(1) or joined(*given))
    monkeypatch.setattr(memory_budget.Budget.__init__, "__defaults__", (10_000,))
    monkeypatch.setattr(partitions, "MAX_HELD", ALWAYS)
    assert scored(paths, NEVER, ALWAYS) == whole
    assert api.examine(*paths) == said
    assert len(spills) == 2
    assert scored((paths[0], write(tmp_path / "g.jsonl", [g for g, _ in lines])), NEVER, ALWAYS) == whole


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_blocks_of_parquet_have_the_rows_of_the_whole(tmp_path, suffix):
    path = write(tmp_path / f"g{suffix}", [g for g, _ in alike(random.Random(6), 120)])
    with Prefetch([path, path]) as rows:
        read = list(rows)
    assert len(read) > 2
    assert [row["id"] for part in read for row in part.to_pylist()] == 2 * [f"{n * 7919 % 1000:04}" for n in range(120)]
    if suffix == ".parquet":
        whole = parquet_input.read(path.read_bytes(), "g")
        assert whole.to_pylist() == [row for part in parquet_input.blocks(path, 700) for row in part.to_pylist()]
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(DragomanError, match="E209"):
            list(parquet_input.blocks(path, 700))


def with_unknown(rng, lines):
    """Lines with fields that a submission does not have, here and there, on each level, of changing types."""
    made = [dict(line) for line in lines]
    for line in made:
        if rng.random() < 0.7:
            line["model"] = rng.choice(["m1", None])
        if rng.random() < 0.5:
            line["meta"] = {"a": 1, "b": [{"c": None}, {"c": 2}]}
        for layer in ("entities", "claims"):
            line[layer] = [{**item, "why": "x"} if rng.random() < 0.5 else item for item in line.get(layer) or []]
    return made


@settings(max_examples=10)
@given(seeds)
def test_unknown_fields_are_passed_over_block_by_block_and_counted_as_in_the_whole(tmp_path_factory, seed):
    rng = random.Random(seed)
    gold, pred = (with_unknown(rng, lines) for lines in documents(rng, rng.randint(1, 8)))
    paths = both(tmp_path_factory.mktemp("streaming"), gold, pred)
    whole = scored(paths, NEVER, NEVER, ignore_unknown_fields=True)
    assert scored(paths, ALWAYS, NEVER, ignore_unknown_fields=True) == whole
    assert scored(paths, ALWAYS, ALWAYS, ignore_unknown_fields=True) == whole


def test_unknown_fields_are_warned_of_in_blocks_as_in_the_whole(tmp_path, monkeypatch):
    lines = [{**ONE, "id": f"d{n}"} for n in range(40)]
    paths = both(tmp_path, lines, [{**line, "note": 1} for line in lines])
    monkeypatch.setattr(blockwise, "STREAMED", NEVER)
    whole = api.examine(*paths, ignore_unknown_fields=True)
    assert "W911" in {problem.code for problem in whole.problems}
    monkeypatch.setattr(blockwise, "STREAMED", ALWAYS)
    monkeypatch.setattr(api, "within_budget", lambda blocks, *_: blocks(None))
    assert api.examine(*paths, ignore_unknown_fields=True) == whole


@pytest.mark.parametrize("later", [{"note": "x"}, {"note": 1}, {"language": "ko"}, {"note": [1, "x"]}, {}])
def test_files_with_unknown_fields_are_read_block_by_block(tmp_path, monkeypatch, later):
    """Also where a later block has other fields, or the same field with another type: the counts are the same."""
    lines = [{**ONE, "id": f"d{n}", "note": 1} if n < 20 else {**ONE, "id": f"d{n}", **later} for n in range(40)]
    pred, gold = both(tmp_path, [{**ONE, "id": f"d{n}"} for n in range(40)], lines)
    whole = scored((pred, gold), NEVER, NEVER, ignore_unknown_fields=True)
    if later in ({"note": 1}, {"language": "ko"}, {}):  # else a block has no column for the field: line by line
        monkeypatch.setattr(api, "_in_memory", None)
    assert scored((pred, gold), ALWAYS, NEVER, ignore_unknown_fields=True) == whole
