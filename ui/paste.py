"""A field that takes a picture from the clipboard, for who has copied a sticker somewhere."""

import base64
import binascii

from streamlit.components import v2

_HTML = """
<div class="paste" tabindex="0" role="textbox" aria-label="Paste a picture here">
  Click here, then press <kbd>Ctrl</kbd>+<kbd>V</kbd> (<kbd>⌘</kbd>+<kbd>V</kbd>)
  <div class="note" role="status"></div>
</div>
"""

_CSS = """
.paste {
  border: 1px dashed var(--st-border-color); border-radius: var(--st-base-radius);
  background: var(--st-secondary-background-color); color: var(--st-text-color);
  padding: 1.4rem; text-align: center; cursor: text;
}
.paste:focus { outline: 2px solid var(--st-primary-color); }
.note { font-size: 0.85rem; opacity: 0.75; min-height: 1.2em; }
"""

_JS = """
export default function (component) {
  const { data, parentElement, setStateValue } = component
  const field = parentElement.querySelector(".paste")
  const note = parentElement.querySelector(".note")
  field.onpaste = (event) => {
    event.preventDefault()
    const file = [...event.clipboardData.files].find((f) => f.type.startsWith("image/"))
    if (!file) { note.textContent = "There is no picture on the clipboard."; return }
    if (file.size > data.limit) { note.textContent = data.tooLarge; return }
    const reader = new FileReader()
    reader.onload = () => setStateValue("picture", String(reader.result))
    reader.readAsDataURL(file)
    note.textContent = "Taken: " + (file.name || file.type)
  }
}
"""

_PASTE = v2.component("mer_paste", html=_HTML, css=_CSS, js=_JS)


def pasted_picture(key: str, limit_mb: int) -> bytes | None:
    """The picture last pasted, as the browser sent it; None before.

    Args:
        key: Unique on the page.
        limit_mb: Larger pictures are refused in the browser.
    """
    data = {
        "limit": limit_mb * 1_000_000,
        "tooLarge": f"That picture is larger than {limit_mb} MB: make it smaller first.",
    }
    result = _PASTE(key=key, data=data, on_picture_change=lambda: None)
    address = result.picture
    if not isinstance(address, str) or "," not in address:
        return None
    try:
        return base64.b64decode(address.partition(",")[2], validate=True)
    except binascii.Error:
        return b""
