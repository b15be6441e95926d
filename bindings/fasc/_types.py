"""What the functions take, in types: for the annotations only."""
from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from . import _fasc

Pathlike = Union[str, "os.PathLike[str]"]
Floats = npt.NDArray[np.float64]
Pictures = npt.NDArray[np.uint8]
Frames = Union[Pictures, Sequence[Pictures]]
Numbers = Union[Sequence[float], npt.NDArray[Any]]
RegionLike = Union[str, "os.PathLike[str]", tuple[float, float, float, float], Sequence[float], Sequence[Sequence[float]], npt.NDArray[Any], "_fasc.Region"]
ScaleLike = Union[str, float, Sequence[float]]
Options = Mapping[str, Any]
Progress = Union[bool, Callable[[float, str], Any], None]
