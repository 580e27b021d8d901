"""A generated clip on which noise can be seen to matter, found with the weights that ship."""

from functools import cache
from typing import NamedTuple

from mer_core import load
from mer_core.datasets import open_dataset
from mer_core.probes.noise import AddNoise
from mer_core.types import Modality

LEVEL = -15.0
"""Signal over noise in decibels."""

LEAST = 0.03
"""By how much a weight of the gate moves at least; that is three points of a percentage."""

TRIED = 200


class Noisy(NamedTuple):
    """What noise in the voice of a clip does to a model whose gate looks at the sample.

    Attributes:
        clip: Its number in the test split.
        was, now: The answer without noise, and at LEVEL.
        part: The modality or expert whose weight moves most.
        before, after: Its weight without noise, and at LEVEL.
    """

    clip: int
    was: str
    now: str
    part: str
    before: float
    after: float


@cache
def noisy_clip(name: str = "hct_dmg_sample") -> Noisy:
    """The first clip whose answer turns, and whose gate moves by LEAST, as its voice drowns.

    Args:
        name: Of the model; by default HCT-DMG with a gate by sample.

    Raises:
        LookupError: There is none among the first ones: then nothing moves any more.
    """
    model = load(name)
    clips, read = open_dataset("puppet-utterances", "test", TRIED), model.processor()
    for number in range(TRIED):
        sweep = AddNoise(Modality.AUDIO).run(model, read([clips[number]])).marked(LEVEL)
        assert sweep.gate is not None
        start, here = (sweep.gate.weights[i, :, 0].mean(dim=0) for i in (0, sweep.at))
        most = int((here - start).abs().argmax())
        was, now = (sweep.answer(i, 0)[0] for i in (0, sweep.at))
        if was != now and abs(float(here[most] - start[most])) >= LEAST:
            name = sweep.gate.names[most]
            return Noisy(number, was, now, name, float(start[most]), float(here[most]))
    raise LookupError(f"Noise in the voice turns none of {TRIED} clips and moves no gate.")
