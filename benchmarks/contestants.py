"""Run one library or tool in one process; print seconds, peak memory and its F1 as a line of JSON.

python benchmarks/contestants.py NAME GOLD PRED
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Timed = tuple[float, float | None]
SPANS = ("entities.strict", "entities.exact", "entities.type", "entities.partial")
MEASURES = {
    "clusters": ("entities.muc", "entities.b_cubed", "entities.ceaf_e", "entities.conll"),
    "dates": ("dates.strict", "dates.relaxed", "dates.value", "dates.value_string", "dates.interval"),
    "claims": ("claims.content", "claims.attributed"),
}
"""Measures by shape of the workload; :data:`SPANS` for all other shapes. The score of the last one is compared."""


def json_lines(path: str) -> Path:
    """Return the JSONL file with the labels of a file: the file itself, or the one with the same stem."""
    return Path(path).with_suffix(".jsonl")


def lists(path: str) -> list[list[dict[str, Any]]]:
    """Return the entities of each document, in order of the documents' ids."""
    with json_lines(path).open(encoding="utf-8") as lines:
        return [line["entities"] for line in sorted(map(json.loads, lines), key=lambda line: line["id"])]


def timed(work: Callable[[], float | None]) -> Timed:
    """Return the wall-clock seconds of a call, and its result."""
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def measures(path: str) -> tuple[str, ...]:
    """Return the measures of a workload."""
    return MEASURES.get(Path(path).parent.name.partition("-")[0], SPANS)


def main_score(scores: dict[str, Any], path: str) -> float:
    """Return the score that is compared: strict F1 of spans, else that of the last measure."""
    chosen = measures(path)
    layer, _, name = (chosen[0] if chosen is SPANS else chosen[-1]).partition(".")
    score: float = scores[layer][name]["mean" if name == "conll" else "f1"]
    return score


def dragoman(gold: str, pred: str) -> Timed:
    """Time the whole process of ``dragoman score``, from its start."""
    chosen = [word for measure in measures(gold) for word in ("--measures", measure)]
    # With compiled modules, as in an installed package.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "dragoman", "score", pred, "--reference", gold, "--no-intervals", "--json"]
    start = time.perf_counter()
    done = subprocess.run([*command, *chosen], check=True, stdout=subprocess.PIPE, env=environment)
    return time.perf_counter() - start, main_score(json.loads(done.stdout)["scores"], gold)


def columns(gold: str, pred: str) -> Timed:
    """Time scoring of labels that are already in columns."""
    import scipy.optimize  # noqa: F401 - the other libraries are imported before the clock starts, too

    from dragoman import scoring
    from dragoman.measures.naming import select
    from dragoman.reading.read import read_file

    against = scoring.reference(gold)
    labels = read_file(pred, against.target).checked()
    chosen = select(list(measures(gold)))

    def work() -> float:
        result = scoring.score(labels, against, measures=chosen, intervals=False)
        return main_score(result.scores, gold)

    return timed(work)


def scorch(gold: str, pred: str) -> Timed:
    """Time MUC, B³ and CEAF-e of each document; corpus scores follow from them, as no entity is in two documents."""
    from scorch.scores import b_cubed, ceaf_e, muc

    def clusters(path: str) -> list[list[set[tuple[int, int]]]]:
        made = []
        for entities in lists(path):
            of_document: dict[str, set[tuple[int, int]]] = {}
            for e in entities:
                of_document.setdefault(e["entity_ids"][0], set()).add((e["start"], e["end"]))
            made.append(list(of_document.values()))
        return made

    gold_clusters, pred_clusters = clusters(gold), clusters(pred)
    weights = (
        (muc, lambda side: sum(len(cluster) - 1 for cluster in side)),
        (b_cubed, lambda side: sum(map(len, side))),
        (ceaf_e, len),
    )

    def work() -> float:
        f1 = []
        for metric, weight in weights:
            recalled = keys = right = answers = 0.0
            for key, answer in zip(gold_clusters, pred_clusters, strict=True):
                recall, precision, _ = metric(key, answer)
                recalled += recall * weight(key)
                right += precision * weight(answer)
                keys += weight(key)
                answers += weight(answer)
            recall, precision = recalled / keys, right / answers
            f1.append(2 * precision * recall / (precision + recall))
        return sum(f1) / len(f1)

    return timed(work)


def nervaluate(gold: str, pred: str) -> Timed:
    """Time all four schemes of nervaluate at once; its ends are inclusive."""
    from nervaluate import Evaluator

    def form(path: str) -> list[list[dict[str, object]]]:
        return [[{"label": e["type"], "start": e["start"], "end": e["end"] - 1} for e in d] for d in lists(path)]

    gold_lists, pred_lists = form(gold), form(pred)
    tags = sorted({e["label"] for d in gold_lists for e in d})

    def work() -> float:
        return Evaluator(gold_lists, pred_lists, tags=tags, loader="dict").evaluate()["overall"]["strict"].f1

    return timed(work)


def seqeval(gold: str, pred: str) -> Timed:
    """Time the strict report on IOB2 tags, with a token per character.

    Overlapping predictions cannot be encoded as tags and are dropped: its F1 is not compared.
    """
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    def tags(path: str, lengths: list[int]) -> list[list[str]]:
        made = []
        for entities, length in zip(lists(path), lengths, strict=True):
            row = ["O"] * length
            for e in entities:
                if all(tag == "O" for tag in row[e["start"] : e["end"]]):
                    row[e["start"] : e["end"]] = [f"B-{e['type']}"] + [f"I-{e['type']}"] * (e["end"] - e["start"] - 1)
            made.append(row)
        return made

    both = zip(lists(gold), lists(pred), strict=True)
    lengths = [max((e["end"] for side in pair for e in side), default=0) for pair in both]
    gold_tags, pred_tags = tags(gold, lengths), tags(pred, lengths)

    def work() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            classification_report(gold_tags, pred_tags, mode="strict", scheme=IOB2, zero_division=0)

    return timed(work)


def spacy(gold: str, pred: str) -> Timed:
    """Time spaCy's span scorer, with a token per character; it ignores duplicates, so its F1 is not compared."""
    import spacy as library
    from spacy.scorer import Scorer
    from spacy.tokens import Doc, Span
    from spacy.training import Example

    vocabulary = library.blank("xx").vocab
    examples = []
    for gold_spans, pred_spans in zip(lists(gold), lists(pred), strict=True):
        length = max((e["end"] for e in (*gold_spans, *pred_spans)), default=1)
        pair = []
        for side in (pred_spans, gold_spans):
            document = Doc(vocabulary, words=["x"] * length, spaces=[False] * length)
            document.spans["sc"] = [Span(document, e["start"], e["end"], label=e["type"]) for e in side]
            pair.append(document)
        examples.append(Example(*pair))

    def work() -> None:
        Scorer.score_spans(examples, "spans_sc", getter=lambda d, _: d.spans["sc"], allow_overlap=True, labeled=True)

    return timed(work)


def plain_json(gold: str, pred: str) -> Timed:
    """Time ``json.loads`` of each line of both files."""

    def work() -> None:
        for path in (gold, pred):
            with json_lines(path).open("rb") as data:
                for line in data:
                    json.loads(line)

    return timed(work)


def plain_msgspec(gold: str, pred: str) -> Timed:
    """Time decoding of both files into structs by msgspec."""
    import msgspec

    entity = msgspec.defstruct("Entity", [("start", int), ("end", int), ("type", str)], gc=False)
    document = msgspec.defstruct("Document", [("id", str), ("entities", list[entity])], gc=False)
    decoder = msgspec.json.Decoder(document)

    def work() -> None:
        for path in (gold, pred):
            with json_lines(path).open("rb") as data:
                for line in data:
                    decoder.decode(line)

    return timed(work)


CONTESTANTS = {
    "dragoman": dragoman,
    "columns": columns,
    "nervaluate": nervaluate,
    "seqeval": seqeval,
    "spacy": spacy,
    "scorch": scorch,
    "json": plain_json,
    "msgspec": plain_msgspec,
}


def main(name: str, gold: str, pred: str) -> int:
    """Run one contestant and print its measurements."""
    seconds, f1 = CONTESTANTS[name](gold, pred)
    print(json.dumps({"seconds": seconds, "megabytes": peak(of_child=name == "dragoman"), "f1": f1}))
    return 0


def peak(*, of_child: bool) -> float:
    """Return the peak memory of this process, or of its child, in MB.

    ``ru_maxrss`` of a process is at least that of its parent at the fork, which may be larger: for this process,
    ``VmHWM`` is read instead.
    """
    status = Path("/proc/self/status")
    if of_child or not status.exists():
        who = resource.RUSAGE_CHILDREN if of_child else resource.RUSAGE_SELF
        return resource.getrusage(who).ru_maxrss / 1024
    mark = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return int(mark.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
