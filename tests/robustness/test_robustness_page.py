"""The page of what edits cost: the costly first, each number with its n, hostile names as text, all on a phone."""

import json
from pathlib import Path

import pytest
from accessible import kinds_and_unnamed
from payloads import PAYLOADS, strays, watch

from dragoman.robustness.measuring import write_page

RESULTS = Path(__file__).resolve().parents[2] / "eval" / "robustness"
NAMES = list(PAYLOADS.values())


@pytest.fixture
def opened(page, tmp_path):
    def open_(result, width=1280):
        watch(page)
        page.set_viewport_size({"width": width, "height": 900})
        (tmp_path / "result.json").write_text(json.dumps(result), encoding="utf-8")
        write_page(tmp_path / "result.json", tmp_path)
        page.goto((tmp_path / "robustness.html").as_uri())
        return page

    return open_


@pytest.fixture
def arabic():
    return json.loads((RESULTS / "arabic_rules.json").read_bytes())


def test_the_page_says_first_what_costs_most_and_in_one_line_what_costs_nothing(opened, arabic):
    page = opened(arabic)
    first = page.get_by_role("heading", name="Highest costs").locator("+ ol > li").all_inner_texts()
    sure = [each for each in arabic["costs"] if each["interval"] and each["interval"][0] > 0]
    worst = max(sure, key=lambda each: each["cost"])
    assert first[0] == (
        f"{worst['edit']} lowers {worst['measure']} from {worst['original']:.3f} to {worst['edited']:.3f}: "
        f"{worst['cost']:+.3f}, {worst['interval'][0]:+.3f} to {worst['interval'][1]:+.3f}, n = 2 documents"
    )
    assert len(first) == 5
    edits = page.get_by_role("region", name="invariance").locator("tr.first").all_inner_texts()
    still = page.get_by_text("No score changed").first.inner_text()
    of = {each["edit"] for each in arabic["costs"] if each["expect"] == "invariance"}
    assert len(edits) + still.count("(") == len(of)
    assert "levant-months (2 documents)" in still
    assert all(edit in of for edit in edits)
    assert page.bad == []


def test_the_costs_are_in_sight_on_a_phone(opened, arabic):
    page = opened(arabic, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert kinds_and_unnamed(page)[1] == []
    for region in ("invariance", "direction"):
        wide = page.get_by_role("region", name=region)
        assert wide.evaluate("each => each.scrollWidth <= each.clientWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_names_and_texts_stay_text(opened, arabic, width):
    edits = {name: NAMES[at % len(NAMES)][:200] + str(at) for at, name in enumerate(arabic["failures"])}
    hostile = json.loads(json.dumps(arabic), object_hook=lambda each: {edits.get(k, k): v for k, v in each.items()})
    for each in (*hostile["costs"], *hostile["shown"], *hostile["memory"]):
        each["edit"] = edits[each["edit"]]
    for at, each in enumerate(hostile["shown"]):
        for step, name in enumerate(("document", "label", "type", "outcome", "predicted")):
            each[name] = NAMES[(at + step) % len(NAMES)]
        each["before"] = each["after"] = [NAMES[(at + step) % len(NAMES)][:300] for step in (7, 8, 9)]
    hostile["system"] = PAYLOADS["end of script"]
    hostile["data"] = dict.fromkeys(hostile["data"], PAYLOADS["override"])
    page = opened(hostile, width)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert page.locator("article").count() == len(hostile["shown"])
    assert page.evaluate("window.ran") is None
    found = strays(page)
    assert found == []
    assert page.bad == []
