"""Agents that explore a unit cube under a listener's feedback; no audio, no clock, no sockets."""
