"""An encoder that reads a sentence once: for pages on which one of four sentences changes."""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch.nn.utils.rnn import pad_sequence

from mer_core.encoders.text import EncodedText, TextEncoder


class RememberingEncoder(TextEncoder):
    """The same encoder with a memory of its own. Not for several threads at once.

    Args:
        encoder: Reads what is new.
        most: Sentences kept; the one that was asked for longest ago goes first.
    """

    def __init__(self, encoder: TextEncoder, most: int = 256) -> None:
        self.name, self.features = encoder.name, encoder.features
        self._encoder, self._most = encoder, most
        self._kept: OrderedDict[str, EncodedText] = OrderedDict()

    def encode(self, texts: Sequence[str], chunk: int = 64) -> EncodedText:
        """Encode sentences; only those that are not remembered are read."""
        new = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if new:
            read = self._encoder.encode(new, chunk)
            self._kept.update({text: _row(read, i) for i, text in enumerate(new)})
        for text in dict.fromkeys(texts):
            self._kept.move_to_end(text)
        rows = [self._kept[text] for text in texts]
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return _stacked(rows, self.features)


def _row(read: EncodedText, i: int) -> EncodedText:
    """One sentence without its padding."""
    real = read.mask[i]
    return EncodedText(
        read.tokens[i][real][None].clone(),
        real[real][None],
        read.pooled[i : i + 1].clone(),
        (read.words[i],),
    )


def _stacked(rows: Sequence[EncodedText], features: int) -> EncodedText:
    """Sentences side by side, at least one position wide."""
    if not rows:
        nothing = torch.zeros(0, 1, features)
        return EncodedText(nothing, nothing[..., 0].bool(), nothing[:, 0], ())
    blank = torch.zeros(1, features)  # sets the least width; its row is dropped again
    tokens = pad_sequence([blank, *(row.tokens[0] for row in rows)], batch_first=True)[1:]
    mask = pad_sequence([blank[:, 0].bool(), *(row.mask[0] for row in rows)], batch_first=True)[1:]
    pooled = torch.cat([row.pooled for row in rows])
    return EncodedText(tokens, mask, pooled, tuple(row.words[0] for row in rows))
