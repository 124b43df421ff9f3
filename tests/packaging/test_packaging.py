"""The package: built twice to the same bytes, holding what it should, and enough by itself to score offline."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest

import dragoman

ROOT = Path(__file__).resolve().parents[2]
NO_NETWORK = """
import socket
def refused(*_, **__):
    raise OSError("no network in this test")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
"""


def build(source, out, epoch="1700000000"):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"SOURCE_DATE_EPOCH": epoch}
    command = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", str(out), str(source)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    (sdist,) = out.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    out = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(built[1]) as archive:
        archive.extractall(out, filter="data")
    (folder,) = out.iterdir()
    return folder


def files_below(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_from_the_source_distribution_comes_the_same_wheel_and_source_distribution(built, unpacked, tmp_path):
    for first, second in zip(built, build(unpacked, tmp_path), strict=True):
        assert first.name == second.name
        assert first.read_bytes() == second.read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = set(wheel.namelist())
    package = {f"dragoman/{name}" for name in files_below(ROOT / "src/dragoman")}
    about = {name for name in names if ".dist-info/" in name}
    assert names - about == package
    assert {"dragoman/py.typed", "dragoman/data/1.0.0/manifest.json", "dragoman/systems/prompts/intro.md"} <= names
    assert {name.partition(".dist-info/")[2] for name in about} == {
        *("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"),
    }


def test_the_source_distribution_is_enough_to_build_and_test(unpacked):
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = table["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]
    for name in asked:
        if (ROOT / name).is_dir():
            assert files_below(unpacked / name) == files_below(ROOT / name), name
        elif (ROOT / name).exists():
            assert (unpacked / name).read_bytes() == (ROOT / name).read_bytes()
    assert {path.name for path in unpacked.iterdir()} <= {*asked, "PKG-INFO", ".gitignore"}
    assert {"tests", "corpus", "scripts", "Makefile", "requirements.lock"} <= {path.name for path in unpacked.iterdir()}


def test_twine_finds_nothing_to_complain_of(built):
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, built)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 2


def test_the_description_has_no_link_that_leads_nowhere(built):
    with zipfile.ZipFile(built[0]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        about = BytesParser().parsebytes(wheel.read(name))
    text = about.get_payload(decode=True).decode()
    assert "in the repository and in the source distribution" in text
    targets = re.findall(r"\]\(([^)]*)\)|^\[[^\]]+\]:\s*(\S+)", text, re.MULTILINE)
    assert [target for pair in targets for target in pair if target and not target.startswith(("http", "#"))] == []
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](DATASET_CARD.md)" in readme  # there is something to turn
    assert text.count("`DATASET_CARD.md`") >= readme.count("](DATASET_CARD.md)")
    assert text.count("\n## ") == readme.count("\n## ")


def test_the_wheel_alone_scores_like_the_checkout(built, tmp_path):
    """Installed without the network into an empty environment that sees this one's libraries, in another folder."""
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env/bin/python"
    install = ["pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", "--no-cache-dir"]
    subprocess.run(
        [sys.executable, "-m", *install, "--disable-pip-version-check", str(built[0])], check=True, capture_output=True
    )
    (site,) = (tmp_path / "env/lib").glob("python3*/site-packages")
    (libraries,) = {str(Path(path)) for path in sys.path if path.endswith("site-packages")}
    # A plain path: the .pth files in it, among them that of an editable dragoman, are not read.
    (site / "libraries.pth").write_text(libraries + "\n")
    (site / "sitecustomize.py").write_text(NO_NETWORK)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    predictions = ROOT / "eval/runs/korean_rules" / dragoman.load().version / "predictions.jsonl"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}

    def score(command, environment):
        arguments = ["score", str(predictions), "--no-intervals", "--json"]
        done = subprocess.run(
            [*command, *arguments], cwd=elsewhere, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [python, "-c", "import dragoman; print(dragoman.__file__)"],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(tmp_path))
    checkout = [sys.executable, "-c", "from dragoman.cli import main; main()"]
    from_wheel = score([str(tmp_path / "env/bin/dragoman")], environment)
    assert '"entities.strict"' in from_wheel
    assert from_wheel == score(checkout, environment | {"PYTHONPATH": str(ROOT / "src")})
    assert not list(elsewhere.iterdir())
