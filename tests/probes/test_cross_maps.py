"""Every head of every model: whole words, real seconds, nothing lost, and the right roles."""

import copy
from dataclasses import replace

import pytest
import torch

from mer_core.probes.attention import LooksAcross
from mer_core.probes.cross_maps import LooksByHead
from mer_core.probes.cross_pairs import by_modality, by_role, meaning, missing, roles, unheard
from mer_core.probes.cross_windows import top_windows
from mer_core.recording import Recording, record
from mer_core.types import Modality
from mer_core.views import figure, to_csv
from mer_core.views.cross import MEAN, draw_heads

ACROSS = ["egmf", "hct_dmg", "mult", "hct_dmg_sample"]


@pytest.fixture(params=ACROSS)
def found(request, recorded):
    return LooksByHead().read(recorded(request.param))


def heads_of(found, query, key, sample=0):
    return next(c for c in found.crossings if (c.query, c.key) == (query, key)).heads[sample]


def test_rows_sum_to_one_over_all_that_share_a_softmax(found):
    for sample in range(len(found.ids)):
        sums = {}
        for crossing in found.crossings:
            if (heads := crossing.heads[sample]) is not None:
                side = (crossing.place, crossing.query)
                sums[side] = sums.get(side, 0) + heads.weights.sum(-1)
        assert sums
        for total in sums.values():
            torch.testing.assert_close(total, torch.ones_like(total), atol=1e-4, rtol=1e-4)


def test_even_shares_sum_to_one_too_and_sides_fit_the_maps(found):
    for crossing in found.crossings:
        for heads in filter(None, crossing.heads):
            layers, count, rows, columns = heads.weights.shape
            assert (rows, columns) == (len(heads.query), len(heads.key))
            assert layers * count == len(crossing.facts(crossing.heads.index(heads)))
            if not crossing.beside:
                assert float(heads.even.sum()) == pytest.approx(1, abs=1e-5)


def test_words_are_those_that_were_written(found, utterance_samples):
    for sample, spoken in enumerate(utterance_samples):
        for crossing in found.heard(sample):
            for side in crossing.heads[sample][:2]:
                if side.modality == "text":
                    assert list(side.labels) == spoken.text.split()
                else:
                    assert side.timed


def test_seconds_end_where_the_sound_ends(found, utterance_samples):
    for sample, spoken in enumerate(utterance_samples):
        for crossing in found.heard(sample):
            for side in crossing.heads[sample][:2]:
                if side.modality == "audio":
                    assert side.edges[0] == 0
                    assert side.edges[-1] == pytest.approx(spoken.sound.seconds, abs=0.11)


def test_maps_agree_with_the_mean_of_heads_before_words_are_joined(recorded):
    """Between voice and face nothing is joined: the same numbers as the older probe's."""
    recording = recorded("hct_dmg")
    flow = next(f for f in LooksAcross().read(recording).flows if f.role == "stage2.first")
    name = (flow.query.name, flow.key.name)
    heads = heads_of(LooksByHead().read(recording), *name)
    mean = heads.weights[flow.layer].mean(0)

    if "text" not in name:
        torch.testing.assert_close(mean, flow.seen(0), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(mean.mean(0).sum(), flow.seen(0).mean(0).sum())


def test_the_primary_and_the_auxiliaries_are_named_by_role(untrained, samples_of, batch_of):
    model = copy.deepcopy(untrained("hct_dmg"))
    for i, lead in enumerate(Modality):
        with torch.no_grad():
            model.gate.weight.copy_(3.0 * torch.eye(3)[i])
        found = LooksByHead().read(record(model, samples_of["hct_dmg"], batch=batch_of("hct_dmg")))
        filled = roles(found.crossings)
        others = [str(m) for m in Modality if m != lead]

        assert filled == (str(lead), *others)
        named = [by_role(c, filled) for c in found.crossings]
        first = f"first auxiliary ({others[0]})"
        assert f"stage 1: {first} → second auxiliary ({others[1]})" in named
        assert f"stage 2: primary ({lead}) → {first}" in named
        assert f"last step: primary ({lead}) → itself, all three joined" in named
        why = missing(found)
        assert set(why) == {f"{other} → {lead}" for other in others}
        assert all("chose it in training, for all inputs" in reason for reason in why.values())


def test_a_gate_by_sample_gives_each_sample_its_own_pairs(untrained, samples_of, batch_of):
    """Three samples led by three modalities: a pair is there for those alone that have it."""
    model, batch = untrained("hct_dmg_sample"), batch_of("hct_dmg_sample")
    forced = {"gate.omega_by_sample": lambda x: 0.1 + 0.6 * torch.eye(3)}
    from mer_core.trace import capture

    with torch.no_grad(), capture(model, edits=forced) as trace:
        model(batch)
    whole = record(model, samples_of["hct_dmg_sample"], batch=batch)
    found = LooksByHead().read(replace(whole, trace=_led(trace)))

    for sample, lead in enumerate(Modality):
        there = {(c.query, c.key) for c in found.heard(sample)}
        others = [str(m) for m in Modality if m != lead]
        assert {(str(lead), o) for o in others} <= there
        assert not {(o, str(lead)) for o in others} & there


def _led(trace):
    """The gate's tap saw its own even weights; what the edit put there is what led."""
    from mer_core.trace import Reading, Trace

    visits = {name: trace.visits(name) for name in trace}
    visits["gate.omega_by_sample"] = [Reading(0.1 + 0.6 * torch.eye(3), ("batch", "modality"))]
    return Trace(visits)


def test_models_without_roles_say_who_never_looks(recorded):
    egmf, mult = (LooksByHead().read(recorded(name)) for name in ("egmf", "mult"))

    assert roles(egmf.crossings) is None
    assert roles(mult.crossings) is None
    assert set(missing(egmf)) == {"audio → vision", "vision → audio"}
    assert "never look at each other" in missing(egmf)["audio → vision"]
    assert not missing(mult)
    assert len({by_modality(c) for c in mult.crossings}) == 9


def test_joined_keys_are_two_pairs_and_say_so(recorded):
    found = LooksByHead().read(recorded("egmf"))
    both = [c for c in found.crossings if c.query == "text"]

    assert {c.key for c in both} == {"audio", "vision"}
    assert all("One softmax runs over" in meaning(c, None) for c in both)
    given = [c.heads[0].look(0).given for c in both]
    assert sum(given) == pytest.approx(1, abs=1e-4)
    assert 0 < min(given) < 1
    assert "stays here" in top_windows(both[0], "x", 0, None).caption()


def test_what_is_silent_is_not_shown_and_the_reason_is_told(untrained, samples_of, batch_of):
    quiet = batch_of("hct_dmg").silence(Modality.AUDIO)
    recording = record(untrained("hct_dmg"), samples_of["hct_dmg"], batch=quiet)
    found = LooksByHead().read(recording)

    assert found.heard(0)
    assert all("audio" not in (c.query, c.key) for c in found.heard(0))
    assert any(why == "There are no sounds in this clip." for why in unheard(found).values())

    alone = batch_of("hct_dmg").silence(Modality.AUDIO, Modality.VISION, Modality.TEXT)
    found = LooksByHead().read(record(untrained("hct_dmg"), samples_of["hct_dmg"], batch=alone))
    assert found.says().startswith("No two modalities are heard")
    assert figure(found).data


def test_a_head_forced_to_be_even_is_called_so(found):
    crossing = found.heard()[0]
    heads = crossing.heads[0]
    flat = heads.even.expand_as(heads.weights)
    even = replace(crossing, heads=(heads._replace(weights=flat),))
    finding = top_windows(even, "x", 0, 0)

    assert finding.says().startswith("This map is even")
    assert "1/n" in finding.caption()
    alone = replace(found, crossings=(even,), ids=found.ids[:1], silent=found.silent[:1])
    assert "look almost everywhere alike" in alone.says()
    assert not top_windows(crossing, "x", 0, 0).look.weights.equal(flat[0, 0])


def test_the_grid_has_a_map_a_head_and_clicks_tell_which(found):
    crossing = found.heard()[0]
    layers, count = crossing.heads[0].weights.shape[:2]
    drawing = draw_heads(found, crossing, 0, chosen=(0, None))
    told = {trace.customdata[0] for trace in drawing.data if trace.type == "scatter"}

    assert sum(trace.type == "heatmap" for trace in drawing.data) == layers * (count + 1)
    assert told == {100 * i + j for i in range(layers) for j in (*range(count), MEAN)}
    assert len(drawing.layout.shapes) == 1
    assert not draw_heads(found, crossing, 0).layout.shapes


def test_the_large_map_has_seconds_on_its_axis_and_a_window_a_row(recorded):
    found = LooksByHead().read(recorded("egmf"))
    crossing = next(c for c in found.crossings if (c.query, c.key) == ("text", "audio"))
    finding = top_windows(crossing, found.ids[0], 0, 2, 0.4)
    drawing, look = figure(finding), finding.look

    assert list(drawing.data[0].x) == list(look.across.edges)
    assert len(drawing.layout.shapes) == len(look.down)
    for row in range(len(look.down)):
        window = finding.window(row)
        assert window.end - window.begin <= 0.4 + 1e-6
        assert f"{window.begin:.1f} to {window.end:.1f} s" in finding.spoken(row)
    assert len(to_csv(finding).splitlines()) == 2 + look.times().numel()


def test_a_head_that_is_not_there_is_refused(found):
    crossing = found.heard()[0]
    with pytest.raises(ValueError, match="counted from 0"):
        top_windows(crossing, "x", 99, None)
    silent = replace(crossing, heads=(None,))
    with pytest.raises(ValueError, match="silent here"):
        top_windows(silent, "x", 0, None)
    with pytest.raises(KeyError):
        found.only("nowhere")


def test_the_same_from_the_disk(recorded, tmp_path):
    recording = recorded("hct_dmg")
    recording.save(tmp_path / "kept.safetensors")
    live, kept = (
        LooksByHead().read(r) for r in (recording, Recording.load(tmp_path / "kept.safetensors"))
    )

    assert live.says() == kept.says()
    assert to_csv(live) == to_csv(kept)
