"""Labels edited by hand in a real browser, on a real server, come back as exactly the changes that were made."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as NotInTime

from dragoman.authoring.adjudication import read_decisions, read_documents
from dragoman.authoring.label_studio import (
    client,
    comparison_answers,
    comparison_tasks,
    config,
    controls,
    file_kinds,
    push_items,
    sync,
)

pytestmark = pytest.mark.enable_socket
ROOT = Path(__file__).parents[3]
DOCUMENTS = read_documents(ROOT)
# Projects of their own, so that what is edited here is not in the way of other tests on the same server.
BY_HAND = replace(file_kinds.GOLD, name="by hand")
DECIDED_BY_HAND = replace(file_kinds.of_comparison("a", "b"), name="compare by hand")

# Where the first occurrence of some text is on the screen, in pixels; the text is brought into sight first.
PLACE = """(wanted) => {
  const nodes = document.createTreeWalker(document.querySelector('[class*=htx-richtext]'), NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const at = node.data.indexOf(wanted);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + wanted.length);
    node.parentElement.scrollIntoView({block: 'center'});
    const box = range.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
  }
  return null;
}"""


@pytest.fixture(scope="module")
def server(label_studio):
    with client.Server(label_studio["url"], label_studio["token"]) as made:
        yield made


@pytest.fixture(scope="module")
def pushed(server):
    found = push_items.of_files(ROOT, BY_HAND, DOCUMENTS)
    sync.push(server, BY_HAND, found, config=config.make, progress=lambda work, _: iter(work))


@pytest.fixture
def annotator(page, label_studio):
    """A page on which somebody has logged in."""
    page.set_default_timeout(20_000)
    page.set_viewport_size({"width": 1500, "height": 950})
    page.goto(f"{label_studio['url']}/user/login/")
    page.fill("input[name=email]", label_studio["user"])
    page.fill("input[name=password]", label_studio["password"])
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/user/login" not in url)
    return page


def open_task(page, label_studio, server, document, point=""):
    """Open the task of a document, or of a point of it, on the labelling page."""
    for project in server.projects():
        for task in server.tasks(project["id"]):
            if task["data"].get("document") == document and task["data"].get("point", "") == point:
                page.goto(f"{label_studio['url']}/projects/{project['id']}/data?task={task['id']}")
                try:
                    page.wait_for_selector(".htx-highlight")
                except NotInTime:
                    # On a busy machine Label Studio was seen to open a task and draw nothing.
                    page.reload()
                    page.wait_for_selector(".htx-highlight")
                page.wait_for_load_state("networkidle")
                return
    pytest.fail(f"{document} is on no project")


# A point in a region's own text, outside of the regions that lie in it.
SPOT = """element => {
  element.scrollIntoView({block: 'center'});
  const own = [...element.childNodes].find(node => node.nodeType === 3 && node.data.trim().length > 1);
  const range = document.createRange();
  range.selectNodeContents(own || element);
  const box = range.getClientRects()[0];
  const whole = element.getBoundingClientRect();
  return [(box.left + box.right) / 2 - whole.left, (box.top + box.bottom) / 2 - whole.top];
}"""


def click(page, label):
    # Of a region that is broken by others, the element with the most text is the one with text of its own.
    elements = page.locator(f'[class*="htx-highlight-{label}-"]')
    element = max(elements.all(), key=lambda element: len(element.inner_text()))
    left, top = element.evaluate(SPOT)
    element.click(position={"x": left, "y": top})


def select(page, label):
    page.keyboard.press("Escape")
    click(page, label)
    page.get_by_label("Delete selected region").wait_for()


def drag(page, text):
    left, top, right, bottom = page.evaluate(PLACE, text)
    middle = (top + bottom) / 2
    page.mouse.move(left + 1, middle)
    page.mouse.down()
    page.mouse.move((left + right) / 2, middle, steps=4)
    page.mouse.move(right - 1, middle, steps=4)
    page.mouse.up()


def dismiss(dialog):
    """Close a dialog; a click during its opening animation can be lost, so it is repeated as a person would."""
    for _ in range(5):
        try:
            dialog.get_by_role("button").click(timeout=3_000)
            return dialog.wait_for(state="hidden", timeout=3_000)
        except Error:
            continue
    return dialog.wait_for(state="hidden")


def relate(page, source, target, label):
    select(page, source)
    page.get_by_label("Create Relation").click()
    click(page, target)
    page.keyboard.press("Escape")
    page.locator("#Relations-draggable").click()
    line = page.locator(".lsf-relations__item").last
    line.hover()
    line.get_by_label("Show Relation Labels").click()
    page.locator(".lsf-relation-meta [data-testid='select-trigger-']").last.click()
    page.get_by_role("option", name=label, exact=True).click()
    page.keyboard.press("Escape")
    page.locator("#Regions-draggable").click()


EDITS = {
    "000.article-1": {
        "new": "실례",
        "retype": ("e41", "GPE", "LOC"),
        "date": ("d3", "2020-09", "2020-08"),
        "relation": ("c14", ["e45"], "e51"),
        "delete": "e50",
    },
    "004.article-1": {
        "new": "البنية",
        "retype": ("e54", "GPE", "LOC"),
        "date": ("d2", "XXXX-WXX-2", "2023"),
        "relation": ("c9", ["e34"], "e55"),
        "delete": "e53",
    },
}
KEY_OF = {"PER": "1", "LOC": "4"}


@pytest.mark.parametrize("document", EDITS)
def test_edits_by_hand_come_back_as_exactly_these_changes(annotator, label_studio, server, pushed, tmp_path, document):
    page, edit = annotator, EDITS[document]
    open_task(page, label_studio, server, document)
    page.keyboard.press(KEY_OF["PER"])
    drag(page, edit["new"])
    left, top, right, bottom = page.evaluate(PLACE, edit["new"])
    page.mouse.click((left + right) / 2, (top + bottom) / 2)
    page.locator(".dragoman-fields input[name=NAM]").check()
    label, _, new_type = edit["retype"]
    select(page, label)
    page.keyboard.press(KEY_OF[new_type])
    date, _, value = edit["date"]
    select(page, date)
    page.locator(".dragoman-fields").get_by_label("Edit Region").locator("visible=true").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(value)
    page.keyboard.press("Enter")
    claim, before, claimant = edit["relation"]
    relate(page, claim, claimant, "claimant")
    select(page, edit["delete"])
    page.get_by_label("Delete selected region").click()
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PATCH"):
        page.get_by_label("submit").click()
    for part in ("corpus", "annotations"):
        shutil.copytree(ROOT / part, tmp_path / part)
    outcome = sync.pull(server, BY_HAND, DOCUMENTS, tmp_path, progress=lambda work, _: iter(work))
    assert outcome.aside == [], outcome.aside
    found = {
        (change["layer"], change["label"], change["change"], change.get("field")): change
        for change in outcome.changes
        if change["document"] == document
    }
    new = [key for key in found if key[2] == "added"]
    assert set(found) == {
        *new,
        ("entities", label, "changed", "type"),
        ("dates", date, "changed", "value"),
        ("claims", claim, "changed", "claimants"),
        ("entities", edit["delete"], "removed", None),
    }
    assert [(found[key]["layer"], found[key]["type"], found[key]["text"]) for key in new] == [
        ("entities", "PER", edit["new"])
    ]
    retyped, dated = found["entities", label, "changed", "type"], found["dates", date, "changed", "value"]
    assert (retyped["before"], retyped["after"]) == edit["retype"][1:]
    assert (dated["before"], dated["after"]) == edit["date"][1:]
    related = found["claims", claim, "changed", "claimants"]
    assert related["before"] == before
    assert related["after"] == [*before, claimant]
    # The new mention stands for no entity of the registry yet, and the days of the date no longer follow.
    judged = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check.py", "--root", tmp_path, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 1
    said = [problem for problem in json.loads(judged.stdout)["problems"] if document in json.dumps(problem)]
    assert any(edit["new"] in problem["what"] or new[0][1] in problem["path"] for problem in said), said


def answer(page, keep, reason):
    page.locator(f".dragoman-point input[name='{keep}']").check()
    page.locator(".dragoman-point textarea").fill(reason)
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST"):
        page.get_by_test_id("bottombar-submit-button").click()


def test_points_decided_by_hand_come_back_as_decisions(annotator, label_studio, server, tmp_path):
    page, document, reason = annotator, "000.related-08", "a description and no name"
    found = [i for i in comparison_tasks.of_comparison(ROOT, ("a", "b"), DOCUMENTS) if i.document.id[:6] == "000.re"]
    sync.push(server, DECIDED_BY_HAND, found, config=config.make_comparison, progress=lambda work, _: iter(work))
    lone = next(item for item in found if item.point == "entities a:e1 b:-")
    open_task(page, label_studio, server, lone.document.id, lone.point)
    assert "has no such label" in page.locator(".dragoman-point").inner_text()
    page.get_by_test_id("bottombar-submit-button").click()
    asked = page.locator(".ant-modal-wrap", has_text="Choose what is to be kept.")
    asked.get_by_role("button").click()
    asked.wait_for(state="hidden")
    answer(page, "neither", reason)
    open_task(page, label_studio, server, document, "entities a:e10 b:e10")
    page.locator(".lsf-labels-list").last.click()
    page.get_by_label("Delete selected region").click()
    page.locator(".lsf-labels-list").first.click()
    page.locator(".dragoman-fields input[name=DEI]").check()
    page.keyboard.press("Escape")
    answer(page, "the label as it is now in the text (leave one, and edit it)", reason)
    path = tmp_path / "decisions.jsonl"
    outcome = comparison_answers.pull(server, DECIDED_BY_HAND, DOCUMENTS, path, progress=lambda work, _: iter(work))
    assert outcome.problems == []
    edited, removed = sorted(read_decisions(path), key=lambda decision: decision.keep)
    assert (removed.document, removed.keep, removed.a, removed.b) == (lone.document.id, "none", "e1", None)
    assert (edited.document, edited.keep, edited.a, edited.b) == (document, "label", "e10", "e10")
    assert (edited.entity.form, edited.entity.type, edited.entity.quote) == ("DEI", "ORG", "대만립법기관")
    assert edited.reason == removed.reason == reason


HOSTILE = (
    "<img src=x onerror=\"window.ran='img'\"> <script>window.ran='script'</script> "
    "<svg onload=\"window.ran='svg'\"></svg> <a href=\"javascript:window.ran='link'\">평양</a> {{x}} &lt;b&gt;"
)


@pytest.mark.parametrize(("language", "sample"), [("ar", ""), ("ko", ""), ("he-IL", "ירושלים"), ("ru", "Москва")])
def test_markup_in_a_text_is_shown_and_does_not_run(annotator, label_studio, server, language, sample):
    page, dialogs = annotator, []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    project = server.create_project(f"hostile {language}", config.make(language, sample), HOSTILE)
    names = ("text", "document", *controls.ABOUT)
    server.import_tasks(project, [{"data": dict.fromkeys(names, HOSTILE)}])
    (task,) = server.tasks(project)
    page.goto(f"{label_studio['url']}/projects/{project}/data?task={task['id']}")
    shown = page.locator("[class*=htx-richtext]").last
    shown.wait_for()
    page.wait_for_load_state("networkidle")
    direction = "rtl" if language in ("ar", "he-IL") else "ltr"
    assert shown.evaluate("element => getComputedStyle(element).direction") == direction
    assert page.evaluate("window.ran") is None
    assert dialogs == []
    assert shown.locator("img, script, svg, a").count() == 0
    assert "onerror" in shown.inner_text()


def test_secrets_are_not_in_the_log_after_a_login(annotator, label_studio):
    log = Path(label_studio["log"]).read_text("utf-8")
    assert log
    assert label_studio["password"] not in log
    assert label_studio["token"] not in log


AS_LABELLED = replace(file_kinds.GOLD, name="as labelled")


def arrows_shown(page, number):
    """Wait until so many arrows are drawn over the text."""
    page.wait_for_function(
        "number => [...document.querySelectorAll('.relations-overlay [class*=relationItem]')]"
        ".filter(arrow => getComputedStyle(arrow).opacity === '1').length === number",
        arg=number,
    )


def test_the_page_says_what_must_be_known_and_asks_for_what_is_missing(annotator, label_studio, server, tmp_path):
    page, document = annotator, DOCUMENTS["003.article-1"]
    found = [item for item in push_items.of_files(ROOT, AS_LABELLED, DOCUMENTS) if item.document is document]
    sync.push(server, AS_LABELLED, found, config=config.make, progress=lambda work, _: iter(work))
    project = server.project("Dragoman as labelled (ar)")
    (task,) = server.tasks(project)
    page.goto(f"{label_studio['url']}/projects/{project}/data?task={task['id']}")
    page.wait_for_selector(".htx-highlight")
    page.wait_for_load_state("networkidle")
    about = page.locator(".dragoman-about").inner_text()
    for known in (document.id, document.title, f"published: {document.published}", "published_external: "):
        assert known in about
    # No arrow lies over the text, but those of the chosen region, and the one that is pointed at in the list.
    page.locator(".relations-overlay [class*=relationItem]").first.wait_for(state="attached")
    arrows_shown(page, 0)
    claims = json.loads((ROOT / "annotations" / "gold" / f"{document.id}.json").read_text("utf-8"))["claims"]
    chosen = next(claim for claim in claims if claim["cue"] and claim["parent"] and len(claim["content"]) == 1)
    relations = 2 + sum(claimant["role"] == "MENTION" for claimant in chosen["claimants"])
    relations += sum(claim["parent"] == chosen["id"] for claim in claims)
    select(page, chosen["id"])
    arrows_shown(page, relations)
    page.keyboard.press("Escape")
    arrows_shown(page, 0)
    page.locator("#Relations-draggable").click()
    page.locator(".lsf-relations__item").first.hover()
    arrows_shown(page, 1)
    page.locator("#Regions-draggable").click()
    # Tags are folded until they are asked for.
    select(page, "e1")
    assert page.locator(".dragoman-fields input[name=far_anchor]").locator("visible=true").count() == 0
    page.locator(".dragoman-fields").get_by_text("phenomena", exact=True).locator("visible=true").click()
    page.locator(".dragoman-fields input[name=deictic]").locator("visible=true").first.wait_for()
    # A label that was looked at is marked so.
    page.keyboard.press("z")
    assert page.locator(".dragoman-fields input[name=seen]").locator("visible=true").is_checked()
    # A new mention without its form is asked for before anything is submitted.
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    drag(page, "نقدر")
    page.keyboard.press("Escape")
    page.get_by_label("submit").click()
    asked = page.locator(".ant-modal-wrap", has_text="Choose the form of this mention.")
    asked.wait_for()
    dismiss(asked)
    page.locator(".dragoman-fields input[name=NAM]").locator("visible=true").check()
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PATCH"):
        page.get_by_label("submit").click()
    outcome = sync.status(server, AS_LABELLED, DOCUMENTS, ROOT)
    assert outcome.done["with labels marked as seen"] == ["003.article-1: 1"]


def test_work_that_nobody_submitted_is_seen_by_status(annotator, label_studio, server):
    page = annotator
    kind = replace(file_kinds.GOLD, name="drafts")
    found = [item for item in push_items.of_files(ROOT, kind, DOCUMENTS) if item.document.id == "000.related-08"]
    sync.push(server, kind, found, config=config.make, progress=lambda work, _: iter(work))
    project = server.project("Dragoman drafts (ko)")
    (task,) = server.tasks(project)
    page.goto(f"{label_studio['url']}/projects/{project}/data?task={task['id']}")
    page.wait_for_selector(".htx-highlight")
    page.wait_for_load_state("networkidle")
    select(page, "e1")
    with page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method in ("POST", "PATCH")):
        page.get_by_label("Delete selected region").click()
    outcome = sync.status(server, kind, DOCUMENTS, ROOT)
    assert outcome.done == {"draft not submitted": ["000.related-08"], "in step": ["000.related-08"]}
