"""A page printed to PDF, to search for words and pixels on paper."""

import numpy as np
import pytest

SCALE = 4
"""Pixels per point."""


class Paper:
    """A page printed from a browser on A4, without backgrounds unless the page requests them.

    Boxes are (left, top, right, bottom), in pixels of a sheet.
    """

    def __init__(self, page):
        pdfium = pytest.importorskip("pypdfium2")
        self._file = pdfium.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True, print_background=False))
        self._pixels = {}

    def __len__(self):
        return len(self._file)

    def text(self):
        """All text, sheet by sheet."""
        return "\n".join(sheet.get_textpage().get_text_range() for sheet in self._file)

    def find(self, words):
        """Return sheet and box of each occurrence of some words, largest letters first."""
        found = []
        for number, sheet in enumerate(self._file):
            height, text = sheet.get_height(), sheet.get_textpage()
            search = text.search(words, match_case=True)
            while (at := search.get_next()) is not None:
                boxes = np.array([text.get_charbox(index) for index in range(at[0], at[0] + at[1])])
                left, bottom, right, top = *boxes[:, :2].min(0), *boxes[:, 2:].max(0)
                found.append((number, [round(SCALE * each) for each in (left, height - top, right, height - bottom)]))
        return sorted(found, key=lambda each: each[1][1] - each[1][3])

    def pixels(self, number, box=None):
        """Return the RGB pixels of a sheet, or of a box of it."""
        if number not in self._pixels:
            drawn = self._file[number].render(scale=SCALE, rev_byteorder=True).to_numpy()
            self._pixels[number] = drawn[..., :3].astype(int)
        sheet = self._pixels[number]
        left, top, right, bottom = box or (0, 0, sheet.shape[1], sheet.shape[0])
        return sheet[max(0, top) : bottom, max(0, left) : right]

    def covered(self, number, box, colour, near=24):
        """Return the share of the columns of a box with a pixel of a colour: 1 for a line across it, 0 for none."""
        off = np.abs(self.pixels(number, box) - np.array(colour)).sum(-1)
        return float((off < near).any(0).mean())
