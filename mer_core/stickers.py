"""From a picture to a sample with four views, by the embedded interpreter.

The interpreter stands on the backbone of the shipped MGHFT; both are loaded once and shared.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from mer_core.checkpoints import folder_of, load
from mer_core.datasets.puppets.views import realise
from mer_core.encoders.interpreter import Description, Interpreter
from mer_core.models.mghft import MGHFT
from mer_core.processing.media import read_picture
from mer_core.types import Provenance, Sample, View


@cache
def interpreter() -> Interpreter:
    """The shipped interpreter, frozen.

    Raises:
        WeightsMissing, WeightsAltered: Its heads, or the backbone of MGHFT, are not here or not
            those that its card names.
    """
    model = load("mghft")
    assert isinstance(model, MGHFT)
    return Interpreter.load(folder_of("interpreter"), model.backbone, realise)


def describe(image: np.ndarray) -> Description:
    """The four views of a picture, as the embedded interpreter writes them.

    Args:
        image: uint8 (row, column, 3), any size.

    Returns:
        Sentences, confidence and attributes. The intention is a guess: no picture shows it.
    """
    return interpreter().describe(image)


def picture(
    source: str | Path | bytes | np.ndarray, views: Mapping[View, str] | None = None
) -> Sample:
    """A sample from a picture on disk, in memory or as an array.

    Args:
        source: Path, bytes of a PNG, JPEG, WebP, GIF or BMP, or uint8 (row, column, 3).
        views: Your own sentences; the interpreter writes those that you leave out.

    Raises:
        BadInput: It is no picture that can be read.
    """
    name = Path(source).name if isinstance(source, str | Path) else "picture"
    if isinstance(source, str | Path):
        source = Path(source).read_bytes()
    image = read_picture(source).image if isinstance(source, bytes) else source
    own = {View(v): text for v, text in (views or {}).items()}
    written = {} if len(own) == len(View) else dict(describe(image).views)
    origin = Provenance.WRITTEN if not own else Provenance.EDITED
    provenance = {"image": str(Provenance.REAL), "views": str(origin)}
    return Sample(id=name, image=image, views={**written, **own}, provenance=provenance)
