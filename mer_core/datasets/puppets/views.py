"""The four descriptions of a sticker, written from what they are to tell.

Each view has its own grammar. `write_views` says what a plot tells, for the generated world;
`realise` says what a model guessed, for the interpreter of the app. Both use the same words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mer_core.datasets.puppets import wording
from mer_core.datasets.puppets.plots import SILENT
from mer_core.datasets.puppets.world import POSTURES, PROPS, pick
from mer_core.types import View


@dataclass(frozen=True)
class Scene:
    """What the views speak of.

    Attributes:
        character, style, posture, prop: Names of the world's vocabularies.
        caption: The lettering, or None.
    """

    character: str
    style: str
    posture: str
    prop: str
    caption: str | None = None


@dataclass(frozen=True)
class _Voice:
    """One describer: its randomness, and whether it uses the wording kept from training."""

    generator: np.random.Generator
    unseen: bool

    def choose(self, options: Sequence[str]) -> str:
        return pick(self.generator, allowed(options, self.unseen))


def allowed(options: Sequence[str], unseen: bool) -> Sequence[str]:
    """The wordings of a list for training, or those kept from it; short lists are not split."""
    kept = 0 if len(options) < 4 else 1 if len(options) < 7 else wording.HELD_OUT
    if not kept:
        return options
    return options[-kept:] if unseen else options[:-kept]


def _carrying(table: Mapping[str, str | None], shown: str, emotion: str, voice: _Voice) -> str:
    """The thing shown where it carries the emotion, else another that does."""
    if table.get(shown) == emotion:
        return shown
    return pick(voice.generator, [name for name, e in table.items() if e == emotion])


def _posture(scene: Scene, told: Mapping[str, str | None], voice: _Voice) -> str:
    emotion, face = told.get("posture"), told.get("face")
    if emotion is None:
        body = voice.choose(wording.STILL_POSTURES)
    else:
        name = scene.posture
        if emotion != SILENT:
            name = _carrying(POSTURES, scene.posture, emotion, voice)
        body = voice.choose(wording.POSTURE_WORDS[name])
    if face is None:
        head = voice.choose(wording.HIDDEN_FACES)
    else:
        head = voice.choose(wording.BLANK_FACES if face == SILENT else wording.FACES[face])
    return voice.choose(wording.FRAMES["posture"]).format(posture=body, face=head)


def _role(scene: Scene, told: Mapping[str, str | None], voice: _Voice) -> str:
    emotion, character = told.get("prop"), voice.choose(wording.CHARACTER_WORDS[scene.character])
    if emotion is None:
        prop = voice.choose(wording.NO_PROPS)
    else:
        name = scene.prop
        if emotion != SILENT:
            name = _carrying(PROPS, scene.prop, emotion, voice)
        prop = voice.choose(wording.PROP_WORDS[name])
    a = "an" if character[0] in "aeiou" else "a"
    frame = voice.choose(wording.FRAMES["role"])
    return frame.format(a=a, A=a.capitalize(), character=character, prop=prop)


def _style(scene: Scene, told: Mapping[str, str | None], voice: _Voice) -> str:
    emotion, lettering = told.get("caption"), ""
    if emotion == SILENT:
        lettering = voice.choose(
            (", without lettering", ", no words", " and no text", ", wordless")
        )
    elif emotion is not None:
        tone = voice.choose(wording.CAPTION_TONES[emotion])
        text = scene.caption or ""
        if text not in wording.CAPTIONS[emotion]:
            text = voice.choose(wording.CAPTIONS[emotion])
        lettering = voice.choose((
            ", with {tone} lettering", ", and the letters say '{text}'",
            ", with the {tone} words '{text}'",
            ", the text reads '{text}' in {a} {tone} tone",
        )).format(tone=tone, text=text, a="an" if tone[0] in "aeiou" else "a")  # fmt: skip
    style = voice.choose(wording.STYLE_WORDS[scene.style])
    return voice.choose(wording.FRAMES["style"]).format(style=style, lettering=lettering)


def _intention(emotion: str | None, voice: _Voice) -> str:
    options = wording.NO_PURPOSES if emotion is None else wording.PURPOSES[emotion]
    return voice.choose(wording.FRAMES["intention"]).format(purpose=voice.choose(options))


def _generic(view: View, voice: _Voice) -> str:
    words = {slot: pick(voice.generator, o) for slot, o in wording.GENERIC_WORDS.items()}
    text = pick(voice.generator, wording.GENERICS[view]).format(**words)
    return text[0].upper() + text[1:]


def _hedge(sentence: str, voice: _Voice) -> str:
    hedge = voice.choose(wording.HEDGES)
    return f"{hedge[0].upper()}{hedge[1:]}, {sentence[0].lower()}{sentence[1:]}"


def write_views(
    scene: Scene,
    told: Mapping[str, str | None],
    generator: np.random.Generator,
    generic: Sequence[bool] = (False,) * 4,
    hedged: Sequence[bool] = (False,) * 4,
    unseen: bool = False,
) -> dict[View, str]:
    """The four sentences of a sticker.

    Args:
        scene: What is drawn.
        told: Carrier -> emotion to tell, `SILENT` to say that there is none, None to leave it out.
        generator: Chooses among synonyms.
        generic: Per view, whether it says nothing at all.
        hedged: Per view, whether it is worded as a guess.
        unseen: Use the wording that training never sees.
    """
    voice = _Voice(generator, unseen)
    sentences = {
        View.INTENTION: _intention(told.get("intention"), voice),
        View.STYLE: _style(scene, told, voice),
        View.ROLE: _role(scene, told, voice),
        View.POSTURE: _posture(scene, told, voice),
    }
    for (view, sentence), empty, guess in zip(
        list(sentences.items()), generic, hedged, strict=True
    ):
        sentence = _generic(view, voice) if empty else sentence
        sentences[view] = _hedge(sentence, voice) if guess else sentence
    return sentences


def _guess(shown: Mapping[str, str | None], confidence: Mapping[str, float]) -> str:
    """The emotion that the shown carriers speak for, weighted by how sure the guesser is."""
    votes: dict[str, float] = {}
    for carrier, emotion in shown.items():
        if emotion not in (None, SILENT):
            votes[emotion] = votes.get(emotion, 0.0) + confidence.get(carrier, 1.0)
    return max(votes, key=lambda e: votes[e]) if votes else "neutral"


def realise(
    attributes: Mapping[str, str],
    confidence: Mapping[str, float] | None = None,
    variant: int = 0,
) -> dict[View, str]:
    """The four sentences of a sticker whose attributes were predicted from its picture.

    Args:
        attributes: "face_emotion", "posture", "prop", "character", "style", "caption_emotion"; an
            emotion of "neutral" says that the carrier is blank; "caption_emotion" may be "none".
            What is missing is left out of the sentences.
        confidence: Attribute -> probability; below a half the view is worded as a guess.
        variant: Another number chooses other synonyms.

    Returns:
        View -> sentence. The intention is always a guess, and says so: no picture shows it.
    """
    sure = dict(confidence or {})
    blank = {"neutral": SILENT, "none": SILENT}
    face, caption = attributes.get("face_emotion"), attributes.get("caption_emotion")
    told: dict[str, str | None] = {
        "face": face and blank.get(face, face),
        "posture": POSTURES[attributes["posture"]] or SILENT if "posture" in attributes else None,
        "prop": PROPS[attributes["prop"]] or SILENT if "prop" in attributes else None,
        "caption": SILENT if caption == "none" else caption,
    }
    weights = {
        "face": sure.get("face_emotion", 1.0),
        "caption": sure.get("caption_emotion", 1.0),
        "posture": sure.get("posture", 1.0),
        "prop": sure.get("prop", 1.0),
    }
    intention = {"intention": _guess(told, weights)}
    scene = Scene(
        attributes.get("character", "cat"),
        attributes.get("style", "flat"),
        attributes.get("posture", "standing"),
        attributes.get("prop", "none"),
    )
    hedged = (
        True,
        min(weights["caption"], sure.get("style", 1.0)) < 0.5,
        min(weights["prop"], sure.get("character", 1.0)) < 0.5,
        min(weights["face"], weights["posture"]) < 0.5,
    )
    generator = np.random.default_rng(variant)
    return write_views(scene, told | intention, generator, hedged=hedged)
