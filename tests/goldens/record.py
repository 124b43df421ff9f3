"""Golden outputs of the command line: what a change of the code must not change unless its commit says so.

Every case is one command, run in this process; what is stored is its exit code and a digest of what it printed.

    python tests/goldens/record.py                      # compare with goldens.json, name every case that differs
    python tests/goldens/record.py --write              # store today's outputs
    python tests/goldens/record.py --outputs DIR        # also write each output to a file, to diff two checkouts
    python tests/goldens/record.py --extra DIR          # also run on every file below DIR; these are never stored
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import hashlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(tempfile.gettempdir()).resolve() / "dragoman-goldens"
"""Everything is written here, so that paths in messages are always the same."""
GOLDENS = Path(__file__).with_name("goldens.json")
sys.path[:0] = [str(ROOT / name) for name in ("tests/support", "benchmarks")]

FORMATS = ("jsonl", "conll", "brat", "spacy", "pipeline", "timeml")
Output = tuple[int, str]


def command(*arguments: object) -> Output:
    """Run ``dragoman`` and give its exit code and all that it printed; paths of temporary folders are masked."""
    from dragoman.cli import main

    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    before = sys.argv
    sys.argv = ["dragoman", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                main()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
            except Exception as cause:  # noqa: BLE001 - a traceback is an outcome, too, and a bad one
                code = 99
                printed.write(f"{type(cause).__name__}: {cause}")
    finally:
        sys.argv = before
    printed.seek(0)
    return code, printed.read().replace(str(FOLDER), "FOLDER").replace(str(ROOT), "ROOT")


def runs(_: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """Every committed run, on both splits."""
    from dragoman import load

    for path in sorted((ROOT / "eval" / "runs").glob(f"*/{load().version}/predictions.jsonl")):
        for split in ("dev", "test"):
            arguments = ("score", path, "--split", split, "--json")
            yield f"runs/{path.parts[-3]}/{split}", lambda a=arguments: command(*a)
            yield f"runs/{path.parts[-3]}/{split}/table", lambda a=arguments: command(*a[:-1], "--no-intervals")


def pairs(folder: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """Two files whole, streamed, in shards and by Dask; in the same order and in another one."""
    import sides
    import workload

    def store(where: Path, lines: list[dict], suffix: str, shards: int) -> Path:
        where.parent.mkdir(parents=True, exist_ok=True)
        data = [(json.dumps(line, ensure_ascii=False) + "\n").encode() for line in lines]
        if shards:
            where.mkdir()
            for at in range(shards):
                (where / f"{at}.jsonl").write_bytes(b"".join(data[at::shards]))
            return where
        path = where.with_name(where.name + suffix)
        path.write_bytes(gzip.compress(b"".join(data), mtime=0) if suffix.endswith("gz") else b"".join(data))
        return path

    flat = list(workload.documents("flat", 240_000))
    several = [line for seed in range(40) for line in renamed(sides.pair(seed), seed)]
    for name, both in (("flat", flat), ("several", several)):
        gold, pred = [g for g, _ in both], [p for _, p in both]
        other = random.Random(1).sample(pred, len(pred))
        for order, lines in (("same", pred), ("other", other)):
            for form, suffix, shards in (("plain", ".jsonl", 0), ("gzip", ".jsonl.gz", 0), ("shards", "", 3)):
                where = folder / name / order / form
                paths = store(where / "pred", lines, suffix, shards), store(where / "gold", gold, suffix, shards)
                arguments = ("score", paths[0], "--reference", paths[1], "--json", "--resamples", "200")
                yield f"pairs/{name}/{order}/{form}", lambda a=arguments: command(*a)
                if form == "shards" and name == "several":
                    yield f"pairs/{name}/{order}/dask", lambda a=arguments: command(*a, "--engine", "dask")
    for seed in range(60):
        gold, pred = sides.pair(1000 + seed)
        where = folder / "small" / str(seed)
        paths = store(where / "pred", pred, ".jsonl", 0), store(where / "gold", gold, ".jsonl", 0)
        arguments = ("score", paths[0], "--reference", paths[1], "--json", "--resamples", "200")
        yield f"pairs/small/{seed}", lambda a=arguments: command(*a)


def renamed(both: tuple[list[dict], list[dict]], seed: int) -> Iterator[tuple[dict, dict]]:
    """Documents of one random pair under names of their own."""
    for gold, pred in zip(*both, strict=True):
        yield {**gold, "id": f"{seed}-{gold['id']}"}, {**pred, "id": f"{seed}-{pred['id']}"}


def submissions(folder: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """Good, wrong and damaged submissions against the benchmark: validated, scored, converted."""
    import submission_samples as samples

    folder.mkdir(parents=True, exist_ok=True)
    lines = (ROOT / "eval/runs/annotator_control/1.0.0/predictions.jsonl").read_bytes().splitlines(keepends=True)
    for seed in range(80):
        rng = random.Random(seed)
        some = [json.loads(line) for line in rng.sample(lines, 2)]
        if seed % 4 == 3:
            data = samples.damaged(samples.written(some), rng)
        else:
            for _ in range(rng.choice((0, 1, 3, 9))):
                some = samples.changed(some, rng)
            data = samples.written(some, rng)
        path = folder / f"{seed}.jsonl"
        path.write_bytes(data)
        yield from looks(f"submissions/{seed}", path, FORMATS[seed % len(FORMATS)])


def looks(name: str, path: Path, form: str) -> Iterator[tuple[str, Callable[[], Output]]]:
    """All that is done with one file."""
    yield f"{name}/validate", lambda: command("validate", path)
    yield f"{name}/validate-json", lambda: command("validate", path, "--json")
    yield f"{name}/score", lambda: command("score", path, "--json", "--no-intervals")
    yield f"{name}/score-reference", lambda: command("score", path, "--reference", path, "--json", "--no-intervals")
    yield f"{name}/convert-to-{form}", lambda: converted(path, "jsonl", form)


def converted(path: Path, read: str, write: str) -> Output:
    """Convert, and add what was written to what was printed."""
    where = FOLDER / "converted"
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    code, text = command("convert", path, "--from", read, "--to", write, "--out", where / "out", "--json")
    found = sorted(p for p in where.rglob("*") if p.is_file())
    return code, text + "".join(f"\n== {p.relative_to(where)}\n{p.read_text(encoding='utf-8')}" for p in found)


def conversions(folder: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """Gold of dev in every format and back."""
    import msgspec

    from dragoman import load

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "dev.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in load().gold_lines("dev")))
    for form in FORMATS[1:]:
        yield f"conversions/to-{form}", lambda f=form: converted(path, "jsonl", f)
        out = folder / form
        command("convert", path, "--from", "jsonl", "--to", form, "--out", out)
        yield f"conversions/from-{form}", lambda f=form, o=out: converted(o, f, "jsonl")


def fixtures(_: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """Every file of data that lies in the tests."""
    found = [p for p in sorted((ROOT / "tests").rglob("*")) if p.suffix in {".json", ".jsonl", ".conll", ".txt"}]
    for path in found:
        if path != GOLDENS:
            yield from every(f"fixtures/{path.relative_to(ROOT / 'tests')}", path)


def every(name: str, path: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """A file that may be of any format."""
    yield f"{name}/validate", lambda: command("validate", path)
    yield f"{name}/score", lambda: command("score", path, "--reference", path, "--json", "--no-intervals")
    for form in FORMATS:
        yield f"{name}/convert-from-{form}", lambda f=form: converted(path, f, "jsonl")


def board(folder: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """The leaderboard's data, without reports."""

    def made() -> Output:
        code, text = command("leaderboard", ROOT / "eval" / "runs", "--out", folder / "site", "--no-reports")
        return code, text + (folder / "site" / "leaderboard.json").read_text(encoding="utf-8")

    yield "board/leaderboard.json", made


def releases(folder: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """Names and bytes of both releases."""
    sys.path.insert(0, str(ROOT / "scripts"))

    def made(option: str) -> Output:
        import release

        out = folder / option
        with contextlib.redirect_stdout(io.StringIO()):
            code = release.main([f"--{option}", str(out)])
        lines = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.relative_to(out)}"
            for path in sorted(out.rglob("*"))
            if path.is_file()
        ]
        return code, "\n".join(lines)

    for option in ("out", "standoff"):
        yield f"releases/{option}", lambda o=option: made(o)


GROUPS = (runs, pairs, submissions, conversions, fixtures, board, releases)


def extra(folder: Path) -> Iterator[tuple[str, Callable[[], Output]]]:
    """Every file below a folder that is not stored here."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield from every(f"extra/{path.relative_to(folder)}", path)


def record(groups: tuple = GROUPS, extras: Path | None = None, outputs: Path | None = None) -> dict[str, list]:
    """Run all cases: exit code and digest of each."""
    found: dict[str, list] = {}
    os.environ["COLUMNS"] = "100"
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        cases = [case for group in groups for case in group(FOLDER / group.__name__)]
        cases += [] if extras is None else extra(extras)
        for name, run in cases:
            code, text = run()
            text = text.replace(str(extras or "EXTRA"), "EXTRA")
            found[name] = [code, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]]
            if outputs is not None:
                target = outputs / f"{name.replace('/', '__')}.txt"
                outputs.mkdir(parents=True, exist_ok=True)
                target.write_text(f"exit {code}\n{text}", encoding="utf-8", errors="surrogatepass")
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    return found


def main() -> int:
    """Compare with what is stored, or store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--outputs", type=Path)
    parser.add_argument("--extra", type=Path)
    parser.add_argument("--only", nargs="*", default=[group.__name__ for group in GROUPS])
    options = parser.parse_args()
    groups = tuple(group for group in GROUPS if group.__name__ in options.only)
    found = record(groups, options.extra and options.extra.resolve(), options.outputs)
    stored = {name: case for name, case in found.items() if not name.startswith("extra/")}
    if options.write:
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(case)}" for name, case in sorted(stored.items()))
        GOLDENS.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    before = json.loads(GOLDENS.read_text(encoding="utf-8"))
    chosen = {name: case for name, case in before.items() if name.partition("/")[0] in options.only}
    differ = sorted(name for name in {*stored, *chosen} if stored.get(name) != chosen.get(name))
    for name in differ:
        print(f"{name}: {chosen.get(name)} -> {stored.get(name)}")
    print(f"{len(stored)} cases, {len(differ)} differ")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
