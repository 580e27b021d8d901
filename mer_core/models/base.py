"""The contract that every model of this package keeps."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from mer_core.layers import parameter_groups
from mer_core.processing.base import Processor
from mer_core.types import Batch, Modality, Prediction


class EmotionModel(nn.Module, PyTorchModelHubMixin, ABC):
    """Batch in, prediction out. Subclasses are final: nobody subclasses a model.

    A subclass holds a frozen dataclass `Config` whose defaults are the paper's values, and takes
    it as its only argument `config`. `Config.demo()` gives the small one that ships with weights.

    Every model places one tap per modality at `entry.<modality>`, where the modality enters as
    real numbers. Ablation, attribution and occlusion act there, on all models.

    A row of a stream that is marked `silent` is replaced by a learned silence before the entry
    tap, so that what stood there cannot reach the answer.
    """

    modalities: ClassVar[tuple[Modality, ...]]
    Config: ClassVar[type[Any]]
    config: Any
    entry: nn.ModuleDict
    origin: dict[str, Any] | None = None  # model, weights_sha256, seed; set once by `load`
    temperature: Tensor  # buffer, shape (); fitted on validation after training

    @abstractmethod
    def forward(self, batch: Batch) -> Prediction:
        """Answer. Raises StreamMissing when a stream of `modalities` is not in the batch."""

    @abstractmethod
    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Named terms whose sum is minimised, each a scalar already multiplied by its weight."""

    @abstractmethod
    def processor(self) -> Processor:
        """What turns samples into batches that this model can eat."""

    def shipped(self) -> dict[str, Tensor]:
        """What a checkpoint holds; a model that stands on weights from elsewhere omits them."""
        return self.state_dict()

    def frozen(self) -> set[str]:
        """Names of parameters that never learn, or whose gradient is zero in exact arithmetic."""
        return {name for name, p in self.named_parameters() if not p.requires_grad}

    def groups(self, lr: float, weight_decay: float) -> list[dict[str, Any]]:
        """Parameter groups for the optimiser: no weight decay on vectors and scalars."""
        return parameter_groups(self, lr, weight_decay)

    def end_of_epoch(self, epoch: int) -> dict[str, Any]:
        """Called by the training loop after each epoch; what it returns goes into the history."""
        return {}

    def add_temperature(self) -> None:
        """Register the calibration temperature; call it once in `__init__`."""
        self.register_buffer("temperature", torch.ones(()))
