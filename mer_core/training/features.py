"""What does not change is computed once: features of whole splits, cached on disk.

The cache is keyed by the world's knobs and by the code that makes the features; it may be
deleted at any time.
"""

import hashlib
import inspect
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mer_core.disk import cache_folder as cache_folder
from mer_core.disk import write_bytes
from mer_core.processing.base import Processor
from mer_core.types import Batch, Modality, Sample, Stream

Progress = Callable[[str, int, int], None]


def code_key(*parts: Any) -> str:
    """A short hash of modules' source and of plain values."""
    told = [inspect.getsource(p) if inspect.ismodule(p) else repr(p) for p in parts]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def in_parallel(
    make: Callable[[Any], Any],
    items: Sequence[Any],
    what: str,
    progress: Progress,
    workers: int | None = None,
) -> Iterator[Any]:
    """`make` of each item, in order, in several processes, told to `progress`."""
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(items) < 64:
        for i, item in enumerate(items):
            yield make(item)
            progress(what, i + 1, len(items))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for i, made in enumerate(pool.map(make, items, chunksize=16)):
            yield made
            progress(what, i + 1, len(items))


def save_arrays(path: Path, arrays: dict[str, np.ndarray], about: Any) -> None:
    """Arrays and plain data in one .npz, whole or not at all."""
    buffer = io.BytesIO()
    told = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(buffer, allow_pickle=False, **{**arrays, "about": told})
    write_bytes(path, buffer.getvalue())


def load_arrays(path: Path) -> tuple[dict[str, np.ndarray], Any]:
    """What `save_arrays` wrote."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {k: file[k] for k in file.files if k != "about"}
        return arrays, json.loads(file["about"].tobytes().decode())


def process(
    processor: Processor,
    samples: Sequence[Sample],
    what: str = "encoding",
    progress: Progress = lambda *_: None,
    chunk: int = 256,
) -> Batch:
    """All samples as one batch, made in chunks; values in half precision where they are real."""
    parts = []
    for start in range(0, len(samples), chunk):
        parts.append(_halved(processor(samples[start : start + chunk])))
        progress(what, min(start + chunk, len(samples)), len(samples))
    return concatenate(parts)


def _halved(batch: Batch) -> Batch:
    streams = {
        m: s.at(s.values.half()) if s.values.is_floating_point() else s
        for m, s in batch.streams.items()
    }
    return replace(batch, streams=streams)


def concatenate(batches: Sequence[Batch]) -> Batch:
    """One batch of several, padded to the longest."""
    first = batches[0]
    streams = {m: _join([b.streams[m] for b in batches]) for m in first.streams}
    joined = {
        key: None if getattr(first, key) is None else torch.cat([getattr(b, key) for b in batches])
        for key in ("target", "sentiment", "rated")
    }
    labels = {m: torch.cat([b.labels[m] for b in batches]) for m in first.labels}
    return Batch(streams, labels=labels, ids=sum((b.ids for b in batches), ()), **joined)


def _join(streams: Sequence[Stream]) -> Stream:
    depth = streams[0].mask.ndim  # position axes, the batch among them
    size = [max(s.mask.shape[d] for s in streams) for d in range(1, depth)]
    ticks = None
    if all(s.ticks is not None for s in streams):
        ticks = tuple(t for s in streams for t in s.ticks or ())
    return replace(
        streams[0],
        values=torch.cat([_padded(s.values, size) for s in streams]),
        mask=torch.cat([_padded(s.mask, size) for s in streams]),
        silent=torch.cat([s.is_silent for s in streams]),
        ticks=ticks,
    )


def _padded(values: Tensor, size: Sequence[int]) -> Tensor:
    shape = (len(values), *size, *values.shape[1 + len(size) :])
    if shape == values.shape:
        return values
    wide = values.new_zeros(shape)
    wide[tuple(slice(0, n) for n in values.shape)] = values
    return wide


def trimmed(batch: Batch) -> Batch:
    """The same batch without positions that are padding in every sample, values in float32."""
    return replace(batch, streams={m: _trim(s) for m, s in batch.streams.items()})


def _trim(stream: Stream) -> Stream:
    values = stream.values.float() if stream.values.is_floating_point() else stream.values
    if stream.mask.ndim < 2:
        return stream.at(values)
    heard = stream.mask & ~stream.is_silent.view(-1, *[1] * (stream.mask.ndim - 1))
    used = heard.flatten(0, -2).any(0).nonzero()
    length = max(1, int(used.max()) + 1 if len(used) else 1)
    if stream.mask.ndim == 2:
        values, mask = values[:, :length], stream.mask[:, :length].clone()
        mask[:, 0] |= ~mask.any(1)
    else:
        values, mask = values[:, :, :length], stream.mask[:, :, :length]
    return replace(stream, values=values, mask=mask)


def silence_at_random(batch: Batch, chance: float, generator: torch.Generator) -> Batch:
    """Each sample, with this chance, loses a random non-empty part of its modalities, never all."""
    names = list(batch.streams)
    if chance <= 0 or len(names) < 2:
        return batch
    subsets = 2 ** len(names) - 2
    which = torch.randint(1, subsets + 1, (len(batch),), generator=generator)
    which[torch.rand(len(batch), generator=generator) >= chance] = 0
    streams = {m: batch.streams[m].silenced((which >> i & 1).bool()) for i, m in enumerate(names)}
    return replace(batch, streams=streams)


def keep_only(batch: Batch, keep: Sequence[str]) -> Batch:
    """Silence every modality that is not in `keep`; an empty `keep` silences none."""
    lost = [m for m in batch.streams if keep and str(m) not in keep]
    return batch.silence(*[Modality(m) for m in lost])
