"""Everything that reads what somebody else wrote: how valid files of it are made, changed and read.

A reader is right if it ends with a result or with numbered problems (:class:`dragoman.problems.DragomanError`).
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gzip
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import made_up_review
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import submission_samples
from fuzz_mutation import (
    Mutator,
    binary_file,
    json_file,
    jsonl_file,
    parquet_file,
    text_file,
    toml_file,
    xml_file,
    zip_file,
)

import dragoman
from dragoman import files, json_text, scoring, timex
from dragoman.authoring import adjudication, card_numbers, profiles
from dragoman.authoring.label_studio import client, comparison_answers, file_kinds, region_reader, regions, state
from dragoman.authoring.review import take
from dragoman.authoring.review.returned_reviews import read_key, read_reviews
from dragoman.authoring.review.spreadsheet import write as spreadsheet_of
from dragoman.checks import check
from dragoman.formats.outcome import Options, refuse
from dragoman.formats.registry import FORMATS, recognise
from dragoman.leaderboard import reproduction, robustness_view
from dragoman.leaderboard.examination import examine
from dragoman.measures import naming
from dragoman.problems import DragomanError, error
from dragoman.reading import inspect_log
from dragoman.reading.read import Reading, read_bytes
from dragoman.reading.target import Target
from dragoman.release import (
    content,
    parquet,
    parquet_rows,
    private_bundle,
    scheme_file,
    source_root,
    source_table,
    textless,
)
from dragoman.release.diff import difference
from dragoman.release.integrity import SUMS, sums
from dragoman.release.verification import verify
from dragoman.robustness import edit, edit_costs, perturbing, robustness_page, robustness_result
from dragoman.robustness.edits import catalogue
from dragoman.schema import records
from dragoman.schema.agreement_file import Agreement
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.release_rows import ROW_SCHEMA, ROW_SCHEMAS
from dragoman.schema.submission import PredictedDate, PredictedEntity, Submission
from dragoman.systems import completion, examples, run_log
from dragoman.systems.loading import read_card
from dragoman.systems.protocol import SystemFailure
from dragoman.systems.valid_labels import UnusableError, valid

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "eval" / "runs" / "kiwi_names" / dragoman.load().version
BASE = made_up_review.BASE
KNOWN = {
    "d": "Rana saw New Cairo in May 2024.\nالقاهرة 평양 😀 today, she said that it rains.",
    "e": "Second text, of May 3.",
}


class Reader(NamedTuple):
    """A reader, and files for it.

    Attributes:
        name: file name of its corpus.
        seeds: makes valid files.
        mutate: changes one.
        read: reads one, given an empty folder to write it to; raises what it may raise, a numbered problem.
        weight: how often it is tried in comparison with others; those that read whole folders are slow.

    """

    name: str
    seeds: Callable[[], list[bytes]]
    mutate: Mutator
    read: Callable[[bytes, Path], object]
    weight: float = 1.0


def _said(reading: Reading) -> None:
    """Hold a reading to what it promises: labels, or an error that says why there are none."""
    errors = [problem for problem in reading.problems if problem.severity == "error"]
    assert (reading.annotations is None) == bool(errors)
    for problem in reading.problems:
        str(problem).encode()
        assert "\n" not in str(problem)


@functools.cache
def benchmark() -> dragoman.Benchmark:
    return dragoman.load()


@functools.cache
def gold() -> scoring.Gold:
    return scoring.from_benchmark(benchmark(), "test")


# --- submissions


def _submissions() -> list[bytes]:
    return [submission_samples.written(submission_samples.a_submission(Random(seed))) for seed in range(8)]


def _submission(data: bytes, _folder: Path) -> None:
    for target in submission_samples.TARGETS:
        _said(read_bytes(data, target, "x.jsonl"))
    _said(read_bytes(data, Target(ignore_unknown_fields=True), "x.jsonl"))


def _lines() -> list[Submission]:
    made = []
    for name, text in KNOWN.items():
        at = text.index("May")
        made.append(
            Submission(
                id=name,
                text=text,
                entities=[
                    PredictedEntity(id="e1", start=0, end=4, type="PER", text=text[:4], entity_ids=["Q1"]),
                    PredictedEntity(id="e2", start=5, end=8, type="LOC", text=text[5:8]),
                ],
                dates=[
                    PredictedDate(id="d1", start=at, end=at + 5, type="DATE", value="2024-05", text=text[at : at + 5])
                ],
            )
        )
    return made


def _scored(data: bytes, _folder: Path) -> None:
    result = dragoman.score(data, submission_samples.written(_score_gold()), intervals=False)
    str(result).encode()
    json_text.pretty(result)


@functools.cache
def _score_gold() -> Any:
    return submission_samples.a_submission(Random(1))


def _parquet() -> list[bytes]:
    made = []
    for seed in range(4):
        rows = json.loads(
            b"["
            + b",".join(submission_samples.written(submission_samples.a_submission(Random(seed))).splitlines())
            + b"]"
        )
        with_schema = [
            {key: value for key, value in row.items() if key in ("id", "entities", "dates", "language")} for row in rows
        ]
        for row in with_schema:
            row["entities"] = [
                {key: value for key, value in entity.items() if key in ("id", "start", "end", "type")}
                for entity in row.get("entities") or []
            ]
            row["dates"] = [
                {key: value for key, value in date.items() if key in ("id", "start", "end", "value")}
                for date in row.get("dates") or []
            ]
        made.append(_written(pa.Table.from_pylist(with_schema)))
    tokens = {"tokens": [["Rana", "saw", "Cairo"], ["May"]], "ner_tags": [[1, 0, 2], [3]], "id": ["d", "e"]}
    made.append(_written(pa.table(tokens)))
    made.append(
        _written(pa.table({"text": list(KNOWN.values()), "spans": [[{"start": 0, "end": 4, "label": "PER"}]] * 2}))
    )
    return made


def _written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def _packed() -> list[bytes]:
    data = _submissions()[0]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("x.jsonl", data)
    return [gzip.compress(data), made.getvalue(), *_others_packed(data)]


def _others_packed(data: bytes) -> list[bytes]:
    import bz2
    import lzma

    import zstandard

    return [bz2.compress(data), lzma.compress(data), zstandard.compress(data)]


# --- formats of other tools


def _as(name: str) -> list[bytes]:
    """Valid files of a format: what it writes itself, and what stands in the tests of others."""
    format_ = FORMATS[name]
    made: list[bytes] = list(_BY_HAND.get(name, ()))
    if format_.write is not None:
        for line in _lines():
            written = format_.write([line], {line.id: KNOWN[line.id]})
            made += [data for file, data in written.files.items() if file.endswith(format_.suffixes)]
        made += [data for file, data in format_.write(_lines(), KNOWN).files.items() if file.endswith(format_.suffixes)]
    assert made, name
    return made


_TASK = {
    "id": 1,
    "data": {"text": KNOWN["d"], "id": "d"},
    "annotations": [
        {
            "id": 3,
            "completed_by": 1,
            "was_cancelled": False,
            "result": [
                {
                    "id": "r1",
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "value": {"start": 0, "end": 4, "text": "Rana", "labels": ["PER"]},
                },
                {"from_id": "r1", "to_id": "r1", "type": "relation", "labels": ["x"]},
            ],
        }
    ],
    "predictions": [],
}
_BY_HAND: dict[str, tuple[bytes, ...]] = {
    "label-studio": (
        json.dumps([_TASK]).encode(),
        json.dumps(
            [{"id": 1, "text": KNOWN["d"], "label": [{"start": 0, "end": 4, "text": "Rana", "labels": ["PER"]}]}]
        ).encode(),
    ),
    "doccano": (
        json.dumps({"id": 1, "text": KNOWN["d"], "label": [[0, 4, "PER"]]}).encode() + b"\n",
        json.dumps(
            {
                "id": 1,
                "text": KNOWN["d"],
                "entities": [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 4}],
                "relations": [],
            }
        ).encode()
        + b"\n",
    ),
    "prodigy": (
        json.dumps(
            {
                "text": KNOWN["d"],
                "meta": {"id": "d"},
                "answer": "accept",
                "tokens": [{"text": "Rana", "start": 0, "end": 4, "id": 0}],
                "spans": [{"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "PER"}],
            }
        ).encode()
        + b"\n",
    ),
    "gliner": (
        json.dumps(
            {"text": KNOWN["d"], "entities": [{"start": 0, "end": 4, "text": "Rana", "label": "PER", "score": 0.9}]}
        ).encode()
        + b"\n",
        json.dumps([[{"start": 0, "end": 4, "text": "Rana", "label": "PER", "score": 0.9}], []]).encode(),
    ),
    "hf": (
        json.dumps(
            {"id": "d", "tokens": ["Rana", "saw", "New", "Cairo"], "ner_tags": ["B-PER", "O", "B-LOC", "I-LOC"]}
        ).encode()
        + b"\n",
        json.dumps({"tokens": ["Rana", "saw"], "ner_tags": [1, 0]}).encode() + b"\n",
    ),
    "conll": (
        b"-DOCSTART- -X- O O\n\nRana NNP I-NP B-PER\nsaw VBD O O\nCairo NNP I-NP B-LOC\n\nMay NN O O\n",
        b"# newdoc id = d\n# global.columns = ID FORM MISC\n1\tRana\tNER=B-PER\n2\tsaw\t_\n",
    ),
    "brat": (
        (
            b"T1\tPER 0 4\tRana\nT2\tLOC 9 12;13 18\tNew Cairo\nE1\tSay:T1 Who:T2\nR1\tOrg Arg1:T1 Arg2:T2\n"
            b"A1\tForm T1 NAM\n#1\tNote T1 x\n*\tEquiv T1 T2\n"
        ),
    ),
    "timeml": (
        (
            b'<?xml version="1.0"?>\n<TimeML><DOCID>d</DOCID><DCT><TIMEX3 tid="t0" type="DATE" value="2024-05-01" '
            b'functionInDocument="CREATION_TIME">May 1</TIMEX3></DCT>'
            b'<TEXT>Rana in <TIMEX3 tid="t1" type="DATE" value="2024-05" anchorTimeID="t0">May</TIMEX3>.'
            b"</TEXT></TimeML>\n"
        ),
    ),
    "webanno": (
        (
            b"#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value"
            b"\n\n\n#Text=Rana saw New Cairo.\n"
            b"1-1\t0-4\tRana\t*\tPER\t\n1-2\t5-8\tsaw\t_\t_\t\n"
            b"1-3\t9-12\tNew\t*[1]\tLOC[1]\t\n1-4\t13-18\tCairo\t*[1]\tLOC[1]\t\n"
        ),
    ),
    "tuples": (json.dumps([[KNOWN["d"], {"entities": [[0, 4, "PER"]]}]]).encode(),),
    "pipeline": (
        json.dumps([[{"entity": "B-PER", "score": 0.9, "index": 1, "word": "Rana", "start": 0, "end": 4}]]).encode(),
        json.dumps([{"entity_group": "PER", "score": 0.9, "word": "Rana", "start": 0, "end": 4}]).encode(),
    ),
}
_MUTATE: dict[str, Mutator] = {
    **dict.fromkeys(("conll", "brat", "webanno"), text_file),
    **dict.fromkeys(("timeml", "xmi"), xml_file),
    "docbin": binary_file,
}


def _format(name: str) -> Callable[[bytes, Path], None]:
    format_ = FORMATS[name]

    def read(data: bytes, _folder: Path) -> None:
        beside = {"x.txt": KNOWN["d"].encode()} | ({"TypeSystem.xml": _types()} if name == "xmi" else {})
        for options in (
            Options(name="x", texts=KNOWN, documents=("d", "e"), beside=beside),
            Options(name="x", labels=("O", "B-PER", "I-PER"), beside=beside),
        ):
            converted = format_.read(data, options)
            errors = [problem for problem in converted.problems if problem.severity == "error"]
            assert not (errors and converted.lines)
            if not errors:  # what it gives must be what a submission may be, or say why not
                _said(read_bytes(json_text.lines(converted.lines), Target(texts=KNOWN), "x"))

    return read


@functools.cache
def _types() -> bytes:
    write = FORMATS["xmi"].write
    assert write is not None
    return write(_lines(), KNOWN).files["TypeSystem.xml"]


def _jsonish(data: bytes, random: Random) -> bytes:
    """Change a file of JSON, whole or by lines."""
    try:
        return json_file(data, random)
    except ValueError:
        return jsonl_file(data, random)


def _recognised(data: bytes, _folder: Path) -> None:
    format_ = recognise(data, "x")
    if format_ is not None:
        refuse(format_.read(data, Options(name="x")).problems)


def _any_format() -> list[bytes]:
    return [data for name in FORMATS for data in _as(name)] + _submissions()[:2]


def _any_file(data: bytes, random: Random) -> bytes:
    how = text_file if not data.startswith((b"PK", b"DocBin", b"x")) else binary_file
    return random.choice((how, _jsonish if data[:1] in b"[{" else xml_file if data[:1] == b"<" else how))(data, random)


# --- logs of harnesses


def _log() -> list[bytes]:
    line = {"id": "a", "dates": [{"start": 0, "end": 1, "type": "DATE"}]}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        metadata = {"split": "test", "resources": ["text"]}
        archive.writestr(
            "header.json", json.dumps({"eval": {"model": "a/b", "config": {"epochs": 2}, "metadata": metadata}})
        )
        for epoch in (1, 2):
            scores = {"labels": {"value": {"dates": 1.0}, "metadata": {"line": line}}}
            archive.writestr(f"samples/a_{epoch}.json", json.dumps({"id": "a", "epoch": epoch, "scores": scores}))
    return [made.getvalue()]


def _inspect(data: bytes, folder: Path) -> None:
    (folder / "x.eval").write_bytes(data)
    log = inspect_log.read(folder / "x.eval")
    for lines in log.epochs:
        dragoman.validate(lines, [{"id": "a", "text": "1 2", "dates": []}])


# --- releases


@functools.cache
def _release() -> Path:
    """Give a release of two rows a split, and one without texts, in a folder for this process."""
    from dragoman.authoring import release_folder
    from dragoman.release import source_root
    from dragoman.release.content import Release

    release = source_root.assemble(ROOT)
    rows = {config: {split: part[:2] for split, part in splits.items()} for config, splits in release.rows.items()}
    out = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, out, ignore_errors=True)
    release_folder.write(Release(release.name, release.version, rows), ROOT, out / "whole")
    release_folder.write_standoff(release, ROOT, out / "bare")
    release_folder.write_withheld(release, ROOT, "test", out / "public", out / "private", "us")
    return out


# --- the scoring service


@functools.cache
def _service() -> tuple[Any, Any, dict[str, str]]:
    """Give the service's application without its worker, what it answers from, and the header of a team."""
    from dragoman.leaderboard.closed import opened
    from dragoman.leaderboard.submission_log import Limits
    from dragoman.service.app import application

    closed = opened(_release() / "private", _release() / "public", Limits(10**9, 10**9))
    return application(closed), closed, {"authorization": f"Bearer {closed.log.add_team('fuzz')}"}


def _posted(data: bytes, _folder: Path) -> None:
    """Post a body in pieces, as a web server gives it; what is taken must be scored in the end.

    The submission is looked at in this process, so that what would end another is found here.
    """
    import anyio

    from dragoman.leaderboard import isolation
    from dragoman.service.scoring_job import scores_of

    application, closed, headers = _service()
    pieces = [data[at : at + 10_000] for at in range(0, len(data), 10_000)] or [b""]
    requests = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    requests.append({"type": "http.request", "body": b"", "more_body": False})
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return requests.pop(0)

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/submissions",
        "query_string": b"system=" + data[:40],
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    with mock.patch.object(isolation, "each", lambda job, bodies, **_: [job(body) for body in bodies]):
        with ThreadPoolExecutor(1) as thread:  # a browser that other tests use keeps a loop running in this one
            thread.submit(anyio.run, application, scope, receive, send).result()
        status, body = answers[0]["status"], json.loads(b"".join(each.get("body", b"") for each in answers))
        assert status in {200, 202, 413, 422}, (status, body)
        if status >= 300:
            raise error(body["problems"][0]["code"], body["problems"][0]["what"])
        scores_of(data, closed.gold)


def _bodies() -> list[bytes]:
    data = json_text.lines(list(benchmark().gold_lines("test"))[:2])
    return [data, gzip.compress(data), *_others_packed(data)]


def _a_body(data: bytes, random: Random) -> bytes:
    return (jsonl_file if data.startswith(b"{") else binary_file)(data, random)


def _rows(data: bytes, _folder: Path) -> None:
    parquet_rows.Rows().read(data, records.Segment, 2, "x")


def _file_of_release(kind: str, path: str) -> tuple[Callable[[], list[bytes]], Callable[[bytes, Path], None]]:
    """Give a file of a release, and the reading of the release with that file in another state and right checksums."""

    def seeds() -> list[bytes]:
        return [(_release() / kind / path).read_bytes()]

    def read(data: bytes, folder: Path) -> None:
        shutil.copytree(_release() / kind, folder / "r", copy_function=_link)
        (folder / "r" / path).unlink()
        (folder / "r" / path).write_bytes(data)
        mark = "manifest.json" if kind == "whole" else "standoff.json"
        if path not in (mark, SUMS):
            held = json.loads((folder / "r" / mark).read_bytes())
            held["checksums"][path] = files.sha256(data)
            (folder / "r" / mark).unlink()
            (folder / "r" / mark).write_text(json.dumps(held))
        if path != SUMS:
            try:
                listed = json.loads((folder / "r" / mark).read_bytes())["checksums"]
                made = sums({**listed, mark: files.sha256((folder / "r" / mark).read_bytes())})
            except Exception:  # noqa: BLE001 - the manifest may be anything
                made = b""
            (folder / "r" / SUMS).unlink()
            (folder / "r" / SUMS).write_bytes(made)
        failures = []
        for use in (verify, dragoman.load) if kind == "whole" else (verify,):
            try:
                use(folder / "r")
            except DragomanError as cause:
                failures.append(cause)
        if failures:
            raise failures[0]

    return seeds, read


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def _bundle(data: bytes, folder: Path) -> None:
    (folder / private_bundle.MARK).write_bytes(data)
    private = private_bundle.read(folder)
    private_bundle.opened(private, _public())


@functools.cache
def _public() -> Any:
    from dragoman.release import parquet

    return parquet.read(_release() / "public")


# --- runs


def _run_file(name: str) -> Callable[[bytes, Path], None]:
    """Examine a run one file of which is another."""

    def read(data: bytes, folder: Path) -> None:
        run = folder / "kiwi_names" / RUN.name
        run.mkdir(parents=True)
        for file in ("system.toml", "predictions.jsonl", "result.json"):
            (run / file).write_bytes(data if file == name else (RUN / file).read_bytes())
        entry = examine(run, gold())
        errors = [problem for problem in entry.problems if problem.severity == "error"]
        odd = [problem for problem in errors if problem.code == "E830"]
        assert not odd, odd
        if errors:
            raise DragomanError(errors)

    return read


@functools.cache
def _small_result() -> bytes:
    pred = submission_samples.a_submission(Random(2))
    return json_text.pretty(dragoman.score(pred, _score_gold(), intervals=False, system="one"))


def _result(data: bytes, folder: Path) -> None:
    (folder / "result.json").write_bytes(data)
    result = reproduction.read_result(folder / "result.json")
    for other in (_stored(folder), folder / "result.json"):  # alike, they are told apart by nothing but what they say
        str(dragoman.compare(folder / "result.json", other)).encode("utf-8", "strict")
    json_text.pretty(result)


def _stored(folder: Path) -> Path:
    (folder / "other.json").write_bytes(_small_result())
    return folder / "other.json"


def _card(data: bytes, folder: Path) -> None:
    (folder / "system.toml").write_bytes(data)
    json_text.pretty(read_card(folder / "system.toml"))


def _log_seeds() -> list[bytes]:
    entry = run_log.Entry(
        "001.article-1",
        "answered",
        1.5,
        {"entities": []},
        ["x"],
        "raw",
        [3, 4],
        repairs=["fence"],
        left_out=1,
        hash="ab",
    )
    return [json_text.lines([entry, msgspec.structs.replace(entry, id="001.article-2", status="failed", answer=None)])]


def _run_log(data: bytes, folder: Path) -> None:
    (folder / "log.jsonl").write_bytes(data)
    run_log.spent(run_log.read(folder / "log.jsonl"))


def _again(data: bytes, folder: Path) -> None:
    """Run a system into a folder whose log is another: what stands in it is taken over, or asked about anew."""
    (folder / "log.jsonl").write_bytes(data)
    dragoman.run(lambda _: {"entities": []}, folder, split="test", limit=2)


# --- models


def _completion_seeds() -> list[bytes]:
    answer = {
        "entities": [{"quote": "Rana", "type": "PER", "id": "e1"}],
        "dates": [{"quote": "May 2024", "value": "2024-05", "type": "DATE"}],
        "claims": [
            {
                "content": ["it rains"],
                "cue": ["said"],
                "claimants": [{"role": "MENTION", "mention": "e1"}],
                "act": "assert",
            }
        ],
    }
    texts = (
        json.dumps(answer),
        f"<think>x</think>Sure:\n```json\n{json.dumps(answer, indent=1)}\n```\nDone.",
        json.dumps(answer)[:-9],
    )
    made = []
    for text in texts:
        body = {
            "id": "x",
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
        }
        made.append(json.dumps(body).encode())
    event = {"choices": [{"index": 0, "delta": {"content": json.dumps(answer)}, "finish_reason": None}]}
    made.append(b"data: " + json.dumps(event).encode() + b"\n\ndata: [DONE]\n\n")
    return made


def _a_completion(data: bytes, random: Random) -> bytes:
    """Change a completion, or the answer in it."""
    if data.startswith(b"data") or random.random() < 0.4:
        return text_file(data, random) if data.startswith(b"data") else json_file(data, random)
    body = json.loads(data)
    message = body["choices"][0]["message"]
    text = message["content"].encode()
    how = random.choice((text_file, json_file if text.startswith(b"{") and text.endswith(b"}") else text_file))
    message["content"] = how(text, random).decode("utf-8", "surrogateescape")
    return json.dumps(body).encode()


@functools.cache
def _document() -> Any:
    return benchmark().split("test")[0]


def _completed(data: bytes, _folder: Path) -> None:
    try:
        reply = completion.read(data)
        checked = valid(reply.labels, _document(), benchmark_target())
    except (SystemFailure, UnusableError) as cause:
        str(cause).encode()  # what a document fails with stands in the log
        raise error("E802", str(cause)[:200]) from cause
    json_text.canonical(checked.labels)
    json_text.lines([{"tokens": list(reply.tokens), "repairs": list(reply.repairs)}])


@functools.cache
def benchmark_target() -> Target:
    return gold().target


# --- what a maintainer reads


def _scheme(data: bytes, folder: Path) -> None:
    (folder / "corpus").mkdir()
    (folder / "corpus" / scheme_file.FILE).write_bytes(data)
    scheme_file.read(folder)


_SCHEME = b"""schema_version = 1
name = "mine"
version = "1.0.0"
languages = ["en", "ko-KP"]
layers = ["entities", "dates"]
[types]
PER = "a person"
"geo-loc" = "a place"
[forms]
NAM = "a name"
"""


def _sources(data: bytes, folder: Path) -> None:
    (folder / "corpus").mkdir()
    (folder / "corpus" / "sources.toml").write_bytes(data)
    source_table.read_sources(folder)


def _profile(data: bytes, folder: Path) -> None:
    (folder / "corpus" / "profiles").mkdir(parents=True)
    (folder / "corpus" / "profiles" / "x.toml").write_bytes(data)
    profiles.read_profile(folder, "x")


def _profile_seeds() -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "corpus" / "profiles").glob("*.toml"))]


def _base_file(path: str) -> tuple[Callable[[], list[bytes]], Callable[[bytes, Path], None]]:
    """Give a file of the small benchmark, and all six levels of checks with that file in another state."""

    def seeds() -> list[bytes]:
        return [(BASE / path).read_bytes()]

    def read(data: bytes, folder: Path) -> None:
        shutil.copytree(BASE, folder / "b", copy_function=_link)
        (folder / "b" / path).unlink()
        (folder / "b" / path).write_bytes(data)
        (folder / "b" / "corpus" / scheme_file.FILE).write_bytes(b'schema_version = 1\nname = "x"\nversion = "1.0.0"\n')
        with contextlib.suppress(DragomanError):
            dragoman.load(folder / "b")
        outcome = check(folder / "b")
        for finding in outcome.findings.listed:
            str(finding.problem).encode("utf-8", "strict")

    return seeds, read


# --- Label Studio


@functools.cache
def _draft() -> Any:
    document = next(document for document in benchmark() if document.claims)
    data = (ROOT / "annotations" / "gold" / f"{document.id}.json").read_bytes()
    return document, data, file_kinds.GOLD.read(data, document, document.id)


def _regions() -> list[bytes]:
    document, _, draft = _draft()
    small = {layer: draft[layer][:4] for layer in draft}
    return [json.dumps(regions.encode(small, document.text)).encode()]


def _region(data: bytes, _folder: Path) -> None:
    document, base, draft = _draft()
    try:
        results = json.loads(data)
    except (ValueError, RecursionError):
        raise error("E201", "no JSON") from None
    if json_text.depth(data) > client.MAX_DEPTH:
        raise error("E728", "nested too deep, as the client says")
    read = region_reader.decode(results, document.text, draft)
    task = SimpleNamespace(number=1, data=SimpleNamespace(document=document.id))
    json_text.pretty([state.aside_record(task, aside) for aside in read.aside])
    file_kinds.GOLD.returned(read.draft, base, document)


def _tasks() -> list[bytes]:
    document, base, draft = _draft()
    task = state.new_task(state.Item(document, base, [state.Side(draft)]), "gold")
    task |= {"id": 7, "drafts": []}
    task["annotations"][0] |= {"id": 3, "completed_by": 1, "updated_at": "2024-01-01", "was_cancelled": False}
    task["annotations"][0]["result"] = task["annotations"][0]["result"][:12]
    return [json.dumps({"tasks": [task], "total": 1}).encode()]


def _answer_of_label_studio(data: bytes, folder: Path) -> None:
    """Pull from a server that gives this for its tasks."""
    import httpx

    from dragoman.authoring.label_studio import sync

    document, _, _ = _draft()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/projects":
            name = state.title("gold", document.language)
            return httpx.Response(200, json={"results": [{"id": 1, "title": name}], "next": None})
        if request.url.path == "/api/users":
            return httpx.Response(200, json=[{"id": 1, "email": "a@example.org"}])
        return httpx.Response(200, content=data)

    with client.Server("http://127.0.0.1:1", "abcdefgh", wait=0.0) as server:
        server._client.close()
        server._client = httpx.Client(base_url=server.url, transport=httpx.MockTransport(answer))
        outcome = sync.pull(
            server, file_kinds.GOLD, {document.id: document}, folder, progress=lambda work, _: iter(work)
        )
    for problem in outcome.problems:
        str(problem).encode("utf-8", "strict")
    if outcome.problems:
        raise DragomanError(outcome.problems)


def _predicted() -> list[bytes]:
    document, _, draft = _draft()
    return [json_text.canonical({"id": document.id, **{layer: draft[layer][:3] for layer in draft}})]


def _prediction(data: bytes, _folder: Path) -> None:
    document, _, _ = _draft()
    kind = file_kinds.of_predictions("x")
    before = kind.read(data, document, "x")
    kind.returned(region_reader.decode([], document.text, before).draft, data, document)


@functools.cache
def _points() -> Any:
    from dragoman.authoring.label_studio import comparison_tasks

    documents = adjudication.read_documents(ROOT)
    return documents, list(comparison_tasks.of_comparison(ROOT, ("a", "b"), documents))[::9]


def _decided() -> list[bytes]:
    """Give tasks of a comparison on which somebody decided, and what was pushed of each."""
    made = []
    for item in _points()[1][:6]:
        task = state.new_task(item, "compare a b") | {"id": 1}
        base = json.loads(task["data"].pop("base"))
        answers = [
            {"id": "k", "from_name": "keep", "to_name": "text", "type": "choices", "value": {"choices": ["none"]}},
            {
                "id": "r",
                "from_name": "reason",
                "to_name": "text",
                "type": "textarea",
                "value": {"text": ["because it is so"]},
            },
        ]
        results = [*answers, *(task["annotations"][0]["result"] if task["annotations"] else [])][:14]
        task["annotations"] = [{"id": 3, "result": results}]
        made.append(json.dumps({"task": task, "base": base}).encode())
    return made


def _decision_of_a_task(data: bytes, _folder: Path) -> None:
    try:
        given = json.loads(data)
        task = given["task"]
        task["data"]["base"] = json.dumps(given["base"])
        task["data"]["sha256"] = files.sha256(task["data"]["base"].encode())
        task["id"] = 1
    except (ValueError, KeyError, TypeError, RecursionError):
        raise error("E201", "no task") from None
    read = state.parse_task(task)
    if not isinstance(read, state.Task):
        raise DragomanError(read)
    lines, problems = comparison_answers.decided(read, _points()[0].get(read.data.document))
    for line in lines:
        json.dumps(line, ensure_ascii=False).encode()
    for problem in problems:
        str(problem).encode()


# --- reviews


@functools.cache
def _kit() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(BASE, Path(folder) / "root"))
        with (root / "corpus" / "sources.toml").open("a", encoding="utf-8") as table:
            table.write('\n[dataset]\nname = "small"\nversion = "0.1.0"\n')
        return made_up_review.kit(root, "ko", minutes=60)


def _reviews() -> list[bytes]:
    return [json.dumps(made_up_review.answers(_kit(), made_up_review.careful)).encode()]


def _review(data: bytes, folder: Path) -> None:
    (folder / "x.json").write_bytes(data)
    take.write(take.take(read_reviews([folder / "x.json"], [_kit().key])), folder / "out")


def _sheets() -> list[bytes]:
    return [spreadsheet_of(_kit().kits[0])]


def _key(data: bytes, folder: Path) -> None:
    (folder / "key.json").write_bytes(data)
    key = read_key(folder)
    (path,) = made_up_review.write(folder, made_up_review.answers(_kit(), made_up_review.careful))
    take.write(take.take(read_reviews([path], [key])), folder / "out")


def _robustness(data: bytes, folder: Path) -> None:
    (folder / "robustness").mkdir()
    (folder / "robustness" / "x.json").write_bytes(data)
    robustness_view.read_all(folder / "runs", folder / "robustness")


_COSTS = json.dumps(
    {
        "system": "x",
        "data": {"name": "d", "version": "1.0.0"},
        "costs": [
            {
                "edit": "tatweel",
                "expect": "invariance",
                "measure": "entities.strict",
                "documents": 3,
                "interval": [0, 1],
            }
        ],
        "failures": {"tatweel": 1},
        "memory": [],
    }
).encode()


def _short(data: bytes, folder: Path) -> None:
    (folder / "robustness.json").write_bytes(data)
    made = robustness_result.read(folder / "robustness.json")
    made.text().encode()
    json_text.pretty(made.short())
    robustness_page.page(made).encode()
    for cost in made.costs:
        edit_costs.difference(cost, cost, made.system)


def _short_seeds() -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "eval" / "robustness").glob("*.json"))][:2]


def _full_seeds() -> list[bytes]:
    rows = np.array([[1, 1, 2], [2, 3, 2], [0, 1, 1]])
    cost = edit_costs.cost_of("rename", "invariance", "entities.strict", ["a", "b", "c"], rows, rows[::-1])
    failure = edit_costs.Failure(
        edit="rename",
        document="a",
        layer="dates",
        label="d1",
        type="DATE",
        outcome="missed",
        before=("x", "y", "z"),
        after=("x", "y", "z"),
        value=("2024", "2025"),
    )
    made = robustness_result.Robustness(
        system="x",
        data={"name": "d", "version": "1.0.0", "fingerprint": "f", "split": "test"},
        edits=[{"label": "rename"}],
        costs=[cost],
        types={"rename": {"entities.strict[type=PER]": (0.5, 0.25)}},
        values={"rename": {"new": 1, "old": 0, "other": 2}},
        names={"rename": {"in dev": (2, 1, 0)}},
        failures=[failure],
        unanswered={"rename": (0, 1)},
        memory=[edit_costs.difference(cost, cost, "y")],
    )
    return [json_text.pretty(made)]


def _edit_files(name: str) -> tuple[Callable[[], list[bytes]], Callable[[bytes, Path], None]]:
    """Give a file of an edited benchmark, and the reading of that benchmark with the file in another state."""

    @functools.cache
    def made() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        (folder / "gold.jsonl").write_bytes(_gold_with_texts()[0])
        return dragoman.perturb("typing-noise", folder / "out", gold=folder / "gold.jsonl").folder

    def read(data: bytes, folder: Path) -> None:
        shutil.copytree(made(), folder / "e", copy_function=_link)
        (folder / "e" / name).unlink()
        (folder / "e" / name).write_bytes(data)
        edited = perturbing.read(folder / "e")
        repr(edited).encode()
        for carriers in edited.maps().values():
            for carrier in carriers:
                carrier.move(0, 1)
        assert edited.original.exists()

    return lambda: [(made() / name).read_bytes()], read


def _agreement(data: bytes, folder: Path) -> None:
    (folder / "agreement.json").write_bytes(data)
    card_numbers.agreed(files.read_json(folder / "agreement.json", Agreement)).encode()


def _rows_of_a_release() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(BASE, Path(folder) / "root"))
        (root / "corpus" / scheme_file.FILE).write_bytes(b'schema_version = 1\nname = "small"\nversion = "1.0.0"\n')
        release = source_root.assemble(root)
    return [json_text.canonical({config: release.rows[config] for config in content.STORED})]


_ROWS: Any = msgspec.defstruct(
    "Rows",
    [(config, dict[str, list[ROW_SCHEMAS[ROW_SCHEMA][config]]]) for config in content.STORED],  # type: ignore[misc]
    forbid_unknown_fields=True,
)


def _release_of_rows(data: bytes, folder: Path) -> None:
    """Use a release that somebody else wrote, whose rows are of the schema and whose hashes are right."""
    rows = json_text.decode(data, _ROWS, "x")
    release = content.Release("small", "1.0.0", content.with_layers(msgspec.structs.asdict(rows)))
    parquet.write(release, folder / "r", {"README.md": b"---\na: 1\n---\n"})
    whole = dragoman.load(folder / "r")
    str(whole).encode()
    difference(whole.release, whole.release)
    failures = []
    pages = {path.stem: path.read_text("utf-8") for path in (BASE / "corpus" / "pages").glob("*.txt")}
    for use in (
        lambda: scoring.from_benchmark(whole, "test"),
        lambda: private_bundle.opened(*reversed(private_bundle.part(whole.release, "test"))),
        lambda: textless.without_text(whole.release, pages),
        lambda: examples.choose(whole, LAYER_NAMES, 2, 2000),
        lambda: dragoman.perturb("rename", folder / "out", data=whole),
    ):
        try:
            use()
        except DragomanError as cause:
            failures.append(cause)
    assert {path.name for path in folder.iterdir()} <= {"r", "out"}
    if failures:
        raise failures[0]


def _words(data: bytes, _folder: Path) -> None:
    """Read lines as what somebody may write on the command line: edits, measures, values of dates, layouts."""
    for line in data.decode("utf-8", "replace").splitlines():
        with contextlib.suppress(DragomanError):
            edit.parse(line, catalogue())
        with contextlib.suppress(DragomanError):
            naming.parse(line)
        with contextlib.suppress(timex.TimexError):
            timex.canonical(line)
            timex.interval(line)
        FORMATS["conll"].read(b"Rana B-PER\n", Options(columns=tuple(line.split(","))))


_WORDS = (
    b"shift-dates:years=10,days=-3\ntyping-noise\nentities.strict.f1[language=ar]\nentities.overlap(0.5)\n2024-06-17/2024-06-20\n"
    b"P1DT2H\n2024-W24\nXXXX-06-XX\nform=1,tag=3\ntag=10:NER,FORM\n"
)

_WHOLE = _file_of_release("whole", "manifest.json")
_WHOLE_SUMS = _file_of_release("whole", SUMS)
_BARE = _file_of_release("bare", "standoff.json")
_BARE_ROWS = _file_of_release("bare", "rows/documents/test.jsonl")
_GOLD = _base_file("annotations/gold/north.article-1.json")
_PASS = _base_file("annotations/passes/a/north.article-1.json")
_OTHERS = {
    "claim-links": "annotations/registry/claim_links.json",
    "registry": "annotations/registry/entities.json",
    "offices": "annotations/registry/offices.json",
    "pass-record": "annotations/passes/a/record.json",
    "pass-registry": "annotations/passes/a/registry.json",
    "document": "corpus/documents/north.json",
    "english": "annotations/reading/reading.jsonl",
    "base-sources": "corpus/sources.toml",
}
"""Files of the small benchmark, all of which somebody writes by hand or with a tool."""


def _of_suffix(path: str) -> Mutator:
    return {".json": json_file, ".jsonl": jsonl_file, ".toml": toml_file}[Path(path).suffix]


def _decisions(data: bytes, folder: Path) -> None:
    (folder / "decisions.jsonl").write_bytes(data)
    adjudication.read_decisions(folder / "decisions.jsonl")


def _decision_seeds() -> list[bytes]:
    lines = (ROOT / "annotations" / "decisions.jsonl").read_bytes().splitlines(keepends=True)
    return [b"".join(lines[at : at + 6]) for at in range(0, len(lines), max(len(lines) // 6, 1))]


def _edited(data: bytes, folder: Path) -> None:
    (folder / "gold.jsonl").write_bytes(data)
    dragoman.perturb("typing-noise", folder / "out", gold=folder / "gold.jsonl")


def _gold_with_texts() -> list[bytes]:
    return [json_text.lines(list(benchmark().gold_lines("test"))[at : at + 2]) for at in (0, 4)]


def _loaded(data: bytes, folder: Path) -> None:
    (folder / "gold.jsonl").write_bytes(data)
    held = dragoman.load(folder / "gold.jsonl")
    str(held).encode()
    held.save(folder / "again.jsonl")


def _read_file(path: str) -> Callable[[], list[bytes]]:
    return lambda: [(ROOT / path).read_bytes()]


_MANIFEST, _MAPS = _edit_files(perturbing.MARK), _edit_files(perturbing.MAPS)

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        Reader("submission", _submissions, jsonl_file, _submission, 4),
        Reader("score", _submissions, jsonl_file, _scored, 1),
        Reader("parquet", _parquet, parquet_file, _submission, 4),
        Reader("packed", _packed, binary_file, _submission, 1),
        *(
            Reader(f"format-{name}", functools.partial(_as, name), _MUTATE.get(name, _jsonish), _format(name), 2)
            for name in FORMATS
        ),
        Reader("recognise", _any_format, _any_file, _recognised, 2),
        Reader("service", _bodies, _a_body, _posted, 0.3),
        Reader("inspect", _log, zip_file, _inspect, 1),
        Reader(
            "rows",
            lambda: [next(iter(sorted((_release() / "whole").rglob("data/segments/test.parquet")))).read_bytes()],
            parquet_file,
            _rows,
            2,
        ),
        Reader("manifest", _WHOLE[0], json_file, _WHOLE[1], 0.5),
        Reader("sums", _WHOLE_SUMS[0], text_file, _WHOLE_SUMS[1], 0.2),
        Reader("standoff", _BARE[0], json_file, _BARE[1], 0.5),
        Reader("standoff-rows", _BARE_ROWS[0], jsonl_file, _BARE_ROWS[1], 0.5),
        Reader(
            "bundle", lambda: [(_release() / "private" / private_bundle.MARK).read_bytes()], json_file, _bundle, 0.3
        ),
        Reader(
            "run-card", _read_file(f"{RUN.relative_to(ROOT)}/system.toml"), toml_file, _run_file("system.toml"), 0.2
        ),
        Reader(
            "run-result", _read_file(f"{RUN.relative_to(ROOT)}/result.json"), json_file, _run_file("result.json"), 0.3
        ),
        Reader(
            "run-predictions",
            _read_file(f"{RUN.relative_to(ROOT)}/predictions.jsonl"),
            jsonl_file,
            _run_file("predictions.jsonl"),
            0.2,
        ),
        Reader("result", lambda: [_small_result()], json_file, _result, 1),
        Reader("card", _read_file(f"{RUN.relative_to(ROOT)}/system.toml"), toml_file, _card, 1),
        Reader("run-log", _log_seeds, jsonl_file, _run_log, 1),
        Reader("run-again", _log_seeds, jsonl_file, _again, 0.3),
        Reader("completion", _completion_seeds, _a_completion, _completed, 3),
        Reader("scheme", lambda: [_SCHEME], toml_file, _scheme, 1),
        Reader("sources", _read_file("corpus/sources.toml"), toml_file, _sources, 0.5),
        Reader("profile", _profile_seeds, toml_file, _profile, 1),
        Reader("gold", _GOLD[0], json_file, _GOLD[1], 0.5),
        Reader("pass", _PASS[0], json_file, _PASS[1], 0.5),
        *(
            Reader(name, _base_file(path)[0], _of_suffix(path), _base_file(path)[1], 0.3)
            for name, path in _OTHERS.items()
        ),
        Reader("decisions", _decision_seeds, jsonl_file, _decisions, 0.5),
        Reader("edited", _gold_with_texts, jsonl_file, _edited, 0.5),
        Reader("loaded", _gold_with_texts, jsonl_file, _loaded, 0.5),
        Reader("regions", _regions, json_file, _region, 2),
        Reader("tasks", _tasks, json_file, _answer_of_label_studio, 2),
        Reader("predicted-tasks", _predicted, json_file, _prediction, 1),
        Reader("decided-tasks", _decided, json_file, _decision_of_a_task, 1),
        Reader("review", _reviews, json_file, _review, 1),
        Reader("review-sheet", _sheets, zip_file, _review, 0.3),
        Reader("review-key", lambda: [json_text.pretty(_kit().key)], json_file, _key, 0.5),
        Reader("short-result", _short_seeds, json_file, _short, 0.5),
        Reader("full-result", _full_seeds, json_file, _short, 0.5),
        Reader("edit-manifest", _MANIFEST[0], json_file, _MANIFEST[1], 0.5),
        Reader("edit-maps", _MAPS[0], jsonl_file, _MAPS[1], 0.5),
        Reader("agreement", _read_file("annotations/agreement.json"), json_file, _agreement, 0.5),
        Reader("release-rows", _rows_of_a_release, json_file, _release_of_rows, 0.3),
        Reader("words", lambda: [_WORDS], text_file, _words, 0.5),
        Reader("robustness", lambda: [_COSTS], json_file, _robustness, 0.5),
    )
}


@functools.cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Valid files of a reader."""
    return tuple(READERS[name].seeds())


def mutated(name: str, random: Random) -> bytes:
    """Make a file for a reader: a valid one, changed once to three times."""
    data = random.choice(seeds(name))
    # What was changed in parquet is not read here again: the library may abort.
    rounds = (1,) if READERS[name].mutate is parquet_file else (1, 1, 1, 2, 3)
    for _ in range(random.choice(rounds)):
        try:
            data = READERS[name].mutate(data, random)
        except Exception:  # noqa: BLE001 - what was changed once can no longer be taken apart
            break
    return data[:200_000]


def outcome(name: str, data: bytes) -> str:
    """Read a file; say whether it was read, or the number of the first problem. Anything else is raised."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            READERS[name].read(data, Path(folder))
        except DragomanError as cause:
            for problem in cause.problems:
                str(problem).encode("utf-8", "strict")
            return cause.problems[0].code
    return "read"
