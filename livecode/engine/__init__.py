"""The engine: pyo and nothing else; mixes what sounds, records it and brings it to the device."""
