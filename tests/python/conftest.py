"""What the Python tests share: the sample clips, the program, one analysis that many tests look at."""
import os
import pathlib
import subprocess

import pytest

import fasc

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _in_root(monkeypatch):
    """Doctests and messages name files relative to the checkout."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def founding():
    """The founding case: calf left, calm control right."""
    return ROOT / "sample_data" / "calf_and_control_30fps.mp4"


@pytest.fixture(scope="session")
def analysis(founding):
    return fasc.analyze(founding, target="left", control="right")


@pytest.fixture(scope="session")
def short(founding):
    """Part of the founding clip, for tests that only need some result."""
    return dict(path_or_frames=founding, target="left", to_s=2.0)


@pytest.fixture(scope="session")
def program():
    path = pathlib.Path(os.environ.get("FASC_PROGRAM", ROOT / "build" / "release" / "bin" / "fasc"))
    if not path.exists():
        pytest.skip(f"the program {path} was not built")

    def run(*arguments):
        return subprocess.run([str(path), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)

    return run


@pytest.fixture(scope="session")
def clips():
    folder = os.environ.get("FASC_CLIPS", "")
    if not folder:
        pytest.skip("FASC_CLIPS names no folder of recorded clips")
    return pathlib.Path(folder)
