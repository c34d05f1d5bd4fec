"""A reward made of two signals: praise for turned hands, blame for hands that move.

Run `python examples/two_signals.py`.
"""

import argparse
from collections import deque

import numpy as np

from livecode import Session
from livecode.signals.simulate import PERIOD_S, turned_packets

BLOCK = """
@reward
def hands(rings):
    return rings.twist

@reward
def calm(rings):
    return -(rings.left.energy + rings.right.energy)

ego = agent(space("additive"), dims=2, every=30*ms, learner="coexplorer")
ego.reward = hands + 0.5 * calm
"""

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--seconds", type=float, default=10.0)
options = parser.parse_args()

with Session(seed=3) as session:
    assert session.eval(BLOCK).ok
    trail = deque([0.5], maxlen=40)  # where it was in the last 0.2 s
    while session.time < options.seconds:
        # Whoever wears these rings wants it to go up the first axis, and turns the hands
        # to the front while it does, to the back while it goes down.
        trail.append(session.get("ego").position[0])
        turn = float(np.clip((trail[-1] - trail[0]) / 0.02, -1, 1))
        for packet in turned_packets(left=turn, right=turn):
            session.receive_osc(packet)
        session.advance(PERIOD_S)
    print("the agent was taught to", session.get("ego").position.round(2))
