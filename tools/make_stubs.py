"""Writes the type stub of the compiled module: bindings/fasc/_fasc.pyi, from the module's own signatures and docstrings.

usage: PYTHONPATH=build/release/python python3 tools/make_stubs.py [--check]     --check: exit status 1 where the stub is not as it would be written
"""
import enum
import inspect
import pathlib
import re
import sys
import textwrap

from fasc import _fasc

STUB = pathlib.Path(__file__).resolve().parents[1] / "bindings" / "fasc" / "_fasc.pyi"
HEAD = '''# Written by tools/make_stubs.py from the compiled module; not by hand.
from __future__ import annotations

import collections.abc
import os
import typing

import numpy
import numpy.typing

__version__: str
'''
# Arrays whose type pybind11 does not know in full, and members made in Python's terms.
ARRAYS = {
    ("Frame", "gray"): "numpy.typing.NDArray[numpy.uint8]",
    ("Frame", "rgb"): "numpy.typing.NDArray[numpy.uint8] | None",
    ("Trace", "state"): "numpy.typing.NDArray[numpy.str_]",
    ("Region", "bounds"): "tuple[int, int, int, int]",
    ("Region", "polygon"): "list[tuple[float, float]]",
}
# Parameters that are made into numbers here, whatever holds them.
NUMBERS = "collections.abc.Sequence[float] | numpy.typing.NDArray[typing.Any]"
GIVEN = {("Trace", "__init__"): {"time_s": NUMBERS, "energy": NUMBERS}}
# Setters that take more than their getters give.
SETTERS = {("PresenceOptions", "grade_bins"): "str | collections.abc.Sequence[float]"}


def python_type(text):
    """A type as pybind11 writes it, as Python's typing has it."""
    text = re.sub(r"\bfasc\._fasc\.", "", text)
    text = re.sub(r"numpy\.ndarray\[numpy\.(\w+)\]", r"numpy.typing.NDArray[numpy.\1]", text)
    text = re.sub(r"\bnumpy\.ndarray\b(?!\[)", "numpy.typing.NDArray[typing.Any]", text)
    text = re.sub(r"\b(List|Tuple|Dict)\[", lambda m: m[1].lower() + "[", text)
    text = re.sub(r"\b(?:typing\.)?Optional\[((?:[^][]|\[[^][]*\])*)\]", r"\1 | None", text)
    # pybind11 3 writes what else is taken; the stub says what is meant, whichever wrote it.
    text = text.replace("typing.SupportsFloat | typing.SupportsIndex", "float").replace("typing.SupportsInt | typing.SupportsIndex", "int")
    text = re.sub(r"typing\.Annotated\[numpy\.typing\.ArrayLike, numpy\.(\w+)\]", r"numpy.typing.NDArray[numpy.\1]", text)
    text = text.replace("os.PathLike | str | bytes", "os.PathLike")
    text = re.sub(r"\b(Callable|Iterator|Union)\[", r"typing.\1[", text)
    text = re.sub(r"\bos\.PathLike\b", "str | os.PathLike[str]", text)
    text = re.sub(r"\btuple$", "tuple[typing.Any, ...]", text)
    text = re.sub(r"\bdict$", "dict[str, typing.Any]", text)
    return re.sub(r"\bobject\b", "typing.Any", text)


def signature_of(doc):
    """(parameters, result) of the signature in the first line of a docstring."""
    match = re.match(r"[\w<>]*\((.*)\) -> (.*)$", (doc or "").split("\n", 1)[0].strip())
    return (match[1], python_type(match[2])) if match else None


def parameters(text):
    """Typed parameters; defaults are not written out."""
    found, depth, part = [], 0, ""
    for letter in text + ",":
        depth += (letter in "[(<{") - (letter in "])>}")
        if letter == "," and depth == 0:
            found.append(part.strip())
            part = ""
        else:
            part += letter
    out = []
    for one in filter(None, found):
        if one.startswith("*"):
            out.append(one.split(":")[0] + ": typing.Any")
            continue
        name, _, rest = one.partition(":")
        kind, has_default, default = rest.partition(" = ")
        kind = kind.strip() + (" | None" if default == "None" and kind.strip() != "object" else "")
        out.append(name if name == "self" else f"{name}: {python_type(kind.strip())}" + (" = ..." if has_default else ""))
    return [re.sub(r"^arg0\b", "value", one) for one in out]


def given_type(text):
    """What a parameter takes: any sequence for a list."""
    return re.sub(r"\blist\[", "collections.abc.Sequence[", text)


def doc_lines(doc, indent):
    text = (doc or "").split("\n", 1)
    rest = (text[1] if signature_of(doc) and len(text) > 1 else "" if signature_of(doc) else doc or "").strip()
    if not rest:
        return []
    quoted = rest.replace("\\", "\\\\").replace('"""', "'''")
    return textwrap.indent(f'"""{quoted}"""', indent).split("\n")


def function(name, doc, indent="", method=False, given_types=None):
    found = signature_of(doc)
    if found is None:
        raise SystemExit(f"{name} has no signature in its docstring: {doc!r}")
    given = parameters(found[0])
    if method:
        given = ["self", *given[1:]]
    given = [f"{one.split(':')[0]}: {given_types[one.split(':')[0]]}" if one.split(":")[0] in (given_types or {}) else one for one in given]
    lines = [f"{indent}def {name}({', '.join(given_type(one) for one in given)}) -> {found[1] if name != '__init__' else 'None'}:"]
    doc_text = doc_lines(doc, indent + "    ")
    return lines[:-1] + [lines[-1] + ("" if doc_text else " ...")] + doc_text


def functions(name, doc):
    """Stub lines of a function of the module, which may be overloaded."""
    alternatives = re.findall(r"^\d+\. (.*(?:\n(?!\d+\. ).*)*)", doc or "", re.M) if "\nOverloaded function." in (doc or "") else []
    if not alternatives:
        return ["", *function(name, doc)]
    return [line for one in alternatives for line in ["", "@typing.overload", *function(name, one.strip())]]


def member(cls, name, value):
    indent = "    "
    if isinstance(value, property):
        kind = ARRAYS.get((cls.__name__, name)) or signature_of(value.fget.__doc__)[1]
        lines = [f"{indent}@property", f"{indent}def {name}(self) -> {kind}:"]
        doc = doc_lines(value.__doc__, indent * 2)
        lines = [*lines, *doc] if doc else [lines[0], lines[1] + " ..."]
        if value.fset is not None:
            taken = SETTERS.get((cls.__name__, name), given_type(kind))
            lines += [f"{indent}@{name}.setter", f"{indent}def {name}(self, value: {taken}) -> None: ..."]
        return lines
    if name == "FIELDS":
        return [f"{indent}FIELDS: typing.ClassVar[tuple[str, ...]]"]
    if inspect.isroutine(value) and getattr(value, "__doc__", None) and name != "__new__":
        if name == "__init__" and "Overloaded" in value.__doc__:
            raise SystemExit(f"{cls.__name__} has several constructors")
        if name == "__init__" and "**kwargs" in value.__doc__.split("\n", 1)[0]:
            options = [n for n in cls.FIELDS]
            given = ", ".join(f"{n}: {SETTERS.get((cls.__name__, n)) or given_type(signature_of(getattr(cls, n).fget.__doc__)[1])} = ..." for n in options)
            return [f"{indent}def __init__(self, *, {given}) -> None: ..."]
        if name == "__next__" or name == "__iter__":
            return [f"{indent}def {name}(self) -> {'Frame' if name == '__next__' else cls.__name__}: ..."]
        return function(name, value.__doc__, indent, method=True, given_types=GIVEN.get((cls.__name__, name)))
    return []


def class_stub(cls):
    bases = [b.__name__ for b in cls.__bases__ if b.__module__ == "builtins" and b.__name__ not in ("pybind11_object", "object")]
    lines = ["", f"class {cls.__name__}{'(' + ', '.join(bases) + ')' if bases else ''}:"]
    lines += doc_lines(cls.__doc__, "    ")
    wanted = ("__init__", "__len__", "__iter__", "__next__")
    for name, value in cls.__dict__.items():
        if issubclass(cls, BaseException) or (name.startswith("_") and name not in wanted):
            continue
        if name == "__init__" and "__init__" in cls.__dict__ and not signature_of(value.__doc__):
            continue
        lines += member(cls, name, value)
    return lines if len(lines) > 2 else [*lines[:-1], lines[-1] + " ..."]


def stub():
    lines = [HEAD.rstrip("\n")]
    things = {name: value for name, value in vars(_fasc).items() if not name.startswith("_")}
    for name, value in sorted(things.items()):
        if inspect.isclass(value) and not issubclass(value, enum.Enum):
            lines += class_stub(value)
    for name, value in sorted(things.items()):
        if inspect.isroutine(value):
            lines += functions(name, value.__doc__)
        elif isinstance(value, (int, float, str)):
            lines += ["", f"{name}: {type(value).__name__}"]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def main():
    text = stub()
    if sys.argv[1:] == ["--check"]:
        raise SystemExit(0 if STUB.exists() and STUB.read_text(encoding="utf-8") == text else f"{STUB} is not as the module is: run tools/make_stubs.py")
    STUB.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
