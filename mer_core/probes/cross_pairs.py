"""Which modality looks at which in a model, by its role and by its name; and why others do not."""

from collections.abc import Sequence
from typing import NamedTuple

from mer_core.probes.base import listed
from mer_core.probes.cross_maps import Crossing, CrossMaps
from mer_core.types import Modality

PRIMARY, FIRST, SECOND = "primary", "first auxiliary", "second auxiliary"
LAST = "self_attention"
"""Where HCT-DMG puts everything together; MulT has one for each modality, named otherwise."""
SIGNALS = {"text": "words", "audio": "sounds", "vision": "pictures of a face"}
"""What each modality is in a clip, in the plural."""


class Roles(NamedTuple):
    """The modalities by what they are for in HCT-DMG."""

    primary: str
    first: str
    second: str

    def of(self, modality: str) -> str:
        """The role that a modality fills."""
        return (PRIMARY, FIRST, SECOND)[tuple(self).index(modality)]


def roles(crossings: Sequence[Crossing]) -> Roles | None:
    """Who leads and who serves, read off who looks where; None in models without such roles."""
    places = {c.place: c.query for c in crossings}
    leads = [q for p, q in places.items() if p == LAST or p.startswith("stage2.")]
    serve = {q for p, q in places.items() if p.startswith("stage1.")}
    leads += [str(m) for m in Modality if serve and m not in serve]
    if not leads:
        return None
    first, second = (str(m) for m in Modality if m != leads[0])
    return Roles(leads[0], first, second)


def _stage(crossing: Crossing, filled: Roles) -> int:
    """1 or 2 for the stages of HCT-DMG, 3 for its last self-attention."""
    if crossing.place == LAST:
        return 3
    return 2 if crossing.query == filled.primary else 1


def by_modality(crossing: Crossing) -> str:
    """'text → audio': the first looks at the second."""
    return f"{crossing.query} → {crossing.key}"


def by_role(crossing: Crossing, filled: Roles | None) -> str:
    """'stage 2: primary (text) → first auxiliary (audio)'; the place's name without roles."""
    if filled is None:
        spoken = crossing.place.rpartition(".")[2].replace("_", " ")
        return f"{spoken}: {by_modality(crossing)}"
    stage = _stage(crossing, filled)
    who = f"{filled.of(crossing.query)} ({crossing.query})"
    if stage == 3:
        return f"last step: {who} → itself, all three joined"
    return f"stage {stage}: {who} → {filled.of(crossing.key)} ({crossing.key})"


def meaning(crossing: Crossing, filled: Roles | None) -> str:
    """What the keys hold here, in one sentence; empty where they are simply the modality's own."""
    stage = _stage(crossing, filled) if filled else 0
    if stage == 2:
        return (
            f"The keys stand at the moments of {crossing.key} and hold what stage 1 has put there."
        )
    if stage == 3:
        return f"The keys stand at the positions of {crossing.key}; each holds all three joined."
    if crossing.beside:
        return (
            f"One softmax runs over {listed([crossing.key, *crossing.beside])} together; the map "
            f"shows its part over {crossing.key}."
        )
    return ""


def unheard(found: CrossMaps, sample: int = 0) -> dict[str, str]:
    """Pairs that the model has but this clip has not: name by modality -> why."""
    why: dict[str, str] = {}
    for crossing in found.crossings:
        both = dict.fromkeys((crossing.query, crossing.key))
        quiet = [SIGNALS[m] for m in both if m in found.silent[sample]]
        if quiet:
            why[by_modality(crossing)] = f"There are no {' and no '.join(quiet)} in this clip."
    return why


def missing(found: CrossMaps, by_sample: bool = False) -> dict[str, str]:
    """Pairs of different modalities that the model does not have: name by modality -> why.

    Args:
        found: Of one sample.
        by_sample: Whether the gate chooses the primary for each sample.
    """
    there = {(c.query, c.key) for c in found.crossings}
    filled = roles(found.crossings)
    stages = {_stage(c, filled) for c in found.crossings} if filled else set()
    pairs = [(str(a), str(b)) for a in Modality for b in Modality if a != b]
    return {
        f"{a} → {b}": _staged(a, b, filled, stages, by_sample) if filled else _unstaged(a, b, there)
        for a, b in pairs
        if (a, b) not in there
    }


def _unstaged(query: str, key: str, there: set[tuple[str, str]]) -> str:
    if (key, query) in there:
        return f"In this model {key} looks at {query}, and not the other way round."
    return f"In this model {query} and {key} never look at each other."


def _staged(query: str, key: str, filled: Roles, stages: set[int], by_sample: bool) -> str:
    if key == filled.primary:
        when = "for this clip" if by_sample else "in training, for all inputs"
        return (
            f"{key} is the primary here: in stage 2 it looks at the others, and they do not look "
            f"back. The gate chose it {when}."
        )
    wanted = 2 if query == filled.primary else 1
    if wanted not in stages:
        return f"This version has no stage {wanted}."
    return f"In stage 1 of this version the auxiliaries look at the primary ({filled.primary})."
