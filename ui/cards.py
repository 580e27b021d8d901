"""The parts of the page Models: what each model is, how large, how good, and its manifest."""

import json
from typing import NamedTuple

import streamlit as st

from mer_core.checkpoints import folder_of, read_card
from mer_core.errors import MerError
from ui.resources import NAMES, READS, device_name, load_model, shelf


class Paper(NamedTuple):
    """Where a model comes from."""

    title: str
    address: str


PAPERS = {
    "mghft": Paper(
        "MGHFT: Multi-Granularity Hierarchical Fusion Transformer for sticker emotion",
        "https://arxiv.org/abs/2507.18929",
    ),
    "egmf": Paper(
        "A Unified Framework for Emotion Recognition and Sentiment Analysis via Expert-Guided "
        "Multimodal Fusion with Large Language Models",
        "https://arxiv.org/abs/2601.07565",
    ),
    "hct_dmg": Paper(
        "Cross-Attention is Not Enough: Incongruity-Aware Dynamic Hierarchical Fusion for "
        "Multimodal Affect Recognition",
        "https://arxiv.org/abs/2305.13583",
    ),
}


def model_card(name: str) -> None:
    """One model's card; without weights, the sentence that says what to do."""
    with st.container(border=True):
        st.subheader(NAMES[name], anchor=False)
        st.markdown(f"{NAMES[name]} {READS[name]}.")
        paper = PAPERS[name]
        st.caption(
            f"After “{paper.title}”, [{paper.address.removeprefix('https://')}]({paper.address})."
        )
        try:
            card = read_card(name)
        except MerError as error:
            st.error(str(error), icon=":material/error:")
            return
        _sizes(name)
        with st.expander("The whole card", icon=":material/description:", key=f"card-{name}"):
            st.json(json.dumps(dict(card)), expanded=1)


def _sizes(name: str) -> None:
    weights = folder_of(name) / "weights.safetensors"
    megabytes = weights.stat().st_size / 1e6 if weights.is_file() else 0.0
    with st.container(horizontal=True):
        st.metric("Shipped file", f"{megabytes:.1f} MB", width="content")
        if shelf().ready(name):
            parameters = list(load_model(name).parameters())
            total = sum(p.numel() for p in parameters)
            st.metric("Parameters", f"{total / 1e6:.2f} million", width="content")
            st.metric("Runs on", device_name(str(parameters[0].device)), width="content")
