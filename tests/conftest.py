"""What all tests share: no network, and with REQUIRE_ALL=1 a skipped test is a failure."""

import os

import pytest
from hypothesis import settings

import dragoman
from dragoman import scoring

# No deadline: a busy machine is not a defect. The seed is fixed so that a failure in CI is a failure everywhere.
settings.register_profile("dragoman", deadline=None, derandomize=True)
settings.load_profile("dragoman")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("REQUIRE_ALL") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, although REQUIRE_ALL=1: {report.longrepr}"


@pytest.fixture(scope="session")
def benchmark():
    """The bundled benchmark."""
    return dragoman.load()


@pytest.fixture(scope="session")
def split(benchmark):
    """A split of it that has gold."""
    return next(name for name in reversed(benchmark.splits) if any(d.layers_annotated for d in benchmark.split(name)))


@pytest.fixture(scope="session")
def gold(benchmark, split):
    return scoring.from_benchmark(benchmark, split)
