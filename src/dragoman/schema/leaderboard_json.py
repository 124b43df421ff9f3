"""The leaderboard as data: ``leaderboard.json``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dragoman.schema.system_card import SystemCard

BOARD_VERSION = "1"
State = Literal["ranked", "not independent", "other data", "not reproduced", "invalid"]


class BoardData(msgspec.Struct, forbid_unknown_fields=True):
    """Which data a leaderboard is on."""

    name: Annotated[str, Meta(description="name of the data set")]
    version: Annotated[str | None, Meta(description="version of the data set")]
    fingerprint: Annotated[str, Meta(description="sha256 of the canonical rows")]
    split: Annotated[str | None, Meta(description="split that the systems were scored on")]
    documents: Annotated[int, Meta(description="documents of the split")]


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """A ranked system's place in a column."""

    rank: Annotated[int, Meta(description="1 + number of systems that are better beyond chance (p_holm < level)")]
    last: Annotated[int, Meta(description="ranked systems less those that are worse beyond chance")]
    rank_interval: Annotated[list[int], Meta(description="ranks by score in 95 % of the resamples, best to worst")]
    tied: Annotated[int, Meta(description="ranked systems that cannot be told from this one")]


class Cell(msgspec.Struct, forbid_unknown_fields=True):
    """A system's score in a column."""

    score: Annotated[float | None, Meta(description="0 to 1; null where undefined or not attempted")]
    interval: Annotated[list[float] | None, Meta(description="bootstrap interval over documents, 95 %, or null")] = None
    place: Annotated[Place | None, Meta(description="null in columns without ranks, and for systems unranked")] = None


class BoardColumn(msgspec.Struct, forbid_unknown_fields=True):
    """What a column shows."""

    name: Annotated[str, Meta(description="`headline` or a measure, with a slice as in `dates.value[language=ar]`")]
    ranked: Annotated[bool, Meta(description="whether systems are ranked in it")]


class BoardEntry(msgspec.Struct, forbid_unknown_fields=True):
    """One submitted run."""

    id: Annotated[str, Meta(description="name of the entry's pages; unique on the board")]
    folder: Annotated[str, Meta(description="the run's folder: system/data version")]
    state: Annotated[State, Meta(description="only `ranked` entries have places")]
    card: Annotated[SystemCard | None, Meta(description="the system's description as it was submitted")]
    problems: Annotated[list[str], Meta(description="what is wrong with the run, the first hundred")]
    attempted: Annotated[list[str], Meta(description="layers that it attempts")]
    missing: Annotated[int | None, Meta(description="documents that it left out; null if it was not scored")]
    cells: Annotated[dict[str, Cell], Meta(description="scores by column; empty if it was not scored")]


class BoardContrast(msgspec.Struct, forbid_unknown_fields=True):
    """Two ranked systems in one column."""

    first: Annotated[str, Meta(description="id of an entry")]
    second: Annotated[str, Meta(description="id of another")]
    difference: Annotated[float, Meta(description="first minus second")]
    p: Annotated[float, Meta(description="two-sided p of the paired permutation test")]
    p_holm: Annotated[float, Meta(description="p after Holm's correction over the pairs of the column")]


class Board(msgspec.Struct, forbid_unknown_fields=True):
    """All entries of a leaderboard, with what their ranks follow from."""

    schema_version: str
    data: BoardData
    level: Annotated[float, Meta(description="level of the tests, after Holm's correction")]
    columns: list[BoardColumn]
    entries: Annotated[list[BoardEntry], Meta(description="ranked ones first, by headline; then the others")]
    contrasts: Annotated[dict[str, list[BoardContrast]], Meta(description="pairs of ranked systems, by column")]
