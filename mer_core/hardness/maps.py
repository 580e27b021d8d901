"""Many vectors as places on a plane, so that near ones are alike."""

import hashlib
import io
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
from jaxtyping import Float

from mer_core.disk import cache_folder, write_bytes

NEIGHBOURS = 15
"""How many neighbours of each sample the map keeps together; umap-learn's own default."""

SEED = 0


def says(count: int) -> str:
    """How the map of so many samples is made, for the caption under it."""
    if count <= NEIGHBOURS:
        return (
            f"A map by principal components: {count} samples are too few for UMAP, which looks at "
            f"{NEIGHBOURS} neighbours of each."
        )
    version = metadata.version("umap-learn")
    return f"UMAP {version}, {NEIGHBOURS} neighbours, random state {SEED}; axes mean nothing."


def plane(vectors: Float[np.ndarray, "sample hidden"]) -> Float[np.ndarray, "sample 2"]:
    """Places within [-1, 1], the same for the same vectors; kept in the cache.

    Up to NEIGHBOURS samples are laid out by their first two principal components.

    Source: McInnes, Healy and Melville (2018), UMAP, arXiv 1802.03426.
    """
    vectors = np.ascontiguousarray(vectors, np.float32)
    few = len(vectors) <= NEIGHBOURS
    told = f"{vectors.shape} {few} {NEIGHBOURS} {SEED} {metadata.version('umap-learn')}"
    digest = hashlib.blake2b(told.encode() + vectors.tobytes(), digest_size=16).hexdigest()
    path = cache_folder() / "maps" / f"{digest}.npy"
    if (kept := _kept(path, len(vectors))) is not None:
        return kept
    places = _within(_components(vectors) if few else _umap(vectors))
    out = io.BytesIO()
    np.save(out, places, allow_pickle=False)
    write_bytes(path, out.getvalue(), sync=False)
    return places


def _kept(path: Path, count: int) -> Float[np.ndarray, "sample 2"] | None:
    try:
        places = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None  # absent or damaged: it is made again
    return places if places.shape == (count, 2) else None


def _umap(vectors: Float[np.ndarray, "sample hidden"]) -> Float[np.ndarray, "sample 2"]:
    from umap import UMAP  # here: it compiles for seconds, and a kept map needs none of it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numba and of duplicates: nothing a reader can act on
        drawn = UMAP(n_neighbors=NEIGHBOURS, random_state=SEED, n_jobs=1).fit_transform(vectors)
    return np.asarray(drawn, np.float32)


def _components(vectors: Float[np.ndarray, "sample hidden"]) -> Float[np.ndarray, "sample 2"]:
    """First two principal components, each with its largest loading positive."""
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes = (
        axes[:2] * np.sign(axes[:2][range(len(axes[:2])), np.abs(axes[:2]).argmax(axis=1)])[:, None]
    )
    places = np.zeros((len(vectors), 2), np.float32)
    places[:, : len(axes)] = centred @ axes.T
    return places


def _within(places: Float[np.ndarray, "sample 2"]) -> Float[np.ndarray, "sample 2"]:
    """Centred and scaled into [-1, 1], both axes alike."""
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    reach = float(np.abs(places - middle).max()) or 1.0
    return ((places - middle) / reach).astype(np.float32)
