"""Does attention turn what a modality says?

P5 and P6 of the feasibility analysis: by how much a look at another modality moves what a modality
leans to, whether it turns its sign, and how far two sources pull the same target apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.probes.base import Row, names_of
from mer_core.probes.tendencies import (
    Lean,
    Leanings,
    TendencyReader,
    leans,
    own_numbers,
    silences,
    told_of,
)
from mer_core.recording import Recording


@dataclass(frozen=True, eq=False)
class Moved:
    """What the looks did to the leanings.

    Attributes:
        distortion: |y_after - y_alone| of each look.
        shift: The same with a sign: positive towards what the source leans to.
        flip: True where the sign turned.
        disparity: |y_after_one - y_after_other|, one for each pair of looks at whose same target
            two sources were heard; empty where no target has two.
        shared: The two looks of each pair.
    """

    distortion: Float[Tensor, "look batch"]
    shift: Float[Tensor, "look batch"]
    flip: Bool[Tensor, "look batch"]
    disparity: Float[Tensor, "pair batch"]
    shared: tuple[tuple[int, int], ...]


def moved(found: Sequence[Lean]) -> Moved:
    """Distortion, shift, flips and source disparity of every look.

    Raises:
        ValueError: There is no look at another modality.
    """
    looks = [lean for lean in found if not lean.alone]
    if not looks:
        raise ValueError("No modality has looked at another, so nothing could be distorted.")
    own = own_numbers(tuple(found))
    after = torch.stack([lean.number for lean in looks])
    before = torch.stack([own.gather(0, lean.target[None])[0] for lean in looks])
    heard = torch.stack([own.gather(0, lean.source[None])[0] for lean in looks])
    pairs = tuple(
        (i, j)
        for i, one in enumerate(looks)
        for j, other in enumerate(looks)
        if i < j and bool((one.target == other.target).all())
    )
    apart = [(after[i] - after[j]).abs() for i, j in pairs]
    return Moved(
        distortion=(after - before).abs(),
        shift=(after - before) * (heard - before).sign(),
        flip=after.sign() != before.sign(),
        disparity=torch.stack(apart) if apart else after.new_zeros(0, after.shape[1]),
        shared=pairs,
    )


@dataclass(frozen=True, eq=False)
class Distortion(Leanings):
    """Leanings, and what each look at another modality did to them."""

    sign = "an arrow goes from what a modality leans to alone to what it leans to after a look"
    baseline = "the same modality before it looked at another"

    @property
    def moved(self) -> Moved:
        """Distortion, shift, flips and disparity."""
        return moved(self.found)

    @property
    def looks(self) -> tuple[Lean, ...]:
        """The leanings after a look."""
        return tuple(lean for lean in self.found if not lean.alone)

    def drawable(self, sample: int) -> list[int]:
        """Looks whose two sides are both heard."""
        return [
            i
            for i, look in enumerate(self.looks)
            if not bool(self.silent[int(look.target[sample]), sample])
            and not bool(self.silent[int(look.source[sample]), sample])
        ]

    def says(self, sample: int = 0) -> str:
        heard = self.drawable(sample)
        if not heard:
            return "No two modalities are heard here, so none can turn another."
        found = self.moved
        most = max(heard, key=lambda i: float(found.distortion[i, sample]))
        shift = float(found.shift[most, sample])
        way = "towards" if shift >= 0 else "away from"
        source = self.looks[most].label(sample).rpartition(" ")[2]
        turned = sum(bool(found.flip[i, sample]) for i in heard)
        flips = f"{turned} of {len(heard)} looks turn a sign" if turned else "no look turns a sign"
        return (
            f"{self.looks[most].label(sample).capitalize()} leans "
            f"{float(found.distortion[most, sample]):.1f} {way} what {source} leans to, more than "
            f"any other look; {flips}.{self._apart(found, heard, sample)}"
        )

    def _apart(self, found: Moved, heard: list[int], sample: int) -> str:
        pairs = [k for k, (i, j) in enumerate(found.shared) if i in heard and j in heard]
        if not pairs:
            return ""
        most = max(pairs, key=lambda k: float(found.disparity[k, sample]))
        one, other = (self.looks[i].label(sample) for i in found.shared[most])
        apart = float(found.disparity[most, sample])
        return f" {one.capitalize()} and {other} lie {apart:.1f} apart."

    def rows(self) -> Iterator[Row]:
        found = self.moved
        for b, id in enumerate(self.ids):
            for i, look in enumerate(self.looks):
                about: Row = {"sample": id, "tap": look.name, "look": look.label(b)}
                yield {
                    **about,
                    "distortion": float(found.distortion[i, b]),
                    "shift": float(found.shift[i, b]),
                    "flip": int(found.flip[i, b]),
                }
            for k, (i, j) in enumerate(found.shared):
                pair = f"{self.looks[i].label(b)} and {self.looks[j].label(b)}"
                yield {"sample": id, "look": pair, "disparity": float(found.disparity[k, b])}


class ReadDistortion(TendencyReader):
    """Compare what each modality leans to before and after each look."""

    def fits(self, recording: Recording) -> bool:
        looked = any(n in tuple(recording.trace) for n in ("Y_u", "Z_u")) or any(
            n.startswith("Y.") for n in recording.trace
        )
        return looked and super().fits(recording)

    def read(self, recording: Recording) -> Distortion:
        tendencies = self.fitted(recording)
        return Distortion(
            ids=names_of(recording.batch),
            target=(),
            found=leans(recording, tendencies),
            names=tendencies.emotions,
            fitted=told_of(tendencies),
            silent=silences(recording),
        )
