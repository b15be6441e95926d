"""A clip in three lines, then its events as a table and its trace as arrays.

usage: python3 examples/first_clip.py [CLIP]
"""
from __future__ import annotations

import sys

import fasc


def main(path: str) -> None:
    a = fasc.analyze(path, target="left", control="right")
    print(a.target.rate_per_min, a.target.rate_ci_per_min)
    for burst in a.target.bursts:
        if burst.kind == "fasciculation":
            print(f"{burst.onset_s:7.3f} s  {burst.peak_displacement_px:5.2f} px  confidence {burst.confidence:.2f}")
    if a.comparison is not None:
        print(a.comparison.verdict, "-", a.comparison.sentence)
    trace = a.target.trace
    print(f"{len(trace)} frames, {trace.observed_s:.1f} s observed, largest energy {max(b.energy_peak or 0 for b in a.target.bursts):.1f} {a.clip.energy_unit}")

    with fasc.open(path) as clip:
        at_peak = clip.at(a.target.bursts[0].peak_s)
        print(f"{len(clip)} frames of {clip.width} x {clip.height} px; mean gray at the first event's peak {at_peak.mean():.1f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sample_data/calf_and_control_30fps.mp4")
