"""Showing how far a long call is: tqdm where it is installed, else one plain line on a terminal."""
import contextlib
import sys


@contextlib.contextmanager
def shown(progress):
    """The callback for the library: None, the user's callable, or a bar of our own that is closed at the end."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        bar = _tqdm_bar() or _PlainLine(sys.stderr)
        try:
            yield bar
            bar.complete()
        finally:
            bar.close()
    elif callable(progress):
        yield progress
    else:
        raise TypeError(f"progress is True, None or a callable(done, stage), but got {progress!r}")


def _tqdm_bar():
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    import importlib.metadata

    try:
        # Older ones (Debian's 6) and their pages no longer understand each other.
        if int(importlib.metadata.version("ipywidgets").split(".")[0]) >= 7:
            from tqdm.auto import tqdm
    except (importlib.metadata.PackageNotFoundError, ImportError, ValueError):
        pass
    return _TqdmBar(tqdm(total=100, unit="%", bar_format="{desc}: {percentage:3.0f} % |{bar}| {elapsed}<{remaining}"))


class _TqdmBar:
    def __init__(self, bar):
        self._bar = bar

    def __call__(self, done, stage):
        self._bar.set_description_str(stage, refresh=False)
        self._bar.n = round(100 * done, 1)
        self._bar.update(0)

    def complete(self):
        """The library's last word comes a little before the end, and a notebook's bar that is closed short of its end turns red."""
        self._bar.n = self._bar.total
        self._bar.refresh()

    def close(self):
        self._bar.close()


class _PlainLine:
    """At most a hundred updates per stage, and none where nobody looks."""

    def __init__(self, stream):
        self._stream = stream if stream is not None and stream.isatty() else None
        self._last = None

    def __call__(self, done, stage):
        now = (stage, int(100 * done))
        if self._stream is not None and now != self._last:
            self._last = now
            self._stream.write(f"\r{stage}: {now[1]:3d} %")
            self._stream.flush()

    def complete(self):
        if self._last is not None:
            self(1.0, self._last[0])

    def close(self):
        if self._last is not None:
            self._stream.write("\n")
