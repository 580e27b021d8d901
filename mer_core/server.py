"""Start the app as a process of its own and say where it answers."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from mer_core.errors import MerError

HOST = "127.0.0.1"
FIRST_PORT = 8501
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
PATIENCE = 120.0
"""Seconds that a server may take until it answers; the first start compiles what it imports."""


class AppNotStarted(MerError):
    """The server of the app did not come up."""


def app_file() -> Path:
    """The app's entry point, beside the package in a checkout.

    Raises:
        AppNotStarted: There is none: the package was installed without the app.
    """
    path = Path(__file__).resolve().parents[1] / "app.py"
    if not path.is_file():
        raise AppNotStarted(
            f"{path.name} is not beside the package. Run `mer app` from a checkout of the "
            "project, installed with `make install`."
        )
    return path


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(wanted: int | None = None) -> int:
    """The wanted port, or the first free one from 8501 on.

    Raises:
        AppNotStarted: The wanted port is taken, or none of the first hundred is free.
    """
    if wanted is not None:
        if is_free(wanted):
            return wanted
        raise AppNotStarted(
            f"Port {wanted} is taken. Choose another one, or leave --port out to get a free one."
        )
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        if is_free(port):
            return port
    raise AppNotStarted(
        f"No port from {FIRST_PORT} to {FIRST_PORT + 99} is free. Give one with --port."
    )


def command(port: int) -> list[str]:
    """What starts the app's server on a port, run in the folder of `app_file`."""
    started = [sys.executable, "-m", "ui.launch", "run", app_file().name]
    started += [f"--server.address={HOST}", f"--server.port={port}", "--server.headless=true"]
    started += ["--browser.gatherUsageStats=false"]
    return [*started, "--logger.hideWelcomeMessage=true", "--logger.level=warning"]


def serve(port: int, on_ready: Callable[[str], None]) -> int:
    """Run the app until it ends or is interrupted; returns its exit status.

    Args:
        port: A free port of this machine.
        on_ready: Called once with the address, as soon as the server answers.

    Raises:
        AppNotStarted: It ended, or did not answer in time.
    """
    # In the checkout's folder: that is where Streamlit looks for .streamlit/config.toml.
    process = subprocess.Popen(command(port), cwd=app_file().parent)
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        _await(process, port)
        on_ready(f"http://{HOST}:{port}")
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        _stop(process)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _await(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AppNotStarted("The app's server ended at once; what it said stands above.")
        try:
            with _DIRECT.open(f"http://{HOST}:{port}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AppNotStarted(
        f"The app did not answer on port {port} within {PATIENCE:.0f} seconds. Run `mer doctor`."
    )


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
