"""What a batch gives back: a list of items that shows itself in a notebook."""
from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import _fasc, _html, _tables
from ._types import Pathlike

if TYPE_CHECKING:
    import pandas


class BatchItems(list[_fasc.BatchItem]):
    """The items of a batch, one :class:`fasc.BatchItem` per file, and ``out``, the folder of the results."""

    def __init__(self, items: Iterable[_fasc.BatchItem], out: Pathlike) -> None:
        super().__init__(items)
        self.out: str = os.path.abspath(os.fsdecode(out))

    def to_pandas(self) -> pandas.DataFrame:
        """One row per file.

        Returns
        -------
        pandas.DataFrame
            Columns file, status, patient, role, control, fasciculations, rate_per_min (NaN where missing), present, grade, mm_per_px_source,
            reason, folder.
        """
        pandas = _tables.library("pandas", "tables")
        names = ("file", "status", "patient", "role", "control", "fasciculations", "rate_per_min", "present", "grade", "mm_per_px_source", "reason", "folder")
        table = pandas.DataFrame([[getattr(i, n) for n in names] for i in self], columns=list(names))
        table["rate_per_min"] = table["rate_per_min"].astype("float64")
        return table

    def _repr_html_(self) -> str:
        return str(_html.batch(self, self.out))
