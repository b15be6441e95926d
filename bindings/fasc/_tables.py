"""Events and traces as tables of other libraries, which are imported when they are asked for."""
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from . import _fasc

if TYPE_CHECKING:
    import pandas
    import xarray

    from ._results import RegionResult

Events = Sequence[tuple[Optional[str], Sequence[_fasc.Burst]]]
_TEXTS = {"region", "kind"}
_WHOLE = {"site"}


def library(name: str, extra: str) -> Any:
    """A library that the package can do without, or ImportError with the extra that brings it."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"{name} is not installed; pip install 'fasc[{extra}]' brings it") from error


def _columns(events: Events) -> dict[str, list[Any]]:
    """Columns of all regions' bursts; "region" where regions are named."""
    rows = [(region, burst) for region, bursts in events for burst in bursts]
    columns: dict[str, list[Any]] = {}
    if any(region is not None for region, _ in events):
        columns["region"] = [region for region, _ in rows]
    for key in _fasc.Burst.FIELDS:
        columns[key] = [getattr(burst, key) for _, burst in rows]
    return columns


def bursts_to_pandas(events: Events) -> pandas.DataFrame:
    pandas = library("pandas", "tables")
    types = {**dict.fromkeys(_TEXTS, "object"), **dict.fromkeys(_WHOLE, "int64")}
    return pandas.DataFrame({key: pandas.Series(values, dtype=types.get(key, "float64")) for key, values in _columns(events).items()})


def bursts_to_arrow(events: Events) -> object:
    columns = []
    for key, values in _columns(events).items():
        if key in _TEXTS or key in _WHOLE:
            columns.append((key, "u" if key in _TEXTS else "l", values))
        else:
            columns.append((key, "g", [float("nan") if value is None else value for value in values]))
    return _fasc.arrow_stream(columns)


def provenance(data: dict[str, Any], clip: dict[str, Any]) -> dict[str, str]:
    """Where a table comes from, as texts."""
    return {
        "clip": clip["path"],
        "clip_sha256": clip["sha256"],
        "fasc_version": data["fasc_version"],
        "options": json.dumps(data["options"], ensure_ascii=False),
        "note": data["note"],
    }


def trace_to_xarray(result: RegionResult) -> xarray.Dataset:
    xarray = library("xarray", "tables")
    trace = result.trace
    speed = result.speed_unit
    units = {
        "energy": f"({speed})^2",
        "rms_speed": speed,
        "fast_speed": speed,
        "active_share": "1",
        "whole_share": "1",
        "near_dx": "px",
        "near_dy": "px",
        "change": "gray levels",
        "step_s": "s",
    }
    variables: dict[str, Any] = {name: ("time_s", getattr(trace, name), {"units": unit}) for name, unit in units.items()}
    variables["speed"] = ("time_s", result.speed, {"units": speed, "long_name": "detection speed"})
    variables["state"] = ("time_s", trace.state)
    variables["motion_px"] = (("time_s", "row", "column", "component"), trace.motion_px, {"units": "px"})
    coordinates = {"time_s": ("time_s", trace.time_s, {"units": "s"}), "component": np.array(["x", "y"])}
    attributes = {"region": trace.region.name, "polygon_px": json.dumps(trace.region.polygon), **result._provenance}
    return xarray.Dataset(variables, coordinates, attributes)
