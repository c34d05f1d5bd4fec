"""The performer's words: units, spaces, agents, rewards, set files. What they do is in `livecode.mind`."""
