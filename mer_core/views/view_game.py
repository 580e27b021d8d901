"""What the four descriptions add: a waterfall from the baseline to the answer, and the pairs."""

from html import escape
from itertools import accumulate
from typing import Any

import plotly.graph_objects as go

from mer_core.probes.view_game import ViewContributions, ViewPairs, score
from mer_core.probes.view_words import WordContributions
from mer_core.types import View
from mer_core.views.colours import AGAINST, FOR, diverging, pale_ink, signed
from mer_core.views.frame import figure, framed
from mer_core.views.maps import nothing_to_draw
from mer_core.views.waterfall import beside, ends, path

ROW = 46  # pixels of one bar with its air
WORD = 27  # the same where the bars are words


@figure.register
def draw_view_contributions(
    finding: ViewContributions, sample: int = 0, dark: bool = False
) -> go.Figure:
    """From the baseline's score, view by view, to the score of the answer.

    The two ends are marks and no bars: a score has no natural zero that a bar could start from.
    """
    start = float(finding.told(finding.bare, sample))
    steps = finding.told(finding.shapley, sample).tolist()
    way = list(accumulate(steps, initial=start))
    rows = list(range(1, len(steps) + 1))
    drawing = go.Figure(path(way, dark))
    drawing.add_bar(
        x=steps, y=rows, base=way[:-1], orientation="h", marker={"color": signed(steps)},
        customdata=[score(step) for step in steps],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    drawing.add_trace(ends(way, dark))
    for row, step in zip(rows, steps, strict=True):
        drawing.add_annotation(**beside(max(way[row - 1 : row + 1]), row, score(step)))
    for row, value in ((0, way[0]), (len(way), way[-1])):
        drawing.add_annotation(**beside(value, row, f"<b>{score(value, False)}</b>"))
    room = max(max(way) - min(way), 0.1)
    drawing.update_xaxes(
        range=[min(way) - 0.12 * room, max(way) + 0.4 * room], showgrid=False, zeroline=False,
        showticklabels=False, title=f"← against    score of {finding.target[sample]}    for →",
    )  # fmt: skip
    labels = [f"{finding.start} ", *_views(finding, sample), "<b>this sticker</b> "]
    drawing.update_yaxes(
        range=[len(labels) - 0.4, -0.6], showgrid=False, zeroline=False, tickmode="array",
        tickvals=list(range(len(labels))), ticktext=labels,
    )  # fmt: skip
    return framed(drawing, finding.caption(sample), dark, ROW * len(labels) + 10, gap=42)


def _views(finding: ViewContributions, sample: int) -> list[str]:
    known = finding.known[sample].tolist()
    return [f"{v} " if said else f"{v} (missing) " for v, said in zip(View, known, strict=True)]


@figure.register
def draw_view_pairs(finding: ViewPairs, sample: int = 0, dark: bool = False) -> go.Figure:
    """A square for each pair of views; the diagonal is empty, for no view pairs with itself."""
    values = finding.told(finding.pairs, sample).tolist()
    size = range(len(values))
    names, top = [str(v) for v in View], max(abs(v) for row in values for v in row) or 1.0
    heat = go.Heatmap(
        z=[[None if i == j else values[i][j] for j in size] for i in size],
        x=names,
        y=names,
        zmin=-top,
        zmid=0,
        zmax=top,
        colorscale=diverging(dark),
        showscale=False,
        xgap=3,
        ygap=3,
        text=[["" if i == j else score(values[i][j]) for j in size] for i in size],
        texttemplate="%{text}",
        hovertemplate="%{x} and %{y}: %{z:+.3f}<extra></extra>",
        hoverongaps=False,
    )
    drawing = go.Figure(heat)
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "ticks": "", "showline": False}
    drawing.update_xaxes(**plain, side="bottom")
    drawing.update_yaxes(**plain, autorange="reversed")
    return framed(drawing, finding.caption(sample), dark, 52 * len(names) + 30, gap=46)


@figure.register
def draw_words(finding: WordContributions, sample: int = 0, dark: bool = False) -> go.Figure:
    """A bar for each word, in reading order, with its standard error as a whisker."""
    told = finding.told(sample)
    if not told:
        return nothing_to_draw(finding.says(sample), finding.caption(sample), dark)
    values = [value for _, value, _ in told]
    bars = go.Bar(
        x=values,
        y=list(range(len(told))),
        orientation="h",
        marker={"color": signed(values)},
        error_x={
            "type": "data",
            "array": [error for *_, error in told],
            "color": pale_ink(dark),
            "thickness": 1,
            "width": 3,
            "visible": any(error for *_, error in told),
        },
        customdata=[f"{word}: {score(v)} (standard error {e:.3f})" for word, v, e in told],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawing = go.Figure(bars)
    reach = 1.5 * max(0.02, *(abs(value) + error for _, value, error in told))
    for row, (_, value, error) in enumerate(told):
        drawing.add_annotation(
            x=value + error if value >= 0 else value - error, y=row, text=f" {score(value)} ",
            xanchor="left" if value >= 0 else "right", showarrow=False, font={"size": 13},
        )  # fmt: skip
    drawing.update_xaxes(
        range=[-reach, reach], zeroline=True, zerolinewidth=1.5, showgrid=False,
        showticklabels=False, title=f"← against    score of {finding.target[sample]}    for →",
    )  # fmt: skip
    drawing.update_yaxes(
        range=[len(told) - 0.4, -0.6], showgrid=False, zeroline=False, tickmode="array",
        tickvals=list(range(len(told))), ticktext=[f"{word} " for word, *_ in told],
    )  # fmt: skip
    return framed(drawing, finding.caption(sample), dark, WORD * len(told) + 40, gap=42)


def marked_sentence(finding: WordContributions, sample: int = 0) -> str:
    """The sentence as HTML, each word on a ground of its contribution: the stronger, the fuller.

    The number stands in the word's `title`, so that colour is not alone in saying it.
    """
    told = finding.told(sample)
    top = max((abs(value) for _, value, _ in told), default=0.0) or 1.0
    marks = []
    for word, value, _ in told:
        red, green, blue = (int((FOR if value >= 0 else AGAINST)[i : i + 2], 16) for i in (1, 3, 5))
        ground = f"rgba({red},{green},{blue},{0.55 * abs(value) / top:.2f})"
        look = f"background:{ground};border-radius:3px;padding:1px 3px"
        marks.append(f"<span style='{look}' title='{score(value)}'>{escape(word)}</span>")
    return " ".join(marks)
