"""The command that runs a system."""

from __future__ import annotations

import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dragoman.cli.options import CHAT_DEFAULTS, ChatOptions, Data, Json, comma_separated, finite, mapped, with_groups

if TYPE_CHECKING:
    from dragoman.systems.protocol import Options, System
    from dragoman.systems.selection import Selection


@with_groups
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
    limit: Annotated[
        int | None, typer.Option(min=1, help="maximum number of documents; the first ones are taken")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="only these documents", metavar="ID,ID…")] = None,
    repeats: Annotated[
        int | None, typer.Option(min=1, max=100, help="number of runs; the score is their mean, never the best")
    ] = None,
    label_map: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="hf:, spacy: a label of the model and its type in the benchmark", metavar="LABEL=TYPE"
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="move existing answers aside, and start again")] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="a document fails if one of its labels is invalid, or one of its pieces failed"),
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="documents processed concurrently")] = 1,
    timeout: Annotated[
        float, typer.Option(min=0.01, max=604_800, callback=finite, help="timeout of an answer, in seconds")
    ] = 600.0,
    card: Annotated[
        Path | None, typer.Option(help="description of the system (dragoman schema system)", metavar="system.toml")
    ] = None,
    chat_options: ChatOptions = CHAT_DEFAULTS,
    seed: Annotated[int, typer.Option(help="chat: sampling seed, if the server supports it")] = 1,
    show_prompt: Annotated[
        bool, typer.Option("--show-prompt", help="chat: print the messages for the first document, and stop")
    ] = False,
    budget: Annotated[
        float | None,
        typer.Option(
            min=0, callback=finite, help="stop before the next document once this amount is spent; needs --prices"
        ),
    ] = None,
    prices: Annotated[
        tuple[float, float],
        typer.Option(callback=finite, help="prices of a million input and output tokens", metavar="IN OUT"),
    ] = (0.0, 0.0),
    as_json: Json = False,
) -> None:
    """Run a system on the documents of a benchmark and store its predictions."""
    from dragoman.benchmark import load as load_benchmark
    from dragoman.cli import show
    from dragoman.cli.progress import Running
    from dragoman.systems.budget import Budget, cost
    from dragoman.systems.loading import load, read_card
    from dragoman.systems.protocol import Options
    from dragoman.systems.run import How
    from dragoman.systems.run_folder import run_repeats
    from dragoman.systems.selection import Selection

    if budget is not None and not any(prices):
        raise typer.BadParameter("a budget needs --prices", param_hint="--budget")
    if out is None and not show_prompt:
        raise typer.BadParameter("a folder for the run is needed", param_hint="--out")
    if label_map and system.partition(":")[0] not in {"hf", "spacy"}:
        raise typer.BadParameter(
            "labels of hf: and spacy: are mapped; of others, when they are scored", param_hint="--map"
        )
    chat = chat_options.chat(seed)
    held = load_benchmark(data)
    options = Options(timeout, None if card is None else read_card(card), chat, held, mapped(label_map))
    selection = Selection(split, comma_separated(only), limit)
    if show_prompt or out is None:
        _show_prompt(system, options, selection, as_json=as_json)
        return
    spend = None if budget is None else Budget(budget, prices)
    with redirect_stdout(sys.stderr):  # what a system prints is not part of the result
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
        # Without gold, the predictions can only be validated before they are submitted.
        command, place = "validate", out / "predictions.jsonl"
    else:
        command, place = "score", out
    show.next_command(command + "".join(against), place, again=again, as_json=as_json)
    raise typer.Exit(int(again))


def _in_words(summary: dict[str, Any]) -> dict[str, Any]:
    """Drop empty values from a summary, and format the rest for people."""
    words = {"system": summary["system"], "answers": f"{summary['kept']} kept, {summary['asked']} asked"}
    words |= {key: value for key, value in summary.items() if key not in {"system", "kept", "asked"}}
    words["repairs"] = [f"{name} {count}" for name, count in summary["repairs"].items()]
    words["labels_not_mapped"] = [f"{label} {count}" for label, count in summary["labels_not_mapped"].items()]
    silent = {"seen", "labels_left_out", "failed_pieces", "labels_not_mapped", "repairs", "not_seen", "notes"}
    return {key: value for key, value in words.items() if value or key not in silent}


def _show_prompt(system: str, options: Options, selection: Selection, *, as_json: bool) -> None:
    """Print the messages that a chat model gets for the first selected document."""
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
