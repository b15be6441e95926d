"""A batch on a real Dask scheduler with worker processes, one of which is killed: the bytes of a local batch."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

import fasc

SCRIPT = """
import os, signal, sys
import fasc
from distributed import Client, LocalCluster

if __name__ == "__main__":
    clips, out, kill = sys.argv[1], sys.argv[2], sys.argv[3] == "kill"
    with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        pids = client.run(os.getpid)
        assert len(set(pids.values())) == 3 and os.getpid() not in pids.values()
        seen, killed = [], []

        def progress(done, stage):
            seen.append((done, stage))
            if kill and len(seen) == 1:
                busy = [worker for worker, keys in client.processing().items() if keys]
                assert busy, "no worker is at work any more"
                killed.append(pids[busy[0]])
                os.kill(killed[0], signal.SIGKILL)
                print("killed", killed[0], "at", done)

        options = dict(mm_per_px=0.12, video=False, bursts={"threshold": 7}, target=fasc.Region((20, 91, 264, 140)))
        items = fasc.batch(clips, out, client=client, progress=progress, **options)
        assert seen[-1] == (1.0, "clips") and [d for d, _ in seen] == sorted(d for d, _ in seen)
        assert len(killed) == kill and not set(killed) & set(client.run(os.getpid).values())
        print("items", len(items), "done", sum(i.status in ("done", "kept") for i in items))
        try:
            fasc.batch(clips, out, client=client, threshold=-1)
        except ValueError as error:
            print("misuse", error)
        try:
            fasc.batch(clips, out + "_stopped", client=client, progress=lambda done, stage: False, **options)
        except KeyboardInterrupt:
            print("stopped", os.path.exists(os.path.join(out + "_stopped", "batch.json")))
"""

PATIENTS = """
import csv
import os
import sys
import fasc
from distributed import Client, LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        options = dict(client=cluster.scheduler_address, video=False, target=fasc.Region((20, 91, 264, 140)))
        items = fasc.batch(sys.argv[1], sys.argv[2], **options)
        print([i.patient for i in items])
        with open(sys.argv[1], newline="") as file:
            rows = list(csv.DictReader(file))
        fasc.batch(rows, sys.argv[2] + "_rows", clips_from=os.path.dirname(sys.argv[1]), **options)
"""


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(pathlib.Path(folder).rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("dask")
    (root / "clips" / "more").mkdir(parents=True)
    for name in ("calf_pulse_breathing_40fps", "calf_keyframes_30fps", "calm_probe_contraction_30fps"):
        for copy in ("a", "more/b"):
            shutil.copy(f"sample_data/{name}.mp4", root / "clips" / f"{copy}_{name}.mp4")
    (root / "clips" / "broken.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(100))
    (root / "clips" / "notes.txt").write_text("not a clip")
    (root / "run.py").write_text(SCRIPT)
    (root / "patients.py").write_text(PATIENTS)
    return root


@pytest.fixture(scope="module")
def local(folder):
    options = dict(mm_per_px=0.12, video=False, bursts={"threshold": 7}, target=fasc.Region((20, 91, 264, 140)))
    items = fasc.batch(folder / "clips", folder / "local", **options)
    assert [i.status for i in items].count("done") == 6
    return tree(folder / "local")


@pytest.fixture(autouse=True)
def _needs_dask():
    # Looked for without importing: the library warns of its own parts.
    import importlib.util

    if importlib.util.find_spec("distributed") is None:
        pytest.skip("distributed is not installed (Debian: python3-distributed)")


@pytest.mark.parametrize("how", ["calm", "kill"])
def test_same_bytes_as_a_local_batch(folder, local, how):
    out = folder / how
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    run = subprocess.run([sys.executable, str(folder / "run.py"), str(folder / "clips"), str(out), how], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         timeout=300, env=environment)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "items 8 done 6" in run.stdout and "misuse threshold" in run.stdout and "stopped False" in run.stdout
    if how == "kill":
        assert 0 < float(re.search(r"killed \d+ at ([0-9.]+)", run.stdout)[1]) < 0.5 and "Restarting worker" in run.stderr
    found = tree(out)
    assert sorted(found) == sorted(local)
    assert [name for name in local if found[name] != local[name]] == []


def test_patients_of_a_manifest(folder):
    clips = ["clips/a_calf_pulse_breathing_40fps.mp4,target", "clips/more/b_calm_probe_contraction_30fps.mp4,control"]
    table = folder / "patients.csv"
    table.write_text("patient,side,role,mm_per_px,clip\n" + "".join(f"P{n},left,{c.split(',')[1]},0.1,{c.split(',')[0]}\n" for n in (2, 1) for c in clips))
    options = dict(video=False, target=fasc.Region((20, 91, 264, 140)))
    plain = fasc.batch(table, folder / "patients", **options)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    run = subprocess.run([sys.executable, str(folder / "patients.py"), str(table), str(folder / "patients_dask")], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=300, env=environment)
    assert run.returncode == 0, run.stderr[-3000:]
    assert [i.patient for i in plain] == ["P2", "P2", "P1", "P1"] and [i.status for i in plain] == ["done"] * 4
    assert plain[0].control == clips[1].split(",")[0] and list(plain.to_pandas().control) == [plain[0].control, "", plain[0].control, ""]
    assert run.stdout == "['P2', 'P2', 'P1', 'P1']\n" and tree(folder / "patients_dask") == tree(folder / "patients")
    assert tree(folder / "patients_dask_rows") == tree(folder / "patients")


def test_shards_join_to_the_same_bytes(folder, local):
    options = dict(mm_per_px=0.12, video=False, bursts={"threshold": 7}, target=fasc.Region((20, 91, 264, 140)))
    for i in (2, 1):
        fasc.batch(folder / "clips", folder / "shards", shard=(i, 2), **options)
    items = fasc.merge([folder / "shards"], folder / "shards")
    assert len(items) == 8 and tree(folder / "shards") == local


def test_misuse(folder):
    with pytest.raises(TypeError, match="distributed.Client or a scheduler's address"):
        fasc.batch(folder / "clips", folder / "x", client=3)
    with pytest.raises(ValueError, match=r"shard is \(1, 2\) and a client is given"):
        fasc.batch(folder / "clips", folder / "x", client="tcp://127.0.0.1:1", shard=(1, 2))
    with pytest.raises(ValueError, match="shard is 3/2"):
        fasc.batch(folder / "clips", folder / "x", shard=(3, 2))


def test_a_closed_client_is_refused(folder):
    script = folder / "closed.py"
    script.write_text(
        "import sys, distributed, fasc\n"
        "if __name__ == '__main__':\n"
        "    client = distributed.Client(n_workers=1, processes=False, dashboard_address=None)\n"
        "    client.close()\n"
        "    try:\n"
        "        fasc.batch(sys.argv[1], sys.argv[2], client=client)\n"
        "    except ValueError as error:\n"
        "        print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, script, folder / "clips", folder / "closed"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "client is closed; allowed is one that is connected to its scheduler", done.stderr
    assert not (folder / "closed").exists()
