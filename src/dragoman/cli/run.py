"""The command that runs a system."""

from __future__ import annotations

import json
import math
import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.cli.options import Data, Json, mapped, parted

if TYPE_CHECKING:
    from dragoman.systems.protocol import Options, System
    from dragoman.systems.selection import Selection


def _finite(value: float | tuple[float, ...] | None) -> float | tuple[float, ...] | None:
    """Refuse NaN and infinity, which are neither below the least value nor above the most."""
    numbers = value if isinstance(value, tuple) else (value or 0.0,)
    if not all(math.isfinite(number) for number in numbers):
        raise typer.BadParameter("a number is needed, neither inf nor nan")
    if isinstance(value, tuple) and min(numbers) < 0:
        raise typer.BadParameter("a price is 0 or more")
    return value


def _parameters(given: list[str] | None) -> dict[str, Any]:
    """Read ``NAME=VALUE``: a value is JSON, or else a text; ``none`` leaves the parameter out of requests."""
    made: dict[str, Any] = {}
    for each in given or []:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"NAME=VALUE is needed, not {each[:40]!r}", param_hint="--param")
        try:
            made[name.strip()] = None if value.lower() == "none" else json.loads(value)
        except (ValueError, RecursionError):
            made[name.strip()] = value
    return made


def run(
    system: Annotated[
        str,
        typer.Argument(
            help="path.py:function, pkg.module:function, cmd:PROGRAM, chat:MODEL, hf:MODEL or spacy:PIPELINE",
            metavar="SYSTEM",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="the run's folder; an interrupted run is resumed", metavar="RUN")
    ] = None,
    data: Data = None,
    split: Annotated[str | None, typer.Option(help="only the documents of this split")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only so many documents, the first ones")] = None,
    only: Annotated[list[str] | None, typer.Option(help="only these documents", metavar="ID,ID…")] = None,
    repeats: Annotated[
        int | None, typer.Option(min=1, max=100, help="run it so often; the score is the mean, never the best")
    ] = None,
    label_map: Annotated[
        list[str] | None,
        typer.Option("--map", help="hf:, spacy: a label of the model and the type it stands for", metavar="LABEL=TYPE"),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="set answers that are there aside, and ask again")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="one label that is not valid, or one piece that failed, fails its document")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="documents under way at once")] = 1,
    timeout: Annotated[
        float, typer.Option(min=0.01, max=604_800, callback=_finite, help="seconds that an answer may take")
    ] = 600.0,
    card: Annotated[
        Path | None, typer.Option(help="description of the system (dragoman schema system)", metavar="system.toml")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="chat: address of the endpoint; default: OPENAI_BASE_URL", metavar="URL")
    ] = None,
    temperature: Annotated[float, typer.Option(min=0, callback=_finite, help="chat: of the sampling")] = 0.0,
    seed: Annotated[int, typer.Option(help="chat: of the sampling, where the server has one")] = 1,
    max_tokens: Annotated[int, typer.Option(min=1, help="chat: of an answer")] = 16_384,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help="chat: a further parameter of requests, repeatable; NAME=none leaves one out, as temperature=none",
            metavar="NAME=VALUE",
        ),
    ] = None,
    form: Annotated[str, typer.Option(help="chat: json_schema, json_object or text")] = "json_schema",
    layers: Annotated[
        list[str] | None, typer.Option(help="chat: layers to ask for (default: all)", metavar="LAYER,LAYER…")
    ] = None,
    examples: Annotated[int, typer.Option(min=0, max=10, help="chat: examples a language, from dev")] = 2,
    example_characters: Annotated[
        int, typer.Option(min=0, help="chat: most characters of all examples of a language")
    ] = 4_000,
    prompt: Annotated[
        Path | None, typer.Option(help="chat: a prompt of your own in the place of the rules", metavar="FILE")
    ] = None,
    show_prompt: Annotated[
        bool, typer.Option("--show-prompt", help="chat: print what is sent about the first document, and stop")
    ] = False,
    pieces: Annotated[
        int | None, typer.Option(min=20, help="chat: cut documents into pieces of at most so many characters")
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(min=0, callback=_finite, help="stop before the next document when this is spent; needs --prices"),
    ] = None,
    prices: Annotated[
        tuple[float, float],
        typer.Option(callback=_finite, help="of a million tokens read and written", metavar="IN OUT"),
    ] = (0.0, 0.0),
    as_json: Json = False,
) -> None:
    """Run a system on the documents of a benchmark and keep its predictions."""
    from dragoman.benchmark import load as load_benchmark
    from dragoman.cli import show
    from dragoman.cli.progress import Running
    from dragoman.schema.layers import LAYER_NAMES
    from dragoman.systems.budget import Budget, cost
    from dragoman.systems.loading import load, read_card
    from dragoman.systems.protocol import Chat, Options
    from dragoman.systems.run import How
    from dragoman.systems.run_folder import run_repeats
    from dragoman.systems.selection import Selection

    if form not in {"json_schema", "json_object", "text"}:
        raise typer.BadParameter("json_schema, json_object or text", param_hint="--form")
    if budget is not None and not any(prices):
        raise typer.BadParameter("a budget needs --prices", param_hint="--budget")
    if out is None and not show_prompt:
        raise typer.BadParameter("a folder for the run is needed", param_hint="--out")
    if label_map and system.partition(":")[0] not in {"hf", "spacy"}:
        raise typer.BadParameter(
            "labels of hf: and spacy: are mapped; of others, when they are scored", param_hint="--map"
        )
    chat = Chat(
        base_url,
        temperature,
        seed,
        max_tokens,
        examples,
        form,  # type: ignore[arg-type]
        parted(layers) or LAYER_NAMES,
        example_characters,
        prompt,
        pieces,
        _parameters(param),
    )
    held = load_benchmark(data)
    options = Options(timeout, None if card is None else read_card(card), chat, held, mapped(label_map))
    selection = Selection(split, parted(only), limit)
    if show_prompt or out is None:
        _show_prompt(system, options, selection, as_json=as_json)
        return
    spend = None if budget is None else Budget(budget, prices)
    with redirect_stdout(sys.stderr):  # what a system prints is not the outcome
        bar = Running(prices)
        how = How(jobs, spend, bar.count, selection, strict, fresh)

        def loaded(number: int) -> System:
            return load(system, options._replace(chat=chat._replace(seed=seed + number - 1)))

        summary = run_repeats(loaded, held, out, bar.over, how, repeats)
    if any(prices):
        summary["cost"] = round(cost(summary["tokens"] or (0, 0), prices), 6)
    show.summary(summary if as_json else _in_words(summary), as_json=as_json)
    again = bool(summary["failed"] or summary["not_asked"] or summary["failed_pieces"])
    given = ("--data", data), ("--split", split)
    against = [f" {name} {shlex.quote(str(value))}" for name, value in given if value is not None]
    if held.withheld is not None and split in (None, held.withheld.split):
        # There is nothing to score with: what is sent is checked.
        command, place = "validate", out / "predictions.jsonl"
    else:
        command, place = "score", out
    show.next_command(command + "".join(against), place, again=again, as_json=as_json)
    raise typer.Exit(int(again))


def _in_words(summary: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a summary what says nothing, and say the rest as people read it."""
    words = {"system": summary["system"], "answers": f"{summary['kept']} kept, {summary['asked']} asked"}
    words |= {key: value for key, value in summary.items() if key not in {"system", "kept", "asked"}}
    words["repairs"] = [f"{name} {count}" for name, count in summary["repairs"].items()]
    words["labels_not_mapped"] = [f"{label} {count}" for label, count in summary["labels_not_mapped"].items()]
    silent = {"seen", "labels_left_out", "failed_pieces", "labels_not_mapped", "repairs", "not_seen", "notes"}
    return {key: value for key, value in words.items() if value or key not in silent}


def _show_prompt(system: str, options: Options, selection: Selection, *, as_json: bool) -> None:
    """Print what a chat model is sent about the first document that is selected."""
    from dragoman.cli import show
    from dragoman.systems.chat import make_prompt
    from dragoman.systems.pieces import cut
    from dragoman.text import visible

    if system.partition(":")[0] != "chat":
        raise typer.BadParameter("only a chat model has a prompt", param_hint="--show-prompt")
    made = make_prompt(options)
    assert options.benchmark is not None
    chosen = selection.documents(options.benchmark, made.sources)
    if not chosen:
        raise typer.BadParameter("no document is selected", param_hint="--show-prompt")
    ((_, first), *_) = cut(chosen[0], options.chat.pieces)
    messages = made.messages(first)
    if as_json:
        prompt = {"name": made.name, "sha256": made.sha256, "seen": made.sources, "messages": messages}
        show.summary(prompt, as_json=True)
        return
    sys.stdout.write(f"# {visible(made.name)} {made.sha256}\n")
    for message in messages:
        text = "\n".join(map(visible, message["content"].split("\n")))
        sys.stdout.write(f"\n# {message['role']}\n\n{text}\n")
