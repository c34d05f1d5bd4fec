"""Full-band SampleRNN live: packed weights, and the kernel that draws outlines and cells."""
