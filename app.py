"""Entry point of the app: `streamlit run app.py`. The router lives in ui.shell."""

from ui.shell import router

router()
