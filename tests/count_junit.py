"""Prints "passed failed skipped" of a JUnit file, as CTest and pytest write it."""
import sys
import xml.etree.ElementTree as ElementTree


def count(path):
    """Counts the test cases themselves: the totals in the header differ between writers."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


if __name__ == "__main__":
    print(*count(sys.argv[1]))
