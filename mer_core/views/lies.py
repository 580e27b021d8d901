"""Who lies, and who leans where: bars of suspicion, leanings on a line, arrows of distortion."""

from typing import Any

import plotly.graph_objects as go

from mer_core.probes.base import percent
from mer_core.probes.congruence import LEANS, Congruence
from mer_core.probes.distortion import Distortion
from mer_core.probes.lies import Suspects
from mer_core.probes.tendencies import Lean, Leanings
from mer_core.roles import MODALITIES
from mer_core.views.colours import ink, modality_colour, pale_ink
from mer_core.views.contributions import dotted
from mer_core.views.frame import figure, framed

ROW = 38  # pixels of one leaning with its air
REACH = 3.2


@figure.register
def draw_suspects(finding: Suspects, sample: int = 0, dark: bool = False) -> go.Figure:
    """One bar for nobody and one for each modality; what each says stands beside it."""
    probs = finding.probs[sample].tolist()
    best = max(range(len(probs)), key=probs.__getitem__)
    said = ["", *(_says(finding, i, sample) for i in range(len(finding.modalities)))]
    colours = [pale_ink(dark), *(modality_colour(m) for m in finding.modalities)]
    labels = [f"<b>{k}</b>" if i == best else k for i, k in enumerate(finding.kinds)]
    drawing = go.Figure(
        go.Bar(
            x=probs,
            y=labels,
            orientation="h",
            marker={"color": colours},
            text=[f" {percent(p)}{s}" for p, s in zip(probs, said, strict=True)],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
    )
    drawing.update_xaxes(range=[0, 1.5], visible=False)
    drawing.update_yaxes(autorange="reversed", showgrid=False, title="who lies")
    return framed(drawing, finding.caption(sample), dark, 46 * len(probs) + 10, gap=14)


def _says(finding: Suspects, i: int, sample: int) -> str:
    if bool(finding.absent[i, sample]):
        return "  (silent)"
    return f"  says {finding.names[int(finding.alone[i, sample].argmax())]}"


@figure.register
def draw_leanings(finding: Leanings, sample: int = 0, dark: bool = False) -> go.Figure:
    """Each modality on a line from unpleasant to pleasant; alone large, after a look small."""
    drawing = go.Figure()
    for lean in finding.found:
        _add_lean(drawing, finding, lean, sample)
    _line(drawing, dark)
    rows = len({lean.label(sample) for lean in finding.found})
    return framed(drawing, finding.caption(sample), dark, ROW * rows + 30, gap=52)


def _add_lean(drawing: go.Figure, finding: Leanings, lean: Lean, sample: int) -> None:
    m = MODALITIES[int(lean.target[sample])]
    gone = bool(finding.silent[int(lean.target[sample]), sample])
    best = finding.names[int(lean.probs[sample].argmax())]
    value = float(lean.number[sample])
    drawing.add_scatter(
        x=[value],
        y=[lean.label(sample)],
        mode="markers+text",
        marker={
            "size": 15 if lean.alone else 10,
            "color": modality_colour(m),
            "symbol": "circle-open" if gone else "circle",
        },
        text=[f"  {best}{' (silent)' if gone else ''}"],
        textposition="middle right",
        cliponaxis=False,
        hovertemplate=f"{lean.label(sample)}: {value:+.2f}, {best}<extra></extra>",
    )


@figure.register
def draw_distortion(finding: Distortion, sample: int = 0, dark: bool = False) -> go.Figure:
    """An arrow a look: from what a modality leans to alone to what it leans to afterwards."""
    own = {int(x.target[0]): float(x.number[sample]) for x in finding.found if x.alone}
    drawing, flips = go.Figure(), finding.moved.flip
    for i, look in enumerate(finding.looks):
        start, end = own[int(look.target[sample])], float(look.number[sample])
        colour = modality_colour(MODALITIES[int(look.source[sample])])
        turned = ", the sign turns" if bool(flips[i, sample]) else ""
        drawing.add_scatter(
            x=[start, end],
            y=[look.label(sample)] * 2,
            mode="lines+markers",
            line={"color": colour, "width": 3},
            marker={
                "size": [8, 15],
                "symbol": ["circle-open", "arrow"],
                "angle": [0, 90 if end >= start else -90],
                "color": colour,
            },
            hovertemplate=f"{look.label(sample)}: {start:+.2f} to {end:+.2f}{turned}"
            "<extra></extra>",
        )
    _line(drawing, dark)
    return framed(drawing, finding.caption(sample), dark, ROW * len(finding.looks) + 30, gap=52)


@figure.register
def draw_congruence(finding: Congruence, sample: int = 0, dark: bool = False) -> go.Figure:
    """What each modality leans to, and the band in which nothing leans."""
    own = finding.own[:, sample].tolist()
    gone = finding.silent[:, sample].tolist()
    bars = go.Bar(
        x=own,
        y=[dotted(m, off, dark) for m, off in zip(MODALITIES, gone, strict=True)],
        orientation="h",
        marker={"color": [modality_colour(m) for m in MODALITIES]},
        text=[f" {value:+.1f} " for value in own],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:+.2f}<extra></extra>",
    )
    drawing = go.Figure(bars)
    for edge in (-LEANS, LEANS):
        drawing.add_vline(x=edge, line={"color": pale_ink(dark), "width": 1, "dash": "dot"})
    _line(drawing, dark)
    return framed(drawing, finding.caption(sample), dark, 50 * len(own) + 10, gap=52)


def _line(drawing: go.Figure, dark: bool) -> None:
    """The axis of sentiment, the same in all these figures, with zero marked."""
    axis: dict[str, Any] = {"range": [-REACH, REACH], "zeroline": True, "zerolinewidth": 1.5}
    drawing.update_xaxes(
        **axis, zerolinecolor=ink(dark), showgrid=False, title="← unpleasant    pleasant →"
    )
    drawing.update_yaxes(autorange="reversed", showgrid=False)
