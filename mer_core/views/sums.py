"""The logit as a sum: signed bars of its parts, signed places on the sticker, and by head."""

import plotly.graph_objects as go

from mer_core.probes.logits import HeadSum, LogitSum, signed
from mer_core.views import colours
from mer_core.views.colours import diverging, pale_ink
from mer_core.views.frame import figure, framed
from mer_core.views.panels import add_map, maps_height, scale_bar, sheet
from mer_core.views.pushes import CLEAR

BARS = 330  # pixels of the bars


@figure.register
def draw_logit_sum(finding: LogitSum, sample: int = 0, dark: bool = False) -> go.Figure:
    """Parts from a zero line, their sum below them; what each place brought under it."""
    stages = finding.sources[1:]
    title = f"what speaks against (←) and for (→) <b>{finding.target[sample]}</b>"
    drawing = sheet(BARS, [title, *(f"<b>{s.name}</b> places" for s in stages)], wide=True)
    _add_parts(drawing, finding, sample, dark)
    top = 1e-9
    for i, source in enumerate(stages):
        values = finding.place(source, sample)
        top = max(top, float(values.nan_to_num(0.0).abs().max()))
        add_map(drawing, source, values, finding.images[sample], i, "%{z:+.3f}")
    drawing.update_annotations(font_size=14)
    bar = scale_bar("logit a place", BARS)
    drawing.update_layout(
        coloraxis={"colorscale": CLEAR, "cmin": -top, "cmid": 0, "cmax": top, "colorbar": bar}
    )
    return framed(drawing, finding.caption(sample), dark, maps_height(BARS), gap=10)


def _add_parts(drawing: go.Figure, finding: LogitSum, sample: int, dark: bool) -> None:
    terms = finding.terms(sample)
    names, values = [name for name, _ in terms], [value for _, value in terms]
    names, values = [*names, "<b>sum</b>"], [*values, finding.total(sample)]
    bars = go.Bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": colours.signed(values)},
        text=[f" {signed(value)} " for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:+.4f}<extra></extra>",
    )
    drawing.add_trace(bars, row=1, col=1)
    reach = 1.3 * max(0.02, *(abs(value) for value in values))
    drawing.update_xaxes(
        range=[-reach, reach],
        zeroline=True,
        zerolinewidth=1.5,
        showgrid=False,
        showticklabels=False,
        row=1,
        col=1,
    )
    drawing.update_yaxes(autorange="reversed", showgrid=False, row=1, col=1)
    above = len(terms) - 0.5
    drawing.add_hline(y=above, line={"color": pale_ink(dark), "width": 1}, row=1, col=1)  # type: ignore[arg-type]


@figure.register
def draw_head_sum(finding: HeadSum, sample: int = 0, dark: bool = False) -> go.Figure:
    """Heads down, what they looked at across: the attention's part and no other."""
    values = finding.heads(sample)
    top = max(0.01, float(values.abs().max()))
    heat = go.Heatmap(
        z=values.tolist(),
        x=[s.name for s in finding.sources],
        y=[f"head {h + 1}" for h in range(len(values))],
        zmin=-top,
        zmid=0,
        zmax=top,
        colorscale=diverging(dark),
        text=[[signed(v) for v in row] for row in values.tolist()],
        texttemplate="%{text}",
        textfont={"size": 14},
        xgap=3,
        ygap=3,
        showscale=False,
        hovertemplate="%{y} at %{x}: %{z:+.4f}<extra></extra>",
    )
    drawing = go.Figure(heat)
    drawing.update_xaxes(title="looked at", showgrid=False, side="bottom")
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(sample), dark, 36 * len(values) + 40, gap=66)
