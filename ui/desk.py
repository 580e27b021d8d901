"""The parts of the page Mixing desk: a model, a sample, and its desk with what is known of it.

The address holds all of it: `/mixing_desk?clip=12&desk-model=EGMF&gate=0.2,0.3,0.5`.
"""

from dataclasses import dataclass

import streamlit as st

from mer_core.checkpoints import folder_of
from mer_core.desk import Desk, EGMFDesk, desk_of
from mer_core.desk.met import Met, met_of
from mer_core.errors import MerError
from mer_core.types import Sample
from ui.answer import Answered, trust_line, try_model
from ui.descriptions import described
from ui.failures import told
from ui.header import sample_header
from ui.inputs import pick_clip, pick_sticker
from ui.media import digest
from ui.resources import FURTHER, NAMES, called, gate, load_model
from ui.sticker_reading import read_sticker

MODELS = ("egmf", "hct_dmg", "hct_dmg_sample", "mghft")
"""Those with a gate; MulT has none."""

WEIGHED = {
    "egmf": "How much does each expert count (α)?",  # noqa: RUF001 (the paper's letter)
    "hct_dmg": "How much does each modality count (ω)?",
    "hct_dmg_sample": "How much does each modality count (ω)?",
    "mghft": "How strongly does each stage take from the words (Soft-Fusion)?",
}
"""Model -> what its sliders ask."""


@dataclass(frozen=True)
class Standing:
    """A sample on its desk.

    Attributes:
        name: Of the model.
        sample: What it looks at.
        answered: Its own answer, as every page shows it.
        desk: Of the sample as it is.
        key: Of the desk; caches and the session's state go by it.
    """

    name: str
    sample: Sample
    answered: Answered
    desk: Desk
    key: str


def pick_model() -> str:
    """Draw the choice of the model; returns its name."""
    here = [name for name in MODELS if name in NAMES or _shipped(name)]
    written = {called(name): name for name in here}
    chosen = st.segmented_control(
        "Model",
        list(written),
        default=next(iter(written)),
        required=True,
        key="desk-model",
        bind="query-params",
        help="EGMF mixes three experts. HCT-DMG weighs words, voice and face, and the heaviest "
        "leads. MGHFT adds words to four stages of a picture. MulT has no gate to set.",
    )
    absent = [called(name) for name in FURTHER if name in MODELS and name not in here]
    if absent:
        st.caption(f":material/info: Not on this machine: {', '.join(absent)}. Run `mer train`.")
    return written.get(str(chosen), here[0])


def _shipped(name: str) -> bool:
    return (folder_of(name) / "card.json").is_file()


def pick_sample(name: str) -> Sample | None:
    """Draw the choice of the sample: a sticker with its descriptions, or a clip."""
    if name != "mghft":
        with told():
            return pick_clip()
    with told():
        sticker = pick_sticker()
        if sticker is None:
            return None
        with st.expander("Its four descriptions (views)", icon=":material/edit_note:"):
            return described(sticker).sample


def stand(name: str, sample: Sample) -> Standing | None:
    """The sample on its desk, with its head above; None where there is no answer."""
    head = st.container()
    answered = try_model(name, sample)
    if answered is None:
        return None
    with head:
        sample_header(sample, (answered.recording.manifest,))
    trust_line((name,), sample)
    with told():
        key, desk = desk_for(name, sample)
        return Standing(name, sample, answered, desk, key)
    return None


def desk_for(name: str, sample: Sample) -> tuple[str, Desk]:
    """This session's desk of a sample, and the key it goes by.

    Raises:
        MerError: The model or an encoder cannot be had.
    """
    model = load_model(name)
    weights = str((model.origin or {}).get("weights_sha256", ""))[:12]
    key = f"{name}-{weights}-{digest(sample)}"
    with st.spinner("Computing all that no gate touches", show_time=True):
        return key, _desk(name, key, sample)


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def _desk(name: str, key: str, _sample: Sample) -> Desk:
    model = load_model(name)
    with gate():
        batch = read_sticker(_sample) if name == "mghft" else model.processor()([_sample])
        return desk_of(model, batch.to(next(model.parameters()).device))


@st.cache_resource(scope="session", max_entries=8, show_spinner=False)
def swapped_desk(key: str, experts: tuple[int, ...], _desk: Desk, _donor: Desk) -> Desk:
    """The desk with what some experts say taken from another sample; `key` names both."""
    assert isinstance(_desk, EGMFDesk)
    assert isinstance(_donor, EGMFDesk)
    with gate():
        return _desk.swapped(_donor, experts)


def met_by(standing: Standing) -> Met | str:
    """The settings that the model met while it learned; a sentence where they are not known."""
    try:
        return met_of(load_model(standing.name), standing.desk.gate)
    except MerError as error:
        return str(error)
