"""The command that runs a system."""

from __future__ import annotations

import math
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from dragoman.cli.options import Data, Json


def _finite(value: float | tuple[float, ...] | None) -> float | tuple[float, ...] | None:
    """Refuse NaN and infinity, which are neither below the least value nor above the most."""
    numbers = value if isinstance(value, tuple) else (value or 0.0,)
    if not all(math.isfinite(number) for number in numbers):
        raise typer.BadParameter("a number is needed, neither inf nor nan")
    if isinstance(value, tuple) and min(numbers) < 0:
        raise typer.BadParameter("a price is 0 or more")
    return value


def run(
    system: Annotated[
        str,
        typer.Argument(
            help="path.py:function, pkg.module:function, cmd:PROGRAM, chat:MODEL, hf:MODEL or spacy:PIPELINE",
            metavar="SYSTEM",
        ),
    ],
    out: Annotated[Path, typer.Option(help="the run's folder; an interrupted run is resumed", metavar="RUN")],
    data: Data = None,
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
    examples: Annotated[int, typer.Option(min=0, max=10, help="chat: examples a language, from dev")] = 2,
    form: Annotated[str, typer.Option(help="chat: json_schema, json_object or text")] = "json_schema",
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
    """Run a system on every document and keep its predictions."""
    from dragoman.benchmark import load as load_benchmark
    from dragoman.cli import show
    from dragoman.cli.progress import Running
    from dragoman.systems.loading import load, read_card
    from dragoman.systems.protocol import Chat, Options
    from dragoman.systems.run import Budget, cost
    from dragoman.systems.run import run as run_system

    if form not in {"json_schema", "json_object", "text"}:
        raise typer.BadParameter("json_schema, json_object or text", param_hint="--form")
    if budget is not None and not any(prices):
        raise typer.BadParameter("a budget needs --prices", param_hint="--budget")
    chat = Chat(base_url, temperature, seed, max_tokens, examples, form)  # type: ignore[arg-type]
    options = Options(timeout, None if card is None else read_card(card), chat)
    spend = None if budget is None else Budget(budget, prices)
    with redirect_stdout(sys.stderr):  # what a system prints is not the outcome
        loaded = load(system, options)
        bar = Running(prices)
        summary = run_system(loaded, load_benchmark(data), out, bar.over, jobs=jobs, budget=spend, on_tokens=bar.count)
    if any(prices):
        summary["cost"] = round(cost(summary["tokens"] or (0, 0), prices), 6)
    show.summary(summary, as_json=as_json)
    show.next_command("score", out, again=bool(summary["failed"] or summary["not_asked"]), as_json=as_json)
    raise typer.Exit(int(bool(summary["failed"] or summary["not_asked"])))
