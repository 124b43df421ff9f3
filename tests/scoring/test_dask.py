"""The Dask engine on a real cluster of several processes on this machine."""

import json
import os
import random
import signal
import socket
import struct
import threading
import time
from collections import Counter
from contextlib import contextmanager, nullcontext

import pytest
from sides import pair

from dragoman import json_text, scoring
from dragoman.cli import main
from dragoman.problems import DragomanError
from dragoman.scoring import dask, local_cluster

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    # What Dask and its event loop leave behind when a worker is killed is theirs.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
WORKERS = 3


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("distributed", reason="install the extra dask")
    with local_cluster.local_cluster(WORKERS) as running:
        yield running


@contextmanager
def connected(cluster, kind=dask.Steps):
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        yield kind(client)


@pytest.fixture(scope="module")
def files_(tmp_path_factory):
    """Gold and predictions in one file each, and spread over nine shards and seven."""
    root, rng = tmp_path_factory.mktemp("dask"), random.Random(4)
    sides = zip("gp", zip(*(pair(seed) for seed in range(12)), strict=True), (9, 7), strict=True)
    for side, files_of, shards in sides:
        lines = [{**line, "id": f"{line['id']}-{n}"} for n, of in enumerate(files_of) for line in of]
        (root / f"{side}.jsonl").write_bytes(json_text.lines(lines))
        rng.shuffle(lines)
        (root / side).mkdir()
        for at in range(shards):
            (root / side / f"{at}.jsonl").write_bytes(json_text.lines(lines[at::shards]))
    return root


def numbers(result):
    return json_text.pretty([result.scores, result.slices, result.counts, result.coverage])


def score_on(steps, pred, gold, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dask, "cluster", lambda _: nullcontext(steps))
        return scoring.score(pred, gold, engine="dask", intervals=False, **options)


def started(cluster, step):
    """How often a step was begun for each key."""
    began = Counter()
    for key, _before, after, *_ in cluster.scheduler.transition_log:
        if str(key).startswith(f"{step}-") and after == "processing":
            began[key] += 1
    return began


def test_a_cluster_gives_what_one_process_gives_and_reads_no_shard_twice(cluster, files_):
    one = scoring.score(files_ / "p.jsonl", scoring.reference(files_ / "g.jsonl"), intervals=False)
    before = started(cluster, "parse")
    with connected(cluster) as engine:
        many = score_on(engine, files_ / "p", files_ / "g")
    assert numbers(many) == numbers(one)
    assert sorted((started(cluster, "parse") - before).values()) == [1] * 16


def test_the_command_takes_a_scheduler(cluster, files_, tmp_path, monkeypatch, capsys):
    printed = []
    for where in (["local"], ["dask", "--scheduler", cluster.scheduler_address]):
        arguments = ["score", files_ / "p", "--reference", files_ / "g", "--no-intervals", "--json", "--engine", *where]
        monkeypatch.setattr("sys.argv", ["dragoman", *map(str, arguments), "--out", str(tmp_path / where[0])])
        with pytest.raises(SystemExit) as done:
            main()
        assert done.value.code == 0
        printed.append(capsys.readouterr().out)
    assert json.loads(printed[0])["scores"]["entities"]["strict"]["f1"] > 0
    assert printed[0] == printed[1]
    assert (tmp_path / "local").read_bytes() == (tmp_path / "dask").read_bytes()


class Deadly(dask.Steps):
    """Kills a worker as soon as all shards of the reference are read, and notes the shards of what it held."""

    lost: frozenset[str] | None = None

    def gather(self, handles):
        values = super().gather(handles)
        if self.lost is None:
            held = self.client.who_has()
            victim = Counter(at for key, at in held.items() if key.startswith("read_gold")).most_common(1)[0][0][0]
            self.lost = frozenset(self._names[key] for key, at in held.items() if victim in at)
            os.kill(self.client.run(os.getpid, workers=[victim])[victim], signal.SIGKILL)
            # Until the scheduler knows, it may give the dead worker new steps, which would then be begun twice.
            while victim in self.client.scheduler_info(n_workers=-1)["workers"]:
                time.sleep(0.05)
        return values


def test_a_lost_worker_costs_its_own_shards_only(cluster, files_):
    one = scoring.score(files_ / "p.jsonl", scoring.reference(files_ / "g.jsonl"), intervals=False)
    before = started(cluster, "parse")
    with connected(cluster, Deadly) as engine:
        many = score_on(engine, files_ / "p", files_ / "g")
        again = {engine._names[key] for key, times in (started(cluster, "parse") - before).items() if times > 1}
    assert numbers(many) == numbers(one)
    assert again  # the worker that was killed had read something that was wanted still
    assert again <= engine.lost < {str(path) for path in (files_ / "g").iterdir()}


@pytest.fixture
def overlapping(monkeypatch):
    """Nannies that began to wait for the start of a worker while they were waiting for that of another."""
    from distributed.nanny import WorkerProcess

    wait, waiting, found = WorkerProcess._wait_until_connected, Counter(), []

    async def watched(process, *arguments):
        found.extend([process] * waiting[process])
        waiting[process] += 1
        try:
            return await wait(process, *arguments)
        finally:
            waiting[process] -= 1

    monkeypatch.setattr(WorkerProcess, "_wait_until_connected", watched)
    monkeypatch.setattr(WorkerProcess, "_init_msg_interval", 0.4)  # a worker may die long before it is heard
    return found


def test_a_shard_that_kills_its_workers_is_named(cluster, overlapping):
    nannies = cluster.workers.values()  # without those that Dask gives up
    with connected(cluster) as engine:
        good = engine.submit("good.jsonl", str, 1)
        poison = engine.submit("poison.jsonl", os._exit, 1)
        with pytest.raises(DragomanError) as raised:
            engine.gather([good, engine.submit("poison.jsonl", str, poison)])
    assert [(problem.code, problem.file) for problem in raised.value.problems] == [("E850", "poison.jsonl")]
    end = time.monotonic() + 60
    while time.monotonic() < end and not all(
        each.process and each.process.status.name == "running" for each in nannies
    ):
        time.sleep(0.05)
    assert not overlapping


def test_a_shard_that_cannot_be_read_is_named_with_its_line(cluster, files_, tmp_path):
    for at in range(3):
        data = (files_ / "p" / f"{at}.jsonl").read_bytes()
        (tmp_path / f"{at}.jsonl").write_bytes(data + b'{"id": 7}\n' if at == 1 else data)
    with connected(cluster) as engine, pytest.raises(DragomanError) as raised:
        score_on(engine, tmp_path, files_ / "g")
    (problem,) = raised.value.problems
    line = (files_ / "p" / "1.jsonl").read_bytes().count(b"\n") + 1
    assert (problem.code, problem.file, problem.line) == ("E202", str(tmp_path / "1.jsonl"), line)


def test_a_scheduler_that_is_not_there_or_has_no_workers_is_told(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="install the extra dask")
    monkeypatch.setattr(dask, "_WAIT", 0.5)
    with pytest.raises(DragomanError, match="E851: no scheduler answers"), dask.cluster("tcp://127.0.0.1:1"):
        pass
    idle = distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0")
    with (
        idle,
        pytest.raises(DragomanError, match="E851: the scheduler has no workers"),
        dask.cluster(idle.scheduler_address),
    ):
        pass


def test_a_cluster_whose_workers_are_all_lost_is_not_waited_for_forever(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="install the extra dask")
    monkeypatch.setattr(dask, "_WAIT", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as running,
        connected(running) as engine,
        pytest.raises(DragomanError, match="E851: the cluster has lost all its workers"),
    ):
        engine.gather([engine.submit("a.jsonl", str, 1)])


def test_a_local_cluster_ends_even_if_dask_never_hears_that_a_worker_was_started_again(monkeypatch):
    nannies = pytest.importorskip("distributed.nanny", reason="install the extra dask")

    async def hear_nothing(starting, *_):
        await starting.stopped.wait()

    def lose_a_worker():
        with local_cluster.local_cluster(1) as running:
            (nanny,) = running.workers.values()
            monkeypatch.setattr(nannies.WorkerProcess, "_wait_until_connected", hear_nothing)
            lost = nanny.pid
            os.kill(lost, signal.SIGKILL)
            while nanny.pid in (None, lost):
                time.sleep(0.05)
            pids.append(nanny.pid)

    pids = []
    monkeypatch.setattr(local_cluster, "_END", 0.5)
    ending = threading.Thread(target=lose_a_worker, daemon=True)
    ending.start()
    ending.join(timeout=120)
    assert not ending.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


@pytest.mark.parametrize("address", ["{}", "tcp://{}"])
def test_a_port_that_is_no_schedulers_is_refused_before_anything_is_allocated(cluster, monkeypatch, address):
    """A dashboard waits for a request, and what other servers send first is no length."""
    monkeypatch.setattr(dask, "_WAIT", 2.0)
    dashboard = nullcontext(cluster.dashboard_link.split("/")[2])
    for listening in (dashboard, _listening(b"SSH-2.0-OpenSSH_9.2\r\n"), _listening(b"")):
        refused = pytest.raises(DragomanError, match=r"E851: no scheduler answers .* is no Dask scheduler")
        with listening as place, refused, dask.cluster(address.format(place)):
            pass


def test_whatever_a_client_raises_on_other_bytes_is_a_scheduler_that_does_not_answer(monkeypatch):
    def connect(*_, **__):
        raise struct.error("unpack_from requires a buffer of at least 8 bytes")

    monkeypatch.setattr(dask, "_check_greeting", lambda _: None)
    with pytest.raises(DragomanError, match="E851: no scheduler answers"):
        dask._connected(connect, "tcp://127.0.0.1:1")


@contextmanager
def _listening(greeting):
    """Listen on a port that sends this to whoever connects and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            with server.accept()[0] as connection:
                connection.sendall(greeting)

        answering = threading.Thread(target=answer, daemon=True)
        answering.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        answering.join()


def test_workers_of_another_version_are_refused(cluster, monkeypatch):
    monkeypatch.setattr(dask, "__version__", "99.0")
    refused = pytest.raises(DragomanError, match=r"E851: workers have Dragoman .*; this is 99\.0")
    with refused, dask.cluster(cluster.scheduler_address):
        pass


@pytest.mark.parametrize("policy", ["in-order", "first", "all", "strict"])
def test_quotes_and_unknown_fields_are_read_on_the_cluster_as_here(cluster, tmp_path, policy):
    for side in ("gold", "pred"):
        (tmp_path / side).mkdir()
    for at in range(6):
        item = {"quote": "Kim", "type": "PER", "sure": at}
        spans = [{"start": start, "end": start + 3, "type": "PER"} for start in (0, 8)]
        gold = {"id": f"d{at}", "text": "Kim met Kim.", "language": "en", "entities": spans}
        pred = {"id": f"d{at}", "entities": [item] * (at % 4)}
        for side, line in (("gold", gold), ("pred", pred)):
            with (tmp_path / side / f"{at % (2 + (side == 'gold'))}.jsonl").open("ab") as shard:
                shard.write(json_text.lines([line]))
    options = {"quotes": policy, "ignore_unknown_fields": True}
    here = scoring.score(tmp_path / "pred", tmp_path / "gold", intervals=False, **options)
    with connected(cluster) as steps:
        there = score_on(steps, tmp_path / "pred", tmp_path / "gold", **options)
    assert numbers(there) == numbers(here)
    assert there.quotes == policy
    assert there.coverage.unknown_fields == {"entities.sure": 7}
    assert sum(number for way, number in there.coverage.quotes.items() if way != "too often") == 7
