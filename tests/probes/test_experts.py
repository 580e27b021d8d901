"""Experts of one sample and of a set: what the numbers are, and when the alarms ring."""

import csv
import io
import math

import numpy as np
import pytest
import torch
from tiny_egmf import opinionated, prejudiced, samples, tiny

from mer_core.errors import BadInput, RecordingInvalid, ResultInvalid
from mer_core.probes.experts import (
    ReadsCosines,
    ReadsMix,
    ReadsShares,
    along,
    contributions,
    cosines,
    distribution,
    entropy_share,
    moved_bits,
    moved_share,
)
from mer_core.probes.experts_alarms import alarms_of
from mer_core.probes.experts_kept import FILE, read_survey, shipped_survey, write_survey
from mer_core.probes.experts_read import recording_from, recording_of, same_weights
from mer_core.probes.experts_set import PICTURES, ExpertClasses, ExpertMap, ExpertSet
from mer_core.probes.experts_survey import survey
from mer_core.probes.experts_tables import sample_tables, survey_tables
from mer_core.recording import Recording, record
from mer_core.views import figure, to_csv
from mer_core.views.ternary import draw_on, place

DATA = "made-up utterances (demo data)"


@pytest.fixture(scope="module")
def model():
    return opinionated(tiny())


@pytest.fixture(scope="module")
def recording(model):
    return record(model, samples())


@pytest.fixture(scope="module")
def found(model):
    return survey(model, samples(40), DATA, "test")


# Numbers by hand


def test_even_weights_have_all_the_entropy_and_one_expert_alone_none():
    weights = torch.tensor([[1 / 3, 1 / 3, 1 / 3], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])

    expected = torch.tensor([1.0, 0.0, math.log(2) / math.log(3)])
    torch.testing.assert_close(entropy_share(weights), expected)


def test_a_second_stage_that_leaves_the_first_moves_nothing():
    w = torch.tensor([[0.2, 0.5, 0.3]])
    other = torch.tensor([[0.5, 0.2, 0.3]])

    assert float(moved_bits(w, w)) == pytest.approx(0.0, abs=1e-6)
    assert float(moved_share(w, w)) == 0.0
    assert float(moved_share(other, w)) == pytest.approx(0.3)
    by_hand = 0.5 * math.log2(0.5 / 0.2) + 0.2 * math.log2(0.2 / 0.5)
    assert float(moved_bits(other, w)) == pytest.approx(by_hand, rel=1e-5)


def test_a_weight_that_was_zero_moves_a_finite_number_of_bits():
    moved = moved_bits(torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([[0.0, 1.0, 0.0]]))

    assert float(moved) == pytest.approx(math.log2(1e12), rel=1e-5)


def test_a_loud_expert_contributes_more_than_its_weight():
    alpha = torch.tensor([[0.5, 0.25, 0.25]])
    said = torch.tensor([[[1.0, 0.0], [4.0, 0.0], [0.0, 2.0]]])

    torch.testing.assert_close(contributions(alpha, said), torch.tensor([[0.25, 0.5, 0.25]]))


def test_what_cancels_is_not_brought_along():
    said = torch.tensor([[[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0]]])
    brought = along(torch.tensor([[0.5, 0.25, 0.25]]), said)

    torch.testing.assert_close(brought, torch.tensor([[4 / 3, -1 / 3, 0.0]]))


def test_cosines_know_alike_opposite_and_unrelated():
    said = torch.tensor([[[1.0, 0.0], [-3.0, 0.0], [0.0, 2.0]]])

    expected = torch.tensor([[[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])
    torch.testing.assert_close(cosines(said), expected)


def test_raw_scores_of_the_first_stage_become_weights_and_weights_stay():
    weights, scores = torch.tensor([[0.2, 0.5, 0.3]]), torch.tensor([[2.0, -1.0, 0.0]])

    assert torch.equal(distribution(weights), weights)
    torch.testing.assert_close(distribution(scores), scores.softmax(-1))


def test_corners_of_the_triangle_are_whole_weights():
    places = place(np.eye(3))

    sides = [float(np.linalg.norm(places[i] - places[j])) for i, j in ((0, 1), (1, 2), (0, 2))]
    assert sides == pytest.approx([1.0, 1.0, 1.0])
    np.testing.assert_allclose(place(np.full(3, 1 / 3)), places.mean(axis=0))


# One sample


def test_the_reader_sees_what_the_model_does(model, recording):
    mix = ReadsMix().read(recording)
    said = recording.trace["fusion.expert_out"].values

    assert torch.equal(mix.alpha, recording.trace["fusion.alpha"].values)
    assert torch.equal(mix.first, recording.trace["fusion.gate_w"].values)
    assert (mix.bits > 0.01).any()
    size = mix.alpha * said.norm(dim=-1)
    torch.testing.assert_close(mix.share, size / size.sum(-1, keepdim=True))
    torch.testing.assert_close(mix.brought.sum(-1), torch.ones(4))


@pytest.mark.parametrize("kind", [ReadsMix, ReadsShares, ReadsCosines])
def test_every_finding_of_a_sample_is_said_drawn_and_written(kind, recording):
    finding = kind().read(recording)
    rows = list(csv.DictReader(io.StringIO(to_csv(finding).split("\n", 1)[1])))

    assert finding.says(2).endswith(".")
    assert "n = 1 (utterance-2)" in finding.caption(2)
    assert figure(finding, 2).data
    assert {row["sample"] for row in rows} == {f"utterance-{i}" for i in range(4)}


def test_a_gate_without_a_second_stage_is_said_to_leave_the_first():
    model = opinionated(tiny(gating="first"))
    mix = ReadsMix().read(record(model, samples()))

    torch.testing.assert_close(mix.bits, torch.zeros(4), atol=1e-6, rtol=0)
    assert all("leaves the first as it was" in mix.says(i) for i in range(4))


def test_even_weights_are_said_to_be_even():
    mix = ReadsMix().read(record(tiny(), samples()))

    assert "weighs all experts alike, 33 % each" in mix.says()
    assert "Evenness of the weights: 100 %" in mix.says()


def test_a_set_stands_behind_the_sample(recording, found):
    mix = ReadsMix().read(recording)
    alone = draw_on(mix, None)
    behind = draw_on(mix, found.mix.drawn_as(ExpertMap))

    points = sum(len(t.x) for t in behind.data) - sum(len(t.x) for t in alone.data)
    assert points == 40
    assert DATA in str(behind.layout.annotations[-1].text)


# A set


def test_a_survey_holds_every_sample_once(found):
    assert found.mix.ids == tuple(f"utterance-{i}" for i in range(40))
    assert found.about.n == 40
    assert found.mix.truth.tolist() == [i % 7 for i in range(40)]
    torch.testing.assert_close(found.mix.alpha.sum(-1), torch.ones(40))


def test_batches_change_nothing(model, found, monkeypatch):
    monkeypatch.setattr("mer_core.probes.experts_survey.BATCH", 7)
    again = survey(model, samples(40), DATA, "test")

    torch.testing.assert_close(again.mix.alpha, found.mix.alpha, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(again.looks.mean, found.looks.mean, atol=1e-4, rtol=1e-4)
    assert again.pseudo.spread == found.pseudo.spread


def test_means_by_class_are_those_of_its_samples(found):
    told = {name: (n, each) for name, n, each in found.mix.drawn_as(ExpertClasses).means()}
    anger = found.mix.alpha[torch.arange(40) % 7 == 0]

    n, each = told["anger"]
    assert n == len(anger) == 6
    assert [m for m, _, _ in each] == pytest.approx(anger.double().mean(0).tolist())
    assert all(low <= m <= high for m, low, high in each)


@pytest.mark.parametrize("kind", PICTURES.values())
def test_every_picture_of_a_set_is_said_drawn_and_written(kind, found):
    finding = found.mix.drawn_as(kind)

    assert finding.says().endswith(".")
    assert "n = 40" in finding.caption()
    assert "demo data" in finding.caption()
    assert figure(finding).data
    assert len(to_csv(finding).splitlines()) > 3


def test_without_right_answers_the_answers_are_the_classes(found):
    blind = ExpertSet(**{**vars(found.mix), "truth": torch.full((40,), -1)})

    assert {name for name, _ in blind.classes()} <= set(blind.names)
    rows = torch.cat([rows for _, rows in blind.classes()])
    assert set(blind.answer[rows].tolist()) == {
        blind.names.index(name) for name, _ in blind.classes()
    }


def test_a_survey_of_nothing_or_of_another_model_is_refused(model, untrained):
    with pytest.raises(BadInput, match="no samples"):
        survey(model, [], DATA, "test")
    with pytest.raises(BadInput, match="no experts"):
        survey(untrained("mult"), samples(2), DATA, "test")


def test_a_survey_tells_how_far_it_is_and_can_be_stopped(model):
    seen = []

    class Enough(Exception):
        pass

    def told(words, done, total):
        seen.append((words, done, total))
        if words.startswith("Swapping"):
            raise Enough

    with pytest.raises(Enough):
        survey(model, samples(40), DATA, "test", told)
    assert seen[:2] == [("Reading utterances", 0, 40), ("Reading utterances", 32, 40)]


# Alarms


def states(found):
    return {alarm.name: alarm.state for alarm in found.alarms().alarms}


def test_a_gate_that_begins_is_even_and_still_and_only_those_ring():
    told = states(survey(tiny(), samples(16), DATA, "test"))

    assert told["all experts weighed alike"] == "rings"
    assert told["the same weights for every sample"] == "rings"
    assert told["one expert does it all"] == "quiet"
    assert told["experts say the same"] == "quiet"


def test_a_gate_of_one_expert_rings_for_it_and_is_still():
    collapsed = survey(prejudiced(tiny(), 2), samples(16), DATA, "test").alarms()
    told = {a.name: a for a in collapsed.alarms}

    assert told["one expert does it all"].rings
    assert (
        "global expert has the greatest mean weight, 1.000" in told["one expert does it all"].found
    )
    assert told["the same weights for every sample"].rings
    assert not told["all experts weighed alike"].rings
    assert "collapse alarms ring" in collapsed.says()


def test_a_gate_with_an_opinion_is_quiet_and_says_so(found):
    told = {a.name: a for a in found.alarms().alarms}

    assert told["all experts weighed alike"].rings is False
    assert told["the same weights for every sample"].rings is False
    assert told["all experts weighed alike"].says().startswith("Quiet: the weights lie")
    assert "If it rang" in told["all experts weighed alike"].says()


def test_experts_that_are_one_expert_are_redundant():
    model = tiny(residual=True)
    with torch.no_grad():
        for expert in model.fusion.experts:
            expert[-1].weight.zero_()
            expert[-1].bias.fill_(1.0)
    alarms = survey(model, samples(12), DATA, "test").alarms()
    told = {a.name: a for a in alarms.alarms}

    assert told["experts say the same"].rings
    assert told["experts say the same"].number == pytest.approx(1.0)


def test_pseudo_tokens_that_are_always_the_same_can_be_swapped_at_no_cost():
    model = tiny()
    with torch.no_grad():
        model.fusion.pseudo_tokens.project.weight.zero_()
    found = survey(model, samples(12), DATA, "test")
    alarm = found.alarms().alarms[-1]

    assert found.swapped.changed.sum() == 0
    assert alarm.rings
    assert alarm.number == 0.0
    assert found.pseudo.spread == 0
    assert "It rings" in alarm.says()


def test_without_right_answers_the_swap_cannot_be_told(found):
    blind = type(found.swapped)(
        **{**vars(found.swapped), "known": torch.zeros(40, dtype=torch.bool)}
    )
    alarm = alarms_of(found.mix, blind).alarms[-1]

    assert alarm.rings is None
    assert alarm.says().startswith("Cannot be told")
    assert "no right answers are known" in blind.says()


def test_thresholds_are_those_of_the_fact_sheet(found):
    told = {a.name: (a.threshold, a.above) for a in found.alarms().alarms}

    assert told == {
        "one expert does it all": (0.9, True),
        "all experts weighed alike": (0.01, False),
        "the same weights for every sample": (0.01, False),
        "experts say the same": (0.9, True),
        "swapped pseudo tokens change nothing": (0.0, False),
    }
    assert figure(found.alarms()).data


# Files


def test_a_survey_comes_back_from_the_disk_as_it_was(found, tmp_path):
    again = read_survey(write_survey(found, tmp_path / FILE))

    for part in ("mix", "swapped", "pseudo", "looks"):
        one, other = getattr(found, part), getattr(again, part)
        assert one.says() == other.says()
        assert to_csv(one) == to_csv(other)
        assert one.caption() == other.caption()
    assert found.alarms().says() == again.alarms().says()


@pytest.mark.parametrize("damage", [b"", b"PK nothing", b"half"])
def test_a_damaged_survey_is_refused_in_a_sentence(found, tmp_path, damage):
    path = write_survey(found, tmp_path / FILE)
    path.write_bytes(path.read_bytes()[:200] if damage == b"half" else damage)

    with pytest.raises(ResultInvalid, match="mer experts --split test --save"):
        read_survey(path)


def test_the_shipped_survey_is_of_the_shipped_weights():
    from mer_core.checkpoints import read_card

    shipped = shipped_survey()
    if shipped is None:
        pytest.skip("no survey is saved here: run `mer experts --split test --save`")

    assert shipped.about.split == "test"
    assert shipped.about.n == len(shipped.mix.ids) == 1000
    assert shipped.about.weights == read_card("egmf")["weights_sha256"]
    assert "demo data" in shipped.about.data


def test_a_recording_is_read_from_bytes_and_from_a_file(model, tmp_path):
    path = tmp_path / "one.safetensors"
    one = record(model, samples(1))
    one.save(path)

    for again in (recording_of(path), recording_from(path.read_bytes(), "Your file")):
        assert ReadsMix().read(again).says() == ReadsMix().read(one).says()
        assert not same_weights(again, model)  # nothing untrained has a hash


def test_recordings_that_show_no_experts_are_refused(recorded, recording, tmp_path):
    path = tmp_path / "other.safetensors"
    recorded("mult").save(path)
    with pytest.raises(RecordingInvalid, match="shows no experts"):
        recording_of(path)

    recording.save(path)
    with pytest.raises(RecordingInvalid, match="does not hold one clip"):
        recording_of(path)


@pytest.mark.parametrize("cut", [0, 5, 60, 2000])
def test_damaged_recordings_are_refused(model, tmp_path, cut):
    path = tmp_path / "one.safetensors"
    record(model, samples(1)).save(path)

    with pytest.raises(RecordingInvalid, match="damaged"):
        recording_from(path.read_bytes()[:cut], "Your file")
    with pytest.raises(BadInput, match="cannot be opened"):
        recording_of(tmp_path / "nowhere.safetensors")


def test_a_strangers_recording_whose_parts_do_not_fit_is_refused(model, tmp_path):
    one = record(model, samples(1))
    path = tmp_path / "one.safetensors"
    places = {"segments": {"prefix": [0, 1]}}
    Recording(**{**vars(one), "extra": places}).save(path)

    with pytest.raises(RecordingInvalid, match="does not belong together"):
        recording_of(path)


# Tables


def test_tables_of_a_sample_have_what_the_readers_say(model):
    one = record(model, samples(1))
    tables, told = sample_tables(one, model)
    mix = ReadsMix().read(one)

    assert tables["experts"]["global expert"]["weight"] == pytest.approx(float(mix.alpha[0, 2]))
    assert tables["gate"]["KL of the stages, bits"]["value"] == pytest.approx(float(mix.bits[0]))
    assert mix.says() in told
    assert {"pseudo tokens", "answers, token by token"} <= set(tables)
    without, _ = sample_tables(one)
    assert not {"pseudo tokens", "answers, token by token"} & set(without)


def test_tables_of_a_set_have_every_alarm(found):
    tables, told = survey_tables(found)

    assert list(tables["collapse alarms"]) == [a.name for a in found.alarms().alarms]
    assert all(alarm.says() in told for alarm in found.alarms().alarms)
    assert tables["mean of each expert"]["global expert"]["weight"] == pytest.approx(
        float(found.mix.alpha[:, 2].mean())
    )
