"""What the mixing desk shows: the answer now, the map of all settings, and the nearest flip."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from mer_core.desk import Desk
from mer_core.desk.flip import EXACT, Flip, Tried, smallest_flip, tried
from mer_core.desk.maps import FINEST, GateMap, gate_map, refined, strength_map
from mer_core.probes.base import percent
from mer_core.probes.change import AnswerChange
from mer_core.types import Prediction
from mer_core.views import figure, to_csv
from mer_core.views.desk import Marks, draw_gate_map
from ui.desk import Standing, met_by
from ui.desk_controls import SILENCED, Setting, choose
from ui.downloads import downloads
from ui.findings import draw, draw_compact, is_dark, without_caption
from ui.jobs import Job, watch
from ui.resources import called, gate

MAPS, JOB, STOPPED, HAND = "desk-maps", "desk-job", "desk-stopped", "desk-hand"
_REST = 1.0
"""Seconds after a hand last moved anything for which the background leaves it the processor."""
_KEPT = 8
"""Refined maps that a session keeps."""


def answer_now(standing: Standing, setting: Setting) -> AnswerChange:
    """Draw the answer at the present setting, beside the model's own."""
    _hand()[:] = [time.monotonic()]
    start = time.perf_counter()
    with gate():
        said = setting.desk.answer(setting.weights)
    seconds = time.perf_counter() - start
    found = AnswerChange(
        ids=(standing.sample.id,),
        target=tuple(said.answers),
        before=standing.desk.own,
        after=said,
    )
    now, sure = said.answers[0], float(said.probs[0].max())
    st.markdown(f"### {now} :gray[{percent(sure)}]")
    shown = said if found.still() else found
    caption = draw_compact(figure(shown, dark=is_dark()), "desk-answer", _spoken(said))
    st.markdown(_moved(found))
    whole = 1000 * standing.answered.recording.manifest.seconds
    took = (
        "kept from the forward itself" if seconds < 1e-3 else f"answered in {1000 * seconds:.0f} ms"
    )
    st.caption(f":material/bolt: {took}; a whole forward took {whole:.0f} ms.  \n{caption}")
    downloads("desk-answer", lambda: to_csv(found), _spoken(said), caption)
    return found


def _hand() -> list[float]:
    """When this session last moved anything; shared with its background work."""
    return st.session_state.setdefault(HAND, [0.0])


def _moved(found: AnswerChange) -> str:
    if found.still():
        return f"As with the model's own setting: {found.after.answers[0]}."
    return found.says().replace("The edit", "This setting")


def _spoken(said: Prediction) -> str:
    pairs = zip(said.names, said.probs[0].tolist(), strict=True)
    return "Probabilities: " + ", ".join(f"{n} {percent(p)}" for n, p in pairs)


def lead(standing: Standing, found: AnswerChange) -> None:
    """The page in one sentence."""
    own, now = standing.desk.own, found.after
    first = f"{called(standing.name)} says **{own.answers[0]}** ({percent(float(own.probs.max()))})"
    if found.still():
        st.markdown(f"{first} with its own weights.")
        return
    still = "still " if now.answers == own.answers else ""
    then = f"{still}**{now.answers[0]}** ({percent(float(now.probs.max()))})"
    st.markdown(f"{first} with its own weights, and {then} with yours.")


def marked_unseen(standing: Standing, setting: Setting) -> None:
    """Say whether the model ever met such a setting while it learned."""
    met = met_by(standing)
    if isinstance(met, str):
        st.caption(f":material/help: {met}")
        return
    simplex = standing.desk.simplex
    seen = met.holds(setting.weights, simplex) and not setting.swapped
    if not seen:
        st.badge(met.badge, icon=":material/warning:", color="orange")
    sentence = met.says(setting.weights, simplex)
    if setting.swapped:
        sentence += " No expert ever spoke for another clip."
    st.caption(sentence)


def map_of(standing: Standing, setting: Setting) -> None:
    """The map of all settings with the marks on it, its sentence, and the nearest flip."""
    if not standing.desk.simplex:
        _strengths(standing, setting)
        return

    found = _best_map(standing, setting)
    known = _audible(Tried(found.settings, found.labels), setting.silent)
    flip = _flip(setting, known, found.steps, standing.sample.id)
    drawing = draw_gate_map(found, dark=is_dark(), marks=Marks(setting.weights, flip))
    caption, trimmed = without_caption(drawing)
    sentence = found.says()
    st.markdown(sentence)
    st.plotly_chart(
        trimmed,
        key="desk-map",
        theme=None,
        on_select=lambda: _clicked(standing, found.settings),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=sentence,
    )
    st.caption(f"{caption} Click on a mixture to set it.")
    downloads("desk-map", lambda: to_csv(found), sentence, caption)
    _nearest(standing, flip)
    _refine(standing, setting, found)


def _clicked(standing: Standing, settings: Tensor) -> None:
    """A point of the triangle was chosen."""
    state: Any = st.session_state.get("desk-map") or {}
    points = (state.get("selection") or {}).get("points") or []
    told = next((p["customdata"] for p in points if p.get("customdata") is not None), None)
    place = told[0] if isinstance(told, list) else told
    if isinstance(place, int | float) and 0 <= place < len(settings):
        there = settings[int(place)]
        silent = st.session_state.get(SILENCED) or []
        parts = standing.desk.parts
        # who is given weight is silent no longer
        st.session_state[SILENCED] = [p for p in silent if there[parts.index(p)] <= 0]
        choose(standing, there)


def _audible(known: Tried, silent: Sequence[int]) -> Tried:
    """Those of the settings that give silent parts nothing."""
    kept = (known.settings[:, list(silent)] <= 0).all(dim=1)
    return Tried(known.settings[kept], known.labels[kept])


def _strengths(standing: Standing, setting: Setting) -> None:
    """One strength after the other, around where the sliders stand."""
    at = tuple(setting.weights.tolist())
    found = _sweep(setting.key, at, setting.desk, standing.sample.id)
    flip = _flip(setting, _tried(setting.key, setting.desk), 0, standing.sample.id)
    sentence = found.says()
    st.markdown(sentence)
    caption = draw(figure(found, dark=is_dark()), "desk-strengths", sentence)
    downloads("desk-strengths", lambda: to_csv(found), sentence, caption)
    _nearest(standing, flip)


def _nearest(standing: Standing, flip: Flip) -> None:
    """The nearest flip in a sentence, what is certain of it, and the way there."""

    at = flip.at
    st.markdown(f":material/alt_route: {flip.says()}")
    unit = percent(EXACT) + " of the weight" if flip.simplex else f"{EXACT:g} of strength"
    if at is not None:
        st.button(
            "Go there",
            key="desk-flip",
            icon=":material/arrow_forward:",
            on_click=choose,
            args=(standing, at),
        )
        st.caption(
            f"Searched from where the sliders stand. Certain: none of {flip.tried:,} settings of "
            f"the grid that are nearer turns the answer, and on the way there it turns within "
            f"{unit}. Not certain: between the points of the grid another answer may lie nearer."
        )
    else:
        st.caption("Between the points of the grid another answer may still lie.")
    downloads_of_flip(flip)


def downloads_of_flip(flip: Flip) -> None:
    """The two ends of the way as a table."""
    st.download_button(
        "Flip as CSV",
        lambda: to_csv(flip),
        file_name="desk-flip.csv",
        mime="text/csv",
        key="csv-desk-flip",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )


def _best_map(standing: Standing, setting: Setting) -> GateMap:
    """The finest map there is by now; a refined one that is ready is taken in."""
    made: dict[str, GateMap] = st.session_state.setdefault(MAPS, {})
    job: Job | None = st.session_state.get(JOB)
    if job is not None and job.result is not None:
        made[str(job.about)] = job.result
        st.session_state[JOB] = None
        for old in list(made)[:-_KEPT]:
            del made[old]
    first = _first_map(setting.key, setting.desk, standing.sample.id)
    return made.get(setting.key, first)


@st.cache_resource(scope="session", max_entries=16, show_spinner=False)
def _first_map(key: str, _desk: Desk, id: str) -> GateMap:

    with st.spinner("Answering 66 mixtures", show_time=True), gate():
        return gate_map(_desk, id)


@st.cache_resource(scope="session", max_entries=16, show_spinner=False)
def _tried(key: str, _desk: Desk) -> Tried:

    with st.spinner("Trying combinations of strengths", show_time=True), gate():
        return tried(_desk)


@st.cache_resource(scope="session", max_entries=64, show_spinner=False)
def _sweep(key: str, at: tuple[float, ...], _desk: Desk, id: str) -> Any:

    with gate():
        return strength_map(_desk, id, torch.tensor(at))


def _flip(setting: Setting, known: Tried, steps: int, id: str) -> Flip:
    at = tuple(setting.weights.tolist())
    return _found_flip(setting.key, at, steps, setting.silent, setting, known, id)


@st.cache_resource(scope="session", max_entries=128, show_spinner=False)
def _found_flip(
    key: str,
    at: tuple[float, ...],
    steps: int,
    silent: tuple[int, ...],
    _setting: Setting,
    _known: Tried,
    id: str,
) -> Flip:

    with gate():
        return smallest_flip(_setting.desk, _setting.weights, _known, id)


def _refine(standing: Standing, setting: Setting, found: GateMap) -> None:
    """Answer more mixtures in the background, twice as many steps at a time."""

    job: Job | None = st.session_state.get(JOB)
    if job is not None and job.about != setting.key:
        job.stop.set()
        job = None
    if job is not None and job.failure:
        st.error(job.failure, icon=":material/error:")
        return
    if job is not None and job.stop.is_set() and not job.busy:
        st.session_state.setdefault(STOPPED, set()).add(setting.key)
    stopped = setting.key in st.session_state.get(STOPPED, ())
    if found.steps >= FINEST[True] or stopped:
        return
    if job is None:
        job = Job(_refining(setting.desk, found), "Refining the map", setting.key)
        st.session_state[JOB] = job
    watch(job, "desk")


def _refining(desk: Desk, found: GateMap) -> Callable[..., GateMap]:

    total, hand = (2 * found.steps + 1) * (2 * found.steps + 2) // 2, _hand()

    def work(told: Callable[[str, int, int], None]) -> GateMap:
        def step(done: int, all_: int) -> None:
            told(f"Refining the map to {total:,} mixtures", done, all_)
            while time.monotonic() - hand[0] < _REST:  # whoever drags a slider comes first
                time.sleep(0.1)
                told("Waiting for the hand on the slider", done, all_)

        return refined(desk, found, step)

    return work
