"""A batch's clips from Python's own tables: written as a manifest for the time of the batch."""
from __future__ import annotations

import contextlib
import csv
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import _inputs


def _is_missing(value: Any) -> bool:
    return value is None or value != value  # NaN and NaT are not themselves; pandas.NA is no bool


def _cell(value: Any) -> str:
    try:
        return "" if _is_missing(value) else _plain(value)
    except TypeError:
        return ""


def _plain(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(str(part) for part in value)
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _rows_of(given: Any) -> list[dict[str, Any]]:
    """One dict per clip."""
    if hasattr(given, "to_dicts"):  # polars
        return [{str(name): value for name, value in row.items()} for row in given.to_dicts()]
    if hasattr(given, "to_dict") and hasattr(given, "columns"):
        return [{str(name): value for name, value in row.items()} for row in given.to_dict("records")]
    if isinstance(given, Mapping):
        for name, column in given.items():
            if _inputs.is_path(column) or not hasattr(column, "__iter__"):
                raise TypeError(f"the column {name} is a list with one entry per clip, but got {_inputs.shown(column)}")
        columns = {str(name): list(column) for name, column in given.items()}
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the columns have different lengths: {', '.join(f'{name} {n}' for name, n in lengths.items())}; allowed: one entry per clip in each")
        return [dict(zip(columns, row)) for row in zip(*columns.values())]
    if not isinstance(given, Sequence) or isinstance(given, (bytes, bytearray)):
        raise TypeError(f"clips are a folder, a manifest's path, a list of paths, a pandas.DataFrame, a dict of columns or a list of dicts, but got {type(given).__name__}")
    rows = []
    for number, one in enumerate(given):
        if _inputs.is_path(one):
            rows.append({"clip": _inputs.plain_path(one, f"clip {number}")})
        elif isinstance(one, Mapping):
            rows.append({str(name): value for name, value in one.items()})
        else:
            raise TypeError(f"clip {number} is a {type(one).__name__}; allowed: a path, or a dict with its row of the table")
    return rows


def _clip_column(rows: list[dict[str, Any]]) -> str:
    """The name of the column of clips, which every row must have."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    clip = next((name for name in names if name.strip().lower() == "clip"), None)
    if clip is None:
        raise ValueError(f"the table has the columns {', '.join(names)}; it needs clip, the path of each clip")
    for number, row in enumerate(rows):
        if not _cell(row.get(clip)):
            raise ValueError(f"clip {number} is empty; allowed: the path of a clip")
    return clip


def _written(rows: list[dict[str, Any]], clip: str, path: str, start: str, keep: bool) -> str:
    """Writes the rows; gives what their paths start at: ``start`` if it is to be kept and holds all clips, else the folder that holds them all."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    paths = [os.path.abspath(os.path.join(start, _cell(row[clip]))) for row in rows]
    held = [os.path.dirname(one) for one in paths]
    below = os.path.commonpath([*held, start]) == start
    base = start if keep and below else os.path.commonpath(held)
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row, one in zip(rows, paths):
            writer.writerow([os.path.relpath(one, base) if name == clip else _cell(row.get(name)) for name in names])
    return base


@contextlib.contextmanager
def as_manifest(given: Any, out: Any, clips_from: Any) -> Iterator[tuple[str, str]]:
    """A folder's or manifest's path and what its relative paths start at (empty: the library's rule), for whatever names a batch's clips.

    A table in memory is written below ``out``, which every worker of a cluster sees, and removed afterwards.
    """
    start = "" if clips_from is None else _inputs.plain_path(clips_from, "clips_from")
    if _inputs.is_path(given):
        yield _inputs.plain_path(given, "paths_or_table"), start
        return
    rows = _rows_of(given)
    if not rows:
        raise ValueError("there is no clip; allowed: one or more")
    clip = _clip_column(rows)
    place = os.path.abspath(_inputs.plain_path(out, "out"))
    os.makedirs(place, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fasc-table-", dir=place) as folder:
        path = os.path.join(folder, "table.csv")
        base = _written(rows, clip, path, os.path.abspath(start or os.curdir), bool(start))
        yield path, base
