"""A trace from elsewhere, here the squared envelope of a made-up surface EMG, against a calm one: bursts, rates, comparison.

usage: python3 examples/own_trace.py
"""
from __future__ import annotations

import numpy as np
import numpy.typing as npt

import fasc


def emg_envelope(onsets_s: list[float], seed: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Times in s, and the envelope in µV of noise with a discharge of 60 ms at each onset."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(0, 60, 0.005)
    envelope = 5 + rng.standard_normal(time_s.size)
    for onset_s in onsets_s:
        envelope += 80 * np.exp(-0.5 * ((time_s - onset_s - 0.03) / 0.015) ** 2)
    return time_s, envelope


def main() -> None:
    time_s, envelope = emg_envelope([4.0, 11.5, 12.4, 30.0, 31.7, 44.0, 52.2], seed=1)
    calf = fasc.Trace(time_s, envelope**2)
    time_s, envelope = emg_envelope([], seed=2)
    control = fasc.Trace(time_s, envelope**2)

    bursts = fasc.find_bursts(calf, other=control)
    print([round(b.onset_s, 2) for b in bursts if b.kind == "fasciculation"])
    rate = fasc.rate_of(len(bursts), calf.observed_s)
    print(rate.per_min, rate.ci_per_min.lo, rate.ci_per_min.hi)
    print(fasc.compare(calf, control).verdict)


if __name__ == "__main__":
    main()
