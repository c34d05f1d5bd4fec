"""The engine: the process that runs pyo; it mixes what sounds, records it and plays it on the device."""
