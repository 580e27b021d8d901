"""What do the defects of the released code cost?"""

from collections.abc import Sequence

from mer_core.checkpoints import read_card
from mer_core.errors import DataMissing
from mer_core.experiments.base import (
    ACCURACY,
    MACRO_F1,
    Ask,
    PaperExperiment,
    Progress,
    Result,
    Row,
    spread,
)
from mer_core.experiments.mghft.bench import from_card

OURS, THEIRS = "as the paper says", "as released"


def run(ask: Ask, progress: Progress) -> Result:
    """Put the card's numbers side by side; both were trained alike. `ask` changes nothing.

    Raises:
        DataMissing: The card has no such version.
    """
    rows = [*from_card("fused", OURS, reference=True), *from_card("released", THEIRS)]
    if not any(r.case == THEIRS for r in rows):
        raise DataMissing(
            "The card has no numbers of the released variant. Train it with "
            "`mer train mghft --version released --ship`."
        )
    progress("reading the card", 1, 1)
    card = read_card("mghft")
    return Result(
        model="mghft",
        experiment=EXPERIMENT.name,
        found=_says(rows),
        data={
            "name": card["data"]["name"],
            "what": card["data"]["what"],
            "split": "test",
            "n": rows[0].n,
            "demo": True,
        },
        seeds=tuple(s["seed"] for s in card["metrics"]["released"]["seeds"]),
        rows=tuple(rows),
        measures=(ACCURACY, MACRO_F1),
        notes=(
            "Defects 1 to 4: every stage reads the whole text; the fourth projected text is lost; "
            "Soft-Fusion takes one pooled vector and has no scale; padding is averaged in.",
            "The backbone is ours: not its PVT v1, nor its token selection by multiplied "
            "attention maps. Its fifth to nineteenth defect are not repeated either, but for one: "
            "the eighth, stickers of one emotion as negatives of each other, is left out only "
            "where both say the very same words, in both versions.",
            "The numbers come from the card: same data, same budget, same seeds.",
        ),
        manifest={
            "weights": card["weights_sha256"],
            "config": card["config_hash"],
            "code": card["code_hash"],
            "world": card["data"]["world"],
            "versions": card["training"]["versions"],
        },
    )


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    ours, theirs = (r for r in rows if r.measure == ACCURACY)
    lost = 100 * (ours.value - theirs.value)
    return (
        f"With the defects of the released code {spread(theirs)} are right, without them "
        f"{spread(ours)}: they cost {lost:.1f} points.",
    )


EXPERIMENT = PaperExperiment(
    name="released",
    title="The released code",
    question="What do the defects of the released code cost?",
    claim="73.31 % accuracy and 72.52 F1 on SER30K. Whether these numbers came from the code as "
    "released, in which all four views are the same text, is not known.",
    source="arXiv 2507.18929, the official figure; released code (commit 21ba1ba)",
    run=run,
    live=False,
    still="Its numbers are read from the card of MGHFT: there is nothing to run.",
)
