"""Which attention runs over time in a recording, and what stands at its positions."""

import re
from collections.abc import Iterator

from mer_core.probes.positions import Positions, positions
from mer_core.recording import Recording
from mer_core.trace import Reading
from mer_core.types import Modality, Role


def patterns(recording: Recording) -> Iterator[tuple[str, Reading, tuple[str, str]]]:
    """Readings of attention over time, each with its place in the model and its two sides."""
    known = {str(m) for m, s in recording.batch.streams.items() if s.mask.ndim == 2}
    known |= {str(role) for role in Role}
    for name in recording.trace:
        if not name.endswith("pattern"):
            continue
        for i, reading in enumerate(recording.trace.visits(name)):
            sides = (str(reading.over.get("query", "")), str(reading.over.get("key", "")))
            if all(part in known for side in sides for part in side.split("+")):
                place = re.sub(r"(\.layers)?\.\d+\..*$|\.pattern$", "", name)
                yield f"{place}#{i + 1}" if i else place, reading, sides


class Axes:
    """What stands at the positions of an axis, per sample; a role is looked up sample by sample.

    Args:
        recording: Of any model; with a gate by sample, it must have seen what that gate said.
    """

    def __init__(self, recording: Recording) -> None:
        self.batch, self.texts = recording.batch, [s.text for s in recording.samples]
        gates = [n for n in recording.trace if n.endswith("omega_by_sample")]
        self._leads = recording.trace[gates[0]].values.argmax(dim=-1).tolist() if gates else []
        self._kept: dict[tuple[str, int], Positions] = {}

    def of(self, name: str, row: int, length: int) -> Positions:
        """The positions of the axis over `name`, of that length, for one sample."""
        role = name in {str(r) for r in Role}
        name = self._modality(Role(name), row) if role else name
        if (name, length) not in self._kept:
            found = positions(self.batch, name)
            made = found.lengthened(length) if role else found.fitted(length)
            self._kept[name, length] = made
        return self._kept[name, length]

    def _modality(self, role: Role, row: int) -> str:
        lead = self._leads[row]
        order = (lead, *(i for i in range(len(Modality)) if i != lead))
        return str(tuple(Modality)[order[tuple(Role).index(role)]])
