"""Be a musician with a sound in mind: teach the agent of a running performance by two motion rings.

Start `livecode play`, evaluate `ego.reward = hands` as the first set has it, then run
`python examples/practise.py` in another terminal. It hears where the agent is and turns its hands
to the front while that comes nearer to the place it has in mind, to the back while it goes away,
a little shakily. `--set` practises without a performance: it plays that set offline and says how
the agent got on; so a set can be tried without rings.
"""

import argparse
from collections import deque
from pathlib import Path

import numpy as np

from livecode import Session
from livecode.language.sets import read_set
from livecode.signals.simulate import PERIOD_S, Musician

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
