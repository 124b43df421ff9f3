"""Screenshots of the labelling page, from a real Label Studio that is started for them, and of the review page.

`scripts/pictures.py` calls these. The labelling page of a document depends on its configuration and its task: a
screenshot is out of date if their SHA-256 has changed, which can be checked without a server.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from dragoman.authoring.label_studio.client import Server
    from dragoman.authoring.label_studio.file_kinds import Kind
    from dragoman.authoring.label_studio.state import Item

ROOT = Path(__file__).resolve().parent.parent
SIZE = {"width": 1500, "height": 950}
SCALE = 2 / 3
"""Device pixels of a screenshot per CSS pixel: the page needs a window of this size, too large for a picture."""


@dataclass(frozen=True)
class Labelling:
    """A screenshot of the labelling page.

    Attributes:
        name: file name.
        document: id of the document.
        words: text of the date or cue that is selected; empty for none.
        point: which disagreement of the document is shown, from 1; 0 for its gold.

    """

    name: str
    document: str
    words: str = ""
    point: int = 0


@dataclass(frozen=True)
class Review:
    """A screenshot of the page for native readers: the first card of a layer in its random sample."""

    name: str
    language: str
    layer: str
    width: int
    height: int


LABELLING = (
    Labelling("labelling-ko.png", "000.article-1", "최근"),
    Labelling("labelling-ar.png", "003.article-1", "وقت سابق"),
    Labelling("labelling-arrows.png", "003.article-1", "أعلنت"),
    Labelling("labelling-compare.png", "003.article-1", point=10),
)
REVIEWS = (
    Review("review-ko.png", "ko", "entities", 390, 844),
    Review("review-ar.png", "ar", "claims", 1280, 881),
)
PASSES = ("a", "b")


def digests() -> dict[str, str]:
    """Return the SHA-256 of the source of each screenshot, by file name."""
    from dragoman import files, json_text  # noqa: PLC0415
    from dragoman.authoring.label_studio.state import new_task  # noqa: PLC0415

    made = {}
    for each in LABELLING:
        kind, item, page = _item(each)
        task: Any = new_task(item, kind.name)
        made[each.name] = files.sha256(page.encode() + json_text.canonical(task))
    for review in REVIEWS:
        made[review.name] = files.sha256(_review_page(review).encode())
    return made


def _documents() -> dict[str, Any]:
    from dragoman.authoring.adjudication import read_documents  # noqa: PLC0415

    return read_documents(ROOT)


def _item(picture: Labelling) -> tuple[Kind, Item, str]:
    """Return the kind of labels, the item that is pushed, and the configuration of its page."""
    from dragoman.authoring.label_studio import comparison_tasks, file_kinds, push_items  # noqa: PLC0415
    from dragoman.languages import short_tag  # noqa: PLC0415

    documents = _documents()
    document = documents[picture.document]
    if picture.point:
        kind = file_kinds.of_comparison(*PASSES)
        found = comparison_tasks.of_comparison(ROOT, PASSES, documents)
    else:
        kind, found = file_kinds.GOLD, push_items.of_files(ROOT, file_kinds.GOLD, documents)
    of_document = [item for item in found if item.document.id == picture.document]
    return kind, of_document[max(0, picture.point - 1)], _config(picture)(short_tag(document.language), document.text)


def _config(picture: Labelling) -> Any:
    from functools import partial  # noqa: PLC0415

    from dragoman.authoring.label_studio import config  # noqa: PLC0415
    from dragoman.release import scheme_file  # noqa: PLC0415

    scheme = scheme_file.read(ROOT)
    make = config.make_comparison if picture.point else config.make
    return partial(make, own=scheme.label_sets, layers=scheme.layers)


def shots(browser: Browser) -> Iterator[tuple[str, bytes]]:
    """Yield file name and PNG of each screenshot.

    Raises:
        DragomanError: E729 if Label Studio is not installed, or does not start.

    """
    from dragoman.authoring.label_studio import client, server, sync  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "label-studio"
        url = server.serve(ROOT, data)["url"]
        try:
            secret = server.credentials(data)
            page = _logged_in(browser, url, secret)
            with client.Server(url, secret["token"]) as asked:
                for each in LABELLING:
                    kind, item, _ = _item(each)
                    sync.push(asked, kind, [item], config=_config(each), progress=lambda work, _: iter(work))
                    _open(page, url, asked, item)
                    if each.words:
                        _choose(page, item, each.words)
                    page.wait_for_timeout(1000)  # arrows and panels are drawn after the selection
                    yield each.name, page.screenshot()
            page.context.close()
        finally:
            server.stop(data)
    for review in REVIEWS:
        yield review.name, _review_shot(browser, review)


def _logged_in(browser: Browser, url: str, secret: dict[str, str]) -> Page:
    context = browser.new_context(viewport=SIZE, device_scale_factor=SCALE, color_scheme="light")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}/user/login/")
    page.fill("input[name=email]", secret["user"])
    page.fill("input[name=password]", secret["password"])
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/user/login" not in address)
    return page


def _open(page: Page, url: str, asked: Server, item: Item) -> None:
    for project in asked.projects():
        for task in asked.tasks(project["id"]):
            data = task["data"]
            if (data.get("document"), data.get("point", "")) == (item.document.id, item.point):
                page.goto(f"{url}/projects/{project['id']}/data?task={task['id']}")
                page.wait_for_selector(".htx-highlight")
                page.wait_for_load_state("networkidle")
                return
    raise LookupError(f"{item.document.id} is on no project")


def _choose(page: Page, item: Item, words: str) -> None:
    """Select a date or a cue by its text, by a click like an annotator's."""
    page.keyboard.press("Escape")
    marked = page.locator(f'[class*="htx-highlight-{_region(item, words)}-"]').first
    marked.scroll_into_view_if_needed()
    marked.click()
    page.get_by_label("Delete selected region").wait_for()


def _region(item: Item, words: str) -> str:
    """Return the region id of a date or a cue on the labelling page, by its text."""
    gold = json.loads(item.base)
    dates = [date["id"] for date in gold["dates"] if date["text"] == words]
    cues = [f"{claim['id']}_cue" for claim in gold["claims"] for cue in claim["cue"] if cue["text"] == words]
    return str([*dates, *cues][0])


def _kit(review: Review) -> Any:
    from dragoman.authoring.review import make  # noqa: PLC0415
    from dragoman.authoring.review.review_words import read_words  # noqa: PLC0415

    (kit,) = make.make(ROOT, language=review.language, words=read_words(review.language)).kits
    return kit


def _review_page(review: Review) -> str:
    from dragoman.authoring.review import review_page  # noqa: PLC0415

    return review_page.render(_kit(review))


def _review_shot(browser: Browser, review: Review) -> bytes:
    first = next(at for at, card in enumerate(_kit(review).cards) if card.layer == review.layer)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "review.html"
        file.write_text(_review_page(review), "utf-8")
        page = browser.new_page(viewport={"width": review.width, "height": review.height}, color_scheme="light")
        page.goto(file.as_uri())
        page.click("#start")
        for _ in range(first):
            page.click("#next")
        image = page.screenshot()
        page.close()
    return image
