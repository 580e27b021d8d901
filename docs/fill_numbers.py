"""Write the numbers of all model cards into README.md, between its two markers.

make numbers
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START, END = "<!-- numbers:start -->", "<!-- numbers:end -->"
MODELS = {
    "mghft": "MGHFT",
    "egmf": "EGMF",
    "hct_dmg": "HCT-DMG",
    "hct_dmg_sample": "HCT-DMG, gate by sample",
    "mult": "MulT (baseline)",
}
COMPARED = {
    "fused": "everything",
    "released": "everything, with four defects of the released code",
    "reversed": "everything, trained with the views in reverse order",
}
HEAD = """\
Test split of the puppets; the cards say how often it was read. Mean ± sd over three seeds, or as
said; *shipped* is the one seed whose weights lie here, and what `mer evaluate` prints. The
ceiling is what a reader who knows how the world is made would reach; *share* is how far a version
gets from chance to it.

| model | hears | accuracy | shipped | macro F1 | calibration error | ceiling | share |
|---|---|--:|--:|--:|--:|--:|--:|"""


def percent(value: float) -> str:
    """A share as people read it."""
    return f"{100 * value:.1f} %"


def spread(found: Mapping[str, float]) -> str:
    """Mean ± sd in percent; a single seed has no sd."""
    if found["n"] < 2:
        return f"{100 * found['mean']:.1f} % (1 seed)"
    many = "" if found["n"] == 3 else f" ({found['n']:.0f} seeds)"
    return f"{100 * found['mean']:.1f} ± {100 * found['sd']:.1f} %{many}"


def rows(name: str, metrics: Mapping[str, Any]) -> Iterator[str]:
    """One line of the table for each version and way of writing views."""
    for version, scores in metrics.items():
        heard = COMPARED.get(version, version.replace("-", " "))
        for key in (k for k in scores if k.startswith("test")):
            found = scores[key]
            by = ", views by the interpreter" if "interpreter" in key else ""
            cells = (
                MODELS[name],
                heard + by,
                spread(found["accuracy"]),
                percent(scores["seeds"][0][key]["accuracy"]) if version == "fused" else "",
                spread(found["macro_f1"]),
                f"{found['ece']['mean']:.3f}",
                percent(found["ceiling"]),
                percent(found["share_of_ceiling"]),
            )
            yield f"| {' | '.join(cells)} |"


def gains(name: str, card: Mapping[str, Any]) -> Iterator[str]:
    """What fusion adds, in a sentence."""
    for key, found in card.get("margin", {}).items():
        by = " with views by the interpreter" if "interpreter" in key else ""
        best, gain = found["best_single"].replace("-", " "), round(found["points"], 1) + 0.0
        against = f"its best single modality ({best})"
        if gain > 0:
            yield f"- {MODELS[name]}{by} beats {against} by {gain:.1f} points."
        else:
            yield (
                f"- {MODELS[name]}{by} does not beat {against}: {gain:.1f} points. "
                "Sentences made from the picture add nothing that the picture does not show."
            )


def errors(name: str, card: Mapping[str, Any]) -> Iterator[str]:
    """How far the sentiment is off, beside saying the mean and the best single modality."""
    if "label_mean_mae" not in card:
        return
    mae = {v: s["test"]["mae"]["mean"] for v, s in card["metrics"].items()}
    alone = min((v for v in mae if v.endswith("-only")), key=lambda v: mae[v])
    yield (
        f"- {MODELS[name]}'s sentiment (-3 to 3) is off by {mae['fused']:.3f} on average; "
        f"{alone.replace('-', ' ')}, the best single modality here, by {mae[alone]:.3f}, always "
        f"saying training's mean by {card['label_mean_mae']:.3f}."
    )


def sentences(name: str, card: Mapping[str, Any]) -> Iterator[str]:
    """How sentences alone are read by models that learned from some."""
    if (found := card.get("sentences")) is None:
        return
    dev, typed = found["meld_dev"], found["typed"]
    f1 = f"{dev['weighted_f1']['mean']:.3f} ± {dev['weighted_f1']['sd']:.3f}"
    macro = f"{dev['macro_f1']['mean']:.3f} ± {dev['macro_f1']['sd']:.3f}"
    yield (
        f"- {MODELS[name]} learned from real sentences too: on MELD's dev split (n {dev['n']}, "
        f"{len(dev['seeds'])} seeds) weighted F1 {f1}, macro-F1 {macro}; {typed['right']} of "
        f"{typed['n']} sentences written blind are answered as meant."
    )


def reality(name: str, card: Mapping[str, Any]) -> Iterator[str]:
    """How the same weights do on real data."""
    for key, found in (card.get("real") or {}).items():
        if not isinstance(found, Mapping) or found.get("accuracy") is None:
            continue
        chance = f"; even guessing gets {percent(found['chance'])}" if "chance" in found else ""
        if "commonest_class" in found:
            chance += f", always the commonest class {percent(found['commonest_class'])}"
        many = f" of {found['n']}" if "n" in found else ""
        what = f"{percent(found['accuracy'])}{many} {found.get('what', key)}"
        yield f"- {MODELS[name]}: {what}{chance}."


def written(cards: Mapping[str, Mapping[str, Any]]) -> str:
    """All that stands between the markers."""
    table = [line for name, card in cards.items() for line in rows(name, card["metrics"])]
    added = [line for name, card in cards.items() for line in gains(name, card)]
    added += [line for name, card in cards.items() for line in errors(name, card)]
    added += [line for name, card in cards.items() for line in sentences(name, card)]
    real = [line for name, card in cards.items() for line in reality(name, card)]
    parts = [HEAD + "\n" + "\n".join(table), "\n".join(added)]
    if real:
        head = "On real data, untuned but where it says that the model learned from them:"
        parts += [head, "\n".join(real)]
    return "\n\n".join(parts)


def filled(readme: str, text: str) -> str:
    """README with `text` between its markers."""
    before, rest = readme.split(START, 1)
    _, after = rest.split(END, 1)
    return f"{before}{START}\n{text}\n{END}{after}"


def main() -> int:
    """Write README.md; says which cards are missing."""
    paths = {name: ROOT / "checkpoints" / name / "card.json" for name in MODELS}
    if absent := [name for name, path in paths.items() if not path.is_file()]:
        print(f"No card of {', '.join(absent)}: run `make train` first.", file=sys.stderr)
        return 2
    cards = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items()}
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text(encoding="utf-8"), written(cards)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
