"""The board's pages, made of data: a hundred systems, and names from outside wherever a page shows one."""

import random
import re

import pytest
from accessible import kinds_and_unnamed
from colours import JUST_NOTICED, SEEN, TOLD_APART, contrast, difference, near
from paper import SCALE, Paper
from payloads import PAYLOADS, strays, watch

from dragoman.leaderboard.about import about, space_card
from dragoman.leaderboard.board_pages import pages
from dragoman.leaderboard.pairs_view import MAX_MATRIX, MAX_PAIRS
from dragoman.leaderboard.ranking import columns
from dragoman.schema.leaderboard_json import Board, BoardColumn, BoardContrast, BoardData, BoardEntry, Cell, Place
from dragoman.schema.system_card import SystemCard

NUMBER = 100
LAYERS = ("entities", "dates", "claims")
RELATIVE = "dates.value.recall[phenomenon=relative_date]"
RANGE = "dates.value.recall[phenomenon=range]"
GROUND = 8
"""Least difference of two grounds under words: they are pale, or the words could not be read."""
SIZES = (None, 0, 268_098_176, 10**9, 7_250_000_000, 72_700_000_000, 671 * 10**9)
NAMES = [each[:120] for each in PAYLOADS.values()]


def entry(i, name, layers, state="ranked", track="closed", **card):
    said = {"version": f"1.{i}", "resources": ["text"] if track == "closed" else ["web"], **card}
    return BoardEntry(
        id=f"run-{i:03}",
        folder=f"run-{i:03}/2.0.0",
        state=state,
        track=track,
        card=SystemCard(name=name, **said),
        problems=[],
        attempted=list(layers),
        missing=i % 5,
        cells={},
        answered=dict.fromkeys(layers, 31 - i % 5),
        recall={RELATIVE: 0.5, RANGE: None} if "dates" in layers else {},
    )


def systems(names, numbers):
    """Placed systems: every third attempts dates alone, every fourth has open weights, every fifth is open."""
    made = []
    for i in range(numbers):
        layers = ("dates",) if i % 3 == 2 else LAYERS
        track = "open" if i % 5 == 4 else "closed"
        weights = "open" if i % 4 == 3 else "closed"
        made.append(entry(i, names(i), layers, track=track, weights=weights, parameter_count=SIZES[i % len(SIZES)]))
    made[0].card.chance = True
    control = entry(numbers, names(numbers), LAYERS, "not independent", "open", independent=False, control=True)
    return [*made, control]


def synthetic(shown, names, numbers=NUMBER):
    """A board whose scores are drawn; the headline of Arabic is on two documents."""
    draw = random.Random(1)
    entries = systems(names, numbers)
    documents = {column.name: 2 if column.facet == ("language", "ar") else 31 for column in shown}
    board = Board(
        schema_version="2",
        data=BoardData("dragoman", "2.0.0", "f" * 64, "test", 31, 4),
        level=0.05,
        columns=[BoardColumn(c.name, c.ranked, documents[c.name], None if len(c.layers) > 1 else 30) for c in shown],
        entries=entries,
        contrasts={column.name: [] for column in shown if column.ranked},
        phenomena={RELATIVE: 40, RANGE: 4},
    )
    for column in shown:
        few = documents[column.name] < 6
        for each in entries:
            score = round(draw.random(), 3) if column.layers <= set(each.attempted) else None
            told = None if score is None or few or not column.ranked else [max(0.0, score - 0.1), min(1.0, score + 0.1)]
            each.cells[column.name] = Cell(score, told)
        for track in ("closed", "open") if column.ranked and not few else ():
            place(board, column.name, [e for e in entries if e.state == "ranked" and e.track == track])
    return board


def place(board, column, among):
    """Places in order of the scores; a system is told from those three places away, and its neighbour by one test."""
    ordered = sorted((e for e in among if e.cells[column].score), key=lambda e: -e.cells[column].score)
    for i, each in enumerate(ordered):
        span = [max(1, i - 1), min(len(ordered), i + 3)]
        each.cells[column].place = Place(i + 1, span, 2, i < 2)
        for j in range(i + 1, len(ordered)):
            other = ordered[j]
            better = j - i > 2
            board.contrasts[column].append(
                BoardContrast(
                    first=each.id,
                    second=other.id,
                    difference=each.cells[column].score - other.cells[column].score,
                    interval=[-0.01, 0.3],
                    p=0.001,
                    p_holm=0.01,
                    better="first" if better else None,
                    failed=[] if better else ["bootstrap"] if j - i == 1 else ["permutation", "bootstrap"],
                    document="002.article-1" if j - i == 2 else None,
                )
            )


def written(folder, board, shown, dataset=None):
    for file, html in pages(board, shown, {}, dataset):
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(html, "utf-8")
    for file in ("leaderboard.json", "leaderboard.csv"):
        (folder / file).write_text("")
    return folder


@pytest.fixture(scope="module")
def shown(gold):
    return columns(gold)


@pytest.fixture(scope="module")
def board(shown):
    return synthetic(shown, lambda i: f"System {i:03}")


@pytest.fixture(scope="module")
def site(tmp_path_factory, board, shown):
    return written(tmp_path_factory.mktemp("hundred"), board, shown)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, shown):
    """A board of hostile names, versions, documents, phenomena and of a hostile data set."""
    board = synthetic(shown, lambda i: NAMES[i % len(NAMES)] or "none", len(NAMES))
    for i, each in enumerate(board.entries):
        each.card.version = NAMES[i % len(NAMES)]
    payloads = [each[:200].replace("]", "") for each in NAMES]
    board.phenomena = {f"dates.value.recall[phenomenon={each}]": 30 for each in payloads}
    for each in board.entries:
        each.recall = dict.fromkeys(board.phenomena, 0.5)
    for i, pair in enumerate(c for pairs in board.contrasts.values() for c in pairs):
        pair.document = NAMES[i % len(NAMES)]
    board.data.name, board.data.version = PAYLOADS["end of script"], PAYLOADS["override, many"]
    return written(tmp_path_factory.mktemp("hostile"), board, shown)


def main_pages(site):
    return sorted(site.glob("*.html"))


def rows(page, hidden=False):
    every = page.locator("table.sortable tbody tr")
    return every.count() if hidden else every.locator("visible=true").count()


def test_a_hundred_systems_are_all_drawn_and_nothing_is_asked_for_or_wider_than_the_page(site, page):
    watch(page)
    for width in (390, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        for path in main_pages(site):
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    assert page.bad == []
    page.goto((site / "index.html").as_uri())
    assert rows(page) == NUMBER + 1
    # Those with dates alone have no headline: 33 of 100; the control is drawn too.
    assert page.locator("table.forest tr[data-system]").count() == 67 + 1
    assert page.locator("table.forest .range").count() == 67 + 1


def test_filters_act_on_tables_and_plot_and_say_how_many_are_shown(site, page):
    page.goto((site / "index.html").as_uri())
    said = page.get_by_role("search").locator("output")
    assert said.inner_text() == "101 of 101 systems"
    page.get_by_label("Attempts").select_option("all three layers")
    assert (rows(page), said.inner_text()) == (68, "68 of 101 systems")
    page.get_by_label("Weights").select_option("open")
    # Of 0 to 99: i % 4 == 3 and i % 3 != 2 are 25 less the 8 of 11, 23, …, 95.
    assert (rows(page), said.inner_text()) == (17, "17 of 101 systems")
    assert page.locator("table.forest tr[data-system]").locator("visible=true").count() == 17
    page.get_by_label("Attempts").select_option("any layer")
    assert rows(page) == 25
    page.get_by_label("Weights").select_option("any")
    page.get_by_label("System", exact=True).fill("system 01")
    assert (rows(page), said.inner_text()) == (10, "10 of 101 systems")
    page.get_by_label("System", exact=True).fill("")
    assert rows(page) == 101
    by_size = page.get_by_label("Trained parameters")
    # Of 0 to 99 those with i % 7 == 2, 3; a billion is no more than a billion. The control does not say.
    for chosen, left in {"up to 1 billion": 28, "none trained": 15, "over 100 billion": 14, "not said": 16}.items():
        by_size.select_option(chosen)
        assert (rows(page), said.inner_text()) == (left, f"{left} of 101 systems")
    by_size.select_option("10 to 100 billion")
    assert set(page.locator("tr[data-size='100'] .under").all_inner_texts()) >= {"1.5 · 72.7B parameters · only dates"}


def test_columns_can_be_left_out_and_brought_back(site, page):
    page.goto((site / "index.html").as_uri())
    page.get_by_text("Columns", exact=True).click()
    head = page.get_by_role("columnheader", name=re.compile("^Related item"))
    cells = page.locator("table.sortable").first.locator("tbody tr").first.locator("td, th").locator("visible=true")
    before = cells.count()
    assert head.count() == 3  # two tracks, and what is not independent
    page.get_by_label(re.compile("Related item")).uncheck()
    assert (head.count(), cells.count()) == (0, before - 1)
    page.get_by_label(re.compile("Related item")).check()
    assert (head.count(), cells.count()) == (3, before)


def test_a_table_that_goes_on_says_so_and_its_names_stay(site, page):
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((site / "phenomena.html").as_uri())
        page.goto((site / "entities.html").as_uri())
        scroll = page.get_by_role("region", name=re.compile("^Closed track"))
        sign = page.locator(".sign", has_text="scroll →").locator("visible=true").first
        assert re.fullmatch(r"\d+ more columns: scroll →", sign.inner_text())
        name = scroll.locator("tbody th.name").first
        before = name.bounding_box()["x"]
        edge = scroll.bounding_box()["x"]
        scroll.evaluate("each => each.scrollLeft = 10_000")
        page.wait_for_function("document.querySelector('.scroll:has(table.ranked)').previousElementSibling.hidden")
        name.scroll_into_view_if_needed()
        assert edge <= name.bounding_box()["x"] <= before
        assert page.evaluate("e => document.elementFromPoint(e.x + 20, e.y + 20).closest('th.name') !== null",
                             name.locator("a").bounding_box())  # fmt: skip


def test_without_script_all_is_there_but_what_acts(site, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    assert rows(page) == NUMBER + 1
    assert page.get_by_role("search").count() == 0
    assert page.get_by_role("button").count() == 0
    with page.expect_navigation():
        page.get_by_role("link", name="Korean 29").or_(page.get_by_role("link", name="Korean 31")).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Korean"
    page.goto((site / "index.html").as_uri())
    page.get_by_text("Cite", exact=True).click()
    assert "@misc{dragoman-2.0.0," in page.get_by_label("Citation in BibTeX").inner_text()
    context.close()


def test_a_language_of_two_documents_has_scores_and_n_alone(site, page):
    page.goto((site / "language-ar.html").as_uri())
    assert page.get_by_text("2 documents: only scores.").is_visible()
    assert rows(page) == 67 + 1
    for absent in (".rank", ".interval", ".range", ".heat"):
        assert page.locator(f"table {absent}").count() == 0, absent
    assert "n = 2 documents" in page.locator("figcaption").inner_text()
    page.goto((site / "language-ko-kp.html").as_uri())
    assert page.locator("td.rank").count() == 67
    assert page.locator("table.forest .range").count() == 68


def test_controls_are_marked_points_with_what_they_are(site, page):
    page.goto((site / "index.html").as_uri())
    control = page.locator("table.forest tr.control")
    assert control.count() == page.locator("table.forest tr.chance").count() == 1
    assert "annotators' model family; not an upper bound" in control.inner_text()
    assert "random answers" in page.locator("table.forest tr.chance").inner_text()
    shapes = {kind: page.locator(f"tr.{kind} .mark").first.inner_html() for kind in ("system", "control", "chance")}
    assert len(set(shapes.values())) == 3
    assert page.locator("tr.system").first.locator(".through").count() == 2


def test_one_that_calls_itself_a_control_and_is_ranked_is_drawn_as_a_system(shown, tmp_path, page):
    board = synthetic(shown, lambda i: f"S{i}", 5)
    board.entries[1].card.control = True
    board.entries[5].card.chance = True
    written(tmp_path, board, shown)
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator("table.forest tr.control th.name bdi").all_inner_texts() == ["S5"]
    assert page.locator("table.forest tr.chance th.name bdi").all_inner_texts() == ["S0"]


def test_the_matrix_says_who_is_better_by_sign_and_word(site, page):
    page.goto((site / "differences.html").as_uri())
    part = page.get_by_role("table", name=re.compile("^Headline, closed track: the row"))
    assert part.locator("tbody tr").count() == MAX_MATRIX
    row = part.locator("tbody tr").nth(2).locator("td")
    # By the way they were placed: two places away hangs on a document, one away is told apart by one test alone.
    assert row.all_inner_texts()[:6] == ["=†", "?", "", "?", "=†", "+"]
    assert row.nth(5).get_by_role("img").get_attribute("aria-label").startswith("better: 0.")
    column = part.locator("tbody tr").nth(5).locator("td").nth(2)
    assert column.get_by_role("img").get_attribute("aria-label").startswith("worse: 0.")
    assert "left out" in part.locator("caption").inner_text()
    words = page.get_by_role("table", name="none").or_(page.locator("details table").first)
    page.locator("details summary").first.click()
    assert words.first.locator("tbody tr").count() == MAX_PAIRS
    assert "over half from 002.article-1" in words.first.inner_text()
    assert "no difference by the bootstrap, a difference by the permutation test" in words.first.inner_text()


def test_recall_by_phenomenon_has_its_counts_and_no_ground_where_labels_are_few(site, page):
    page.goto((site / "phenomena.html").as_uri())
    heads = page.locator("table.sortable thead th").all_inner_texts()
    assert "date relative to another" in heads[1]  # those with many labels come first
    assert "40 labels" in heads[1]
    assert "time range †" in heads[2].replace("\u00a0", " ")
    assert "4 labels" in heads[2]
    table = page.get_by_role("table", name="Recall by phenomenon")
    cells = table.locator("tbody tr").first.locator("td")
    assert sorted(cells.all_inner_texts()) == ["0.50\n20 of 40", "–"]
    assert table.locator("td.heat").count() == NUMBER + 1


def test_a_screen_reader_finds_the_plot_the_tables_and_the_tabs(site, page):
    page.goto((site / "index.html").as_uri())
    tree = page.locator("body").aria_snapshot()
    for part in (
        'list "Documents"', 'list "Layers"', 'list "More"', 'search "Filters"', 'searchbox "System"',
        'combobox "Attempts"', 'combobox "Weights"', 'list "Links"', "figure",
        'region "Plot: Headline, n = 31 documents"', 'rowheader "Closed track', 'rowheader "System 001',
    ):  # fmt: skip
        assert part in tree, part


def test_every_control_of_every_page_has_a_name(shown, tmp_path, page):
    board = synthetic(shown, lambda i: f"System {i}", 6)
    written(tmp_path, board, shown)
    for path in [*main_pages(tmp_path), tmp_path / "systems" / "run-000.html"]:
        page.goto(path.as_uri())
        for details in page.locator("details").all():
            details.evaluate("each => each.open = true")
        kinds, unnamed, tree = kinds_and_unnamed(page)
        assert {"link", "list", "radio"} <= kinds
        assert unnamed == [], path.name
        assert "main:" in tree
        assert "[level=1]" in tree


_COLOURS = """(selector) => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(each => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext("2d", {willReadFrequently: true});
  const grounds = [];
  for (let e = each; e; e = e.parentElement) grounds.unshift(getComputedStyle(e).backgroundColor);
  for (const ground of grounds) { paint.fillStyle = ground; paint.fillRect(0, 0, 1, 1); }
  const back = [...paint.getImageData(0, 0, 1, 1).data];
  const style = getComputedStyle(each);
  paint.fillStyle = each.closest("svg") ? style.fill : style.color;
  paint.fillRect(0, 0, 1, 1);
  return [back, [...paint.getImageData(0, 0, 1, 1).data]];
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read_on_every_ground(site, chromium, scheme):
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    seen = set()
    for file in ("index", "phenomena", "differences", "about"):
        page.goto((site / f"{file}.html").as_uri())
        for selector in (".score", ".interval", ".under", ".n", "td.answered", "td .of", ".matrix span", ".sign", "a",
                         "figcaption", "output", "pre"):  # fmt: skip
            for back, front in page.evaluate(_COLOURS, selector):
                assert contrast(back, front) >= 4.5, (file, selector, back, front)
                seen.add((file, selector))
        if file == "index":  # marks are drawn, not written: 3 is asked for
            marks = page.evaluate(_COLOURS, ".mark")
            assert len(marks) == 68
            assert all(contrast(back, front) >= 3 for back, front in marks)
    assert {selector for _, selector in seen} >= {".score", ".interval", ".under", ".matrix span", "pre"}
    context.close()


@pytest.fixture(scope="module", params=["light", "dark"])
def painted(site, chromium, request):
    """The colours of the board by name, as they are laid over each other: steps of the ground, marks, the matrix."""
    context = chromium.new_context(color_scheme=request.param)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    found = {f"h{step}": page.evaluate(_COLOURS, f"td.h{step}")[0][0] for step in range(10)}
    for kind in ("system", "control", "chance"):
        found["page"], found[kind] = page.evaluate(_COLOURS, f"tr.{kind} .mark")[0]
    page.goto((site / "differences.html").as_uri())
    for kind in ("better", "worse", "unsure"):
        found[kind] = page.evaluate(_COLOURS, f".matrix .{kind}")[0][0]
    context.close()
    return found


@pytest.mark.parametrize("eye", SEEN)
def test_grounds_and_marks_are_told_apart_without_a_kind_of_cone(painted, eye):
    assert near({kind: painted[kind] for kind in ("page", "system", "control", "chance")}, eye) == {}
    # A step is no colour of its own: each is further from the page than the one before, three steps are seen.
    steps = [difference(painted["page"], painted[f"h{step}"], eye) for step in range(10)]
    assert steps == sorted(steps)
    assert min(late - early for early, late in zip(steps, steps[3:], strict=False)) >= JUST_NOTICED
    assert steps[9] >= TOLD_APART
    # Signs stand on the grounds of the matrix: they need not be told from each other at a glance, and are.
    assert near({kind: painted[kind] for kind in ("page", "better", "worse", "unsure")}, eye, GROUND) == {}


def test_each_step_of_the_ground_is_stronger_than_the_one_before(site, page):
    page.goto((site / "index.html").as_uri())
    grounds = [page.evaluate(_COLOURS, f"td.h{step}")[0][0] for step in range(10)]
    blues = [contrast(ground, (255, 255, 255)) for ground in grounds]
    assert blues == sorted(blues)
    assert len(set(blues)) == 10


def test_the_board_on_paper_has_every_column_its_grounds_and_its_plot(shown, tmp_path, page):
    written(tmp_path, synthetic(shown, lambda i: f"System {i}", 6), shown)
    page.goto((tmp_path / "entities.html").as_uri())
    top, ground = page.locator("td.h9 .score").first.inner_text(), page.evaluate(_COLOURS, "td.h9")[0][0]
    heads = page.locator("table.ranked").first.locator("thead th.slice").all_inner_texts()
    paper = Paper(page)
    text = paper.text()
    sheet, (_, _, right, bottom) = paper.find(top)[0]
    assert difference(paper.pixels(sheet)[bottom + 2, right + 2], (255, 255, 255)) >= TOLD_APART
    assert difference(paper.pixels(sheet)[bottom + 2, right + 2], ground) < TOLD_APART / 4
    for head in heads:
        word = re.split(r"[\n\s]", head)[0]
        assert word in text
        assert all(box[2] < paper.pixels(number).shape[1] - 9 * SCALE for number, box in paper.find(word))
    assert "How to read places" in text
    assert "Intervals hold 95 %" in " ".join(text.split())  # what is folded on the screen
    assert "Search" not in text
    sheet, (_, top, right, bottom) = min(paper.find("System 1"))
    row = paper.pixels(sheet, (right + 20 * SCALE, top, paper.pixels(sheet).shape[1], bottom + 8 * SCALE))
    assert (row.max(-1) < 90).sum(1).max() > 40 * SCALE  # the range, in ink


def test_hostile_names_stay_text_on_every_page(hostile, page):
    watch(page)
    found = {}
    for path in sorted(hostile.rglob("*.html")):
        if path.parent != hostile and int(path.stem[-3:]) % 8:
            continue
        page.goto(path.as_uri())
        for details in page.locator("details").all():
            details.evaluate("each => each.open = true")
        assert page.evaluate("window.ran") is None
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            if seen := strays(page):
                found[path.name, width] = seen
    assert found == {}
    assert page.bad == []
    page.goto((hostile / "index.html").as_uri())
    page.get_by_label("System", exact=True).fill("<script>window.ran")
    assert rows(page) >= 1


def test_links_to_the_hub_are_made_only_where_the_data_set_is_named(board, shown, page, tmp_path):
    written(tmp_path, board, shown, "owner/data")
    page.goto((tmp_path / "index.html").as_uri())
    links = page.get_by_role("list", name="Links")
    assert links.get_by_role("link", name="Data").get_attribute("href") == "https://huggingface.co/datasets/owner/data"
    assert about(board, shown, None).data is None


def test_what_a_board_is_and_cannot_show_is_said_of_its_own_data(board, shown):
    said = about(board, shown, None)
    assert "31 documents from 4 pages of dragoman 2.0.0, split test" in said.what
    assert "large language models" in said.what
    assert any("Arabic (2 documents)" in each for each in said.cannot)
    assert any("neither an upper bound nor human performance" in each for each in said.cannot)
    other = synthetic(shown, str, 3)
    other.data.name, other.data.pages = "mine} \\evil{", None
    said = about(other, shown, None)
    assert "language models" not in said.what
    assert "card of the data set" in said.what
    assert said.citation.count("{") == said.citation.count("}")
    assert "\\" not in said.citation


def test_the_front_matter_of_a_space_is_read_back_as_it_is_meant(board):
    yaml = pytest.importorskip("yaml")
    board.data.name, before = 'x"\n---\nsdk: docker', board.data.name
    front = yaml.safe_load(space_card(board, "owner/data").decode().split("\n---\n")[0].removeprefix("---\n"))
    board.data.name = before
    assert (front["sdk"], front["app_file"], front["datasets"]) == ("static", "index.html", ["owner/data"])
    assert "docker" in front["title"]
