"""Runs that cannot be stale: what is hashed of a system and of what it got, and what is set aside."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from dragoman.benchmark import Benchmark
from dragoman.problems import DragomanError
from dragoman.schema.system_card import SystemCard
from dragoman.systems import provenance, run_files
from dragoman.systems.loading import load
from dragoman.systems.protocol import Chat, Options, System
from dragoman.systems.run import How, run
from dragoman.systems.run_folder import run as run_by_name
from dragoman.systems.selection import Selection

SYSTEM = "def predict(document):\n    return {'dates': []}\n"
FEW = Selection(limit=3)


def quietly(items, _what):
    return items


def ask(name, benchmark, folder, **how):
    summary = run(load(name) if isinstance(name, str) else name, benchmark, folder, quietly, how=How(**how))
    return summary["kept"], summary["asked"]


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine" / "system.py"
    path.parent.mkdir()
    path.write_text(SYSTEM, encoding="utf-8")
    return path


def test_what_did_not_change_is_kept_and_said(benchmark, mine, tmp_path):
    every = len(benchmark.documents)
    assert ask(f"{mine}:predict", benchmark, tmp_path / "run") == (0, every)
    assert ask(f"{mine}:predict", benchmark, tmp_path / "run", jobs=3, strict=True) == (every, 0)
    assert not (tmp_path / "run" / "previous-1").exists()


def test_a_system_that_was_edited_is_asked_anew_and_the_old_run_is_set_aside(benchmark, mine, tmp_path):
    out = tmp_path / "run"
    ask(f"{mine}:predict", benchmark, out, selection=FEW)
    (out / "result.json").write_text("{}")
    old = (out / "log.jsonl").read_bytes()
    for number, text in enumerate(["None", "{'claims': []}"], 1):
        mine.write_text(SYSTEM.replace("{'dates': []}", text), encoding="utf-8")
        assert ask(f"{mine}:predict", benchmark, out, selection=FEW) == (0, 3)
        assert (out / f"previous-{number}" / "log.jsonl").is_file()
    assert (out / "previous-1" / "log.jsonl").read_bytes() == old
    assert (out / "previous-1" / "result.json").is_file()
    assert not (out / "result.json").exists()
    lines = (out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [set(json.loads(line)) for line in lines] == [{"id", "claims"}] * 3


@pytest.mark.parametrize(
    ("code", "helper"),
    [
        ("from dragoman.systems.loading import beside\nhelp = beside(__file__, 'help.py')\n", "help.py"),
        ("from dragoman.systems.loading import beside\nhelp = beside(__file__, '..', 'help.py')\n", "../help.py"),
        ("import sys; sys.path.insert(0, __file__.rpartition('/')[0])\nimport help_of_mine\n", "help_of_mine.py"),
        ("def late():\n    import help_of_mine\n", "help_of_mine.py"),
        ("def late():\n    from package import inner\n", "package/inner.py"),
    ],
)
def test_modules_that_a_file_loads_are_part_of_its_code(benchmark, mine, tmp_path, monkeypatch, code, helper):
    monkeypatch.setattr(sys, "path", list(sys.path))
    path = mine.parent / helper
    path.parent.mkdir(exist_ok=True)
    path.write_text("A = 1\n", encoding="utf-8")
    (mine.parent / "unused.py").write_text("A = 1\n", encoding="utf-8")
    mine.write_text(code + SYSTEM, encoding="utf-8")
    assert ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW) == (0, 3)
    (mine.parent / "unused.py").write_text("A = 2\n", encoding="utf-8")
    assert ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW) == (3, 0)
    path.write_text("A = 2\n", encoding="utf-8")
    for name in ("help_of_mine", "package.inner"):
        monkeypatch.delitem(sys.modules, name, raising=False)  # as in a process that begins
    assert ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW) == (0, 3)


@pytest.fixture
def imported(mine, monkeypatch):
    """A system that was imported as somebody imports a module of their own, with one beside it."""
    monkeypatch.syspath_prepend(str(mine.parent))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # what is written within a second is else taken for the same
    mine.with_name("layer_of_mine.py").write_text("LAYER = 'dates'\n", encoding="utf-8")
    mine.with_name("mine_imported.py").write_text(
        "import layer_of_mine\nSIZE = 1\ndef predict(document):\n    return {layer_of_mine.LAYER: []}\n",
        encoding="utf-8",
    )
    yield importlib.import_module("mine_imported")
    for name in ("mine_imported", "layer_of_mine"):
        sys.modules.pop(name, None)


def edit(module, old, new):
    path = Path(module.__file__)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("seen", [True, False], ids=["run before", "not run before"])
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mine_imported", "layer_of_mine.LAYER: []", "'claims': []"),
        ("mine_imported", "SIZE = 1", "SIZE = 2"),
        ("mine_imported", "SIZE = 1", "SIZE = 1 +"),
        ("layer_of_mine", "'dates'", "'claims'"),
    ],
)
def test_a_function_whose_file_was_edited_is_stored_as_the_code_that_runs(
    benchmark, imported, tmp_path, seen, name, old, new
):
    """In this process the old code runs; in the next one the new."""
    if seen:
        assert ask(System(imported.predict, SystemCard(name="f")), benchmark, tmp_path, selection=FEW) == (0, 3)
    edit(sys.modules[name], old, new)
    edited = run(System(imported.predict, SystemCard(name="f")), benchmark, tmp_path, quietly, how=How(selection=FEW))
    assert (edited["kept"], edited["asked"]) == ((3, 0) if seen else (0, 3))
    assert f"{name}.py" in edited["notes"][0]
    again = run(System(imported.predict, SystemCard(name="f")), benchmark, tmp_path, quietly, how=How(selection=FEW))
    assert (again["kept"], again["notes"]) == (3, edited["notes"])
    if new.endswith("+"):
        return  # what cannot be loaded again
    for module in (sys.modules["layer_of_mine"], imported):
        importlib.reload(module)
    assert ask(System(imported.predict, SystemCard(name="f")), benchmark, tmp_path, selection=FEW) == (0, 3)
    assert provenance.of_function(imported.predict).edited == ()


def test_a_function_of_before_its_module_was_loaded_again_is_not_taken_for_the_new_one(imported):
    old = imported.predict
    before = provenance.of_function(old)
    edit(imported, "layer_of_mine.LAYER", "'claims'")
    importlib.reload(imported)
    assert provenance.of_function(old).edited == ("mine_imported.py",)
    assert provenance.of_function(old).parts not in (before.parts, provenance.of_function(imported.predict).parts)
    assert provenance.of_function(imported.predict).edited == ()


def test_what_a_module_changes_of_itself_is_no_edit(mine, monkeypatch):
    mine.write_text(
        "FOUND = {}\nCOUNT = 0\ndef predict(document):\n    global COUNT\n    COUNT += 1\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(mine.parent))
    spec = importlib.util.spec_from_file_location("mine_counting", mine)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "mine_counting", module)
    module.predict(None)
    module.FOUND["a"] = 1
    assert provenance.of_function(module.predict).edited == ()


def test_a_module_beside_a_system_that_was_edited_is_loaded_anew(benchmark, mine, tmp_path):
    mine.write_text(
        "from dragoman.systems.loading import beside\nhelp = beside(__file__, 'help.py')\n"
        "def predict(document):\n    return {help.LAYER: []}\n",
        encoding="utf-8",
    )
    for layer in ("dates", "claims"):
        mine.with_name("help.py").write_text(f"LAYER = {layer!r}\n", encoding="utf-8")
        assert ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW) == (0, 3)
        lines = (tmp_path / "run" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
        assert [set(json.loads(line)) for line in lines] == [{"id", layer}] * 3


def test_bytes_of_a_program_and_of_files_among_its_arguments_are_its_code(tmp_path):
    data = tmp_path / "data.txt"
    data.write_text("a")
    before = provenance.of_command([sys.executable, str(data), "--fast"])
    assert provenance.of_command([sys.executable, str(data), "--fast"]) == before
    assert provenance.of_command([sys.executable, str(data), "--slow"]).parts != before.parts
    data.write_text("b")
    assert provenance.of_command([sys.executable, str(data), "--fast"]).parts != before.parts
    assert "what lies in" in provenance.of_command([sys.executable, str(tmp_path)]).unseen[0]
    assert any("loads" in what for what in before.unseen)


def test_every_file_of_a_models_folder_is_its_code(tmp_path):
    (tmp_path / "model" / "deep").mkdir(parents=True)
    (tmp_path / "model" / "deep" / "weights").write_bytes(b"1")
    before = provenance.of_model("m", tmp_path / "model", ("msgspec",))
    assert before.parts["msgspec"] == msgspec.__version__
    (tmp_path / "model" / "deep" / "weights").write_bytes(b"2")
    assert provenance.of_model("m", tmp_path / "model", ("msgspec",)) != before
    assert provenance.of_model("m", None, ("msgspec",)).unseen == ("the files of the model",)
    assert provenance.of_model("m", None, ("msgspec",), "abc").unseen == ()


def test_the_version_of_a_distribution_is_its_code():
    code = provenance.of_function(msgspec.json.schema_components)
    assert code.parts["distribution msgspec"] == msgspec.__version__
    assert sorted(code.parts) == ["_json_schema.py", "distribution msgspec", "function"]


def test_what_cannot_be_seen_of_a_function_is_said():
    word = "a"
    assert "values that it holds" in provenance.of_function(lambda _: word).unseen
    assert "its code" in provenance.of_function(len).unseen
    first, second = (lambda _: 1), (lambda _: 2)
    assert provenance.of_function(first) == provenance.of_function(first)
    made = {}
    exec("def f(_):\n    return {}", made)  # a function without a file
    assert "its code" in provenance.of_function(made["f"]).unseen
    assert provenance.of_function(first).parts["function"] != provenance.of_function(made["f"]).parts["function"]
    assert second


def test_a_document_that_changed_is_asked_about_anew_and_the_others_are_kept(benchmark, mine, tmp_path):
    changed = benchmark.split("test")[1].id

    class Mine(Benchmark):
        def split(self, name):
            return [
                msgspec.structs.replace(d, published="1999-01-01") if d.id == changed else d
                for d in benchmark.split(name)
            ]

    every = len(benchmark.documents)
    ask(f"{mine}:predict", benchmark, tmp_path / "run")
    other = Mine(benchmark.release)
    assert ask(f"{mine}:predict", other, tmp_path / "run", selection=Selection(split="dev"))[1] == 0
    lines = (tmp_path / "run" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert changed not in [json.loads(line)["id"] for line in lines]  # its answer is stale
    assert ask(f"{mine}:predict", other, tmp_path / "run") == (every - 1, 1)


def test_gold_is_no_part_of_what_a_system_got(benchmark, mine, tmp_path):
    class Mine(Benchmark):
        def split(self, name):
            return [msgspec.structs.replace(d, entities=[], claims=[]) for d in benchmark.split(name)]

    ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW)
    assert ask(f"{mine}:predict", Mine(benchmark.release), tmp_path / "run", selection=FEW) == (3, 0)


@pytest.mark.parametrize(
    "change",
    [{"temperature": 0.5}, {"seed": 2}, {"examples": 0}, {"layers": ("dates",)}, {"form": "text"}, {"pieces": 200}],
)
def test_a_chat_model_that_is_asked_otherwise_is_asked_anew(benchmark, change):
    pytest.importorskip("openai")

    def hashes(timeout=5.0, base_url="http://127.0.0.1:1/v1", **chat):
        system = load("chat:m", Options(timeout, chat=Chat(base_url=base_url, **chat), benchmark=benchmark))
        return [provenance.of_answer(system.code, system.given(d)) for d in benchmark.split("test")]

    usual = hashes()
    assert hashes(9.0, "http://127.0.0.1:2/v1") == usual
    same = [a == b for a, b in zip(hashes(**change), usual, strict=True)]
    # A document that is no longer than a piece is asked about as before.
    assert not any(same) if "pieces" not in change else not all(same)


def test_fresh_asks_again_and_sets_the_old_answers_aside(benchmark, mine, tmp_path):
    ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW)
    assert ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW, fresh=True) == (0, 3)
    assert (tmp_path / "run" / "previous-1" / "predictions.jsonl").is_file()


def test_an_old_log_without_hashes_is_set_aside(benchmark, mine, tmp_path):
    ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW)
    log = tmp_path / "run" / "log.jsonl"
    old = [{k: v for k, v in json.loads(line).items() if k != "hash"} for line in log.read_text("utf-8").splitlines()]
    log.write_text("".join(json.dumps(entry) + "\n" for entry in old), encoding="utf-8")
    assert ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=FEW) == (0, 3)
    assert (tmp_path / "run" / "previous-1" / "log.jsonl").is_file()


def test_what_was_interrupted_while_it_was_set_aside_ends_in_one_folder(tmp_path):
    names = ("predictions.jsonl", "system.toml", "log.jsonl")
    for name in names:
        (tmp_path / name).write_text(name)
    (tmp_path / "previous-1").mkdir()
    (tmp_path / "predictions.jsonl").rename(tmp_path / "previous-1" / "predictions.jsonl")
    assert run_files.set_aside(tmp_path, run_files.own_files(tmp_path)) == "previous-1"
    assert sorted(path.name for path in (tmp_path / "previous-1").iterdir()) == sorted(names)
    assert run_files.set_aside(tmp_path, run_files.own_files(tmp_path)) == ""


def test_documents_are_selected(benchmark):
    test, dev = benchmark.split("test"), benchmark.split("dev")
    assert Selection().documents(benchmark) == benchmark.documents
    assert Selection("test").documents(benchmark) == test
    assert Selection(limit=2).documents(benchmark, [benchmark.documents[0].id]) == benchmark.documents[1:3]
    assert Selection(only=(dev[1].id, dev[0].id)).documents(benchmark) == dev[:2]


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        (Selection("train"), "E702"),
        (Selection(only=("no.such",)), "E206"),
        (Selection(limit=0), "E206"),
    ],
)
def test_a_selection_that_is_none_is_refused(benchmark, mine, tmp_path, selection, code):
    with pytest.raises(DragomanError, match=code):
        ask(f"{mine}:predict", benchmark, tmp_path / "run", selection=selection)
    assert not (tmp_path / "run").exists()


def test_tracebacks_and_lines_of_a_program_are_in_the_log(benchmark, mine, tmp_path):
    mine.write_text("def predict(document):\n    return inner()\ndef inner():\n    return 1 / 0\n", encoding="utf-8")
    ask(f"{mine}:predict", benchmark, tmp_path / "a", selection=FEW)
    entry = json.loads((tmp_path / "a" / "log.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert "ZeroDivisionError" in entry["problems"][0]
    assert "in inner" in entry["traceback"]
    code = "import sys\nfor line in sys.stdin: print('  {\"dates\": []}', flush=True)"
    (tmp_path / "p.py").write_text(code)
    ask(f"cmd:{sys.executable} {tmp_path / 'p.py'}", benchmark, tmp_path / "b", selection=FEW)
    entry = json.loads((tmp_path / "b" / "log.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (entry["status"], entry["raw"]) == ("answered", '  {"dates": []}')


def test_repeats_lie_in_folders_of_their_own_and_grow(benchmark, mine, tmp_path):
    out, name = tmp_path / "run", f"{mine}:predict"
    first = run_by_name(name, out, data=benchmark, limit=2).summary
    assert (first["kept"], first["asked"], "repeats" in first) == (0, 2, False)
    second = run_by_name(name, out, data=benchmark, limit=2, repeats=3).summary
    assert (second["kept"], second["asked"], second["repeats"]) == (2, 4, 3)
    assert (out / "repeat-3" / "predictions.jsonl").is_file()
    third = run_by_name(name, out, data=benchmark, limit=2).summary
    assert (third["kept"], third["asked"], third["repeats"]) == (6, 0, 3)
    fewer = run_by_name(name, out, data=benchmark, limit=2, repeats=2).summary
    assert (fewer["kept"], fewer["repeats"], fewer["set_aside"]) == (4, 2, "previous-1")
    assert (out / "previous-1" / "repeat-3" / "log.jsonl").is_file()
    mine.write_text(SYSTEM + "# edited\n", encoding="utf-8")
    edited = run_by_name(name, out, data=benchmark, limit=2).summary
    assert (edited["kept"], edited["asked"], edited["repeats"]) == (0, 4, 2)
    assert (out / edited["set_aside"] / "repeat-2" / "log.jsonl").is_file()


def test_the_command_says_how_many_were_kept(mine, tmp_path):
    command = [sys.executable, "-m", "dragoman", "run", f"{mine}:predict", "--out", str(tmp_path / "run")]
    for selected, expected in (
        (["--split", "dev", "--limit", "2"], "0 kept, 2 asked"),
        (["--split", "test", "--limit", "1"], "0 kept, 1 "),
    ):
        done = subprocess.run([*command, *selected], capture_output=True, text=True, check=True)
        assert f"answers: {expected}" in done.stdout
    done = subprocess.run([*command, "--split", "dev", "--limit", "2"], capture_output=True, text=True, check=True)
    assert "answers: 2 kept, 0 asked" in done.stdout


def test_the_card_that_is_written_says_all_that_a_submission_has_to(benchmark, mine, tmp_path):
    card = SystemCard(name="mine", authors=["Me"])
    summary = run(System(lambda _: {"dates": []}, card), benchmark, tmp_path / "run", quietly)
    assert summary["card_lacks"] == ["version", "licence", "parameters", "training_data"]
    written = run_files.files.read_toml(tmp_path / "run" / "system.toml")
    assert written["authors"] == ["Me"]
    assert (written["licence"], written["layers"], written["languages"]) == ("unknown", ["dates"], ["ko-KP", "ar"])
