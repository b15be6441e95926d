"""A batch on a Dask cluster: each task is one shard of the batch, written into the same output folder; joining the shards gives the local batch's bytes.

A worker that is killed leaves whole results or none (the batch publishes a clip's folder by rename), so the task that Dask starts again elsewhere
takes over what is there and computes the rest.
"""
import os

from . import _fasc, _inputs
from ._batch import BatchItems

_SHARDS_PER_THREAD = 8  # small enough to share the work out evenly, few enough to list the folder not too often
_LEAST_SHARDS = 64


def _client(client):
    try:
        import distributed
    except ImportError as error:
        raise ImportError("client= needs Dask: pip install 'fasc[dask]', or Debian's python3-distributed") from error
    if isinstance(client, str):
        return distributed.Client(client), True
    if not isinstance(client, distributed.Client):
        raise TypeError(f"client is a distributed.Client or a scheduler's address, but got {type(client).__name__}")
    if client.asynchronous:
        raise ValueError("client is asynchronous; allowed is one made with asynchronous=False")
    if client.status != "running":
        raise ValueError(f"client is {client.status}; allowed is one that is connected to its scheduler")
    return client, False


def _plain(value):
    """What a user gave for an option, as plain values that travel to other processes."""
    if hasattr(type(value), "FIELDS"):
        return {name: _plain(getattr(value, name)) for name in type(value).FIELDS}
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, _fasc.Region):
        return [tuple(point) for point in value.polygon]
    if isinstance(value, _fasc.Scale):
        return (value.mm_per_px_x, value.mm_per_px_y)
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _travelling(options):
    """The options of a batch for other processes, files by absolute path: workers stand in other folders."""
    out = {name: _plain(value) for name, value in options.items()}
    for name in ("target", "control"):
        if isinstance(out[name], str) and out[name].lower().endswith((".json", ".roi")):
            out[name] = os.path.abspath(out[name])
    if out["control_clip"] is not None:
        out["control_clip"] = os.path.abspath(os.fspath(out["control_clip"]))
    out["jobs"] = out["jobs"] or 1
    return out


def _files_of(folder):
    """How many shards could have something to do: files below a folder, or lines of a manifest."""
    if os.path.isdir(folder):
        return sum(len(files) for _, _, files in os.walk(folder))
    with open(folder, "rb") as manifest:
        return sum(1 for _ in manifest)


def _run_shard(folder, out, shard, shards, options):
    """On a worker: one shard. Gives how many clips have results."""
    from . import _functions

    items = _functions.batch(folder, out, shard=(shard, shards), **options)
    return sum(item.status in ("done", "kept") for item in items)


def batch(client, folder, out, options, callback):
    """The batch of these keywords on a cluster; ``callback(done, stage)`` as in a local one.

    Raises
    ------
    KeyboardInterrupt
        The callback returned False: what has begun ends, nothing is joined.
    RuntimeError
        A shard could not be worked on, such as one on which worker after worker dies; the others are whole, and the next batch takes them over.
    """
    import distributed

    folder = os.path.abspath(os.fsdecode(_inputs.path_text(folder, "folder")))
    out = os.path.abspath(os.fsdecode(_inputs.path_text(out, "out")))
    if not os.path.exists(folder):
        raise FileNotFoundError(f"{folder}: no such folder or manifest")
    own, opened = _client(client)
    try:
        threads = max(1, sum(own.nthreads().values()))
        shards = max(1, min(_files_of(folder), max(_LEAST_SHARDS, _SHARDS_PER_THREAD * threads)))
        options = _travelling(options)
        os.makedirs(out, exist_ok=True)
        futures = own.map(lambda shard: _run_shard(folder, out, shard, shards, options), range(1, shards + 1), pure=False, key=f"fasc-batch-{os.urandom(4).hex()}")
        failures = []
        try:
            for done, future in enumerate(distributed.as_completed(futures), 1):
                if future.status != "finished":
                    failures.append(future.exception())
                if callback is not None and callback(done / shards, "clips") is False:
                    raise KeyboardInterrupt
        except BaseException:
            own.cancel(futures)
            raise
        if failures:
            # Misuse is the same on every shard, and said as a local batch says it.
            if all(isinstance(one, (ValueError, TypeError)) for one in failures):
                raise failures[0]
            raise RuntimeError(f"{len(failures)} of {shards} shards failed, the first with {type(failures[0]).__name__}: {failures[0]}; the results of the "
                               "others are there, and the next batch into the same folder takes them over") from failures[0]
        return BatchItems(_fasc.merge([os.fsencode(out)], os.fsencode(out)), out)
    finally:
        if opened:
            own.close()
