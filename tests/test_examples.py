"""Examples in docstrings of the packages that need no files of their own are true."""

import doctest
import importlib
from pathlib import Path

import dragoman

PACKAGE = Path(dragoman.__file__).parent
FOLDERS = (".", "authoring/review", "formats", "languages", "matching", "text", "timex")


def test_examples_in_docstrings_are_true():
    paths = [path for folder in FOLDERS for path in (PACKAGE / folder).glob("*.py")]
    with_examples = [path for path in paths if ">>>" in path.read_text("utf-8") and path != PACKAGE / "__init__.py"]
    assert len(with_examples) > 20
    for path in with_examples:
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        done = doctest.testmod(module, extraglobs={"dragoman": dragoman}, report=False)
        assert done.attempted > 0, path
        assert done.failed == 0, path
