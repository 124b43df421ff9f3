"""Made-up benchmarks of other languages, scripts and label sets, and all steps from each to a leaderboard."""

import json
import subprocess
import sys

PAGES = {
    "one": "خبرگزاری نمونه\nنشست وزیران در اصفهان\n2024-03-05 انتشار\n\n"
    "شرکت نورا گوشی «نورا ۵» را در اصفهان معرفی کرد.\nما را دنبال کنید\n",
    "two": "خبرگزاری نمونه\nبازار تازه برای نورا\n2024-03-07 انتشار\n\n"
    "فروش «نورا ۵» در شیراز آغاز شد.\nما را دنبال کنید\n",
}
TITLE = "新製品"
JAPANESE = [
    {
        "id": "ニュース/1",
        "language": "ja",
        "split": "dev",
        "title": TITLE,
        "published": "2024-04-01",
        "text": f"{TITLE}\n\n  東京のハル社は「ソラ9」を発売した。\n社長は「売れる」と述べた。",
        "entities": [
            {"quote": "東京", "type": "CITY", "form": "NAM"},
            {"quote": "ハル社", "type": "FIRM", "form": "NAM", "entity_ids": ["Q99"]},
            {"quote": "ソラ9", "type": "PROD", "form": "NAM", "entity_ids": ["ソラ"]},
            {"id": "e4", "quote": "社長", "type": "HEAD", "form": "NOM"},
        ],
        "claims": [
            {
                "id": "c1",
                "content": [{"quote": "売れる"}],
                "cue": [{"quote": "述べた"}],
                "claimants": [{"role": "MENTION", "mention": "e4"}],
                "polarity": "positive",
                "modality": "hope",
                "act": "boast",
            }
        ],
    },
    {
        "id": "ja/2",
        "language": "ja",
        "text": "大阪のハル社は「ソラ9」を売る。",
        "entities": [
            {"quote": "大阪", "type": "CITY", "form": "NAM"},
            {"quote": "ハル社", "type": "FIRM", "form": "NAM", "entity_ids": ["Q99"]},
        ],
        "claims": [],
    },
]
HINDI = [
    {
        "id": "hi1",
        "language": "hi",
        "split": "dev",
        "text": "बैठक 5 मार्च 2024 को हुई।",
        "dates": [{"quote": "5 मार्च 2024", "type": "DATE", "value": "2024-03-05"}],
    },
    {
        "id": "hi2",
        "language": "hi",
        "text": "मेला 7 मार्च 2024 से दो दिन चला।",
        "dates": [
            {"quote": "7 मार्च 2024", "type": "DATE", "value": "2024-03-07"},
            {"quote": "दो दिन", "type": "DURATION", "value": "P2D"},
        ],
    },
]
"""Dates alone."""


def dragoman_says(*arguments, **options):
    """Run a command without a terminal."""
    command = [sys.executable, "-m", "dragoman", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options)


def done(*arguments, **options):
    """Run a command that has to succeed; return its output."""
    outcome = dragoman_says(*arguments, **options)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def author(*arguments, **options):
    """Run an author command that has to succeed; return its outcome."""
    return json.loads(done("author", *arguments, "--json", **options))


def written(folder, lines):
    """Write documents as JSONL."""
    path = folder / "given.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def persian(folder):
    """Create a benchmark of entities in Persian, from pages, not yet labelled."""
    (folder / "pages").mkdir()
    for name, text in PAGES.items():
        (folder / "pages" / f"{name}.txt").write_text(text, "utf-8")
    types = ("--type", "PROD=a product, by name", "--type", "PLACE=a place")
    author(
        *("new", folder / "fa", "--from", folder / "pages", "--languages", "fa", "--name", "kala"),
        *(*types, "--layers", "entities"),
    )
    return folder / "fa"


def japanese(folder):
    """Create a benchmark of entities and claims in Japanese, from texts with labels."""
    own = ("--type", "PROD=a product", "--act", "boast=x")
    author("new", folder / "ja", "--from", written(folder, JAPANESE), "--name", "shohin", *own)
    return folder / "ja"


def hindi(folder):
    """Create a benchmark of dates in Hindi, from texts with labels."""
    author("new", folder / "hi", "--from", written(folder, HINDI), "--name", "din")
    return folder / "hi"


def to_board(root, folder, systems):
    """Release a benchmark and build a leaderboard of systems, given as source code of a function by name.

    Returns the release's folder, the leaderboard as JSON, and the scores of each system.
    """
    done("author", "check", "--root", root)
    author("release", "--root", root, "--out", folder / "release")
    done("verify", folder / "release")
    results = {}
    for name, source in systems.items():
        (folder / f"{name}.py").write_text(source, "utf-8")
        run = folder / "runs" / name / "0.1.0"
        given = ("--data", folder / "release", "--split", "test")
        done("run", f"{name}.py:predict", *given, "--out", run, cwd=folder)
        results[name] = json.loads(done("score", run, *given, "--json", "--out", run / "result.json"))
        done("report", run, *given, "--out", folder / f"{name}.html")
    done("leaderboard", folder / "runs", "--data", folder / "release", "--out", folder / "board")
    board = json.loads((folder / "board" / "leaderboard.json").read_text("utf-8"))
    return folder / "release", board, results
