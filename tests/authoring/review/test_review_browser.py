"""The page in a real browser, narrow and wide, in both directions, with labels that would do harm if they could."""

import json
from pathlib import Path

import made_up_review
import pytest

from dragoman.authoring.review import make, review_page, take
from dragoman.authoring.review.returned_reviews import read_reviews

SOURCES = Path(__file__).resolve().parents[3]
HOSTILE = (
    "<img src=x onerror=\"window.ran='img'\"><script>window.ran='script'</script></script>{{x}} &lt;b&gt; " + "ﷺ" * 40
)


@pytest.fixture
def opened(page):
    """Open a kit's page; what it asks the network for, and what it complains of, is noted."""
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda problem: said.append(str(problem)))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))

    def open_(path):
        page.goto(path.as_uri())
        return page

    yield open_
    assert said == []
    assert all(url.startswith(("file:", "blob:")) for url in asked)


@pytest.mark.parametrize("language", ["ko", "ar"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_whole_review_by_keys_comes_back(root, opened, page, tmp_path, language, width):
    page.set_viewport_size({"width": width, "height": 844})
    made = made_up_review.kit(root, language, minutes=60)
    make.write(made, tmp_path)
    opened(tmp_path / f"review-{language}.html")
    assert page.evaluate("document.documentElement.dir") == {"ko": "ltr", "ar": "rtl"}[language]
    page.fill("#name", "Made up")
    page.click("#start")
    for card in made.kits[0].cards:
        assert page.locator("#question").inner_text() == card.question
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        said = made_up_review.careful(card, made.key.cards[card.id])
        page.keyboard.press({"right": "1", "wrong": "2", "unsure": "3"}[said])
        if said == "wrong":
            page.keyboard.type("not so")
            page.keyboard.press("Enter")
    page.reload()  # it has kept everything
    assert page.locator("#end").is_visible()
    with page.expect_download() as download:
        page.click("#download-end")
    download.value.save_as(tmp_path / "back.json")
    returned = json.loads((tmp_path / "back.json").read_text("utf-8"))
    wanted = made_up_review.answers(made, made_up_review.careful)
    assert returned["answers"] == wanted["answers"]
    summary = take.take(read_reviews([tmp_path / "back.json"], [made.key])).summary
    assert summary["reviews"][0]["readers"][0]["name"] == "Made up"
    assert summary["reviews"][0]["readers"][0]["native"] is None  # a box that nobody ticked says nothing
    assert summary["reviews"][0]["readers"][0]["answered"] == len(made.kits[0].cards)


@pytest.mark.parametrize(("language", "width"), [("ko", 390), ("ar", 390), ("ar", 1280)])
def test_labels_that_would_do_harm_are_shown_and_do_none(root, opened, page, tmp_path, language, width):
    page.set_viewport_size({"width": width, "height": 844})
    (kit,) = made_up_review.kit(root, language).kits
    for card in kit.cards:
        card.title = card.published = card.question = HOSTILE
        card.facts = [(HOSTILE, HOSTILE)]
        card.english = [HOSTILE]
        card.lines = [[(HOSTILE, ["main"]), ("x" * 400, [])]]
    kit.benchmark = HOSTILE
    kit.words = {**kit.words, "title": HOSTILE}
    (tmp_path / "kit.html").write_text(review_page.render(kit), "utf-8")
    opened(tmp_path / "kit.html")
    page.click("#start")
    page.keyboard.press("e")
    assert page.evaluate("window.ran") is None
    assert page.locator("img").count() == 0
    assert "onerror" in page.locator("#text").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("interface", "width"), [("ar", 390), ("ar", 1280), ("en", 1280)])
def test_the_ends_of_an_interval_stand_in_the_order_of_the_language(opened, page, tmp_path, interface, width):
    page.set_viewport_size({"width": width, "height": 844})
    (kit,) = made_up_review.kit(SOURCES, "ar", minutes=600, interface=interface).kits
    kit.cards = [card for card in kit.cards if any("2024-06-18" in value for _, value in card.facts)][:1]
    (tmp_path / "kit.html").write_text(review_page.render(kit), "utf-8")
    opened(tmp_path / "kit.html")
    page.click("#start")
    places = page.locator("#facts bdi", has_text=" – ").evaluate(
        """each => {
          const node = each.firstChild, dash = node.data.indexOf("–");
          const box = (from, to) => {
            const range = document.createRange();
            range.setStart(node, from);
            range.setEnd(node, to);
            return range.getBoundingClientRect();
          };
          const [first, second] = [box(1, dash - 1), box(dash + 1, node.data.length)];
          return [first.left, second.left, Math.abs(first.top - second.top) < 4, node.data.slice(1, dash - 1)];
        }"""
    )
    first, second, same_line, said = places
    assert same_line
    assert said.strip("\u2068\u2069 ") == "2024-06-18"
    assert (first > second) == (interface == "ar")


def test_keys_do_not_answer_while_somebody_writes(root, opened, page, tmp_path):
    made = made_up_review.kit(root, "ko", interface="en")
    make.write(made, tmp_path, xlsx=False)
    opened(tmp_path / "review-ko.html")
    page.fill("#name", "1 2 3")
    page.click("#start")
    page.locator("#comment").press_sequentially("123 e")
    assert page.locator("[aria-pressed=true]").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    page.keyboard.press("ArrowLeft")
    assert page.locator("[data-answer=unsure]").get_attribute("aria-pressed") == "true"
    assert page.locator("#comment").input_value() == "123 e"
    assert page.locator("#answered").inner_text().startswith("answered: 1 of")


def test_a_browser_that_keeps_nothing_says_so(root, chromium, tmp_path):
    made = made_up_review.kit(root, "ko", interface="en")
    make.write(made, tmp_path, xlsx=False)
    context = chromium.new_context()
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page = context.new_page()
    page.goto((tmp_path / "review-ko.html").as_uri())
    page.click("#start")
    assert page.locator("#warning").is_visible()
    context.close()
