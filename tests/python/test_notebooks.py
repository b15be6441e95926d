"""The tutorial notebooks run from top to bottom without a warning, and say what they promise. FASC_NOTEBOOKS names a folder for their pages."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROMISED = {
    "1_first_clip": ["target_higher", "data:video/mp4", "trace.pdf"],
    "2_calf_against_control": ["shares with the calf: nothing", "twitches in health", "share S1", "too_short", "target_higher"],
    "3_kinematics": ["12 of 12 twitches found", "px/s"],
    "4_against_a_rater": ["A against the program", "kappa 0.90"],
    "5_a_folder_on_dask": ["3 done, 1 failed", "differing: []"],
}
RUN = """
import sys, warnings
import nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], 4)
NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()
nbformat.write(book, sys.argv[3])
"""


def _missing(*names):
    import importlib.util

    return [name for name in names if importlib.util.find_spec(name) is None]


def test_all_are_known():
    assert [n.stem for n in NOTEBOOKS] == sorted(PROMISED)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
def test_stored_without_output(notebook):
    for cell in json.loads(notebook.read_text())["cells"]:
        assert cell["cell_type"] == "markdown" or (cell["outputs"] == [] and cell["execution_count"] is None)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
def test_runs(notebook, tmp_path):
    missing = _missing("nbclient", "ipykernel", "matplotlib", "pandas", *(["distributed"] if "dask" in notebook.stem else []))
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed (Debian: python3-nbclient, python3-ipykernel, python3-matplotlib, python3-pandas, python3-distributed)")
    done = tmp_path / notebook.name
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PYDEVD_DISABLE_FILE_VALIDATION": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                   "JUPYTER_PLATFORM_DIRS": "1", "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    run = subprocess.run([sys.executable, "-c", RUN, str(notebook), str(notebook.parent), str(done)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         timeout=280, env=environment)
    assert run.returncode == 0, run.stderr[-3000:]
    cells = [c for c in json.loads(done.read_text())["cells"] if c["cell_type"] == "code"]
    text = json.dumps([c["outputs"] for c in cells], ensure_ascii=False)
    for words in PROMISED[notebook.stem]:
        assert words in text
    said = [o["text"] for c in cells for o in c["outputs"] if o["output_type"] == "stream" and o["name"] == "stderr"]
    assert not any("Warning" in "".join(one) for one in said), said
    pages = os.environ.get("FASC_NOTEBOOKS")
    if pages:
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", pages, str(done)], check=True, capture_output=True)
