"""Does a saved result still belong to the weights, code and puppets that are here?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mer_core.checkpoints import config_hash, read_card
from mer_core.datasets.puppets import WORLD
from mer_core.errors import CardInvalid, ResultInvalid, WeightsMissing
from mer_core.experiments.base import PaperExperiment, Result, load_result, result_path
from mer_core.experiments.egmf.short import BASIS as EGMF_SHORT
from mer_core.experiments.hct_dmg.short import BASIS as HCT_DMG_SHORT
from mer_core.experiments.short import Basis

SHORT: dict[str, Basis] = {basis.model: basis for basis in (EGMF_SHORT, HCT_DMG_SHORT)}
"""Models that have short runs."""

_PARTS = {"code": "code_hash", "config": "config_hash"}
"""Part of a manifest -> key of a card."""


def outdated(result: Result) -> str:
    """A sentence that says what has changed since a result was made; empty where nothing has.

    Compares its manifest with the cards that lie here: among the weights must be those that ship,
    of the same code and Config; short runs must be those that would be trained now; the puppets
    must be of this world. What a manifest does not hold, and what has no card, cannot be told.
    """
    changed = tuple(dict.fromkeys(_changed(result.model, result.manifest)))
    if not changed:
        return ""
    return (
        f"This result is out of date: since it was made, {', '.join(changed)} changed. Make it "
        f"again with `mer experiment {result.model} {result.experiment} --save`."
    )


def saved_states(experiments: Sequence[PaperExperiment]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Name -> "yes", "no" or "out of date", and a sentence for each that is out of date."""
    states, why = {}, []
    for experiment in experiments:
        try:
            told = outdated(load_result(result_path(experiment.model, experiment.name)))
        except ResultInvalid:
            states[experiment.name] = "no"
            continue
        states[experiment.name] = "out of date" if told else "yes"
        why += [f"{experiment.name}: {told}"] if told else []
    return states, tuple(why)


def _changed(model: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest.get("world", WORLD.digest()) != WORLD.digest():
        yield "the puppets"
    if "plan" in manifest and "weights" not in manifest:
        yield from _short(model, manifest)
    else:
        yield from _trained(model, manifest)
    if "short runs" in manifest:
        yield from _short(model, manifest["short runs"])


def _trained(model: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Parts are of one model, or of several by name: {"mult": ...}."""
    weights = _by_model(model, manifest.get("weights", {}))
    for name, known in weights.items():
        if (card := _card(name)) and card["weights_sha256"] not in known:
            yield f"the weights of {name}"
    for part, key in _PARTS.items():
        told = manifest.get(part, {})
        for name, value in (told if isinstance(told, Mapping) else {model: told}).items():
            if (card := _card(name)) and card[key] != value:
                yield f"the {part} of {name}"


def _by_model(model: str, weights: str | Mapping[str, str]) -> dict[str, set[str]]:
    """Model -> hashes, from one hash, {"0": ...} by seed, or {"mult seed 0": ...}."""
    if isinstance(weights, str):
        return {model: {weights}}
    found: dict[str, set[str]] = {}
    for key, digest in weights.items():
        found.setdefault(model if key.isdigit() else key.partition(" ")[0], set()).add(digest)
    return found


def _short(model: str, told: Mapping[str, Any]) -> Iterator[str]:
    if (basis := SHORT.get(model)) is None or (card := _card(model)) is None:
        return
    now = {
        "code": card["code_hash"],
        "config": config_hash(basis.config),
        "plan": json.loads(json.dumps(asdict(basis.plan))),
        "samples": basis.samples,
    }
    for part, value in now.items():
        if told.get(part, value) != value:
            yield f"the {part} of its short runs"


def _card(name: str) -> Mapping[str, Any] | None:
    try:
        return read_card(name)
    except (WeightsMissing, CardInvalid):
        return None
