"""The voices: neural sources that compute without the interpreter lock, each into a sample buffer."""

import os

# Plain Python computes no sound in time, and parts of kernels are no Python: they are compiled always.
os.environ.pop("NUMBA_DISABLE_JIT", None)
