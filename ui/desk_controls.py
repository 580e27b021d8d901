"""The controls of the mixing desk: linked sliders, silent and swapped experts, the way back.

What the session holds is the setting that the user chose, exactly; sliders show it rounded. While
nothing was moved it holds none, and the model's own setting stands, to the bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from torch import Tensor

from mer_core.desk import Desk
from mer_core.desk.setting import STRONGEST, moved, parsed, without
from mer_core.errors import MerError
from mer_core.probes.base import listed
from ui.desk import WEIGHED, Standing, desk_for, swapped_desk
from ui.failures import told
from ui.surgery_donor import pick_donor

KEEP, SILENCE, SWAP = "Keep", "Silence", "Swap"
ADDRESS = "gate"
"""Name of the setting in the page's address."""

_STATE, _SLIDER, _STEP = "desk-setting", "desk-weight", "desk-expert"
_FINE = {True: 1, False: 0.05}
"""Whether on the simplex -> step of a slider; percent there."""


@dataclass(frozen=True)
class Setting:
    """Where the controls stand.

    Attributes:
        weights: The setting, silent parts at 0.
        silent: Places of silent parts.
        desk: That answers: with swapped experts it is another one.
        key: Of that desk.
        swapped: Places of experts that another sample speaks for.
    """

    weights: Tensor
    silent: tuple[int, ...]
    desk: Desk
    key: str
    swapped: tuple[int, ...]


def chosen(standing: Standing) -> Tensor | None:
    """The setting that the user chose for this sample; None for the model's own."""
    held = st.session_state.get(_STATE)
    if held is None and (text := st.query_params.get(ADDRESS)):
        try:
            weights = parsed(text, standing.desk.parts, standing.desk.simplex)
        except MerError:
            weights = None  # an address may hold anything
        held = (standing.key, weights)
        st.session_state[_STATE] = held
    return held[1] if held is not None and held[0] == standing.key else None


def choose(standing: Standing, weights: Tensor | None) -> None:
    """Take a setting; None for the model's own. For callbacks."""
    st.session_state[_STATE] = (standing.key, weights)
    if weights is None:
        st.query_params.pop(ADDRESS, None)
    else:
        st.query_params[ADDRESS] = ",".join(f"{w:.4f}" for w in weights.tolist())


def reset(standing: Standing) -> None:
    """Everything as the model has it. For callbacks."""
    choose(standing, None)
    for i in range(len(standing.desk.parts)):
        st.session_state[f"{_STEP}{i}"] = KEEP


def controls(standing: Standing) -> Setting | None:
    """Draw all controls; returns where they stand, None while nothing can be answered."""
    st.markdown(f"**{WEIGHED[standing.name]}**")
    steps = _steps(standing)
    silent = tuple(i for i, step in enumerate(steps) if step == SILENCE)
    base, own = chosen(standing), standing.desk.gate
    weights = own if base is None else base.to(own)
    try:
        weights = without(weights, silent) if silent else weights
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        _back(standing)
        return None
    for i in range(len(standing.desk.parts)):
        _slider(standing, i, weights, silent)
    _back(standing)
    swapped = tuple(i for i, step in enumerate(steps) if step == SWAP)
    key, desk = _spoken_for(standing, swapped) if swapped else (standing.key, standing.desk)
    if silent:
        _renormalised(standing, own if base is None else base, weights, silent)
    return Setting(weights, silent, desk, key, swapped)


def _steps(standing: Standing) -> list[str]:
    """What is done to each expert; only EGMF has any."""
    if standing.desk.of != "expert":
        return [KEEP] * len(standing.desk.parts)
    places = st.columns(len(standing.desk.parts), gap="small")
    return [
        place.segmented_control(
            part.capitalize(),
            [KEEP, SILENCE, SWAP],
            default=KEEP,
            required=True,
            key=f"{_STEP}{i}",
            help="Silence: its weight goes to the others in proportion (α is renormalised). "  # noqa: RUF001
            "Swap: what it says comes from a donor's clip; what it reads, and α, stay.",  # noqa: RUF001
        )
        or KEEP
        for i, (part, place) in enumerate(zip(standing.desk.parts, places, strict=True))
    ]


def _slider(standing: Standing, i: int, weights: Tensor, silent: Sequence[int]) -> None:
    """One weight, in percent where all sum to 100. It shows the setting, whoever set it."""
    desk, key = standing.desk, f"{_SLIDER}{i}-{standing.desk.of}"
    simplex, value = desk.simplex, float(weights[i])
    st.session_state[key] = round(100 * value) if simplex else round(value / 0.05) * 0.05
    label = desk.parts[i].capitalize()
    look: dict[str, Any] = (
        {"min_value": 0, "max_value": 100, "format": "%d %%"}
        if simplex
        else {"min_value": 0.0, "max_value": STRONGEST, "format": "%.2f"}
    )
    st.slider(
        label if simplex else f"Stage {i + 1}, {desk.parts[i]}",
        step=_FINE[simplex],
        key=key,
        disabled=i in silent,
        on_change=_slid,
        args=(standing, i, weights, tuple(silent)),
        **look,
    )


def _slid(standing: Standing, i: int, weights: Tensor, silent: tuple[int, ...]) -> None:
    """A slider was moved: the others of a simplex give way, and silent ones keep their share."""
    value = float(st.session_state[f"{_SLIDER}{i}-{standing.desk.of}"])
    if not standing.desk.simplex:
        found = weights.clone()
        found[i] = value
        choose(standing, found)
        return
    found = moved(weights, i, value / 100, silent)
    base = chosen(standing)
    base = standing.desk.gate if base is None else base
    kept = sum(float(base[s]) for s in silent)
    if 0 < kept < 1:
        found = found * (1 - kept)
        for s in silent:
            found[s] = base[s]
    choose(standing, found)


def _back(standing: Standing) -> None:
    touched = chosen(standing) is not None or any(
        st.session_state.get(f"{_STEP}{i}", KEEP) != KEEP for i in range(len(standing.desk.parts))
    )
    st.button(
        "Reset to the model's own",
        key="desk-reset",
        icon=":material/undo:",
        disabled=not touched,
        on_click=reset,
        args=(standing,),
        help="The same setting, and the same output to the bit.",
    )


def _renormalised(standing: Standing, before: Tensor, after: Tensor, silent: Sequence[int]) -> None:
    """Where the weight of the silent went, in a sentence."""
    parts = standing.desk.parts
    who = listed([parts[i] for i in silent])
    said = [
        f"{parts[i]} from {100 * float(before[i]):.0f} to {100 * float(after[i]):.0f} %"
        for i in range(len(parts))
        if i not in silent
    ]
    st.caption(
        f":material/volume_off: Without the {who} α is renormalised: {listed(said)}."  # noqa: RUF001
    )


def _spoken_for(standing: Standing, experts: tuple[int, ...]) -> tuple[str, Desk]:
    """The desk in which a donor's experts speak; the plain one while there is no donor."""
    donor = pick_donor()
    if donor is None:
        st.caption("Give the donor a sentence, a voice or a face.")
        return standing.key, standing.desk
    with told():
        other, theirs = desk_for(standing.name, donor)
        key = f"{standing.key}-{experts}-{other}"
        return key, swapped_desk(key, experts, standing.desk, theirs)
    return standing.key, standing.desk
