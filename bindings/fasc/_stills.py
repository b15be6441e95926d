"""Still pictures of a clip (mean, largest change) and M-mode strips: the file read once more for people's eyes."""
from __future__ import annotations

import dataclasses
import hashlib
import os

import numpy as np
import numpy.typing as npt

from . import _fasc, _inputs, _progress
from ._clip import fps_of
from ._types import Pathlike, Pictures, Progress


@dataclasses.dataclass(frozen=True)
class StillPictures:
    """A clip in two pictures. Made by :func:`fasc.still_pictures`.

    Attributes
    ----------
    mean : numpy.ndarray
        uint8 (height, width); mean gray level of the distinct pictures, black outside the echo areas.
    motion : numpy.ndarray
        float32 (height, width), gray levels; the largest change from one picture to the next that a place saw: absolute differences under a Gaussian of
        sigma 4 px; steps onto key frames left out.
    frames : int
        Pictures read.
    echo_areas, muscle_bands : list of (x, y, w, h)
        px; where the echo is, and the bands below skin and fat that "auto" would measure, one for each.
    sha256 : str
        Of the file.
    """

    mean: Pictures
    motion: npt.NDArray[np.float32]
    frames: int
    echo_areas: list[tuple[int, int, int, int]]
    muscle_bands: list[tuple[int, int, int, int]]
    sha256: str


def still_pictures(
    path: Pathlike,
    *,
    from_s: float = _fasc.AnalyzeOptions().from_s,
    to_s: float = _fasc.AnalyzeOptions().to_s,
    fps: float = _fasc.AnalyzeOptions().fps,
    camera: bool | None = None,
    progress: Progress = None,
) -> StillPictures:
    """Reads a clip once and makes two pictures of it, on which to choose a region or to show results.

    Parameters
    ----------
    path : str or os.PathLike
    from_s, to_s, fps, camera, progress
        As in :func:`fasc.analyze`.

    Returns
    -------
    StillPictures

    Raises
    ------
    FileNotFoundError
        There is no such file.
    fasc.ClipError
        It cannot be read as a clip.

    Examples
    --------
    >>> import fasc
    >>> found = fasc.still_pictures("sample_data/calf_and_control_30fps.mp4")
    >>> found.mean.shape, found.frames, len(found.echo_areas)
    ((294, 666), 600, 2)
    """
    options = _fasc.AnalyzeOptions(from_s=from_s, to_s=to_s, fps=fps_of(path, fps))
    options.camera = camera
    options.check()
    with _progress.shown(progress) as callback:
        return StillPictures(**_fasc.still_pictures(_inputs.path_text(path, "path"), options, callback))


def _file_of(analysis, second, clip):
    path = analysis._control_path if second else analysis._path
    return _inputs.path_text(clip, "clip") if clip is not None else path


def _same(analysis, second, sha256):
    return sha256 == (analysis.control_clip if second else analysis.clip).sha256


def _checked(analysis, second, sha256, path):
    if not _same(analysis, second, sha256):
        raise ValueError(f"{os.path.basename(os.fsdecode(path))} is not the clip that was analysed: its SHA-256 is another one")


def of_analysis(analysis, second, clip, required):
    """StillPictures of an analysis' clip; None where its file is gone or has changed and nothing is required."""
    path = _file_of(analysis, second, clip)
    if path is None:
        if required:
            raise ValueError("this analysis has no clip's file to take the mean of: name it with clip=, or use background='first'")
        return None
    try:
        found = StillPictures(**_fasc.still_pictures(path, analysis.options, None))
    except OSError:
        if required:
            raise
        return None
    if required:
        _checked(analysis, second, found.sha256, path)
    return found if _same(analysis, second, found.sha256) else None


def strip_of_analysis(analysis, second, clip, x_px, y_px, height_px, width_px, progress):
    """Strip (uint8, rows x frames) and times in s of one line of an analysis' clip."""
    path = _file_of(analysis, second, clip)
    if path is None:
        raise ValueError("this analysis has no clip's file, and the strip is read from it again: name it with clip=")
    with _progress.shown(progress) as callback:
        try:
            found = _fasc.m_mode(path, x_px, y_px, height_px, width_px, analysis.options, callback)
        except ValueError:
            with open(path, "rb") as file:
                _checked(analysis, second, hashlib.file_digest(file, "sha256").hexdigest(), path)  # another clip is why the line lies outside
            raise
    _checked(analysis, second, found["sha256"], path)
    return found["strip"], found["time_s"]
