"""Reviews and agreement: hand-computed numbers, and a review in place of the program's events."""
import pathlib

import pytest

import fasc

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "sample_data" / "calf_and_control_30fps.mp4"
HEADER = "event,region,onset_s,end_s,kind,decision,automatic_kind,note,reviewer,clip_sha256\n"


def test_agreement_by_hand():
    # Ten windows: both 4, first only 2, second only 1, neither 3: po 0.7, pe 0.5, kappa 0.4.
    a = fasc.agreement([0.5, 1.5, 2.5, 3.2, 4.5, 5.5], [0.5, 1.6, 2.4, 3.4, 6.5], [(0, 10)])
    assert (a.first, a.second, a.matched, a.windows, a.both, a.first_only, a.second_only, a.neither) == (6, 5, 3, 10, 4, 2, 1, 3)
    assert a.f1 == pytest.approx(6 / 11) and a.kappa == pytest.approx(0.4) and a.observed_agreement == pytest.approx(0.7)
    assert fasc.agreement([], [], 10).kappa is None
    assert fasc.agreement([5.2], [5.2], 3, from_s=5).windows == 3
    with pytest.raises(ValueError):
        fasc.agreement([float("nan")], [], 10)


def test_a_review_counts_instead(tmp_path):
    measurement = fasc.measure(SAMPLE, "left", "right")
    plain = fasc.conclude(measurement)
    assert plain.review is None
    bursts = plain.target.bursts
    rows = [f"{i + 1},target,{b.onset_s!r},{b.end_s!r},{b.kind},{'rejected' if i == 0 else 'accepted'},{b.kind},,A," for i, b in enumerate(bursts)]
    file = tmp_path / "a.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n")
    a = fasc.conclude(measurement, reviewed=file, against=fasc.read_review(file))
    count = sum(b.kind == "fasciculation" for b in bursts)
    assert len(a.target.bursts) == len(bursts) - 1
    assert a.target.rate_per_min == pytest.approx(60 * (count - 1) / a.target.observed_s)
    review = a.review["target"]
    assert review["review_against_automatic"]["f1"] == pytest.approx(2 * (count - 1) / (2 * count - 1))
    assert review["review_against_other"]["kappa"] == 1
    assert a.review["reviewer"] == "A"
    with pytest.raises(ValueError, match="without reviewed"):
        fasc.conclude(measurement, against=file)
    (tmp_path / "b.csv").write_text(HEADER + "1,target,x,2,artefact,added,,,,\n")
    with pytest.raises(fasc.ClipError, match=r"b\.csv:2: onset_s is \"x\""):
        fasc.conclude(measurement, reviewed=tmp_path / "b.csv")
    with pytest.raises(FileNotFoundError):
        fasc.read_review(tmp_path / "none.csv")
