"""The lattice of modalities: its answers as a diagram, and its terms as a waterfall."""

from itertools import accumulate
from typing import Any

import plotly.graph_objects as go

from mer_core.probes.base import percent
from mer_core.probes.lattice import CONFLICT, SHARED, UNIQUE, Lattice, LatticeTerms, Term
from mer_core.probes.view_game import score
from mer_core.types import Modality
from mer_core.views.colours import emotion_colour, ink, modality_colour, pale_ink
from mer_core.views.frame import figure, framed
from mer_core.views.waterfall import beside, ends, path

LEVEL = 118  # pixels from one number of modalities to the next
ROW = 33  # pixels of one term with its air
WIDEST = 9.0  # pixels of the line of the largest step
PLAIN = "#8A8FA3"  # three modalities at once have no colour of their own
STRIPES = {UNIQUE: "", SHARED: "/", CONFLICT: "x"}

Place = tuple[float, float]


@figure.register
def draw_lattice(finding: Lattice, sample: int = 0, dark: bool = False) -> go.Figure:
    """Silence at the bottom, everything on top; a line adds the modality of its colour.

    A line is the wider the more the score moves along it, and dashed where it falls.
    """
    places = _places(finding)
    drawing = go.Figure(_edges(finding, places, sample))
    drawing.add_trace(_nodes(finding, places, sample))
    for case, place in enumerate(places):
        drawing.add_annotation(**_card(finding, case, place, sample, dark))
    levels, wide = len(finding.modalities) + 1, max(abs(x) for x, _ in places)
    drawing.update_xaxes(range=[-wide - 0.55, wide + 0.55], visible=False)
    drawing.update_yaxes(range=[-0.45, levels - 0.6], visible=False)
    caption = (
        f"{finding.caption(sample)} In each box: what is heard, the answer, and the score of "
        f"{finding.target[sample]}. A line adds the modality of its colour; dashed: the score "
        "falls; the wider, the more it moves."
    )
    return framed(drawing, caption, dark, LEVEL * levels, gap=4)


def _places(finding: Lattice) -> list[Place]:
    """Where each case stands: as high as many modalities are heard, side by side among equals."""
    sizes = finding.heard.sum(dim=1).tolist()
    rows = {size: [c for c, s in enumerate(sizes) if s == size] for size in set(sizes)}
    places: list[Place] = []
    for case, size in enumerate(sizes):
        row = rows[size]
        places.append((row.index(case) - (len(row) - 1) / 2, float(size)))
    return places


def _edges(finding: Lattice, places: list[Place], sample: int) -> list[go.Scatter]:
    """A line for each way of adding one modality; the middle of it tells the step."""
    worth = finding.worth[:, sample].tolist()
    steps = []
    for case in range(len(places)):
        members = finding.members(case)
        for m in members:
            steps.append((m, finding.case(*(o for o in members if o != m)), case))
    top = max([abs(worth[b] - worth[a]) for _, a, b in steps] + [1e-9])
    return [
        _edge(m, places[a], places[b], worth[b] - worth[a], top, m in finding.lacks(sample))
        for m, a, b in steps
    ]


def _edge(m: Modality, a: Place, b: Place, step: float, top: float, absent: bool) -> go.Scatter:
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    words = f"adding {m}: {score(step)}" if not absent else f"{m} is absent: nothing to add"
    return go.Scatter(
        x=[a[0], middle[0], b[0]],
        y=[a[1], middle[1], b[1]],
        mode="lines",
        line={
            "color": PLAIN if absent else modality_colour(m),
            "width": 1 + (WIDEST - 1) * abs(step) / top,
            "dash": "solid" if step >= 0 else "dash",
        },
        opacity=0.75,
        customdata=[words] * 3,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _nodes(finding: Lattice, places: list[Place], sample: int) -> go.Scatter:
    """Points under the boxes, for the pointer."""
    words = []
    for case in range(len(places)):
        who = " + ".join(finding.members(case)) or "nothing"
        probs = finding.probs[case, sample].tolist()
        best = sorted(range(len(probs)), key=lambda i: -probs[i])[:3]
        told = ", ".join(f"{finding.names[i]} {percent(probs[i])}" for i in best)
        words.append(f"{who}: {told}")
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        mode="markers",
        marker={"size": 30, "opacity": 0},
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _card(finding: Lattice, case: int, place: Place, sample: int, dark: bool) -> dict[str, Any]:
    """A box with what is heard, the answer and the score; its frame has the emotion's colour."""
    probs = finding.probs[case, sample]
    best = int(probs.argmax())
    emotion, worth = finding.names[best], float(finding.worth[case, sample])
    heard = finding.members(case)
    dots = (
        " ".join(_dot(m, dark) for m in heard) or f"<i style='color:{pale_ink(dark)}'>silence</i>"
    )
    return {
        "x": place[0],
        "y": place[1],
        "text": f"{dots}<br><b>{emotion}</b> {percent(float(probs[best]))}<br>"
        f"<span style='color:{pale_ink(dark)}'>score {score(worth, False)}</span>",
        "showarrow": False,
        "font": {"size": 13, "color": ink(dark)},
        "bgcolor": "#14181E" if dark else "#FFFFFF",
        "bordercolor": emotion_colour(emotion),
        "borderwidth": 2.5 if case == 0 else 1.5,
        "borderpad": 5,
    }


def _dot(name: str, dark: bool) -> str:
    """A modality as a dot of its colour and its name."""
    return f"<span style='color:{modality_colour(name)}'>●</span> {name}"


@figure.register
def draw_lattice_terms(finding: LatticeTerms, sample: int = 0, dark: bool = False) -> go.Figure:
    """From the score in silence, term by term, to the score with everything heard."""
    terms, (start, end) = finding.terms(sample), finding.ends(sample)
    way = list(accumulate((term.value for term in terms), initial=start))
    drawing = go.Figure(path(way, dark))
    for row, term in enumerate(terms, start=1):
        drawing.add_trace(_bar(term, row, way[row - 1]))
        drawing.add_annotation(**beside(max(way[row - 1 : row + 1]), row, score(term.value)))
    drawing.add_trace(ends(way, dark))
    for row, value in ((0, start), (len(way), end)):
        drawing.add_annotation(**beside(value, row, f"<b>{score(value, False)}</b>"))
    room = max(max(way) - min(way), 0.1)
    drawing.update_xaxes(
        range=[min(way) - 0.1 * room, max(way) + 0.3 * room], showgrid=False, zeroline=False,
        showticklabels=False, title=f"score of {finding.target[sample]} →",
    )  # fmt: skip
    labels = ["silence ", *(_label(term) for term in terms), "<b>everything heard</b> "]
    drawing.update_yaxes(
        range=[len(labels) - 0.4, -0.6], showgrid=False, zeroline=False, tickmode="array",
        tickvals=list(range(len(labels))), ticktext=labels,
    )  # fmt: skip
    drawing.update_layout(barmode="overlay")
    caption = (
        f"{finding.caption(sample)} Plain: one modality alone (unique). Striped: what several say "
        "the same way (shared), below zero where they only repeat each other. Crossed: what they "
        "do against each other (conflict)."
    )
    return framed(drawing, caption, dark, ROW * len(labels) + 10, gap=42)


def _label(term: Term) -> str:
    """Who makes a term, and what kind it is."""
    sign = " ✕ " if term.kind == CONFLICT else " + "
    who = sign.join(term.modalities)
    return f"<b>{who}</b> alone " if term.kind == UNIQUE else f"{who}, {term.kind} "


def _bar(term: Term, row: int, base: float) -> go.Bar:
    """One term, in the colours of who makes it."""
    colours = [modality_colour(m) for m in term.modalities]
    first, second = (colours[0], colours[-1]) if len(colours) < 3 else (PLAIN, "#FFFFFF")
    marker: dict[str, Any] = {"color": first}
    if term.kind != UNIQUE:
        marker["pattern"] = {
            "shape": STRIPES[term.kind], "bgcolor": first, "fgcolor": second, "solidity": 0.5,
            "size": 9,
        }  # fmt: skip
    return go.Bar(
        x=[term.value],
        y=[row],
        base=[base],
        orientation="h",
        marker=marker,
        customdata=[f"{term.name}: {term.value:+.4f}"],
        hovertemplate="%{customdata}<extra></extra>",
    )
