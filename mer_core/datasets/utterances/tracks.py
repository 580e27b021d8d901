"""The features of one utterance out of padded arrays: cleaned, and the padding cut off."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

from mer_core.types import Modality

Track = Float[np.ndarray, "_time _feature"]
"""The features of one modality of one utterance; other modalities have other sizes."""


def cleaned(values: Any) -> Track:
    """A copy as float32 in which what is infinite or no number is 0, as the field's loaders do.

    MulT and MMSA put 0 for minus infinity, which stands in the audio of CMU-MOSI.
    """
    found = np.array(values, np.float32)
    return np.nan_to_num(found, copy=False, nan=0.0, posinf=0.0, neginf=0.0)


def without_front(tracks: Mapping[Modality, Track], together: bool) -> dict[Modality, Track]:
    """The tracks without the rows of zeros before them (MulT and MultiBench pad on the left).

    Args:
        tracks: Of one utterance.
        together: Positions of one number belong together (word-aligned files): as many rows are
            cut from each, up to the first at which any of them says something.
    """
    starts = {m: first_said(track) for m, track in tracks.items()}
    if together and starts:
        starts = dict.fromkeys(starts, min(starts.values()))
    return {m: track[starts[m] :] for m, track in tracks.items()}


def first_said(track: Shaped[np.ndarray, "time feature"]) -> int:
    """The first row that is not all zeros; the number of rows where all are."""
    rows = np.flatnonzero(track.any(axis=1))
    return int(rows[0]) if len(rows) else len(track)


def without_back(track: Track) -> Track:
    """The track without the rows of zeros after it."""
    rows = np.flatnonzero(track.any(axis=1))
    return track[: rows[-1] + 1] if len(rows) else track[:0]


def heard(tracks: Mapping[Modality, Track]) -> dict[Modality, Track]:
    """Those that say anything at all: a track of zeros is an absent modality, not a quiet one."""
    return {m: np.ascontiguousarray(track) for m, track in tracks.items() if track.any()}
