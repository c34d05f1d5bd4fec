"""Imports pyo without its notices on the performer's screen; the engine imports pyo from here."""

import contextlib
import io
import os

os.environ.setdefault("PYO_GUI_WX", "0")  # do not look for graphical widgets
os.environ.setdefault("JACK_NO_START_SERVER", "1")  # join a JACK server, never start one
with contextlib.redirect_stdout(io.StringIO()):
    import pyo

__all__ = ["pyo"]
