"""Call and response: a stream answers the phrases of a melody; with `mic()` in its place it answers yours."""

tempo(100)

# %% after silence  for=3*bars
call = notes("[0 2 <4 7> 2] ~", "pluck", scale="d minor", octave=4, legato=0.6, pan=-0.4)
r7 = stream("piano", seed=4, pan=0.4)
d = duet(r7, call)                      # after call: d = duet(r7, mic())

# %% longer  for=3*bars
call.pattern = "[<0 4> 7 4 2]*2 ~ ~ ~"
d.answer = 1*bars
d.lean = 1                              # towards the colour of the call

# %% on the bar
call.pattern = "0 2 4*2 <7 9>"          # it never rests: bars rule
d.bars = 1
