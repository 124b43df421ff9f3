"""What a reader does with the page of mistakes, by mouse, by keys, by ear and on paper, in a real browser."""

import json
import re
import zlib
from pathlib import Path

import pytest
from accessible import kinds_and_unnamed
from payloads import strays
from pixels import count_of

from dragoman.reports.html import page as render
from dragoman.reports.sources import from_benchmark, from_reference

RUNS = Path(__file__).resolve().parents[2] / "eval" / "runs"


@pytest.fixture(scope="module")
def arabic(benchmark, split):
    return render(RUNS / "arabic_rules" / benchmark.version, from_benchmark(benchmark, split))


@pytest.fixture(scope="module")
def control(benchmark, split):
    return render(RUNS / "annotator_control" / benchmark.version, from_benchmark(benchmark, split))


def of_lines(tmp_path, gold, pred):
    """A page of two submissions."""
    for name, lines in (("gold", gold), ("pred", pred)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return render(tmp_path / "pred", from_reference(tmp_path / "gold"))


TEXT = "Ada said that Bob denied it in Bern on Monday."
CLAIM = {"content": [[9, 28]], "claimants": [{"role": "MENTION", "mention": [0, 3]}], "act": "assert"}
INNER = {"content": [[14, 27]], "parent": "outer", "claimants": [{"role": "MENTION", "mention": [14, 17]}]}
LINE = {
    "id": "one",
    "text": TEXT,
    "entities": [
        {"start": 0, "end": 3, "type": "PER"},
        {"start": 31, "end": 35, "type": "GPE", "entity_ids": ["bern"]},
    ],
    "dates": [{"start": 39, "end": 45, "type": "DATE", "value": "2024-11-04"}],
    "claims": [{"id": "outer", **CLAIM}, {"id": "inner", **INNER}],
}


def test_the_index_says_in_english_what_a_document_is(opened, arabic, benchmark, split):
    page = opened(arabic)
    english = {name: dict(lines).get(0) for name, lines in benchmark.reading.items()}
    shown = page.locator(".index li").locator("visible=true").all_inner_texts()
    assert shown
    for said in shown:
        first, title = said.split("\n", 1)
        assert title.strip() == english[first.split()[0]]


def test_keys_are_explained_and_do_nothing_else_meanwhile(opened, arabic):
    page = opened(arabic)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    assert dialog.is_visible()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('article')") is None
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.get_by_role("button", name="Shortcuts").click()
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()
    assert page.bad == []


def test_capital_letters_walk_from_document_to_document(opened, arabic):
    page = opened(arabic)
    place = "[...document.querySelectorAll('article')].indexOf(document.activeElement.closest('article'))"
    seen = []
    for key in ("J", "J", "j", "J", "K"):
        page.keyboard.press(key)
        seen.append(page.evaluate(place))
    assert seen == [0, 1, 1, 2, 1]
    assert page.bad == []


@pytest.mark.parametrize("width", [390, 1280])
def test_walking_brings_the_mistake_into_sight_and_beside_it_its_words(opened, arabic, width):
    page = opened(arabic, width)
    seen = 0
    for key in ["J"] * 29 + ["j"] * 30:
        page.keyboard.press(key)
        if key == "j":
            top, bottom, word = page.evaluate(
                """() => {
                  const button = document.activeElement.getBoundingClientRect();
                  const words = document.querySelector(".text .on").getClientRects()[0];
                  return [button.top, button.bottom, words.top > 0 && words.bottom < innerHeight];
                }"""
            )
            assert top >= 0
            assert bottom <= 900
            seen += word
    assert seen == 30 or width == 390
    assert page.bad == []


@pytest.mark.parametrize("storage", [True, False])
def test_colours_follow_the_system_or_the_choice_with_storage_or_without(opened, control, page, storage):
    if not storage:
        page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('none'); } })")
    opened(control)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert light != dark
    choice = page.get_by_role("group", name="Colours")
    choice.get_by_label("light").check(force=True)
    assert page.evaluate(ground) == light
    page.reload()
    assert page.evaluate(ground) == (light if storage else dark)
    page.emulate_media(color_scheme="light")
    choice.get_by_label("dark").check(force=True)
    assert page.evaluate(ground) == dark
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(ground) == light
    assert page.bad == []


def test_a_right_label_tells_its_type_names_and_value_by_click_and_by_keys(opened, tmp_path):
    page = opened(of_lines(tmp_path, [LINE], [LINE]))
    assert not page.get_by_label("errors only").is_checked()
    assert "There are no errors. All 5 labels are right" in page.locator("#mistakes + p").inner_text()
    assert page.locator("article:visible").count() == 1
    tooltip = page.get_by_role("tooltip")
    assert not tooltip.is_visible()
    page.locator(".text").get_by_text("Bern", exact=True).click()
    assert tooltip.inner_text().splitlines() == ["right country or city (GPE)", "Bern", "gold and predicted: bern"]
    page.keyboard.press("ArrowRight")
    assert "4 November 2024 (2024-11-04)" in tooltip.inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Monday"
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "tooltip"
    page.keyboard.press("Escape")
    assert not tooltip.is_visible()
    page.locator(".text").get_by_text("Bob denied it", exact=True).click()
    assert "gold and predicted: Ada says that Bob says: …" in tooltip.inner_text()
    page.get_by_role("heading", name="Scores").click()
    assert not tooltip.is_visible()
    assert page.locator(".list li > button:visible").count() == 5
    assert page.locator("output.count").inner_text() == "5 labels in 1 document"
    page.get_by_label("errors only").check()
    assert page.locator("article:visible").count() == 0
    assert "No errors." in page.locator(".nothing").inner_text()
    assert page.bad == []


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_tooltip_of_a_word_lies_beside_it_and_inside_of_the_window(opened, arabic, width):
    page = opened(arabic, width)
    for _ in range(4):
        page.keyboard.press("J")
    words = page.locator("article:focus-within .text [role=button]")
    for place in range(0, words.count(), 3):
        words.nth(place).focus()
        word, tooltip = words.nth(place).bounding_box(), page.get_by_role("tooltip").bounding_box()
        assert tooltip["x"] >= 0
        assert tooltip["x"] + tooltip["width"] <= width
        assert tooltip["y"] + tooltip["height"] <= word["y"] or tooltip["y"] >= word["y"]
    assert words.count() > 3
    assert page.bad == []


def test_chains_are_told_as_sentences_and_what_differs_is_marked(opened, tmp_path):
    wrong = {**INNER, "claimants": [{"role": "AUTHOR"}], "act": "deny"}
    gold = {**LINE, "claims": [{"id": "outer", **CLAIM}, {"id": "inner", **INNER, "gloss": "that it was so"}]}
    page = opened(
        of_lines(tmp_path, [gold], [{**LINE, "claims": [{"id": "outer", **CLAIM}, {"id": "inner", **wrong}]}])
    )
    page.locator("article").first.scroll_into_view_if_needed()
    page.locator(".list li > button:visible").first.wait_for()
    both = page.locator(".list li > button:visible .chain")
    assert both.all_inner_texts() == [
        "gold: Ada says that Bob says: that it was so",
        "predicted: Ada says that the text itself denies: …",
    ]
    assert page.locator(".list li > button:visible .differs").all_inner_texts() == [
        "Bob says",
        "the text itself denies",
    ]


def test_a_document_is_headed_by_its_title_or_first_words(opened, arabic, benchmark, split):
    page = opened(arabic)
    headings = page.locator("article h3").all_text_contents()
    assert len(headings) == len(benchmark.split(split))
    for document in benchmark.split(split):
        heading = next(each for each in headings if each.startswith(document.id))
        if document.title and document.title != document.text.strip():
            assert document.title in heading


def test_paper_shows_all_documents_in_light_colours_and_nothing_to_press(opened, arabic, benchmark, split):
    page = opened(arabic)
    page.emulate_media(color_scheme="dark")
    assert page.locator(".columns").count() < len(benchmark.split(split))
    assert page.pdf().startswith(b"%PDF")
    assert page.locator(".columns").count() == len(benchmark.split(split))
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for gone in (".filters", ".theme"):
        assert not page.locator(gone).is_visible()
    assert page.bad == []


def shadings(pdf):
    """Count the gradients that are painted on paper: lines of labels are gradients, and nothing else is."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return sum(read.count(b"/ShadingType") for read in (pdf, *map(inflated, streams)))


def inflated(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


WRONG = {**LINE, "entities": [{**each, "type": "ORG"} for each in LINE["entities"]], "claims": [], "dates": []}


def test_paper_has_the_lines_of_gold_and_of_predicted_labels(opened, tmp_path):
    empty = {"id": "one", "text": TEXT, "entities": [], "dates": [], "claims": []}
    counts = {}
    for name, gold, pred in (("none", empty, empty), ("gold", LINE, empty), ("both", LINE, WRONG)):
        # A reference has to have some label: that of another document, which is missed in all three.
        other = {"id": "other", "text": "Once.", "entities": [{"start": 0, "end": 4, "type": "X"}]}
        page = opened(of_lines(tmp_path, [gold, other], [pred, {**other, "entities": []}]))
        counts[name] = shadings(page.pdf())
    assert 0 < counts["none"] < counts["gold"] < counts["both"]


def test_lines_are_seen_as_pixels_on_screen_and_in_print(opened, page, tmp_path):
    opened(of_lines(tmp_path, [LINE], [WRONG]))
    people, places = (0x27, 0x65, 0xBD), (0xB7, 0x4A, 0x03)  # of Ada and of Bern in gold; both are ORG in pred
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        ada = page.locator(".text span", has_text=re.compile("^Ada$")).bounding_box()
        over, under = ({**ada, "height": ada["height"] / 2}, {**ada, "y": ada["y"] + ada["height"] / 2})
        under["height"] = ada["height"] / 2
        # Three rows of dashes, of which five of eight pixels are drawn.
        assert count_of(page, over, people) > ada["width"]
        assert count_of(page, under, places) > ada["width"]
        assert count_of(page, over, places) < 3


def test_paper_leaves_out_documents_without_a_mistake(opened, tmp_path):
    second = {**LINE, "id": "two"}
    page = opened(of_lines(tmp_path, [LINE, second], [WRONG, second]))
    page.get_by_label("errors only").uncheck()
    assert page.locator("article:visible").count() == 2
    page.emulate_media(media="print")
    assert page.locator("article:visible h3").all_inner_texts() == ["one"]


def test_korean_breaks_between_words_alone(opened, tmp_path):
    words = "최고인민회의대표단이 로씨야를 방문하기 위하여 출발하였다고 조선중앙통신이 전하였다 " * 8
    spans = [{"start": 2, "end": 6, "type": "ORG"}, {"start": 11, "end": 14, "type": "GPE"}]
    line = {"id": "one", "language": "ko-KP", "text": words.strip(), "title": "제목", "entities": spans}
    page = opened(of_lines(tmp_path, [line], [{**line, "entities": spans[:1]}]), 390)
    page.keyboard.press("j")
    page.locator(".text").wait_for()
    lines = page.evaluate(LINES)
    assert len(lines) > 5
    assert " ".join(line.strip() for line in lines).split() == words.split()


LINES = """() => {
  const texts = document.createTreeWalker(document.querySelector(".text"), NodeFilter.SHOW_TEXT);
  const parts = [];
  while (texts.nextNode()) parts.push(texts.currentNode);
  let bottom = -Infinity, line = "";
  const found = [];
  for (const part of parts) for (let at = 0; at < part.length; at++) {
    const range = document.createRange();
    range.setStart(part, at);
    range.setEnd(part, at + 1);
    const box = range.getBoundingClientRect();
    if (box.width && box.top > bottom) { found.push(line); line = ""; bottom = box.bottom; }
    line += part.data[at];
  }
  return [...found.slice(1), line];
}"""
"""The lines of the first text, as they are laid out."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_leaves_its_box_and_all_can_be_read(opened, page, arabic, width, scheme):
    page.emulate_media(color_scheme=scheme)
    opened(arabic, width)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    for key in "JJJJ":
        page.keyboard.press(key)
    assert strays(page) == []
    low = page.evaluate(CONTRAST)
    assert low == []
    assert page.bad == []


CONTRAST = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const light = ([r, g, b]) => {
    const part = value => value / 255 <= .04045 ? value / 255 / 12.92 : ((value / 255 + .055) / 1.055) ** 2.4;
    return .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  };
  const rgb = (...colours) => {
    pen.clearRect(0, 0, 1, 1);
    for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    return pen.getImageData(0, 0, 1, 1).data;
  };
  const low = new Set();
  for (const each of document.querySelectorAll("main *, .theme *")) {
    const own = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || !each.checkVisibility() || each.closest("option")) continue;
    const grounds = [];
    for (let at = each; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
    const ink = getComputedStyle(each).color;
    const [a, b] = [light(rgb(...grounds)), light(rgb(...grounds, ink))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) low.add(`${each.tagName}.${each.className} ${((a + .05) / (b + .05)).toFixed(2)}`);
  }
  return [...low];
}"""
"""Elements whose text has less contrast with what lies under it than WCAG 2.2 asks for (1.4.3, AA)."""


@pytest.fixture(scope="module")
def pair(benchmark, split):
    runs = [RUNS / name / benchmark.version for name in ("annotator_a", "annotator_b")]
    return render(runs[0], from_benchmark(benchmark, split), runs[1])


@pytest.mark.parametrize("name", ["arabic", "pair"])
def test_every_control_has_a_name_and_every_heading_its_level(opened, request, name):
    page = opened(request.getfixturevalue(name))
    page.keyboard.press("J")
    kinds, unnamed, tree = kinds_and_unnamed(page)
    assert {"button", "checkbox", "radio", "combobox", "group", "list"} <= kinds
    assert unnamed == []
    for part in ("main:", 'heading "Errors" [level=2]', 'heading "Scores" [level=2]', 'radio "auto" [checked]'):
        assert part in tree
    assert page.get_by_role("status", name="Shown").count() == 1


def test_of_many_documents_only_those_in_sight_are_drawn(opened, tmp_path):
    wrong = [{**each, "type": "X"} for each in LINE["entities"]]
    gold = [{**LINE, "id": f"d{place:04}"} for place in range(2000)]
    page = opened(of_lines(tmp_path, gold, [{**line, "entities": wrong} for line in gold]))
    page.locator("article").first.scroll_into_view_if_needed()
    page.locator(".columns").first.wait_for()
    assert page.locator("article").count() == 2000
    assert 0 < page.locator(".columns").count() < 40
    nodes = page.evaluate("document.querySelectorAll('*').length")
    assert nodes < 2000 * 15
    assert page.locator("output.count").inner_text() == "4000 errors in 2000 documents"
    page.keyboard.press("K")
    assert "d1999" in page.locator("article:focus-within h3").inner_text()
    assert page.locator(".columns").count() < 80
    assert page.bad == []
