"""What all tests share: no network, and with REQUIRE_ALL=1 a skipped test is a failure."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

import dragoman
from dragoman import scoring

# No deadline: a busy machine is not a defect. The seed is fixed so that a failure in CI is a failure everywhere.
settings.register_profile("dragoman", deadline=None, derandomize=True)
settings.load_profile("dragoman")


class SlowFirst(LoadFileScheduling):
    """Distributes files to processes: files that share a server as one unit, and slow files first.

    xdist alone starts with the files that have the most tests, so slow ones run last and the other processes wait.
    """

    GROUPS = ("tests/authoring/label_studio/test_label_studio_",)
    SLOW = (
        *GROUPS,
        "tests/systems/test_real_model",
        "tests/harness/",
        "tests/goldens/",
        "tests/service/",
        "tests/leaderboard/test_hostile_board",
        "tests/leaderboard/test_board_pages",
        "tests/leaderboard/test_site",
        "tests/reports/",
        "tests/scoring/test_dask",
        "tests/scoring/test_streaming",
    )

    def _split_scope(self, nodeid):
        return next((group for group in self.GROUPS if nodeid.startswith(group)), super()._split_scope(nodeid))

    def _assign_work_unit(self, node):
        slow = next((scope for scope in self.workqueue if scope.startswith(self.SLOW)), None)
        if slow is not None:
            self.workqueue.move_to_end(slow, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return SlowFirst(config, log) if config.getoption("dist") == "loadfile" else None


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


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium, driven by Playwright; a page of its own for each test comes from ``page``."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium: install the Debian package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-sync",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def laptop(chromium, tmp_path_factory):
    """A context for the pages of all tests: laptop size, light scheme.

    Its first page stays open, and with it the process that draws pages of files: a new one takes more than a test.
    """
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    standing = tmp_path_factory.mktemp("standing") / "page.html"
    standing.write_text("<!doctype html>")
    context.new_page().goto(standing.as_uri())
    yield context
    context.close()


@pytest.fixture
def page(laptop):
    """An empty page of its own for each test, whose browser remembers nothing of other tests."""
    made = laptop.new_page()
    yield made
    address = urlsplit(made.url)
    standing, *others = laptop.pages
    for other in others:
        other.close()
    laptop.clear_cookies()
    # Not by DevTools: a page of files that is opened next could still be told of it, and lose what it has stored.
    standing.evaluate("localStorage.clear()")
    if address.netloc:
        devtools = laptop.new_cdp_session(standing)
        origin = f"{address.scheme}://{address.netloc}"
        devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        devtools.detach()
