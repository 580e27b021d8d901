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
from ui.header import plain
from ui.surgery_donor import pick_donor

SILENCED, SWAPPED = "desk-silent", "desk-swapped"
ADDRESS = "gate"
"""Name of the setting in the page's address."""

_STATE, _SLIDER = "desk-setting", "desk-weight"
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
            given = parsed(text, standing.desk.parts, standing.desk.simplex)
        except MerError:
            given = None  # an address may hold anything
        held = (standing.key, given)
        st.session_state[_STATE] = held
    if held is None:
        return None
    key, weights = held
    if key == standing.key:
        if weights is not None and ADDRESS not in st.query_params:  # back from another sample
            _address(weights)
        return weights
    st.query_params.pop(ADDRESS, None)  # it was of another sample
    return None


def choose(standing: Standing, weights: Tensor | None) -> None:
    """Take a setting; None for the model's own. For callbacks."""
    st.session_state[_STATE] = (standing.key, weights)
    if weights is None:
        st.query_params.pop(ADDRESS, None)
    else:
        _address(weights)


def _address(weights: Tensor) -> None:
    st.query_params[ADDRESS] = ",".join(f"{w:.4f}" for w in weights.tolist())


def reset(standing: Standing) -> None:
    """Everything as the model has it. For callbacks."""
    choose(standing, None)
    for key in (SILENCED, SWAPPED):
        st.session_state[key] = []


def controls(standing: Standing) -> Setting | None:
    """Draw all controls; returns where they stand, None while nothing can be answered."""
    st.markdown(f"**{WEIGHED[standing.name]}**")
    silent, swapped = _experts(standing)
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
    key, desk = _spoken_for(standing, swapped) if swapped else (standing.key, standing.desk)
    if silent:
        _renormalised(standing, own if base is None else base, weights, silent)
    return Setting(weights, silent, desk, key, swapped)


def _experts(standing: Standing) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Draw which experts are silent and which are swapped; only EGMF has any."""
    if standing.desk.of != "expert":
        return (), ()
    silent = _pills(
        standing,
        "Silence",
        SILENCED,
        "Its weight goes to the other experts in proportion: α is renormalised.",  # noqa: RUF001
    )
    swapped = _pills(
        standing,
        "Swap with a donor's",
        SWAPPED,
        "What the expert says comes from another clip. What it reads, and so α, stays.",  # noqa: RUF001
    )
    return silent, tuple(i for i in swapped if i not in silent)


def _pills(standing: Standing, label: str, key: str, help: str) -> tuple[int, ...]:
    """Draw the experts to pick from; returns the places of those picked."""
    parts = standing.desk.parts
    picked = st.pills(
        label,
        list(parts),
        selection_mode="multi",
        format_func=lambda part: part.removesuffix(" expert").capitalize(),
        key=key,
        help=help,
    )
    return tuple(i for i, part in enumerate(parts) if part in picked)


def _slider(standing: Standing, i: int, weights: Tensor, silent: Sequence[int]) -> None:
    """One weight, in percent where all sum to 100. It shows the setting, whoever set it."""
    desk, key = standing.desk, f"{_SLIDER}{i}-{standing.desk.of}"
    simplex, value = desk.simplex, float(weights[i])
    shown = round(100 * value) if simplex else round(value / 0.05) * 0.05
    if st.session_state.get(key) != shown:  # what is set overrules a hand that is still dragging
        st.session_state[key] = shown
    label = desk.parts[i].capitalize()
    look: dict[str, Any] = (
        {"min_value": 0, "max_value": 100, "format": "%d %%"}
        if simplex
        else {"min_value": 0.0, "max_value": STRONGEST, "format": "%.2f"}
    )
    st.slider(
        label if simplex else f"Stage {i + 1}, {desk.parts[i]}",
        step=_FINE[simplex],
        # a browser that misses the run that set the state starts here, not at 0
        value=shown,
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
        st.session_state.get(key) for key in (SILENCED, SWAPPED)
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
    with st.popover("Choose the donor", icon=":material/swap_horiz:", width="stretch"):
        donor = pick_donor()
    if donor is None:
        st.caption("Give the donor a sentence, a voice or a face.")
        return standing.key, standing.desk
    who = listed([standing.desk.parts[i] for i in experts])
    st.caption(f":material/swap_horiz: The {who} says what it says of {plain(donor.id)}.")
    with told():
        other, theirs = desk_for(standing.name, donor)
        key = f"{standing.key}-{experts}-{other}"
        return key, swapped_desk(key, experts, standing.desk, theirs)
    return standing.key, standing.desk
