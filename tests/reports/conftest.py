"""A page of a report in a browser."""

import pytest
from payloads import watch


@pytest.fixture
def opened(page, tmp_path):
    """Open HTML from a file; ``page.bad`` has whatever should not happen."""
    watch(page)

    def open_(html, width=1280):
        page.set_viewport_size({"width": width, "height": 900})
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        return page

    return open_
