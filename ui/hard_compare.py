"""A chosen set beside the rest: numbers with intervals, words, and the set to take away."""

import csv
import io
import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mer_core.hardness import HardTable
from mer_core.hardness.comparing import SHARE, Difference, compared
from mer_core.hardness.wording import PRIOR, overused
from mer_core.views.hardness import forest
from ui.downloads import downloads
from ui.findings import draw, is_dark
from ui.hard import Opened
from ui.hard_map import choose, chosen
from ui.resources import called

FEWEST = 2


def comparison(opened: Opened, rows: np.ndarray) -> None:
    """What was drawn around, or else what the filters show, against the rest of the table.

    Args:
        opened: The table.
        rows: What the filters show.
    """
    drawn = chosen(opened)
    by_hand = bool(drawn.any())
    here = drawn if by_hand else rows
    rest = len(here) - int(here.sum())
    st.subheader("A set beside the rest", anchor=False)
    if here.sum() < FEWEST or rest < FEWEST:
        st.caption(
            "Draw around points on the map (lasso), or set a filter: at least two samples on "
            "either side are compared."
        )
        return
    how = "drawn around on the map" if by_hand else "shown by the filters"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{here.sum():,} samples** {how}, beside the other **{rest:,}**.")
        if by_hand:
            st.button(
                "Forget this set", key="hard-forget", icon=":material/deselect:",
                on_click=choose, args=(opened, []),
            )  # fmt: skip
    found = compared(opened.table, opened.model, here)
    st.dataframe(
        table_of(found),
        hide_index=True,
        alt="Chosen samples and the rest, with 95 % intervals",
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _sizes(opened, found)
    with right:
        _words(opened.table, here)
        _take_away(opened, here)


def _sizes(opened: Opened, found: Sequence[Difference]) -> None:
    model = called(opened.model)
    caption = (
        f"Sizes of the differences for {model} with 95 % intervals, in standard deviations: h for "
        "shares (Cohen), g for means (Hedges). Grey: the interval holds zero. A set that was "
        "chosen for how it looks differs on that for this reason alone."
    )
    key = "hard-forest"
    told = draw(forest(found, caption, is_dark()), key, _in_words(found))
    downloads(key, lambda: to_csv(found), f"Chosen samples beside the rest, {model}", told)


def _in_words(found: Sequence[Difference]) -> str:
    return "; ".join(f"{d.what} {d.effect:+.2f}" for d in found if math.isfinite(d.effect))


def table_of(found: Sequence[Difference]) -> list[dict[str, str]]:
    """Differences as people read them."""
    return [
        {
            "": d.what,
            "in the set": f"{_said(d, d.chosen)} ({_said(d, d.low)} to {_said(d, d.high)})",
            "in the rest": _said(d, d.rest),
            "difference": f"{_signed(d, d.difference)} ({_signed(d, d.difference_low)} to "
            f"{_signed(d, d.difference_high)})",
            "size": _size(d),
            "n": f"{d.n_chosen:,} and {d.n_rest:,}",
        }
        for d in found
    ]


def _size(d: Difference) -> str:
    if math.isnan(d.effect):
        return ""
    return _minus(f"{d.effect:+.2f} ({d.effect_low:+.2f} to {d.effect_high:+.2f})")


def _said(d: Difference, value: float) -> str:
    return f"{100 * value:.1f} %" if d.unit == SHARE else f"{value:.2f} {d.unit}"


def _signed(d: Difference, value: float) -> str:
    return _minus(f"{100 * value:+.1f}" if d.unit == SHARE else f"{value:+.2f}")


def _minus(number: str) -> str:
    return number.replace("-", "\u2212")


def to_csv(found: Sequence[Difference]) -> str:
    """All numbers as a table, one line a difference."""
    out = io.StringIO()
    lines = [vars(d) for d in found]
    table = csv.DictWriter(out, list(lines[0]) if lines else ["what"], lineterminator="\n")
    table.writeheader()
    table.writerows(lines)
    return out.getvalue()


def _words(table: HardTable, here: np.ndarray) -> None:
    """Which words the set uses more."""
    chosen_words = [table.words[i] for i in np.flatnonzero(here)]
    words = overused(chosen_words, [table.words[i] for i in np.flatnonzero(~here)])
    st.markdown("**Words that it uses more than the rest**")
    if not words:
        st.caption("No word stands out.")
        return
    st.dataframe(
        [
            {"word": w.word, "in the set": w.chosen, "in the rest": w.rest, "z": round(w.z, 1)}
            for w in words
        ],
        hide_index=True,
        height=320,
        alt="Words over-represented in the set",
    )
    st.caption(
        f"Log-odds with a prior of {PRIOR:.0f} words of the whole set, in standard deviations (z); "
        "beyond 2 is more than chance would give one word. Source: Monroe et al. (2008)."
    )


def _take_away(opened: Opened, here: np.ndarray) -> None:
    st.download_button(
        "Numbers of the set's samples as CSV",
        lambda: ids_csv(opened.table, opened.model, here),
        file_name=f"{opened.table.data['name']}-chosen.csv",
        mime="text/csv",
        key="hard-ids",
        icon=":material/download:",
        on_click="ignore",
    )


def ids_csv(table: HardTable, model: str, here: np.ndarray) -> str:
    """Id, number, right answer, given answer, confidence and disagreement of the chosen rows."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(["id", "number", "target", "kind", "answer", "confidence", "disagreement_bits"])
    heard = table.models[model]
    answers = heard.answers
    for row in np.flatnonzero(here).tolist():
        write.writerow(
            [
                table.ids[row],
                int(table.places[row]),
                table.target[row],
                table.kind[row],
                answers[row],
                f"{heard.confidence[row]:.4f}",
                f"{heard.disagreement[row]:.4f}",
            ]
        )
    return out.getvalue()
