"""Model cards for people: `README.md` beside each checkpoint, written from its `card.json`."""

from collections.abc import Iterator, Mapping
from typing import Any

from mer_core.checkpoints import folder_of, read_card
from mer_core.disk import write_bytes

TITLES = {
    "mghft": "MGHFT: sticker emotion (arXiv 2507.18929)",
    "egmf": "EGMF: words, voice and face for a language model (arXiv 2601.07565)",
    "hct_dmg": "HCT-DMG: one modality leads, two help (arXiv 2305.13583)",
    "hct_dmg_sample": "HCT-DMG with a gate by sample (after arXiv 2511.06328)",
    "mult": "MulT: every modality looks at both others (Tsai et al., ACL 2019)",
}


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _spread(found: Mapping[str, float]) -> str:
    if found["n"] < 2:
        return f"{100 * found['mean']:.1f} % (1 seed)"
    return f"{100 * found['mean']:.1f} ± {100 * found['sd']:.1f} % ({found['n']:.0f} seeds)"


def _scores(card: Mapping[str, Any]) -> Iterator[str]:
    yield "| version | split | accuracy | macro F1 | calibration error | ceiling | share of it |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    for version, scores in card["metrics"].items():
        for key in (k for k in scores if k.startswith("test")):
            found = scores[key]
            yield (
                f"| {version} | {key.replace('_', ' ')}, n {found['samples']:.0f} "
                f"| {_spread(found['accuracy'])} | {_spread(found['macro_f1'])} "
                f"| {found['ece']['mean']:.3f} | {_share(found['ceiling'])} "
                f"| {_share(found['share_of_ceiling'])} |"
            )


def _numbers(card: Mapping[str, Any]) -> Iterator[str]:
    """How far the sentiment is off, and how many words said were no answer."""
    rated = {v: s["test"]["mae"] for v, s in card["metrics"].items() if "mae" in s["test"]}
    if not rated:
        return
    each = "; ".join(
        f"{version} {mae['mean']:.3f}"
        + (f" ± {mae['sd']:.3f} ({mae['n']:.0f} seeds)" if mae["n"] > 1 else " (1 seed)")
        for version, mae in rated.items()
    )
    always = card.get("label_mean_mae")
    than = f"; always saying training's mean {always:.3f}" if always is not None else ""
    yield f"\nMean absolute error of the sentiment (-3 to 3) on test: {each}{than}."
    odd = {
        key.removeprefix("unread_"): found["mean"]
        for key, found in card["metrics"]["fused"]["test"].items()
        if key.startswith("unread_")
    }
    if odd:
        n = card["metrics"]["fused"]["test"]["samples"]
        told = "; ".join(f"{count:.1f} for the {q}" for q, count in odd.items())
        yield (
            f"Words said that are no answer, of {n:.0f}, mean over seeds (fused): {told}. There "
            "the likeliest of the allowed answers is taken."
        )


def _curves(card: Mapping[str, Any]) -> Iterator[str]:
    yield "| epoch | loss | validation accuracy | macro F1 |"
    yield "|--:|--:|--:|--:|"
    for row in card["curves"]:
        loss = sum(v for k, v in row.items() if k.startswith("loss_"))
        accuracy, f1 = _share(row["accuracy"]), row["macro_f1"]
        yield f"| {row['epoch'] + 1} | {loss:.3f} | {accuracy} | {f1:.3f} |"


def _real(card: Mapping[str, Any]) -> Iterator[str]:
    for entry in (card.get("real") or {}).values():
        low, high = entry["accuracy_95"]
        even, most = entry["chance"], entry["commonest_class"]
        yield (
            f"- {entry['what']}: {_share(entry['accuracy'])} of {entry['n']} "
            f"(95 % interval {_share(low)} to {_share(high)}); even guessing gets "
            f"{_share(even)}, always the commonest class {_share(most)}."
        )


def _sentences(card: Mapping[str, Any]) -> Iterator[str]:
    """How sentences alone are read; nothing on other models' cards."""
    if (found := card.get("sentences")) is None:
        return
    dev, typed = found["meld_dev"], found["typed"]
    yield "\n## Sentences alone\n"
    scores = ", ".join(
        f"{words} {dev[key]['mean']:.3f} ± {dev[key]['sd']:.3f}"
        for key, words in (("weighted_f1", "weighted F1"), ("macro_f1", "macro F1"))
    )
    yield (
        f"- MELD's dev split, n {dev['n']}, {len(dev['seeds'])} seeds: {scores}, accuracy "
        f"{_spread(dev['accuracy'])} (always the commonest class: "
        f"{_share(dev['commonest_class'])}). Read once a seed, when everything was chosen, and "
        "once more by what ships for the figures of real data above. "
        f"{dev['source']}, {dev['licence']}."
    )
    each = ", ".join(f"{e} {n}" for e, n in typed["each"].items())
    yield (
        f"- Typed sentences: {typed['right']} of {typed['n']} right (shipped seed; by seed "
        f"{typed['right_by_seed']}); of five each: {each}. {typed['about']}"
    )
    fixed = typed["listen"]
    yield f"- “{fixed['sentence']}” is answered {fixed['answered']}."
    if typed["wrong"]:
        yield "\n| sentence | meant | answered |\n|---|---|---|"
    for row in typed["wrong"]:
        yield f"| {row['sentence']} | {row['meant']} | {row['answered']} |"


def _more(card: Mapping[str, Any]) -> Iterator[str]:
    """What only one model has."""
    if experts := card.get("experts"):
        low, high = experts["shuffled_alpha_loses_points_95"]
        yield "\n## Experts\n"
        yield (
            f"On {experts['n']} test samples: mean alpha {experts['alpha_mean']}, its standard "
            f"deviation over samples {experts['alpha_sd_over_samples']}, mean cosine between "
            f"experts {experts['mean_expert_cosine']}. With alpha shuffled between samples "
            f"accuracy loses {experts['shuffled_alpha_loses_points']} points (95 % interval "
            f"{low} to {high})."
        )
    if any("led" in row for row in card["curves"]):
        yield "\n## Modality gate by sample, epoch by epoch\n"
        for row in card["curves"]:
            led = ", ".join(f"{m} {_share(v)}" for m, v in row["led"].items())
            yield f"- epoch {row['epoch'] + 1}: mean weights {row['omega_mean']}; led: {led}"
    if any("omega" in row for row in card["curves"]):
        yield "\n## Modality gate, epoch by epoch\n"
        yield "One vector for all inputs (text, audio, vision); no input moves it.\n"
        for row in card["curves"]:
            frozen = ", frozen" if row.get("gate_frozen") else ""
            yield f"- epoch {row['epoch'] + 1}: {row['omega']}, {row['primary']} leads{frozen}"


def written(name: str) -> str:
    """The card of a checkpoint as Markdown."""
    card = read_card(name)
    training, calibration = card["training"], card["calibration"]
    lines = [
        f"# {TITLES[name]}\n",
        "Written from `card.json` by the training code; do not edit.\n",
        f"- Data: {card['data']['name']}, {card['data']['what']}. "
        f"World {card['data']['world'][:12]}; test split read {card['data']['test_read']}.",
        *([f"- Beside them: {told}."] if (told := card["data"].get("beside")) else ()),
        f"- Seeds: {training['seeds']}; they vary {training['seeds_vary']}. "
        f"Shipped: seed {training['seed']}, epoch {training['best_epoch'] + 1}.",
        f"- Temperature {calibration['temperature']:.2f}, fitted on validation; calibration error "
        f"on test {calibration['ece_test']:.3f} ({calibration['bins']} bins).",
        f"- Weights sha256 {card['weights_sha256'][:16]}, half precision on disk.\n",
        "## Scores\n",
        *_scores(card),
        *_numbers(card),
        "",
    ]
    for key, found in card["margin"].items():
        lines.append(
            f"On {key.replace('_', ' ')}: fused against {found['best_single']}, "
            f"{found['points']:+.1f} points of accuracy."
        )
    real = "## Real data" if "sentences" in card else "## Real data, untuned"
    lines += [f"\n{real}\n", *(list(_real(card)) or ["Not measured."])]
    lines += _sentences(card)
    lines += _more(card)
    lines += ["\n## Curves of the shipped run\n", *_curves(card)]
    lines += ["\n## Limits\n", *(f"- {limit}" for limit in card["limits"])]
    return "\n".join(lines) + "\n"


def write_card(name: str) -> None:
    """Put the Markdown beside the weights."""
    write_bytes(folder_of(name) / "README.md", written(name).encode())
