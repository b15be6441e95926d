#!/usr/bin/env python3
"""Whole analyses beside decoding and encoding alone, growth of cost, memory: prints tables, writes JSON.

usage: whole_speed.py FASC OUT.json [--quick] [--light CLIP]   (FASC: the program; needs ffmpeg and ffprobe)
Everything is timed in turn, round after round, so that all meet the same load; ratios are taken within a round.
"""
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time


def scene(seed, size, seconds, fps, kb_s, noise, renewal):
    """A scene whose picture is size px (72 and 54 px of it are the simulator's margins)."""
    twitches = {"count": max(1, int(seconds // 3)), "from_s": 0.5, "to_s": seconds - 0.7, "apart_s": 0.7, "amplitude_mm": [0.3, 1.0],
                "radius_mm": [3, 6], "contraction_s": [0.05, 0.1], "relaxation_s": [0.1, 0.2]}
    panel = {"width_mm": (size[0] - 72) / 10, "depth_mm": (size[1] - 54) / 10, "muscle_mm": 26, "random_twitches": twitches}
    return {"seed": seed, "duration_s": seconds, "fps": fps, "mm_per_px": 0.1, "noise": noise, "decorrelation": renewal,
            "codec": {"name": "h264", "bit_rate_kb_s": kb_s, "key_interval": 250}, "panels": [panel]}


def run(command):
    """Seconds of wall clock, seconds of processor, peak memory in MB. A failure is an error, with what was said."""
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)}: {said.read().decode(errors='replace')[-600:]}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def probe(clip):
    """Width, height, frames of a clip, counted by ffprobe."""
    said = subprocess.check_output(["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries",
                                    "stream=width,height,nb_read_packets", "-of", "csv=p=0", clip], text=True)
    return [int(v) for v in said.strip().rstrip(",").split(",")[:3]]


def quartiles(values):
    """Median and quartiles."""
    if len(values) < 2:
        return [values[0]] * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return [middle, low, high]


# What fasc gives x264 for the annotated video: one thread, a key frame every 2 s, crf 20; and the preset asked for.
PRESET = "medium"


def encoder_of(fps):
    return ["-c:v", "libx264", "-preset", PRESET, "-crf", "20", "-threads", "1", "-g", str(round(2 * fps)), "-pix_fmt", "yuv420p"]


class Bench:
    def __init__(self, fasc, folder, rounds):
        self.fasc, self.folder, self.rounds, self.out = fasc, folder, rounds, {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def draw(self, name, what):
        with open(self.path(name + ".scene.json"), "w") as file:
            json.dump(what, file)
        clip = self.path(name + ".mp4")
        run([self.fasc, "simulate", self.path(name + ".scene.json"), "--out", clip, "--quiet"])
        return clip

    def analyze(self, clip, region, video=False, extra=(), out="out"):
        """Times one analysis and checks it: every frame read, whole, most of them measured."""
        out = self.path(out)
        command = [self.fasc, "analyze", clip, "--out", out, "--target", region, "--mm-per-px", "0.1", "--quiet", *extra]
        subprocess.run(["rm", "-rf", out], check=True)
        if video == "lossless":
            command += ["--video-preset", "ultrafast", "--crf", "0"]
        elif video:
            command += ["--video-preset", PRESET, "--crf", "20"]
        else:
            command.append("--no-video")
        times = run(command)
        with open(os.path.join(out, "trace.csv")) as file:
            rows = [line for line in file if line.strip() and not line.startswith("#")]
        frames = probe(clip)[2]
        if len(rows) - 1 < frames:
            raise SystemExit(f"{clip}: {len(rows) - 1} rows in trace.csv for {frames} frames")
        measured = sum(",measured" in row for row in rows)
        if measured * 2 < frames:
            raise SystemExit(f"{clip}: only {measured} of {frames} frames were measured")
        if video and probe(os.path.join(out, "annotated.mp4"))[2] != frames:
            raise SystemExit(f"{clip}: the annotated video has not {frames} frames")
        return times

    def decode(self, clip):
        return run(["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", clip, "-f", "null", "-"])

    def encode(self, video, fps):
        """ffmpeg on the frames of a video, with fasc's settings of the encoder."""
        again = self.path("again.mp4")
        times = run(["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", video, *encoder_of(fps), again])
        if probe(again)[2] != probe(video)[2]:
            raise SystemExit("ffmpeg has lost frames")
        return times

    def whole(self, name, clip, region, fps, video_rounds):
        """Analysis over decoding, and with video over encoding."""
        size = os.path.getsize(clip)
        width, height, frames = probe(clip)
        rows = {"decoding": [], "analysis": [], "with video": [], "encoding": [], "encoding again": []}
        if video_rounds:  # the frames as they were drawn, before any loss
            self.analyze(clip, region, video="lossless", out="lossless")
        for k in range(self.rounds):
            rows["decoding"].append(self.decode(clip))
            rows["analysis"].append(self.analyze(clip, region))
            if k < video_rounds:
                rows["with video"].append(self.analyze(clip, region, video=True))
                rows["encoding"].append(self.encode(self.path("lossless/annotated.mp4"), fps))
                rows["encoding again"].append(self.encode(self.path("out/annotated.mp4"), fps))
        print(f"\n{name}: {width}x{height}, {frames} frames, {size / 1e6:.1f} MB, region {region}")
        print(f"{'':14} {'median s':>9} {'quartiles':>17} {'frames/s':>9} {'CPU s':>7} {'MB':>6} {'ratio':>6}  against")
        result = {"width": width, "height": height, "frames": frames, "bytes": size, "region": region}
        for what, bases in (("decoding", ()), ("analysis", ("decoding",)), ("encoding", ()), ("encoding again", ()),
                            ("with video", ("encoding", "encoding again"))):
            if not rows[what]:
                continue
            wall = quartiles([r[0] for r in rows[what]])
            cpu, memory = statistics.median(r[1] for r in rows[what]), max(r[2] for r in rows[what])
            entry = {"wall_s": wall[0], "wall_quartiles_s": wall[1:], "cpu_s": cpu, "peak_mb": memory}
            against = ""
            for base in bases:
                ratio = quartiles([a[0] / b[0] for a, b in zip(rows[what], rows[base])])
                entry["over " + base] = {"ratio": ratio[0], "quartiles": ratio[1:]}
                against += f"{ratio[0]:6.2f}  {base} [{ratio[1]:.2f} - {ratio[2]:.2f}]  "
            result[what] = entry
            print(f"{what:14} {wall[0]:9.2f} {wall[1]:8.2f} -{wall[2]:7.2f} {frames / wall[0]:9.0f} {cpu:7.2f} {memory:6.0f} {against}")
        self.out[name] = result

    def batch(self, clip, region, copies):
        """Frames per second of one worker over a folder."""
        folder = self.path("folder")
        os.makedirs(folder, exist_ok=True)
        for k in range(copies):
            if not os.path.exists(f"{folder}/clip{k}.mp4"):
                os.link(clip, f"{folder}/clip{k}.mp4")
        frames, rates, busy = probe(clip)[2] * copies, [], []
        for _ in range(self.rounds):
            subprocess.run(["rm", "-rf", self.path("table")], check=True)
            wall, cpu, _ = run([self.fasc, "batch", folder, "--out", self.path("table"), "--jobs", "1", "--no-video", "--target", region,
                                "--mm-per-px", "0.1", "--quiet"])
            made = sum(name == "trace.csv" for _, _, names in os.walk(self.path("table")) for name in names)
            if made != copies:
                raise SystemExit(f"batch made {made} traces of {copies}")
            rates.append(frames / wall)
            busy.append(frames / cpu)
        rate, core = quartiles(rates), quartiles(busy)
        self.out["batch"] = {"frames_s": rate[0], "quartiles": rate[1:], "frames_s_per_core": core[0], "core_quartiles": core[1:]}
        print(f"\nbatch, one job, no video: {rate[0]:.0f} frames/s [{rate[1]:.0f} - {rate[2]:.0f}], "
              f"{core[0]:.0f} per s of processor [{core[1]:.0f} - {core[2]:.0f}]")

    def growth(self, name, sizes, commands, beside=None):
        """Exponent of processor time over size: slope of the logarithms, of each round. With `beside`, that time is taken off first."""
        slopes, table = [], {}
        for _ in range(self.rounds):
            taken = beside()[1] if beside else 0.0
            seconds = [max(1e-3, command()[1] - taken) for command in commands]
            for size, s in zip(sizes, seconds):
                table.setdefault(str(size), []).append(s)
            x, y = [math.log(v) for v in sizes], [math.log(v) for v in seconds]
            mx, my = statistics.mean(x), statistics.mean(y)
            slopes.append(sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x))
        exponent = quartiles(slopes)
        self.out[name] = {"exponent": exponent[0], "quartiles": exponent[1:], "cpu_s": {k: statistics.median(v) for k, v in table.items()}}
        print(f"{name}: exponent {exponent[0]:.2f} [{exponent[1]:.2f} - {exponent[2]:.2f}] ("
              + ", ".join(f"{k}: {statistics.median(v):.2f} s" for k, v in table.items()) + " of processor)")


def longer(clip, times, path):
    """The same clip several times over, not coded anew."""
    subprocess.run(["ffmpeg", "-nostdin", "-y", "-v", "error", "-stream_loop", str(times - 1), "-i", clip, "-c", "copy", path], check=True)
    return path


def main():
    arguments = sys.argv[1:]
    quick = "--quick" in arguments
    light_clip = arguments[arguments.index("--light") + 1] if "--light" in arguments else None
    fasc, out = arguments[:2]
    with tempfile.TemporaryDirectory(prefix="fasc-speed-") as folder:
        bench = Bench(fasc, folder, 1 if quick else 7)
        heavy = bench.draw("heavy", scene(41, (540, 440), 3 if quick else 25, 50, 6500, 0.05, 0.02))
        if light_clip is None or quick:  # almost nothing moves or sparkles: 0.2 Mb/s
            light = bench.draw("light", scene(42, (512, 512), 3 if quick else 40, 75, 220, 0.0, 0.0))
        else:
            light = light_clip
        bench.whole("heavy", heavy, "110,120,300,200", 50, 1 if quick else 3)
        bench.whole("light", light, "4,20,504,280", 75, 0 if quick else 3)
        bench.batch(heavy, "110,120,300,200", 2)
        boxes = ["20,60,120,80", "20,60,240,160", "20,60,480,320"]
        sizes = [120 * 80, 240 * 160, 480 * 320]
        bench.growth("cost over px of the region, less decoding", sizes, [lambda b=b: bench.analyze(light, b) for b in boxes],
                     lambda: bench.decode(light))
        long = [light, longer(light, 4, bench.path("x4.mp4")), longer(light, 15, bench.path("x15.mp4"))]
        frames = [probe(clip)[2] for clip in long]
        bench.growth("cost over frames of the clip", frames, [lambda c=c: bench.analyze(c, "4,20,504,280") for c in long])
        short_mb, long_mb = (bench.analyze(clip, "4,20,504,280")[2] for clip in (long[0], long[-1]))
        bench.out["memory"] = {"frames": [frames[0], frames[-1]], "peak_mb": [short_mb, long_mb]}
        print(f"peak memory: {short_mb:.0f} MB for {frames[0]} frames, {long_mb:.0f} MB for {frames[-1]}")
        with open(out, "w") as file:
            json.dump(bench.out, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
