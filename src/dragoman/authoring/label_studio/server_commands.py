"""The subcommands `serve`, `stop` and `config` of scripts/annotate.py."""

from __future__ import annotations

import subprocess
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman import files
from dragoman.authoring.adjudication import read_documents
from dragoman.authoring.label_studio import config, server
from dragoman.languages import short_tag

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add(subcommands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommands to a parser."""
    serve = subcommands.add_parser("serve", help="start a Label Studio of one's own on the loopback")
    serve.add_argument("--port", type=int, default=0, help="where it listens (default: any free port)")
    serve.set_defaults(action=_serve)
    stop = subcommands.add_parser("stop", help="end it; its data stay")
    stop.set_defaults(action=_stop)
    for parser in (serve, stop):
        parser.add_argument("--data-dir", type=Path, metavar="DIR", help="its folder (default: build/label-studio)")
    written = subcommands.add_parser("config", help="write annotations/label_studio/*.xml anew from the schema")
    written.set_defaults(action=_config)
    for parser in (serve, stop, written):
        parser.add_argument("--root", type=Path, default=SUPPRESS, metavar="DIR", help=SUPPRESS)
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help=SUPPRESS)


def _data(options: Namespace) -> Path:
    given: Path | None = options.data_dir
    return given or options.root / "build" / "label-studio"


def _serve(options: Namespace) -> tuple[dict[str, Any], int]:
    if not (server.environment(options.root) / "bin" / "label-studio").exists():
        # Its output goes to stderr: stdout is for the outcome.
        subprocess.run(["make", "-C", str(options.root), "label-studio"], stdout=sys.stderr, check=False)  # noqa: S603, S607
    return server.serve(options.root, _data(options), options.port, _waiting), 0


def _waiting(seconds: float) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rwaiting for Label Studio: {seconds:.0f} s ")


def _stop(options: Namespace) -> tuple[dict[str, Any], int]:
    return server.stop(_data(options)), 0


def _config(options: Namespace) -> tuple[dict[str, Any], int]:
    folder = options.root / "annotations" / "label_studio"
    texts: dict[str, list[str]] = {}
    for document in read_documents(options.root).values():
        texts.setdefault(short_tag(document.language), []).append(document.text)
    pages = {language: config.make(language, "\n".join(own)) for language, own in texts.items()}
    return {"written": [x for x, page in pages.items() if files.write(folder / f"{x}.xml", page.encode())]}, 0
