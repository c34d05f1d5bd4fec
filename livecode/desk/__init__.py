"""The desk: the performer's terminal, and the supervisor of the other three processes."""
