"""To come."""

from ui.shell import require_frame

require_frame()
