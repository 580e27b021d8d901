"""The parts of the page Models: what each model is, how large, how good, and its manifest."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st

from mer_core.checkpoints import folder_of, read_card
from mer_core.errors import MerError
from mer_core.probes.base import percent
from mer_core.trust import trust_sentence
from mer_core.views.colours import ink, line
from ui.findings import is_dark
from ui.resources import NAMES, called, load_model, reads, shelf


class Paper(NamedTuple):
    """Where a model comes from."""

    title: str
    address: str


PAPERS = {
    "mghft": Paper("MGHFT, a multi-granularity hierarchical fusion transformer", "2507.18929"),
    "egmf": Paper("expert-guided multimodal fusion with large language models", "2601.07565"),
    "hct_dmg": Paper("Cross-Attention is Not Enough", "2305.13583"),
    "hct_dmg_sample": Paper("MODS, which chooses the primary modality by sample", "2511.06328"),
    "mult": Paper(
        "Multimodal Transformer for Unaligned Multimodal Language Sequences", "1906.00295"
    ),
}

VERSIONS = {
    "fused": "everything together",
    "text-only": "words alone",
    "audio-only": "voice alone",
    "vision-only": "face alone",
}
_OF_STICKERS = VERSIONS | {
    "text-only": "descriptions alone",
    "vision-only": "picture alone",
    "released": "everything, with defects of the released code",
    "reversed": "everything, trained with the views in reverse order",
}


def lead() -> None:
    """How much fusing gains, in one sentence over all models; nothing without figures."""
    gains = []
    for name in NAMES:
        margin = (_card(name) or {}).get("margin", {})
        if "test" in margin:
            gain = f"{NAMES[name]} **{_signed(margin['test']['points'])} points**"
            if upload := margin.get("test_interpreter_views"):
                points = _signed(upload["points"])
                gain += f" ({points} when the interpreter writes the descriptions)"
            gains.append(gain)
    if gains:
        st.markdown(
            "Putting the signals together, against the best single one, on unseen puppets: "
            f"{', '.join(gains)} of accuracy."
        )


def _signed(points: float) -> str:
    """+12.3, -0.7, and 0.0 without a sign."""
    return f"{points:+.1f}" if abs(points) >= 0.05 else "0.0"


def _card(name: str) -> Mapping[str, Any] | None:
    try:
        return read_card(name)
    except MerError:
        return None


def model_card(name: str) -> None:
    """One model's card; without weights, the sentence that says what to do."""
    with st.container(border=True):
        paper = PAPERS[name]
        st.subheader(called(name), anchor=False)
        st.markdown(
            f"{called(name)} {reads(name)}. :gray[After “{paper.title}”,] "
            f"[arXiv {paper.address}](https://arxiv.org/abs/{paper.address})"
        )
        try:
            card = read_card(name)
        except MerError as error:
            st.error(str(error), icon=":material/error:")
            return
        left, right = st.columns([2, 3], gap="large")
        with left:
            _sizes(name, card)
        with right:
            _scores(name, card)
        st.caption(f":material/info: {trust_sentence(called(name), card)}")
        _details(name, card)


def _sizes(name: str, card: Mapping[str, Any]) -> None:
    weights = folder_of(name) / "weights.safetensors"
    facts = {"Shipped": f"{weights.stat().st_size / 1e6:.1f} MB" if weights.is_file() else "absent"}
    if shelf().ready(name):
        total = sum(p.numel() for p in load_model(name).parameters())
        facts = {"Parameters": f"{total / 1e6:.2f} M"} | facts
    if calibration := card.get("calibration"):
        facts["Calibration error"] = percent(calibration["ece_test"])
    with st.container(horizontal=True, gap="medium"):
        for label, value in facts.items():
            st.metric(label, value, width="content", help=_HELP.get(label))


_HELP = {
    "Parameters": "All numbers in the network, frozen parts included.",
    "Shipped": "Size of the weights file; what stands on other weights leaves them out.",
    "Calibration error": "By how much stated confidence and accuracy differ on average, on the "
    "test split (ECE, 15 bins); 0 is best.",
}


def _scores(name: str, card: Mapping[str, Any]) -> None:
    metrics = card.get("metrics") or {}
    if not metrics:
        st.caption("Accuracy: not measured; the card has no figures.")
        return
    words = _OF_STICKERS if name == "mghft" else VERSIONS
    rows = [
        _row(words.get(str(version), str(version)), found, "test")
        for version, found in metrics.items()
    ]
    if name == "mghft":
        rows += [
            _row(f"{words.get(version, version)}, as an upload", found, "test_interpreter_views")
            for version, found in metrics.items()
            if version == "fused" and "test_interpreter_views" in found
        ]
    st.table(
        {key: [row[key] for row in rows] for key in rows[0]},
        border="horizontal",
        hide_index=True,
        alt=f"Accuracy of {called(name)} on the test split",
    )
    st.caption(_about_scores(name, card, metrics))


def _row(label: str, found: Mapping[str, Any], key: str) -> dict[str, str]:
    score = found[key]
    accuracy = score["accuracy"]
    spread = f" ± {100 * accuracy['sd']:.1f}" if accuracy["n"] > 1 else ""
    return {
        "Heard": label,
        "Accuracy": percent(accuracy["mean"]) + spread,
        "Best possible": percent(score["ceiling"]),
        "Share of the way": percent(score["share_of_ceiling"]),
    }


def _about_scores(name: str, card: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    first = next(iter(metrics.values()))
    seeds, samples = int(first["test"]["accuracy"]["n"]), int(first["test"]["samples"])
    training = card.get("training", {})
    over = f"Mean ± sd over {seeds} seeds" if seeds > 1 else "One seed"
    about = (
        f"{over} (seeds vary {training.get('seeds_vary', 'the weights')}); "
        f"{samples:,} puppets kept for testing. Best possible: a reader that knows how puppets are "
        "made (oracle). Share of the way: from guessing to that reader."
    )
    if name == "mghft":
        about += " As an upload: descriptions written by the interpreter, not the maker."
    return about


def _details(name: str, card: Mapping[str, Any]) -> None:
    with st.expander("Training, limits, manifest", icon=":material/description:", key=f"c-{name}"):
        if curves := card.get("curves"):
            _curve(name, curves)
        for limit in card.get("limits", []):
            st.markdown(f"- {limit}")
        keys = ("weights_sha256", "config_hash", "code_hash", "data", "training", "config")
        st.json(json.dumps({k: card[k] for k in keys if k in card}), expanded=1)


def _curve(name: str, curves: list[Mapping[str, Any]]) -> None:
    rows = [row for row in curves if isinstance(row, Mapping) and "accuracy" in row]
    if not rows:
        return
    dark = is_dark()
    drawing = go.Figure(
        go.Scatter(
            x=[row["epoch"] + 1 for row in rows],
            y=[row["accuracy"] for row in rows],
            mode="lines+markers",
            line={"color": ink(dark), "width": 2},
            hovertemplate="epoch %{x}: %{y:.1%}<extra></extra>",
        )
    )
    drawing.update_xaxes(title="epoch", gridcolor=line(dark), color=ink(dark))
    drawing.update_yaxes(tickformat=".0%", gridcolor=line(dark), color=ink(dark))
    drawing.update_layout(
        height=220,
        margin={"t": 8, "b": 40, "l": 48, "r": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    best = max(row["accuracy"] for row in rows)
    st.markdown("Accuracy on the validation split while training")
    st.plotly_chart(
        drawing,
        key=f"curve-{name}",
        theme=None,
        config={"displayModeBar": False},
        alt=f"Accuracy on validation over {len(rows)} epochs; the best is {percent(best)}",
    )


def interpreter_card() -> None:
    """How well the sticker interpreter names what it sees, on characters it never saw too."""
    path = folder_of("interpreter") / "card.json"
    with st.container(border=True):
        st.subheader("The interpreter", anchor=False)
        st.markdown("The interpreter looks at a sticker and writes its four descriptions.")
        if not path.is_file():
            st.error(
                "The weights of the interpreter are not on this machine. Run `mer train mghft`, "
                "or restore checkpoints/interpreter.",
                icon=":material/error:",
            )
            return
        metrics = json.loads(path.read_text(encoding="utf-8")).get("metrics", {})
        seen, new = metrics.get("test", {}), metrics.get("test_held_out_characters", {})
        st.table(
            {
                "What it names": [name.replace("_", " ") for name in seen],
                "Right": [percent(value) for value in seen.values()],
                "Right on new characters": [
                    percent(new[name]) if name in new else "not applicable" for name in seen
                ],
            },
            border="horizontal",
            hide_index=True,
            alt="Accuracy of the interpreter for each attribute",
        )
        st.caption(
            "Share of right names on puppets kept for testing. The emotion of the intention is a "
            "guess: a picture cannot show it."
        )
