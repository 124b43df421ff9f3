"""The documentation's site: its menu holds every page, its reference every name and command, its examples are true."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest
import typer

import dragoman

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def _pages(nav: Any) -> list[str]:
    """Every file that a part of the menu names."""
    if isinstance(nav, str):
        return [nav]
    return [page for part in (nav.values() if isinstance(nav, dict) else nav) for page in _pages(part)]


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    import yaml

    return yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def test_the_menu_holds_every_page_once(config):
    assert sorted(_pages(config["nav"])) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_the_site_asks_no_other_host(config):
    assert config["theme"]["font"] is False
    assert config["use_directory_urls"] is False
    assert "analytics" not in config["extra"]
    assert [next(iter(plugin)) for plugin in config["plugins"]] == ["mkdocstrings"]  # search needs a server


def test_links_of_pages_lead_to_files():
    for page in DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target):
                assert (DOCS / target).exists(), f"{page.name}: {target}"


def test_the_reference_has_every_public_name():
    named = set(re.findall(r"^::: dragoman\.(\w+)$", (DOCS / "reference.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert named == set(dragoman.__all__) - {"__version__"}


def test_the_reference_has_every_command():
    from dragoman.cli.app import app

    group = typer.main.get_command(app)
    context = typer.Context(group)
    commands = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        below = command.list_commands(context) if hasattr(command, "list_commands") else []
        commands += [f"dragoman {name} {step}" for step in below] or [f"dragoman {name}"]
    named = re.findall(r"^\| `(dragoman [^`]+)`", (DOCS / "reference.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(commands)


def test_the_examples_in_python_are_true(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = doctest.testfile(str(DOCS / "python.md"), module_relative=False, encoding="utf-8")
    assert done.attempted > 20
    assert not done.failed
