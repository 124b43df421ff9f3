"""The same data have one fingerprint in every form, and data that say something else have another."""

import gzip
import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dragoman import scoring
from dragoman.problems import DragomanError
from dragoman.scoring import blockwise, partitions
from dragoman.scoring.comparison import compare
from dragoman.scoring.content_hash import content

MEASURES = ["entities.strict", "dates.value", "claims.attributed"]


def lines(documents=40):
    """Gold with everything in it."""
    return [
        {
            "id": f"d{i:02}",
            "text": f"Kim said on {i} May that Lee had left.",
            "entities": [
                {"id": "e1", "start": 0, "end": 3, "type": "PER", "form": "NAM", "entity_ids": ["q1", f"q{i}"]},
                {"id": "e2", "start": 23, "end": 26, "type": "PER", "entity_ids": ["q2"]},
            ],
            "dates": [{"id": "d1", "start": 12, "end": 17, "type": "DATE", "value": "2024-05"}],
            "claims": [
                {"id": "c1", "content": [[18, 36]], "claimants": [{"role": "MENTION", "mention": "e1"}],
                 "cue": [[4, 8]], "modality": "fact", "cluster": "k"},
                {"id": "c2", "content": [[23, 36]], "claimants": [{"role": "AUTHOR"}], "parent": "c1"},
            ] if i % 3 else [],
        }
        for i in range(documents)
    ]  # fmt: skip


def reordered(value, rng):
    """The same document with keys in another order, and labels in another, too."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        made = {key: reordered(value[key], rng) for key in keys}
        for layer in ("entities", "dates", "claims"):
            if layer in made:
                rng.shuffle(made[layer])
        return made
    return [reordered(each, rng) for each in value] if isinstance(value, list) else value


def as_bytes(rows, end="\n", **options):
    return "".join(json.dumps(row, **options) + end for row in rows).encode()


def forms(folder):
    """The same data in every form that it can be read in."""
    rows, rng = lines(), random.Random(1)
    shuffled = rng.sample(rows, len(rows))
    table = pa.Table.from_pylist(rows)
    files = {
        "plain.jsonl": as_bytes(rows),
        "crlf.jsonl": as_bytes(rows, "\r\n"),
        "spaced.jsonl": as_bytes(rows, indent=None, separators=(" , ", " : ")),
        "keys.jsonl": as_bytes([reordered(row, rng) for row in rows]),
        "other-order.jsonl": as_bytes(shuffled),
        "packed.jsonl.gz": gzip.compress(as_bytes(rows)),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    pq.write_table(table, folder / "rows.parquet")
    for kind in ("shards", "parquet-shards"):
        (folder / kind).mkdir()
    for at in range(3):
        (folder / "shards" / f"{at}.jsonl").write_bytes(as_bytes(shuffled[at::3]))
        pq.write_table(pa.Table.from_pylist(rows[at::3]), folder / "parquet-shards" / f"{at}.parquet")
    return {**{path.name: path for path in folder.iterdir()}, "rows in memory": rows, "a table": table}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return forms(tmp_path_factory.mktemp("forms"))


def test_every_form_has_one_fingerprint_and_compares(written):
    pred = [{**row, "entities": row["entities"][:1]} for row in lines()]
    found = {
        name: scoring.score(pred, form, measures=MEASURES, intervals=False, system=name)
        for name, form in written.items()
    }
    assert len({result.data.fingerprint for result in found.values()}) == 1
    assert len({tuple(result.data.documents) for result in found.values()}) == 1
    assert len({tuple(map(tuple, result.counts["dates.value"].rows)) for result in found.values()}) == 1
    assert list(compare(*found.values(), measures=["dates.value"]).standings) == ["dates.value"]


@pytest.mark.parametrize("way", ["in step", "spilled"])
def test_a_stream_has_the_fingerprint_of_the_whole(written, monkeypatch, way):
    pred, gold = written["other-order.jsonl" if way == "spilled" else "plain.jsonl"], written["plain.jsonl"]
    whole = scoring.score(pred, gold, measures=MEASURES, intervals=False)
    monkeypatch.setattr(blockwise, "STREAMED", 0)
    monkeypatch.setattr(partitions, "MAX_HELD", 0)
    monkeypatch.setattr("dragoman.reading.prefetch.BLOCK", 2_000)
    streamed = scoring.score(pred, gold, measures=MEASURES, intervals=False)
    assert streamed.data == whole.data
    assert streamed.counts == whole.counts


def changed():
    """Edits that each change what the data say."""
    yield "id", lambda row: row.update(id="other")
    yield "text", lambda row: row.update(text=row["text"].replace("left", "come"))
    yield "start", lambda row: row["entities"][1].update(start=22)
    yield "end", lambda row: row["dates"][0].update(end=16)
    yield "type", lambda row: row["entities"][0].update(type="ORG")
    yield "form", lambda row: row["entities"][0].update(form="NOM")
    yield "form taken away", lambda row: row["entities"][0].pop("form")
    yield "ids", lambda row: row["entities"][1].update(entity_ids=["q3"])
    yield "value", lambda row: row["dates"][0].update(value="2024")
    yield "layers swapped", lambda row: row.update(dates=[], entities=row["entities"] + row["dates"][:0])
    yield "a label less", lambda row: row["entities"].pop()
    yield "a layer less", lambda row: row.pop("dates")
    yield "content", lambda row: row["claims"][0].update(content=[[18, 30]])
    yield "cue", lambda row: row["claims"][0].update(cue=[[4, 7]])
    yield "cue taken away", lambda row: row["claims"][0].pop("cue")
    yield "claimant", lambda row: row["claims"][0].update(claimants=[{"role": "MENTION", "mention": "e2"}])
    yield "role", lambda row: row["claims"][1].update(claimants=[{"role": "IMPLICIT"}])
    yield "parent", lambda row: row["claims"][1].pop("parent")
    yield "modality", lambda row: row["claims"][0].update(modality="possible")
    yield "cluster", lambda row: row["claims"][0].update(cluster="m")


@pytest.mark.parametrize(("what", "edit"), list(changed()), ids=[what for what, _ in changed()])
def test_whatever_is_said_otherwise_gives_another_fingerprint(what, edit):
    rows = lines()
    before = scoring.reference(lines()).data.fingerprint
    edit(rows[1])
    assert scoring.reference(rows).data.fingerprint != before


def test_names_of_labels_and_the_order_in_which_they_come_say_nothing():
    rows = lines()
    for row in rows:
        for layer in ("entities", "dates", "claims"):
            for label in row[layer]:
                label["id"] = f"x{label['id']}"
        for claim in row["claims"]:
            for claimant in claim["claimants"]:
                if "mention" in claimant:
                    claimant["mention"] = f"x{claimant['mention']}"
            if "parent" in claim:
                claim["parent"] = f"x{claim['parent']}"
    assert scoring.reference(rows).data.fingerprint == scoring.reference(lines()).data.fingerprint


def test_parts_add_up_to_the_whole():
    rows = lines()
    whole, *parts = (content(scoring.reference(some).annotations) for some in (rows, rows[:13], rows[13:30], rows[30:]))
    assert whole == sum(parts) % 2**64


def test_labels_swapped_between_documents_are_other_data():
    rows = lines(2)
    rows[0]["dates"], rows[1]["dates"] = [], rows[0]["dates"]
    other = lines(2)
    other[1]["dates"] = []
    assert len({scoring.reference(each).data.fingerprint for each in (rows, other, lines(2))}) == 3


def test_other_data_do_not_compare(written):
    rows = lines()
    rows[3]["dates"] = []
    pair = [scoring.score(lines(), gold, measures=["dates.value"], intervals=False) for gold in (lines(), rows)]
    with pytest.raises(DragomanError, match=r"E709.*not the same data"):
        compare(*pair)
