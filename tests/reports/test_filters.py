"""Filters, counted by what is drawn: lines, entries and documents; and the addresses that name them."""

import json
from pathlib import Path

import pytest
from payloads import PAYLOADS, strays
from test_reading import LINE, TEXT, of_lines

from dragoman.reports.html import page as render
from dragoman.reports.sources import from_benchmark, from_reference
from dragoman.reports.words import PHENOMENA

RUNS = Path(__file__).resolve().parents[2] / "eval" / "runs"

OTHER = "기자 Ada 가 왔다."
GOLD = [
    {**LINE, "id": "one", "language": "en", "title": "First of all"},
    {
        "id": "two",
        "text": OTHER,
        "language": "ko",
        "entities": [
            {"start": 0, "end": 2, "type": "ROLE", "phenomena": ["nested"]},
            {"start": 3, "end": 6, "type": "PER", "entity_ids": ["lovelace"]},
        ],
    },
    {"id": "three", "text": TEXT, "language": "en", "entities": [{"start": 0, "end": 3, "type": "PER"}]},
]
PRED = [
    # Of five labels the date is missed, and one entity has the wrong type.
    {**LINE, "entities": [LINE["entities"][0], {"start": 31, "end": 35, "type": "ORG"}], "dates": []},
    # Of two the office is missed; and one is spurious.
    {
        "id": "two",
        "text": OTHER,
        "entities": [{"start": 3, "end": 6, "type": "PER"}, {"start": 7, "end": 8, "type": "LOC"}],
    },
    # Nothing is wrong.
    {"id": "three", "text": TEXT, "entities": [{"start": 0, "end": 3, "type": "PER"}]},
]


@pytest.fixture
def three(opened, tmp_path):
    """The page of three documents, two of which have mistakes."""
    return opened(of_lines(tmp_path, GOLD, PRED))


def drawn(page):
    """What is drawn: documents, entries by document, words with a line."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    # A document far below the window has no text for a browser that has not laid it out yet.
    page.locator("article").evaluate_all("all => all.forEach(each => { each.style.contentVisibility = 'visible'; })")
    documents = page.locator("article:visible h3 > bdi:first-child").all_inner_texts()
    entries = page.locator("article:visible .list li > button:visible .kind").all_inner_texts()
    lines = page.locator("article:visible .text .labelled").all_inner_texts()
    index = page.locator(".index li:visible").all_inner_texts()
    assert [each.split()[0] for each in index] == documents
    assert sum(int(each.split()[1]) for each in index) == len(entries)
    place, shown = page.locator("output.place").inner_text(), page.locator("output.count").inner_text()
    assert place == f"1 of {len(entries)}" or (place.split()[0] == str(len(entries)) and shown.startswith(place))
    return documents, sorted(entries), lines


def test_only_mistakes_are_drawn_at_first_and_all_on_demand(three):
    page = three
    kinds = ["missed", "missed", "spurious", "wrong type"]
    assert drawn(page) == (["one", "two"], kinds, ["Bern", "Monday", "기자", "가"])
    page.get_by_label("errors only").uncheck()
    documents, entries, lines = drawn(page)
    assert documents == ["one", "three", "two"]
    assert entries == sorted([*kinds, *["right"] * 5])
    assert "Ada" in lines
    assert page.bad == []


@pytest.mark.parametrize(
    ("name", "value", "documents", "lines"),
    [
        ("type", "ORG", ["one"], ["Bern"]),
        ("type", "GPE", ["one"], ["Bern"]),
        ("type", "DATE", ["one"], ["Monday"]),
        ("language", "ko", ["two"], ["기자", "가"]),
        ("document", "one", ["one"], ["Bern", "Monday"]),
        ("document", "three", [], []),
        ("phenomenon", "nested", ["two"], ["기자"]),
    ],
)
def test_a_choice_acts_on_lines_entries_and_documents(three, name, value, documents, lines):
    page = three
    page.locator(f"[name={name}]").select_option(value)
    shown = drawn(page)
    assert (shown[0], shown[2], len(shown[1])) == (documents, lines, len(lines))
    assert page.locator(".nothing").is_visible() == (not documents)
    page.get_by_role("button", name="Clear filters").click()
    assert len(drawn(page)[1]) == 4


def test_boxes_and_search_act_on_the_same(three):
    page = three
    page.get_by_label("missed", exact=False).uncheck()
    assert drawn(page)[1:] == (["spurious", "wrong type"], ["Bern", "가"])
    page.get_by_label("entities", exact=True).uncheck()
    assert drawn(page) == ([], [], [])
    page.get_by_role("button", name="Clear filters").click()
    search = page.get_by_role("searchbox", name="Search")
    for words, lines in (
        ("FIRST of", ["Bern", "Monday"]),
        ("November", ["Monday"]),
        ("office", ["기자"]),
        ("bern", ["Bern"]),
        ("zzz", []),
    ):
        search.fill(words)
        page.wait_for_function("words => state.search === words", arg=words.lower())
        assert drawn(page)[2] == lines


def test_an_address_sets_the_filters_and_a_bar_of_the_picture_leads_there(three):
    page = three
    link = page.locator("#costs ~ .costs a", has_text="missed dates")
    assert link.get_attribute("href") == "#layer=dates&kind=missed"
    link.click()
    page.wait_for_function("state.layers.size === 1")
    assert drawn(page) == (["one"], ["missed"], ["Monday"])
    page.goto(f"{page.url.partition('#')[0]}#phenomenon=nested")
    assert drawn(page)[2] == ["기자"]
    assert page.locator("#costs ~ .costs").get_by_text(PHENOMENA["nested"]).count() == 1


def test_every_mistake_has_an_address_of_its_own(three):
    page = three
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    links = page.locator(".list li:visible > a").evaluate_all("all => all.map(each => each.href)")
    assert len(set(links)) == 4
    for place, link in enumerate(links, 1):
        page.goto("about:blank")
        page.goto(link)
        assert page.locator("output.place").inner_text() == f"{place} of 4"
        assert page.evaluate("document.activeElement.parentElement.querySelector('a').href") == link
    page.goto(links[0].replace("dates", "nowhere"))
    assert page.bad == []


def test_steps_by_thumb_and_the_order_by_cost(opened, tmp_path):
    page = opened(of_lines(tmp_path, GOLD, PRED), 390)
    box = page.get_by_role("button", name="Next error").bounding_box()
    assert box["height"] >= 44
    assert 900 - 80 < box["y"] + box["height"] <= 900
    seen = []
    for _ in range(5):
        page.get_by_role("button", name="Next error").click()
        seen.append(page.locator("output.place").inner_text())
    assert seen == ["1 of 4", "2 of 4", "3 of 4", "4 of 4", "4 of 4"]
    page.get_by_role("button", name="Previous error").click()
    assert page.locator("output.place").inner_text() == "3 of 4"
    assert not page.get_by_role("form", name="Filters").is_visible()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Order").select_option("cost")
    costs = page.evaluate("shown.map(each => each.item.cost)")
    # By hand: the only date is worth a third of the score; an entity that is missed more than one that is too many.
    assert costs[0] == pytest.approx(1 / 3, abs=1e-6)
    assert page.locator("article:visible h3 > bdi:first-child").all_text_contents() == ["one", "two"]
    assert page.bad == []


@pytest.mark.parametrize(
    "names",
    [
        ["korean_rules"],
        ["arabic_rules"],
        ["random_control"],
        ["annotator_a", "annotator_b"],
        ["mishtar_chunks", "kiwi_names"],
    ],
)
def test_each_link_of_the_pictures_shows_as_many_labels_as_it_says(opened, benchmark, split, names):
    runs = [RUNS / name / benchmark.version for name in names]
    page = opened(render(runs[0], from_benchmark(benchmark, split), *runs[1:]))
    seen = page.evaluate(
        r"""() => {
          const found = [];
          const shows = address => {
            setFilters(new URLSearchParams(address.slice(1)));
            filter();
            const drawn = docs.filter(entry => !entry.article.hidden).length;
            return [shown.length, drawn, new Set(shown.map(each => each.entry)).size];
          };
          for (const link of document.querySelectorAll(".ranked:not(.differing) > li > a"))
            found.push([link.textContent, Number(link.nextElementSibling.textContent), ...shows(link.hash)]);
          for (const link of document.querySelectorAll(".differing a.many, .found td a"))
            found.push([link.hash, Number(link.textContent), ...shows(link.hash)]);
          for (const line of document.querySelectorAll(".first > li")) {
            const [link, ...parts] = line.querySelectorAll("a"), count = line.textContent.match(/: (\d+) in (\d+)/);
            found.push([line.textContent, Number(count[1]), ...shows(link.hash).with(2, Number(count[2]))]);
            for (const part of parts) {
              const before = part.previousSibling.textContent.match(/(all|\d+) $/)[1];
              found.push([part.hash, before === "all" ? Number(count[1]) : Number(before), ...shows(part.hash)]);
            }
          }
          return found;
        }"""
    )
    assert len(seen) > 15
    assert [each for each in seen if each[1] != each[2] or each[3] != each[4]] == []
    assert page.bad == []


def test_marks_and_notes_are_kept_and_saved(three, tmp_path):
    page = three
    page.keyboard.press("j")
    marks = page.get_by_role("group", name="Marks")
    marks.get_by_role("button", name="Gold is wrong").click()
    marks.get_by_role("textbox", name="Note").fill("</script><b>no</b>")
    page.keyboard.press("Tab")
    page.reload()
    page.keyboard.press("j")
    assert page.locator(".mark").inner_text() == "gold is wrong: </script><b>no</b>"
    assert page.locator(".marked").inner_text() == "1 label marked"
    with page.expect_download() as download:
        page.get_by_role("button", name="Save marks and notes").click()
    download.value.save_as(tmp_path / "marks.json")
    saved = json.loads((tmp_path / "marks.json").read_text("utf-8"))
    assert saved["marks"] == [
        {"document": "one", "at": "entities/g1", "layer": "entities", "kind": "wrong type", "type": "GPE"}
        | {"mark": "wrong", "note": "</script><b>no</b>"}
    ]
    assert saved["runs"] == ["pred"]


def test_hostile_notes_stay_text_where_they_are_shown_kept_and_saved(three, tmp_path):
    page = three
    page.set_viewport_size({"width": 390, "height": 900})
    page.keyboard.press("j")
    note = page.get_by_role("group", name="Marks").get_by_role("textbox", name="Note")
    payloads = [each for each in PAYLOADS.values() if each.isprintable() and len(each) < 400]
    assert len(payloads) > 15
    for payload in payloads:
        note.fill(payload)
        page.keyboard.press("Tab")
        shown = page.locator(".mark").text_content()
        assert payload.strip() in shown
        assert strays(page) == []
    page.reload()
    page.keyboard.press("j")
    assert page.locator(".mark").text_content() == shown
    with page.expect_download() as download:
        page.get_by_role("button", name="Save marks and notes").click()
    download.value.save_as(tmp_path / "marks.json")
    assert json.loads((tmp_path / "marks.json").read_text("utf-8"))["marks"][0]["note"] == payloads[-1].strip()
    assert page.evaluate("window.ran") is None
    assert page.bad == []


def test_left_out_documents_come_last_and_have_a_kind_of_their_own(opened, tmp_path):
    page = opened(of_lines(tmp_path, GOLD, PRED[1:]))
    documents, entries, _ = drawn(page)
    assert documents == ["two", "one"]
    # Neither dates nor claims are attempted any more, so that of these none is missed.
    assert entries == ["document left out", "document left out", "missed", "spurious"]


def test_english_stands_below_each_line_and_can_be_searched_and_hidden(opened, benchmark, split, tmp_path):
    document = next(d for d in benchmark.split(split) if d.language == "ar" and len(benchmark.reading[d.id]) > 3)
    (tmp_path / "none.jsonl").write_text(json.dumps({"id": document.id, "entities": []}) + "\n")
    page = opened(render(tmp_path / "none.jsonl", from_benchmark(benchmark, split)))
    page.keyboard.press("j")
    english = page.locator("article", has=page.get_by_role("heading", name=document.id)).locator(".en")
    lines = benchmark.reading[document.id]
    assert english.all_inner_texts() == [text for _, text in lines]
    before = english.evaluate_all(
        """all => all.map(each => {
          let text = "";
          for (let at = each.previousSibling; at && at.className !== "en"; at = at.previousSibling)
            text = at.textContent + text;
          return text.trim();
        })"""
    )
    assert before == [document.text.split("\n")[line].strip() for line, _ in lines]
    page.get_by_label("English lines").uncheck()
    assert english.first.is_hidden()
    assert page.bad == []


def test_types_are_words_behind_the_labels(three):
    page = three
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    said = "all => all.map(each => [each.textContent, each.dataset.types, getComputedStyle(each, '::after').content])"
    assert [each[:2] for each in page.locator(".text [data-types]").evaluate_all(said)] == [
        ["Bern", "country or city→organisation"],
        ["Monday", "−date"],
        ["기자", "−office"],
        ["가", "+region"],
    ]
    page.get_by_label("types as words").uncheck()
    assert {each[2] for each in page.locator(".text [data-types]").evaluate_all(said)} == {"none"}


def test_two_runs_over_one_text(opened, tmp_path):
    second = [{**GOLD[0], "claims": []}, {**PRED[1], "entities": [PRED[1]["entities"][1]]}, GOLD[2]]
    for name, lines in (("gold", GOLD), ("a", PRED), ("b", second)):
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    page = opened(render(tmp_path / "a", from_reference(tmp_path / "gold"), tmp_path / "b"))
    assert page.get_by_role("heading", level=1).inner_text() == "a and b"
    table = page.locator(".found tbody tr")
    counts = {row[0]: row[1:] for row in (each.split("\t") for each in table.all_inner_texts())}
    # Entities: Ada twice right, Bern by b alone; of the second text Ada by a alone, the office by none; 가 by both.
    assert counts == {
        "neither right": ["1", "0", "0"],
        "only the first right": ["1", "0", "2"],
        "only the second right": ["1", "1", "0"],
        "both right": ["2", "0", "0"],
        "spurious in both": ["1", "0", "0"],
        "spurious in the first": ["0", "0", "0"],
        "spurious in the second": ["0", "0", "0"],
    }
    table.filter(has_text="only the second").locator("a").first.click()
    page.wait_for_function("state.between !== ''")
    assert drawn(page) == (["one"], ["only the second right"] * 2, ["Bern", "Monday"])
    assert "first: wrong type; second: right" in page.locator(".list button:visible").first.inner_text()
    page.goto(f"{page.url.partition('#')[0]}#between=spurious+in+both")
    assert drawn(page)[2] == ["가"]
    assert page.bad == []
