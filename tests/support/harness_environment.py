"""The environment of `make harness`: its programs run as processes of their own, since their dependencies and warnings
are not those of the tests."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_SECONDS = 900
"""Timeout of a harness in seconds; a real model is slow on a busy machine."""
LM_EVAL_WITHOUT_ITS_TASKS = """
import functools
from lm_eval.tasks import TaskManager
TaskManager.__init__ = functools.partialmethod(TaskManager.__init__, include_defaults=False)
from lm_eval.__main__ import cli_evaluate
cli_evaluate()
"""
"""The command line of lm-evaluation-harness, with a setting of its library that it has no option for. To read the
14,000 files of its own tasks takes several times as long as all else."""


def python(needs):
    """Return the interpreter of the environment, or None if it is not installed or lacks a module."""
    path = Path(os.environ.get("HARNESS_VENV", ROOT / ".venv-harness")) / "bin" / "python"
    if not path.is_file():
        return None
    found = subprocess.run(
        [path, "-c", f"import importlib.util, sys; sys.exit(importlib.util.find_spec({needs!r}) is None)"], check=False
    )
    return path if found.returncode == 0 else None


def program(name, needs):
    """Return a program of the environment; skip the test with a hint if it is missing."""
    interpreter = python(needs)
    if interpreter is None:
        pytest.skip(f"{name} is not installed: make harness")
    return interpreter.parent / name


def run(arguments, folder, **environment):
    """Run a program with this package's source and without download caches; return its output."""
    known = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONPATH": str(ROOT / "src"),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "TERM": "dumb",
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [str(each) for each in arguments],
        cwd=folder,
        env=known | environment,
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def inspect(folder, url, *arguments):
    """Run a task of inspect_ai against an endpoint; return the path of its log."""
    logs = folder / "logs"
    command = [program("inspect", "inspect_ai"), "eval", *arguments, "--model", "openai-api/local/m"]
    command += ["--log-dir", logs, "--display", "none", "--max-connections", "1"]
    run(command, folder, LOCAL_API_KEY="none", LOCAL_BASE_URL=url)
    (log,) = logs.glob("*.eval")
    return log


def lm_eval(folder, url, task, *arguments, as_installed=False):
    """Run a task of lm-evaluation-harness against an endpoint; return the path of its results folder.

    ``as_installed`` runs its program, which reads all of its own tasks first.
    """
    tasks = ROOT / "src" / "dragoman" / "harness" / "lm_eval_tasks"
    model = f"model=m,base_url={url}/chat/completions,tokenizer_backend=None,tokenized_requests=False,timeout=600"
    alone = [program("python", "lm_eval"), "-c", LM_EVAL_WITHOUT_ITS_TASKS]
    command = [program("lm_eval", "lm_eval")] if as_installed else alone
    command += ["--model", "local-chat-completions", "--model_args", model]
    command += ["--include_path", tasks, "--tasks", task, "--apply_chat_template", "--output_path", folder / "out"]
    run([*command, "--log_samples", *arguments], folder)
    return folder / "out"
