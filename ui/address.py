"""What the page's address says of a widget that is bound to it.

Pages that look at one generated sample of the test split take its number from the address, so a
link from elsewhere is a page and a number:

    /sticker_lab?sticker=7          sticker 7
    /clip_lab?clip=12               utterance 12, puppet-utterance-test-00012
    /clip_lab?clip-from=Data set&clip-set=mustard&clip-split=test&clip-number=34
                                    a sample of a real set that lies here, on every page that asks
                                    for a clip; of a sticker sticker-from, sticker-set and so on
    /surgery?clip=12&words=Swap&donor-clip=34
                                    the same with the words of utterance 34; `words`, `voice` and
                                    `face` are Keep, Silence or Swap
    /cross_attention?clip=12&cross-model=EGMF&cross-pair=text → audio&cross-layer=1&cross-head=3
                                    one head of a model, as the page names both
    /experts?clip=12&experts-look=Pseudo tokens
                                    one section on utterance 12; of a set with
                                    experts-look=Over a set&experts-picture=By class
    /mixing_desk?clip=12&desk-model=EGMF&gate=0.2,0.3,0.5
                                    one setting of a gate; of a sticker with sticker=7 and
                                    desk-model=MGHFT&gate=1,1,0.5,2
"""

import streamlit as st


def standing(key: str, default: str) -> str:
    """What a bound widget of text holds; before it is first drawn, what the address gives it.

    Args:
        key: Of the widget, which is its name in the address.
        default: Of the widget.
    """
    held = st.session_state.get(key)
    return str(st.query_params.get(key, default)) if held is None else str(held)
