"""The mean view: what an average description says, kept beside the weights that hear it.

Training writes the file, what-ifs read it. One word stands for a whole view: the mean, over a
data set's stickers, of the mean of the view's word features. It is what pooling would give of all
the descriptions at once; no sentence says it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mer_core.checkpoints import folder_of
from mer_core.disk import write_tensors
from mer_core.errors import DataMissing
from mer_core.types import View

FILE = "baselines.safetensors"
REMEDY = "`mer train mghft` writes it when it reports; restore it, or choose another baseline."


@dataclass(frozen=True, eq=False)
class ViewMeans:
    """The mean word of each view.

    Attributes:
        features: In the order of `View`.
        n: Stickers that said each view.
        encoder: Name of the text encoder that made the features.
        source: Whose descriptions, in words for people.
    """

    features: Float[Tensor, "view feature"]
    n: tuple[int, ...]
    encoder: str
    source: str

    def save(self, path: Path) -> None:
        """Write features and where they come from, whole or not at all."""
        about = {"n": json.dumps(self.n), "encoder": self.encoder, "source": self.source}
        write_tensors(path, {"mean": self.features}, about)

    @staticmethod
    def load(path: Path) -> "ViewMeans":
        """What `save` wrote.

        Raises:
            DataMissing: There is no such file, or it is damaged.
        """
        if not path.is_file():
            raise DataMissing(f"The mean views ({path.name}) are not on this machine: {REMEDY}")
        try:
            with safe_open(path, "pt") as file:
                about, features = file.metadata() or {}, file.get_tensor("mean")
            n = tuple(int(count) for count in json.loads(about["n"]))
            found = ViewMeans(features.float(), n, about["encoder"], about["source"])
        except (SafetensorError, KeyError, ValueError, TypeError) as cause:
            raise DataMissing(f"The mean views ({path.name}) are damaged: {REMEDY}") from cause
        if found.features.shape[:-1] != (len(View),) or len(n) != len(View):
            raise DataMissing(f"The mean views ({path.name}) are not four: {REMEDY}")
        return found


def path_of(name: str = "mghft") -> Path:
    """Where the mean views of a checkpoint lie."""
    return folder_of(name) / FILE


def mean_of(
    words: Float[Tensor, "sticker view feature"], said: Tensor, encoder: str, source: str
) -> ViewMeans:
    """Average over the stickers that said each view.

    Args:
        words: The mean word of each view of each sticker.
        said: bool (sticker, view), False where a view is missing.
        encoder: Name of the text encoder.
        source: Whose descriptions.

    Raises:
        ValueError: A view that nobody said has no mean.
    """
    n = said.sum(dim=0)
    if not bool(n.all()):
        raise ValueError("A view that no sticker of the data says has no mean.")
    total = torch.where(said[..., None], words, 0.0).double().sum(dim=0)
    features = (total / n[:, None]).float()
    return ViewMeans(features, tuple(n.tolist()), encoder, source)
