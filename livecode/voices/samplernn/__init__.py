"""SampleRNN without torch: weights packed for the processor, and a kernel that draws samples one by one."""

from livecode.voices.samplernn.sampler import DrawnCodes, Sampler, StreamState

__all__ = ["DrawnCodes", "Sampler", "StreamState"]
