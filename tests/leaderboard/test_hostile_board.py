"""A board on which everybody is hostile: in names, cards, addresses, folders and predictions."""

import csv
import io
import json
import os
import shutil
from urllib.parse import urlsplit

import pytest
from payloads import PAYLOADS, URLS, strays, watch
from submitted import CARD, submit, toml

from dragoman.leaderboard.site import build

NAMES = list(PAYLOADS.values())
FIELDS = ("version", "licence", "parameters", "training_data", "offset_unit")


def card(place):
    """A card with another payload in each field; those with the same place are on the same page."""
    payload = [NAMES[(place + step * 5) % len(NAMES)] for step in range(len(FIELDS) + 2)]
    fields = dict(zip(FIELDS, payload, strict=False))
    address = list(URLS.values())[place % len(URLS)]
    return {**CARD, **fields, "authors": [payload[-1]] * 3, "languages": [payload[-2]], "url": address}


@pytest.fixture(scope="module")
def site(tmp_path_factory, benchmark, gold):
    runs, out = tmp_path_factory.mktemp("runs"), tmp_path_factory.mktemp("out") / "site"
    fine = submit(runs, "fine", benchmark, gold, keep=2)
    for place, payload in enumerate(NAMES):
        folder = shutil.copytree(fine, runs / f"run{place:02}" / benchmark.version)
        (folder / "system.toml").write_bytes(toml({**card(place), "name": payload[:120]}))
    for place, payload in enumerate(NAMES):
        name = payload.replace("/", "-").replace("\0", "")[:40].strip(".") or "none"
        folder = runs / f"{name}{place}" / payload.replace("/", "-").replace("\0", "")[:40]
        folder.mkdir(parents=True)
        (folder / "predictions.jsonl").write_text(json.dumps({"id": payload, payload: payload}) + "\n")
        (folder / "result.json").write_text(json.dumps({payload: payload}))
        (folder / "system.toml").write_bytes(toml({"name": payload, "url": payload, "layers": [payload]}))
    build(runs, out, benchmark, lambda items, _: items, reports=False)
    return out


def test_nothing_runs_or_is_asked_for_or_leaves_its_box_and_no_address_is_a_link(site, page):
    watch(page)
    found = {}
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        assert page.locator("h1").is_visible()
        assert page.evaluate("window.ran") is None
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            if seen := strays(page):
                found[path.name, width] = seen
        for target in page.locator("a").evaluate_all("all => all.map(each => each.getAttribute('href'))"):
            assert not urlsplit(target).scheme, target
            file = (path.parent / target.partition("#")[0]).resolve()
            assert file.is_relative_to(site.resolve())
            assert file.is_file()
    assert found == {}
    assert page.bad == []


def test_no_cell_of_the_table_is_a_formula_or_hides_something(site):
    data = (site / "leaderboard.csv").read_bytes().decode()
    table = list(csv.reader(io.StringIO(data, newline="")))
    assert len(table) == 2 + 2 * len(NAMES)
    for cell in (cell for row in table for cell in row):
        assert cell[:1] not in set("=+-@\t\r\n")
        assert not set(cell) & set("\u202e\u202d\u2066\u2067\u2068\u2069\x1b\0\x07")


def test_files_are_named_by_us(site):
    for _, folders, names in os.walk(site):
        for name in {*folders, *names} - {"README.md"}:
            assert name.isascii()
            assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
