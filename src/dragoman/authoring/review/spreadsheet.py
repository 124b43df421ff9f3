"""The kit as a spreadsheet, as an alternative: the same cards, with answers chosen from a list."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from dragoman import files
from dragoman.authoring.review.kit import Card, Kit
from dragoman.languages import get
from dragoman.problems import DragomanError, error
from dragoman.schema.layers import CONTIGUOUS

QUESTIONS, ABOUT, HIDDEN = "questions", "about", "kit"
"""Names of the sheets, in order; the last one is hidden."""
COLUMNS = ("number", "document", "published", "text", "label", "question", "answer", "comment", "english")
_ANSWER = 1 + COLUMNS.index("answer")
WIDTHS = (6, 24, 14, 70, 40, 40, 18, 40, 60)
NAME, NATIVE = 8, 9
"""Rows of the first sheet, from 1, that the reader fills in."""
MAX_UNPACKED = 64 * 2**20
"""Maximum uncompressed size of a returned spreadsheet, in bytes."""
MAX_ROWS = 20_000
_BRACKETED = {"main", *CONTIGUOUS}
"""Marks that are written as brackets; claims in a whole text would nest in them."""


def _library() -> Any:
    try:
        import openpyxl  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise error("E739", "openpyxl is not installed.", "Install the extra `review`, or give --no-xlsx.") from None
    return openpyxl


def write(kit: Kit) -> bytes:
    """Write a kit as XLSX.

    Raises:
        DragomanError: E739 without openpyxl.

    """
    book = _library().Workbook()
    about, sheet, hidden = book.active, book.create_sheet(), book.create_sheet(HIDDEN)
    about.title, sheet.title = _title(kit.words["sheet_about"], ABOUT), _title(kit.words["sheet"], QUESTIONS)
    _write_about(about, kit.words)
    _write_questions(sheet, kit)
    _write_hidden(hidden, kit)
    for each in (about, sheet):
        each.sheet_view.rightToLeft = get(kit.interface).direction == "rtl"
    out = io.BytesIO()
    book.save(out)
    return _without_time(out.getvalue())


def _write_about(sheet: Any, words: dict[str, str]) -> None:
    """Write the introduction, with cells for the reader's details."""
    said = [words[name] for name in ("title", "intro", "intro_sample", "intro_rest", "intro_planted", "intro_shared")]
    for row, line in [*enumerate(said, 1), (NAME, words["name"]), (NATIVE, words["native"])]:
        _put(sheet, row, 1, line)
    _choice(sheet, "kit!$B$1:$B$2", [sheet.cell(NATIVE, 2)])
    sheet.column_dimensions["A"].width = 110
    sheet.column_dimensions["B"].width = 40


def _write_questions(sheet: Any, kit: Kit) -> None:
    """Write one row per card."""
    for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True), 1):
        _put(sheet, 1, column, kit.words[name])
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
    for row, card in enumerate(kit.cards, 2):
        for column, value in enumerate(_row(card, row - 1, kit.words), 1):
            _put(sheet, row, column, value)
    answers = {
        kind: [sheet.cell(row, _ANSWER) for row, card in enumerate(kit.cards, 2) if card.kind == kind]
        for kind in ("label", "missed")
    }
    _choice(sheet, "kit!$B$1:$B$3", answers["label"])
    _choice(sheet, "kit!$C$1:$C$3", answers["missed"])
    sheet.freeze_panes = "A2"


def _write_hidden(sheet: Any, kit: Kit) -> None:
    """Write the kit's hash, the ids of the cards row by row, and the options of the lists."""
    for row, value in enumerate((kit.digest(), *(card.id for card in kit.cards)), 1):
        _put(sheet, row, 1, value)
    for column, names in ((2, ("right", "wrong", "unsure")), (3, ("nothing", "something", "unsure"))):
        for row, name in enumerate(names, 1):
            _put(sheet, row, column, kit.words[name])
    sheet.sheet_state = "hidden"


def _choice(sheet: Any, words: str, cells: list[Any]) -> None:
    """Restrict cells to the options of a list."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - an extra

    validation = DataValidation(type="list", formula1=words, allow_blank=True)
    sheet.add_data_validation(validation)
    for cell in cells:
        validation.add(cell)


def _title(text: str, default: str) -> str:
    """Return a valid title for a sheet."""
    return "".join(char for char in text if char not in "[]:*?/\\'")[:31].strip() or default


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    """Write a value; text that looks like a formula stays text."""
    from openpyxl.styles import Alignment  # noqa: PLC0415 - an extra

    cell = sheet.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if value in (None, ""):
        return
    cell.value = value if isinstance(value, int) else str(value)[:32_000]
    if isinstance(value, str):
        cell.data_type = "s"


def _row(card: Card, number: int, words: dict[str, str]) -> list[Any]:
    text = "\n".join("".join(_marked(*piece) for piece in line) for line in card.lines)
    label = "\n".join(f"{name}: {value}" for name, value in card.facts)
    if card.count > 1:
        label += "\n" + words["times"].replace("{n}", str(card.count))
    title = f"{card.title or ''}\n{card.document}".strip()
    shown = text.replace("⟧⟦", "")  # adjacent pieces of one label
    english = "\n".join(card.english)
    published = card.published or words["unknown"]
    return [number, title, published, shown, label, card.question, None, None, english]


def _marked(text: str, roles: list[str]) -> str:
    return f"⟦{text}⟧" if _BRACKETED.intersection(roles) else text


def _without_time(data: bytes) -> bytes:
    """Repack without timestamps, so that the same kit gives the same file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(given.namelist()):
            content = given.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", content)
            made.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def _check_size(data: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
            raise error("E106", f"it unpacks to over {MAX_UNPACKED:,} bytes.", file=name)


def read(data: bytes, name: str, answers: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a returned spreadsheet.

    Args:
        data: its content.
        name: its name in problems.
        answers: verdicts by their label in the list.

    Returns:
        The same as the page would save (:class:`dragoman.authoring.review.kit.Returned`, not yet validated), and
        answers that are not in the list, by card.

    Raises:
        DragomanError: E739 without openpyxl; E209 if it is not a spreadsheet of a kit, E106 if it is too large.

    """
    openpyxl = _library()
    try:
        _check_size(data, name)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        about, sheet, hidden = (
            list(book.worksheets[i].iter_rows(values_only=True, max_row=MAX_ROWS)) for i in range(3)
        )
    except DragomanError:
        raise
    except Exception as cause:  # openpyxl raises many kinds of errors for arbitrary bytes
        hint = "Send the file that you were given, with the answers filled in, as .xlsx."
        raise error("E209", "it is no spreadsheet of a review.", hint, file=name) from cause
    ids = [row[0] if row else None for row in hidden]
    if not ids or not isinstance(ids[0], str):
        raise error("E209", "the hidden sheet of the kit is gone.", "Fill in the file that you were given.", file=name)
    made: dict[str, Any] = {}
    odd: dict[str, str] = {}
    at, comment = _ANSWER - 1, COLUMNS.index("comment")
    for card, row in zip(ids[1:], sheet[1:], strict=False):
        cells = [*row, *[None] * (len(COLUMNS) - len(row))]
        said = str(cells[at] or "").strip()
        note = str(cells[comment] or "")
        if said and said not in answers:
            odd[str(card)] = said
        elif said or note:
            made[str(card)] = {"answer": answers.get(said), "comment": note}
    typed = [row[1] if len(row) > 1 else None for row in about[NAME - 1 : NATIVE]] + [None, None]
    native = {"right": True, "wrong": False}.get(answers.get(str(typed[1]), ""))
    returned = {
        "dragoman_review": "1",
        "kit": ids[0],
        "copy": f"xlsx-{files.sha256(data)[:16]}",
        "reader": str(typed[0] or ""),
        "native": native,
        "answers": made,
    }
    return returned, odd
