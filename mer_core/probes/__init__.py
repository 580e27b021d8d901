"""The probes by question. A further probe is one file and one line here."""

from mer_core.errors import ModelAbsent, QuestionUnfit, UnknownName
from mer_core.models.base import EmotionModel
from mer_core.probes.attention import LooksAcross
from mer_core.probes.attribution import Attribute
from mer_core.probes.base import Experiment, Finding, Reader
from mer_core.probes.congruence import LabelCongruence
from mer_core.probes.corruption import Spoil
from mer_core.probes.cross_maps import LooksByHead
from mer_core.probes.distortion import ReadDistortion
from mer_core.probes.divergence import ReadDivergence
from mer_core.probes.experts import ReadsCosines, ReadsMix, ReadsShares
from mer_core.probes.gates import ExpertGateReader, ModalityGateReader
from mer_core.probes.guided import LooksGuided
from mer_core.probes.heeded import HeedsViews
from mer_core.probes.highlight import LooksWhereItMatters
from mer_core.probes.incongruity import Incongruity
from mer_core.probes.knockout import KnockOutExperts, KnockOutViews
from mer_core.probes.lattice import SplitsByModality
from mer_core.probes.lies import WhoLies
from mer_core.probes.logits import SumsLogits
from mer_core.probes.pseudo import MeetsPseudo
from mer_core.probes.resemblance import StagesResembleViews
from mer_core.probes.shuffled import ShuffleLooks
from mer_core.probes.silence import Sharing, Silencing
from mer_core.probes.soft_fusion import ReadsWords, StagesTakeViews
from mer_core.probes.spoken import Speaks
from mer_core.probes.spoken_looks import LooksAtPrompt
from mer_core.probes.tendencies import ReadLeanings
from mer_core.probes.view_game import ContributeViews
from mer_core.probes.view_words import ContributeWords
from mer_core.recording import Recording

PROBES: dict[str, Reader | Experiment] = {
    "Where does one modality look in another?": LooksAcross(),
    "Which words look at which moments, head by head?": LooksByHead(),
    "Which places of the sticker read which words?": ReadsWords(),
    "Which view does each stage take from?": StagesTakeViews(),
    "Which view does each stage resemble?": StagesResembleViews(),
    "What does the answer look at, guided by the text?": LooksGuided(),
    "Would shuffled weights look there too?": ShuffleLooks(),
    "Where does the answer's score come from?": SumsLogits(),
    "Which modality leads?": ModalityGateReader(),
    "How much does each expert count?": ExpertGateReader(),
    "How do the two stages of the gate mix the experts?": ReadsMix(),
    "Does the expert with the greatest weight put most in?": ReadsShares(),
    "Do the experts say the same?": ReadsCosines(),
    "What do the experts hand to the language model?": MeetsPseudo(),
    "What does the language model look at before it answers?": LooksAtPrompt(),
    "Which words did the language model nearly say?": Speaks(),
    "Which words, moments and places moved the answer?": Attribute(),
    "How much did each description add to the answer?": ContributeViews(),
    "Which words of a description moved the answer?": ContributeWords(),
    "What if one view were missing?": KnockOutViews(),
    "Does the view that is looked at most also count most?": HeedsViews(),
    "What if one expert were missing?": KnockOutExperts(),
    "What if a modality fell silent?": Silencing(),
    "How much does each modality add?": Sharing(),
    "What do modalities say alone, together and against each other?": SplitsByModality(),
    "Do the modalities agree?": Incongruity(),
    "Does one of them lie, and which?": WhoLies(),
    "Which way does each modality lean?": ReadLeanings(),
    "Do the modalities lean to opposite sides?": LabelCongruence(),
    "Does attention turn what a modality says?": ReadDistortion(),
    "Does attention follow what mattered?": LooksWhereItMatters(),
    "Does attention look as it does on congruent samples?": ReadDivergence(),
    "How much noise does the answer bear?": Spoil(),
}


def questions(recording: Recording, model: EmotionModel | None = None) -> list[str]:
    """The questions that can be answered here: every menu of probes is this list."""

    def answerable(probe: Reader | Experiment) -> bool:
        if isinstance(probe, Reader):
            return probe.fits(recording)
        return model is not None and probe.suits(model)

    return [question for question, probe in PROBES.items() if answerable(probe)]


def ask(question: str, recording: Recording, model: EmotionModel | None = None) -> Finding:
    """Put a question to a recording, or to the model if the recording cannot tell.

    Raises:
        UnknownName: No probe answers this question.
        ModelAbsent: The question is an experiment and there is no model.
        QuestionUnfit: The recording or the model has nothing that this question is about.
    """
    if question not in PROBES:
        raise UnknownName(question, PROBES)
    probe = PROBES[question]
    if isinstance(probe, Reader):
        if not probe.fits(recording):
            raise QuestionUnfit(question, recording.manifest.model, "the recording saw none of it")
        return probe.read(recording)
    if model is None:
        raise ModelAbsent(question)
    if not probe.suits(model):
        raise QuestionUnfit(question, type(model).__name__, "the model has no such part")
    return probe.run(model, recording.batch)
