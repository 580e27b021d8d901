"""Streamlit's command, with what the pages need imported while a browser comes up.

    python -m ui.launch run app.py

Importing torch takes longer than starting the server and a browser together, so it starts here
and not with the first visitor.
"""

import gc
import threading

from streamlit.web import cli

from mer_core.allocator import keep_freed_memory


def import_pages() -> None:
    """Import what the page that opens first stands on: torch, the probes, the views."""
    gc.disable()  # or every collection would walk through all that is imported so far
    try:
        import ui.start  # noqa: F401
    finally:
        gc.freeze()
        gc.enable()


def main() -> None:
    """Run Streamlit's command line; meanwhile import the pages' modules.

    Freed memory is kept for the next request (docs/log.md says what that costs).
    """
    keep_freed_memory()
    threading.Thread(target=import_pages, name="import", daemon=True).start()
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
