"""The examples in the docstrings run, and every public name says what it is."""
import doctest
import inspect

import pytest

import fasc
from fasc import _functions, _results


@pytest.mark.parametrize("module", [fasc, _functions, _results])
def test_examples(module):
    found = doctest.testmod(module)
    assert found.failed == 0
    assert module is not fasc or found.attempted >= 3


@pytest.mark.parametrize("function", [fasc.rate_of, fasc.compare_rates])
def test_examples_of_the_module(function):
    test = doctest.DocTestParser().get_doctest(function.__doc__, {}, function.__name__, None, 0)
    runner = doctest.DocTestRunner()
    assert runner.run(test) == (0, 2)


@pytest.mark.parametrize("name", [n for n in fasc.__all__ if n != "__version__"])
def test_public_names_are_documented(name):
    assert inspect.getdoc(getattr(fasc, name))
