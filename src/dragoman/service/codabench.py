"""The same scoring as a Codabench bundle: a competition with its data, an ingestion program and a scoring program.

The format follows Codabench's documentation, "Competition Bundle Structure" and "Yaml Structure", version 2. Accounts,
the queue and the limits are the platform's; scores are rounded here, and every submission sees its own.
"""

from __future__ import annotations

import shutil
import struct
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman import files, json_text
from dragoman.leaderboard.closed import CANNOT_BE_SCORED, rounded_scores, shown_columns, steps, withheld_gold
from dragoman.leaderboard.isolation import Failure
from dragoman.problems import error
from dragoman.release import private_bundle
from dragoman.release.atomic_folder import writing
from dragoman.service.scoring_job import MAX_BYTES, problems_of, scores_of
from dragoman.text import visible
from dragoman.version import __version__

if TYPE_CHECKING:
    from dragoman.leaderboard.closed import Closed

MARK = "competition.yaml"
NAMES = ("predictions.jsonl", "predictions.jsonl.gz")
"""File names that a submission may use for its predictions."""


def write(closed: Closed, private: Path, data: Path | None, out: Path) -> None:
    """Write a bundle; its ``reference_data`` contains the withheld gold, so it must go to the platform only.

    Args:
        closed: the withheld gold and its rules.
        private: the private bundle.
        data: the public release; None for its location when the two were written.
        out: output folder: new, empty, or with an earlier bundle.

    Raises:
        DragomanError: E108 if the folder has other content or cannot be written, E842 if the public release is not a
            folder.

    """
    bundle = private_bundle.read(private)
    public = private / bundle.place if data is None else data
    if not (public / "manifest.json").is_file():
        raise error("E842", "the public release is not a folder here.", "Give one: --data PUBLIC.", file=str(public))
    place = json_text.canonical({**_plain(bundle), "place": "../public"})
    with writing(out, MARK):
        out.chmod(0o700)
        for target in ("input_data/public", "reference_data/public"):
            try:
                shutil.copytree(public, out / target, dirs_exist_ok=True)
            except OSError as cause:
                raise error("E108", f"cannot write the bundle: {cause}.", "Free some space.", file=str(out)) from cause
        files.write(out / "reference_data" / "private" / private_bundle.MARK, place)
        for path, text in _texts(closed).items():
            files.write(out / path, text.encode())
        files.write(out / "logo.png", _logo())
        files.write(out / MARK, _competition(closed).encode())


def _plain(bundle: private_bundle.Private) -> dict[str, object]:
    return {name: getattr(bundle, name) for name in bundle.__struct_fields__}


def score_folder(given: str, out: str) -> int:
    """Score a submission in the platform's folder layout; called by ``scoring_program/score.py``.

    Args:
        given: folder with ``ref`` (the reference data) and ``res`` (the submission).
        out: folder for ``scores.json``.

    Returns:
        0, or 1 if the submission is invalid; standard error then has the problems, and nothing about the gold.

    """
    reference, result = Path(given) / "ref", Path(given) / "res"
    paths = [result / name for name in NAMES if (result / name).is_file() and not (result / name).is_symlink()]
    if len(paths) != 1:
        sys.stderr.write(f"E820: a submission is a zip of one of {', '.join(NAMES)}.\n")
        return 1
    body = files.read_regular(paths[0], limit=MAX_BYTES)
    gold, public = withheld_gold(reference / "private", reference / "public")
    problems = problems_of(body, public.target(gold.data.split))
    if problems:
        sys.stderr.writelines(visible(str(problem)) + "\n" for problem in problems)
        return 1
    scores = scores_of(body, gold)
    if isinstance(scores, Failure):
        sys.stderr.write(f"E830: {CANNOT_BE_SCORED}.\n")
        return 1
    shown = {_key(name): score for name, score in rounded_scores(scores, gold).items() if score is not None}
    files.write(Path(out) / "scores.json", json_text.pretty(shown))
    return 0


def _key(column: str) -> str:
    return column.replace(".", "_")


def _quoted(text: str) -> str:
    # JSON is valid YAML, so strings from a release need no other escaping.
    return json_text.canonical(text).decode()


def _competition(closed: Closed) -> str:
    data, limits = closed.gold.data, closed.limits
    columns = "".join(
        f"      - title: {_quoted(column.title)}\n        key: {_key(column.name)}\n        index: {index}\n"
        "        sorting: desc\n        precision: 3\n"
        for index, column in enumerate(shown_columns(closed.gold))
    )
    start = datetime.now(UTC).strftime("%Y-%m-%d 00:00:00")
    return _COMPETITION.format(
        title=_quoted(f"{data.name} {data.version}"),
        image=_quoted(f"dragoman-scorer:{__version__}"),
        start=start,
        per_day=limits.per_day,
        total=limits.total,
        columns=columns,
    )


def _texts(closed: Closed) -> dict[str, str]:
    data, limits = closed.gold.data, closed.limits
    rounding = ", ".join(f"{name} to {step}" for name, step in steps(closed.gold).items())
    about = _OVERVIEW.format(
        name=data.name,
        version=data.version,
        split=data.split,
        documents=len(data.documents),
        rounding=rounding,
        per_day=limits.per_day,
        total=limits.total,
    )
    return {
        "overview.md": about,
        "terms.md": _TERMS,
        "Dockerfile": f"FROM python:3.12-slim\nRUN pip install dragoman=={__version__}\n",
        "scoring_program/metadata.yaml": "command: python3 score.py /app/input /app/output\n",
        "scoring_program/score.py": _SCORE,
        "ingestion/metadata.yaml": "command: python3 ingestion.py /app/input_data /app/output /app/ingested_program\n",
        "ingestion/ingestion.py": _INGESTION.format(split=data.split),
    }


def _logo() -> bytes:
    """Make the picture that every competition must have: a square of one colour (PNG, W3C 2003)."""
    size, row = 64, b"\0" + b"\x1f\x4e\x79" * 64

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * size)) + chunk(b"IEND", b"")


_COMPETITION = """\
version: 2
title: {title}
description: Predictions are scored on withheld gold.
image: logo.png
terms: terms.md
docker_image: {image}
registration_auto_approve: false
make_programs_available: false
make_input_data_available: true
enable_detailed_results: false
can_participants_make_submissions_public: false
pages:
  - title: Overview
    file: overview.md
tasks:
  - index: 0
    name: Test
    input_data: input_data
    reference_data: reference_data
    ingestion_program: ingestion
    scoring_program: scoring_program
phases:
  - index: 0
    name: Test
    start: {start}
    max_submissions_per_day: {per_day}
    max_submissions: {total}
    execution_time_limit: 600
    hide_score_output: true
    accepts_only_result_submissions: false
    tasks:
      - 0
leaderboards:
  - title: Results
    key: main
    submission_rule: Force_Best
    columns:
{columns}"""

_OVERVIEW = """# {name} {version}

Predictions for the {documents} documents of `{split}` are scored on gold that is withheld. Submit a zip of
`predictions.jsonl`, one JSON object a line; `dragoman validate predictions.jsonl --data PUBLIC --split {split}` checks
it. Or submit the code: a zip of `system.py` with a function `extract(document)`.

Scores are rounded: {rounding}. Up to {per_day} submissions a day, {total} in all.
"""

_TERMS = "One account for each team. Do not try to find out the labels of the withheld gold.\n"

_SCORE = '''"""Score a submission on the withheld gold; /app/input has ref and res, /app/output gets scores.json."""

import sys

try:
    from dragoman.service.codabench import score_folder
except ImportError:
    sys.exit("dragoman is not installed in this image: build it by the Dockerfile of the bundle.")

if __name__ == "__main__":  # processes of their own import this file again
    sys.exit(score_folder(sys.argv[1], sys.argv[2]))
'''

_INGESTION = '''"""Run a submitted system.py on the texts, which is all that there is here; or pass predictions on."""

import shutil
import subprocess
import sys
from pathlib import Path

given, out, submitted = map(Path, sys.argv[1:4])
for name in ("predictions.jsonl", "predictions.jsonl.gz"):
    if (submitted / name).is_file():
        shutil.copyfile(submitted / name, out / name)
        sys.exit(0)
run = out / "run"
command = [sys.executable, "-m", "dragoman", "run", f"{{submitted / 'system.py'}}:extract", "--split", "{split}"]
code = subprocess.call([*command, "--data", str(given / "public"), "--out", str(run)])
if (run / "predictions.jsonl").is_file():
    shutil.copyfile(run / "predictions.jsonl", out / "predictions.jsonl")
shutil.rmtree(run, ignore_errors=True)
sys.exit(code)
'''
