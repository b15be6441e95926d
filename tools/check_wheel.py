"""Runs an installed fasc once through: reads, measures, compares, draws a video, writes and loads results; and says which libraries it used."""
import pathlib
import sys

import fasc

clip, out = map(pathlib.Path, sys.argv[1:])
a = fasc.analyze(clip, target="left", control="right")
assert a.comparison.verdict == "target_higher", a.comparison
a.save(out)
a.annotate(out / "annotated.mp4")
assert fasc.load(out).to_json() == a.to_json()
with fasc.open(out / "annotated.mp4") as drawn:
    assert len(drawn) == a.clip.frames, (len(drawn), a.clip.frames)
    codec = drawn.codec
used = {line.split()[-1] for line in pathlib.Path("/proc/self/maps").read_text().splitlines() if ".so" in line}
media = sorted(path for path in used if any(word in path for word in ("opencv", "libav", "libsw", "dcm", "openjp2")))
assert media and all("fasc.libs" in path for path in media), media
print(f"fasc {fasc.__version__} from {pathlib.Path(fasc.__file__).parent}: {a.comparison.verdict}, annotated video {codec}, "
      f"{len(media)} libraries of OpenCV, FFmpeg and DCMTK, all from the wheel")
