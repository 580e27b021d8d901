"""The parts of the page Cross-attention: who looks at what, every head small, one large."""

from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.checkpoints import folder_of
from mer_core.probes.cross_maps import WIDTH, Crossing, CrossMaps, LooksByHead
from mer_core.probes.cross_pairs import (
    Roles,
    by_modality,
    by_role,
    meaning,
    missing,
    roles,
    unheard,
)
from mer_core.probes.cross_windows import TopWindows, top_windows
from mer_core.types import Sample
from mer_core.views.cross import MEAN, draw_heads
from ui.answer import Answered
from ui.cross_player import player
from ui.findings import is_dark, show_finding, without_caption
from ui.header import plain
from ui.media import wav
from ui.resources import called

MODELS = ("hct_dmg", "egmf", "hct_dmg_sample", "mult")
"""Models of clips in which one modality looks at another, in the order of the page."""
SECONDS = (0.3, WIDTH, 1.0, 2.0)
"""Widths of a top window to choose from."""
_MEAN, _PLAYED, _PLAIN = "mean", "With sound and face", "As a figure"
_BY_NAME, _BY_ROLE = "What they are", "Their role"
_KEYS = {_BY_NAME: "cross-pair", _BY_ROLE: "cross-role"}
_ROLES = (
    "Roles stay, modalities may change: the primary leads, two auxiliaries serve. The first of "
    "them comes first in text, audio, vision."
)


class Chosen(NamedTuple):
    """One head of one crossing, or the mean of the heads, both from 0."""

    crossing: Crossing
    layer: int
    head: int | None


def pick_model(bar: DeltaGenerator) -> str:
    """Draw the choice between the models whose weights are here.

    Args:
        bar: Where it goes.
    """
    here = [name for name in MODELS if (folder_of(name) / "card.json").is_file()]
    options = here or list(MODELS[:2])
    chosen = bar.segmented_control(
        "Model",
        options,
        default=options[0],
        required=True,
        format_func=called,
        key="cross-model",
        bind="query-params",
    )
    return chosen if chosen in options else options[0]


@st.cache_resource(scope="session", max_entries=24, show_spinner=False)
def maps_of(name: str, key: str, _answered: Answered) -> CrossMaps:
    """Every head of the model on one sample; read once in a session."""
    return LooksByHead().read(_answered.recording)


def pick_pair(found: CrossMaps, answered: Answered, bar: DeltaGenerator) -> Crossing | None:
    """Draw the choice of who looks at what; None where nobody has anyone to look at.

    Args:
        found: Every map.
        answered: Where it was seen.
        bar: Where the naming of pairs goes.
    """
    heard = found.heard()
    if not heard:
        st.caption(f":material/volume_off: {found.says()}")
        return None
    filled = roles(found.crossings)
    named = {by_modality(c): c for c in heard}
    cast = {by_role(c, filled): c for c in heard}
    by = _pick_naming(bar, named, cast) if filled else _BY_NAME
    options = cast if by == _BY_ROLE else named
    first = next(label for label, c in options.items() if c is _default(heard))
    chosen = st.pills(
        "Who looks at what",
        list(options),
        default=first,
        required=True,
        key=_KEYS[by],
        bind="query-params",
    )
    crossing = options[chosen if chosen in options else first]
    _explain(found, crossing, filled, answered)
    return crossing


def _pick_naming(bar: DeltaGenerator, named: dict[str, Crossing], cast: dict[str, Crossing]) -> str:
    def carry() -> None:
        """The pair stays the same under its other name."""
        by = st.session_state["cross-by"]
        other = _BY_NAME if by == _BY_ROLE else _BY_ROLE
        before, after = (named, cast) if by == _BY_ROLE else (cast, named)
        held = before.get(str(st.session_state.get(_KEYS[other])))
        for label, crossing in after.items():
            if crossing is held:
                st.session_state[_KEYS[by]] = label

    chosen = bar.segmented_control(
        "Name the pairs by",
        [_BY_NAME, _BY_ROLE],
        default=_BY_NAME,
        required=True,
        key="cross-by",
        bind="query-params",
        help=_ROLES,
        on_change=carry,
    )
    return chosen or _BY_NAME


def _default(heard: tuple[Crossing, ...]) -> Crossing:
    """Words and seconds first, where there are any."""
    spoken = [c for c in heard if "text" in (c.query, c.key) and c.query != c.key]
    return (spoken or list(heard))[0]


def _explain(
    found: CrossMaps, crossing: Crossing, filled: Roles | None, answered: Answered
) -> None:
    """What the chosen pair is, and why others are not there."""
    role = f"{by_role(crossing, filled).capitalize()}." if filled else ""
    st.caption(" ".join(part for part in (role, meaning(crossing, filled)) if part))
    by_sample = any(name.endswith("omega_by_sample") for name in answered.recording.trace)
    absent = missing(found, by_sample) | unheard(found)
    if absent:
        with st.popover("Why no other pairs?", icon=":material/help:", type="tertiary"):
            for pair, why in absent.items():
                st.markdown(f"**{pair}** {why}")
            st.caption(
                "The keys of a map are what a modality itself brings at its own moments, and no "
                "layer changes them: each layer's map can be read as it is, without a rollout."
            )


def pick_head(found: CrossMaps, crossing: Crossing) -> Chosen:
    """Every head as a small map to click on, and the same choice by keyboard."""
    heads = crossing.heads[0]
    assert heads is not None, "only crossings that are heard are offered"
    layers, count = heads.weights.shape[:2]
    place = st.container()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        first = max(crossing.facts(), key=lambda fact: fact.misplaced)  # the one that says most
        names = [str(i + 1) for i in range(layers)]
        layer = _pick("Layer", names, str(first.layer + 1), "cross-layer")
        names = [*(str(j + 1) for j in range(count)), _MEAN]
        head = _pick("Head", names, str(first.head + 1), "cross-head")
    chosen = Chosen(crossing, int(layer) - 1, None if head == _MEAN else int(head) - 1)
    with place:
        _grid(found, chosen)
    return chosen


def _pick(label: str, options: list[str], default: str, key: str) -> str:
    chosen = st.segmented_control(
        label, options, default=default, required=True, key=key, bind="query-params"
    )
    return chosen if chosen in options else default  # another model may have fewer


def _grid(found: CrossMaps, chosen: Chosen) -> None:
    drawing = draw_heads(found, chosen.crossing, 0, is_dark(), (chosen.layer, chosen.head))
    caption, trimmed = without_caption(drawing)
    sentence = found.only(chosen.crossing.name).says()
    st.plotly_chart(
        trimmed,
        key="cross-grid",
        theme=None,
        on_select=_clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=sentence,
    )
    st.caption(f"Click a map to see it large. {caption}")


def _clicked() -> None:
    state: Any = st.session_state["cross-grid"]
    points = state["selection"]["points"]
    if points and points[0].get("customdata") is not None:
        told = points[0]["customdata"]
        layer, head = divmod(int(told[0] if isinstance(told, list) else told), 100)
        st.session_state["cross-layer"] = str(layer + 1)
        st.session_state["cross-head"] = _MEAN if head == MEAN else str(head + 1)


def large(found: CrossMaps, chosen: Chosen, sample: Sample, key: str) -> None:
    """One map large: played where it has seconds, as a figure where it has none or is asked to.

    Args:
        found: For the name of the sample.
        chosen: Which head.
        sample: What was read, without what was switched off.
        key: Digest of the sample.
    """
    crossing, layer, head = chosen
    seconds, shown = _pick_look(crossing)
    finding = top_windows(crossing, found.ids[0], layer, head, seconds)
    unplayed = f"map-{crossing.name}-{layer}-{head}-{key[:8]}".replace(":", "-").replace(".", "-")
    if shown == _PLAIN:
        show_finding(finding, unplayed)
    else:
        st.markdown(plain(finding.says()))
        _absent(sample)
        if not player(finding, sample, f"play-{key[:8]}"):
            st.caption(
                ":material/info: This browser could not play the map; here it is as a figure."
            )
            if sample.sound is not None:
                st.audio(wav(sample.sound), format="audio/wav", alt="The voice")
            show_finding(finding, unplayed)
        else:
            st.caption(finding.caption())
    _table(finding, key)


def _pick_look(crossing: Crossing) -> tuple[float, str]:
    """Width of the windows, and how the map is shown; a map without seconds is a figure."""
    heads = crossing.heads[0]
    assert heads is not None
    if not heads.look(0).across.timed:
        st.caption("Both sides of this map are words: there are no seconds on it to play.")
        return WIDTH, _PLAIN
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        shown = st.segmented_control(
            "Show it",
            [_PLAYED, _PLAIN],
            default=_PLAYED,
            required=True,
            key="cross-show",
            bind="query-params",
        )
        seconds = st.select_slider(
            "Seconds of a window at most", SECONDS, value=WIDTH, key="cross-seconds", width=240
        )
    return (float(seconds) if seconds in SECONDS else WIDTH), shown or _PLAYED


def _absent(sample: Sample) -> None:
    if sample.sound is None and sample.clip is not None:
        st.caption(":material/volume_off: There is no voice here: the face plays in silence.")
    elif sample.clip is None:
        st.caption(":material/visibility_off: There is no face here: only the voice plays.")


def _table(finding: TopWindows, key: str) -> None:
    """The windows in words, for who cannot see or hear the map."""
    if not finding.look.across.timed:
        return
    down = finding.look.down
    rows = [(name, finding.window(i)) for i, name in enumerate(down.labels)]
    what = "moment" if down.timed else "word"
    with st.expander(f"The top window of every {what}", icon=":material/table_rows:"):
        st.dataframe(
            {
                what: [name for name, _ in rows],
                "from": [w.begin for _, w in rows if w],
                "to": [w.end for _, w in rows if w],
                "share": [w.share for _, w in rows if w],
                "even": [w.even for _, w in rows if w],
                "times even": [w.times for _, w in rows if w],
            },
            hide_index=True,
            column_config={
                "from": st.column_config.NumberColumn(format="%.1f s"),
                "to": st.column_config.NumberColumn(format="%.1f s"),
                "share": st.column_config.NumberColumn(format="percent"),
                "even": st.column_config.NumberColumn(format="percent"),
                "times even": st.column_config.NumberColumn(format="%.1f"),
            },
            key=f"windows-{key[:8]}",
        )
        st.caption(
            f"n = 1 ({finding.ids[0]}), {finding.where}. Share: of the {what}'s attention over "
            "the seconds of the map. Even: what looking everywhere alike would put there. A top "
            "window is the best of many, so its share lies above even by chance too."
        )
