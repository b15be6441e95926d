"""Known twitches in memory: how many are found, and how well the onsets fit.

usage: python3 examples/simulated.py
"""
from __future__ import annotations

import fasc


def main() -> None:
    twitches = [{"onset_s": 1.0 + 1.3 * i, "amplitude_mm": 0.2 + 0.1 * i, "x_mm": 10.0 + 5 * i} for i in range(4)]
    scene = {"seed": 3, "duration_s": 7, "fps": 40, "panels": [{"twitches": twitches}]}
    s = fasc.simulate(scene)
    a = fasc.analyze(s.frames, time_s=s.time_s, mm_per_px=s.truth["mm_per_px"])
    found = [b.onset_s for b in a.target.bursts if b.kind == "fasciculation"]
    truth = [t["onset_s"] for t in s.truth["panels"][0]["twitches"]]
    agreement = fasc.agreement(found, truth, a.target.observed_s)
    print(s, f"F1 {agreement.f1:.2f}, {agreement.matched} of {agreement.second} found")


if __name__ == "__main__":
    main()
