"""Reading Python that nobody runs: which names it binds and needs, and which brackets are open in it."""
