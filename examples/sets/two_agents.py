"""Two agents, each rewarded by the other's sound: a conversation that nobody leads.

One likes it when the other is rough, the other when the first is calm. So they chase each other, through
all pitches: `scale=None` keeps the first from the key of its space.
"""

glass, players = space("additive"), space("orchestra")

@reward
def rough(two):                         # what `two` sounds like, judged for `one`
    return two.roughness - 0.3

@reward
def calm(one):                          # what `one` sounds like, judged for `two`
    return 0.1 - one.flux

one = agent(glass, dims=3, scale=None, every=60*ms, level=0.6, pan=-0.4, seed=5)
two = agent(players, dims=2, every=90*ms, level=0.6, pan=0.4, seed=6)
one.reward = rough
two.reward = calm
