"""A release folder, and a Hub on loopback that is made anew for each test."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hub_server import TOKEN, Hub

from dragoman.authoring import release_folder
from dragoman.release import source_root
from dragoman.release.content import Release

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def whole_folder(tmp_path_factory):
    """The release folder that scripts/release.py writes."""
    out = tmp_path_factory.mktemp("whole")
    release_folder.write(source_root.assemble(ROOT), ROOT, out)
    return out


@pytest.fixture(scope="session")
def bare_folder(tmp_path_factory):
    """The release folder without texts that scripts/release.py writes."""
    out = tmp_path_factory.mktemp("bare")
    release_folder.write_standoff(source_root.assemble(ROOT), ROOT, out)
    return out


@pytest.fixture(scope="session")
def published_folder(tmp_path_factory):
    """The same with two rows a split, so that the many failures are tried quickly; never changed."""
    release = source_root.assemble(ROOT)
    rows = {config: {split: part[:2] for split, part in splits.items()} for config, splits in release.rows.items()}
    out = tmp_path_factory.mktemp("small")
    release_folder.write(Release(release.name, release.version, rows), ROOT, out)
    return out


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """An empty Hub; the token that it takes is in the environment, and the cache is empty."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf-home"))
    with Hub() as server:
        yield server
        # Its connections would otherwise be closed in the middle of some other test.
        pytest.importorskip("huggingface_hub", reason="install the extra `hub`").close_session()
