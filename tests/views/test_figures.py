"""Figures: what each carries, on a light page and on a dark one."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import torch

import mer_core.views
from mer_core.probes.attention import AttentionMap, Flow
from mer_core.probes.gates import Gate
from mer_core.probes.incongruity import Alone
from mer_core.probes.knockout import ViewKnockout
from mer_core.probes.lattice import Lattice
from mer_core.probes.noise import CLEAN, GateSweep, NoiseSweep
from mer_core.probes.positions import Positions
from mer_core.probes.silence import Silences, every_subset
from mer_core.probes.soft_fusion import SoftFusionMap, StageMap, StageView
from mer_core.task import EMOTIONS
from mer_core.types import Modality, Prediction, View
from mer_core.views import figure, to_csv
from mer_core.views.colours import AGAINST, EMOTION, FOR

MODALITIES = tuple(Modality)


def probs(*lead):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(*lead, 2, 7, generator=generator).softmax(-1)


def side(name, count, labels=None):
    labels = tuple(labels or (f"{0.1 * i:.1f} s" for i in range(count)))
    real = torch.arange(count)[None] < torch.tensor([count, count - 1])[:, None]
    kinds = (name,) * count
    return Positions(name, real, (labels, labels), kinds, torch.zeros(2, dtype=torch.bool))


def attention(silent=False):
    query, key = side("text", 3, ["oh", "so", "fine"]), side("audio", 5)
    if silent:
        key = Positions("audio", key.real, key.labels, key.kinds, torch.ones(2, dtype=torch.bool))
    weights = torch.rand(2, 3, 5).softmax(-1)
    return AttentionMap(
        ids=("a", "b"), target=(), flows=(Flow("stage1.first", 0, query, key, weights),)
    )


def soft_fusion(words=("a", "sad", "cat"), image=True):
    picture = np.full((40, 40, 3), 200, dtype=np.uint8)
    stages = tuple(
        StageMap(
            str(view),
            grid=8 >> i,
            cell=2**i / 8,
            places=torch.tensor([[0, 1], [1, 0]]) % (8 >> i) ** 2,
            weights=torch.rand(2, 2, 3).softmax(-1),
            words=(words, words),
        )
        for i, view in enumerate(View)
    )
    images = (picture if image else None,) * 2
    return SoftFusionMap(ids=("a", "b"), target=(), stages=stages, images=images)


def knockout():
    return ViewKnockout(
        ids=("a", "b"),
        target=("fear", "anger"),
        parts=tuple(map(str, View)),
        probs=probs(5),
        names=EMOTIONS,
        absent=torch.tensor([[True, False]] + [[False, False]] * 3),
    )


def lattice():
    return Lattice(
        ids=("a", "b"),
        target=("fear", "anger"),
        modalities=MODALITIES,
        heard=every_subset(MODALITIES),
        logits=probs(8).log().double(),
        names=EMOTIONS,
        temperature=1.0,
        absent=torch.zeros(3, 2, dtype=torch.bool),
    )


def noise_sweep():
    return NoiseSweep(
        ids=("a", "b"),
        target=("fear", "anger"),
        modality=Modality.AUDIO,
        levels=(CLEAN, 0.0, -10.0),
        probs=probs(3, 2),
        names=EMOTIONS,
        gate=GateSweep("modality", "ω", MODALITIES, probs(3, 2)[..., :3].softmax(-1), False),
        seed=0,
    )


FINDINGS = {
    "lattice": lattice,
    "lattice terms": lambda: lattice().in_terms(),
    "noise sweep": noise_sweep,
    "silences": lambda: Silences(
        ids=("a", "b"),
        target=("fear", "anger"),
        modalities=MODALITIES,
        heard=every_subset(MODALITIES),
        probs=probs(8),
        names=EMOTIONS,
        absent=torch.zeros(3, 2, dtype=torch.bool),
    ),
    "alone": lambda: Alone(
        ids=("a", "b"),
        target=("fear", "anger"),
        modalities=MODALITIES,
        together=probs(),
        alone=probs(3),
        names=EMOTIONS,
        present=torch.ones(3, 2, dtype=torch.bool),
    ),
    "knockout": knockout,
    "attention": attention,
    "soft fusion": soft_fusion,
    "gate": lambda: Gate(
        ids=("a", "b"),
        target=(),
        weights=torch.tensor([[0.2, 0.7, 0.1]] * 2),
        names=MODALITIES,
        of="modality",
        fixed=True,
    ),
    "grid": lambda: StageView(
        ids=("a", "b"),
        target=(),
        weights=torch.rand(2, 4, 4).softmax(-1),
        absent=torch.zeros(2, 4, dtype=torch.bool),
        blank=torch.zeros(2, dtype=torch.bool),
    ),
}


@pytest.fixture(params=FINDINGS)
def finding(request):
    return FINDINGS[request.param]()


def caption_of(drawing):
    return " ".join(a.text for a in drawing.layout.annotations).replace("<br>", " ")


def test_every_figure_is_see_through_and_says_what_it_shows(finding):
    for dark in (False, True):
        drawing = figure(finding, 1, dark)
        assert drawing.layout.paper_bgcolor == drawing.layout.plot_bgcolor == "rgba(0,0,0,0)"
        assert "n = 1 (b)" in caption_of(drawing)
        assert finding.unit in caption_of(drawing)
        assert finding.baseline in caption_of(drawing)


def test_words_change_with_the_page(finding):
    light, dark = figure(finding, 0, False), figure(finding, 0, True)

    assert light.layout.font.color != dark.layout.font.color


def test_the_sample_that_is_asked_for_is_drawn(finding):
    if isinstance(finding, Gate):
        return  # one vector for all inputs
    first, second = figure(finding, 0), figure(finding, 1)

    assert [t.to_plotly_json() for t in first.data].__repr__() != (
        [t.to_plotly_json() for t in second.data].__repr__()
    )


def test_answers_keep_their_colours_and_their_order():
    logits = torch.tensor([[0.0, 1.0, 2.0, 3.0, 0.0, 0.0, 0.0]])
    bars = figure(Prediction(logits, EMOTIONS)).data[0]

    assert list(bars.marker.color) == [EMOTION[name] for name in EMOTIONS]
    assert sum(bars.x) == pytest.approx(1)
    assert [label for label in bars.y if "<b>" in label] == ["<b>happiness</b>"]


def test_contributions_have_zero_in_the_middle():
    """Blue goes left and vermilion right, by the same scale."""
    finding = knockout()
    for sample in range(2):
        drawing = figure(finding, sample)
        low, high = drawing.layout.xaxis.range
        assert low == -high
        for value, colour in zip(drawing.data[0].x, drawing.data[0].marker.color, strict=True):
            assert colour == (FOR if value >= 0 else AGAINST)
            assert low < value < high


def test_a_missing_view_says_so():
    labels = figure(knockout(), 0).data[0].y

    assert [i for i, label in enumerate(labels) if "(missing)" in label] == [0]


def test_maps_show_weights_relative_to_uniform_and_no_padding():
    finding = attention()
    heat = figure(finding, 1).data[0]

    assert np.array(heat.z).shape == (2, 4)
    assert np.array(heat.z) == pytest.approx(finding.flows[0].seen(1).numpy() * 4)
    assert figure(finding, 1).layout.coloraxis.cmin == 0


def test_words_and_seconds_stand_on_the_edges():
    layout = figure(attention(), 0).layout

    assert list(layout.yaxis.ticktext) == ["oh", "so", "fine"]
    assert all(text.endswith(" s") for text in layout.xaxis.ticktext)


def test_silence_is_not_drawn_as_a_map():
    drawing = figure(attention(silent=True), 0)

    assert not [t for t in drawing.data if t.type == "heatmap"]
    assert "No two modalities are heard" in caption_of(drawing)


def test_places_stand_on_the_picture():
    drawing = figure(soft_fusion(), 0)
    heats = [t for t in drawing.data if t.type == "heatmap"]

    assert len(heats) == len(drawing.layout.images) == len(View)
    assert drawing.layout.images[0].source.startswith("data:image/jpeg;base64,")
    for heat in heats:
        assert np.isfinite(np.array(heat.z, dtype=float)).sum() <= 2
    assert float(np.array(heats[0].x)[0]) == pytest.approx(0.5 / 8)


def test_a_single_word_gives_no_scale():
    """It takes all the reading whatever the picture: chosen places are grey, without numbers."""
    drawing = figure(soft_fusion(words=("a",)), 0)

    assert all(heat.coloraxis is None and heat.showscale is False for heat in drawing.data)
    assert "nothing to read" in caption_of(drawing)


def test_without_a_picture_no_place_is_shown():
    drawing = figure(soft_fusion(image=False), 0)

    assert not drawing.layout.images
    assert "There is no picture here" in caption_of(drawing)


def test_the_table_holds_the_numbers_and_their_meaning(finding):
    comment, table = to_csv(finding).split("\n", 1)
    rows = list(csv.DictReader(io.StringIO(table)))

    assert comment.startswith("# ")
    assert finding.unit in comment
    assert {row["sample"] for row in rows} == {"a", "b"}


def test_what_has_no_view_is_refused():
    with pytest.raises(NotImplementedError, match="no view for int"):
        figure(3)


def test_no_figure_is_made_with_express():
    """It is slow in what reruns at every click."""
    for path in Path(mer_core.views.__file__).parent.glob("*.py"):
        assert "plotly.express" not in path.read_text(encoding="utf-8"), path.name
