"""Models: who answers here, how large, how good, and how far to trust them."""

from ui.shell import require_frame

require_frame()

from ui.cards import interpreter_card, lead, model_card
from ui.resources import FURTHER, NAMES

lead()
for name in (*NAMES, *FURTHER):
    model_card(name)
interpreter_card()
