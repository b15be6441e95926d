"""Types: the stub is what the module is, the examples pass mypy --strict, and they run."""
import os
import pathlib
import subprocess
import sys

import pytest

import fasc

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def run(*command, **environment):
    env = {**os.environ, "PYTHONPATH": str(pathlib.Path(fasc.__file__).parents[1]), **environment}
    return subprocess.run([str(c) for c in command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def test_the_stub_is_fresh():
    done = run(sys.executable, ROOT / "tools" / "make_stubs.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_says_that_it_is_typed():
    assert (pathlib.Path(fasc.__file__).parent / "py.typed").exists()
    assert (pathlib.Path(fasc.__file__).parent / "_fasc.pyi").exists()


@pytest.fixture(scope="module")
def mypy(tmp_path_factory):
    cache = tmp_path_factory.mktemp("mypy")
    pytest.importorskip("mypy")
    return lambda *files: run(sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--no-error-summary", "--cache-dir", cache, *files, MYPYPATH=str(ROOT / "bindings"))


def test_the_stub_and_the_examples_pass_mypy(mypy):
    assert len(EXAMPLES) >= 3
    done = mypy(ROOT / "bindings" / "fasc" / "_fasc.pyi", *EXAMPLES)
    assert done.returncode == 0, done.stdout


def test_what_is_wrong_is_found(mypy, tmp_path):
    """The types say something: wrong uses of each public part are errors, one per line."""
    wrong = [
        "a.target.rate_per_min + 1",
        "a.target.bursts[0].onset_seconds",
        "fasc.analyze(3)",
        "fasc.BurstOptions(threshold='high')",
        "a.comparison.verdict",
        "fasc.open('a.mp4').at('1')",
        "fasc.simulate({}, 'a.mp4').frames",
        "fasc.find_bursts(a.target)",
    ]
    file = tmp_path / "wrong.py"
    file.write_text("import fasc\na = fasc.analyze('a.mp4')\n" + "\n".join(wrong) + "\n")
    found = {int(line.split(":")[1]) - 3 for line in mypy(file).stdout.splitlines() if ": error:" in line}
    assert found == set(range(len(wrong)))


def test_every_public_name_has_types():
    import inspect

    untyped = []
    for name in fasc.__all__:
        thing = getattr(fasc, name)
        functions = [thing] if inspect.isfunction(thing) else [f for k, f in vars(thing).items() if inspect.isfunction(f) and not k.startswith("__")] if inspect.isclass(thing) else []
        for function in functions:
            signature = inspect.signature(function)
            bare = [p for p in signature.parameters.values() if p.name not in ("self",) and p.annotation is p.empty]
            if bare or signature.return_annotation is signature.empty:
                untyped.append(f"{name}.{function.__name__}")
    assert untyped == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_run(example):
    done = run(sys.executable, "-W", "error", example)
    assert done.returncode == 0, done.stderr
    assert {"first_clip.py": "target_higher", "own_trace.py": "target_higher", "simulated.py": "4 of 4 found"}[example.name] in done.stdout
