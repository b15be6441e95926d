"""What a batch gives back: a list of items that shows itself in a notebook."""
import os

from . import _html


class BatchItems(list):
    """The items of a batch, one :class:`fasc.BatchItem` per file, and ``out``, the folder of the results."""

    def __init__(self, items, out):
        super().__init__(items)
        self.out = os.path.abspath(os.fsdecode(out))

    def to_pandas(self):
        """One row per file.

        Returns
        -------
        pandas.DataFrame
            Columns file, status, patient, role, control, fasciculations, rate_per_min (NaN where missing), present, grade, mm_per_px_source,
            reason, folder.
        """
        import pandas

        names = ("file", "status", "patient", "role", "control", "fasciculations", "rate_per_min", "present", "grade", "mm_per_px_source", "reason", "folder")
        table = pandas.DataFrame([[getattr(i, n) for n in names] for i in self], columns=list(names))
        table["rate_per_min"] = table["rate_per_min"].astype("float64")
        return table

    def _repr_html_(self):
        return _html.batch(self, self.out)
