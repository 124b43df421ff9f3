"""The small benchmark with a name and a version, so that kits can be made of it."""

import shutil

import made_up_review
import pytest


@pytest.fixture(scope="session")
def root(tmp_path_factory):
    folder = shutil.copytree(made_up_review.BASE, tmp_path_factory.mktemp("reviewed") / "root")
    with (folder / "corpus" / "sources.toml").open("a", encoding="utf-8") as table:
        table.write('\n[dataset]\nname = "small"\nversion = "0.1.0"\n')
    return folder
