"""What is graded, in words that a newcomer knows; the term of the field comes second."""

WHAT: dict[str, str] = {
    "random": "Random numbers",
    "confidence": "Doubt of the answer (1 − the greatest probability)",  # noqa: RUF001
    "disagreement": "Disagreement of the modalities alone, in bits",
    "silence": "What silencing one modality does to the answer",
    "conflict": "Conflict terms of the lattice of silences",
    "tendency": "Spread of what each modality leans to (unimodal tendency)",
    "pairs": "Spread of what pairs lean to (pairwise tendency)",
    "congruence": "Predicted label: two modalities lean to opposite signs",
    "highlight": "Attention does not follow what mattered (highlight)",
    "distortion": "How far attention moves a modality's leaning (distortion)",
    "flips": "How often attention turns a leaning's sign (flips)",
    "disparity": "Two sources pull the same target apart (source disparity)",
    "attention": "Where attention goes, against congruent samples (KL)",
    "entropy": "How scattered attention is (entropy)",
    "corruption": "What noise in one modality does to the answer (corruption sweep)",
    "alpha": "EGMF's weights of its experts, per sample (α)",  # noqa: RUF001
    "omega": "The gate's weights of the modalities, per sample (ω)",
    "batch gate": "The paper's gate (ω), one vector for all inputs",
    "views": "Disagreement of the four descriptions, in bits",
    "posterior": "Who lies, by what each modality alone says (product of experts)",
    "leanings": "Who lies, by linear probes of each modality's own state (product of experts)",
    "entry": "Who lies, by linear probes of what each modality brings in (product of experts)",
    "listeners": "Who lies, by listeners that hear one modality each and no model "
    "(product of experts)",
    "combination": "A calibrated combination of few of these",
    "oracle": "The oracle, which knows how puppets are made",
}
"""Name of a graded number -> what it is, in the order of every table."""

SHORT: dict[str, str] = {
    "disagreement": "disagreement in bits",
    "silence": "silencing",
    "conflict": "conflict terms",
    "tendency": "leanings apart",
    "pairs": "pairs' leanings apart",
    "congruence": "opposite signs",
    "highlight": "highlight",
    "distortion": "distortion",
    "flips": "flips",
    "disparity": "source disparity",
    "attention": "attention KL",
    "entropy": "attention entropy",
    "corruption": "noise",
    "alpha": "α of the experts",  # noqa: RUF001
    "omega": "ω of the sample",
    "batch gate": "ω of the paper",
    "views": "descriptions in bits",
    "posterior": "who lies, by answers alone",
    "leanings": "who lies, by states",
    "entry": "who lies, by inputs",
    "listeners": "who lies, by listeners",
    "combination": "combination",
}
"""Name of a graded number -> two or three words for a figure."""

REFERENCES = ("random", "confidence", "oracle")
"""What the others stand beside; no probes."""

CONTROLS = {
    "entry": "reads what comes in before the model does",
    "listeners": "never sees this model",
}
"""Name of a graded number that says what the inputs hold, and nothing of the model -> why so."""

QUESTIONS: dict[str, str] = {
    "Do the modalities agree?": "disagreement",
    "What if a modality fell silent?": "silence",
    "How much does each modality add?": "silence",
    "What do modalities say alone, together and against each other?": "conflict",
    "How much does each expert count?": "alpha",
    "Which modality leads?": "omega",
    "Does one of them lie, and which?": "posterior",
    "Which way does each modality lean?": "tendency",
    "Do the modalities lean to opposite sides?": "congruence",
    "Does attention turn what a modality says?": "distortion",
    "Does attention follow what mattered?": "highlight",
    "Does attention look as it does on congruent samples?": "attention",
    "How much noise does the answer bear?": "corruption",
}
"""Question of a probe -> the number of it that is graded."""


def graded_question(question: str) -> str | None:
    """Name of the graded number behind a question of PROBES; None where none is graded."""
    return QUESTIONS.get(question)
