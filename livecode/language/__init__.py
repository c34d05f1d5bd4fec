"""The performer's words: descriptions of what sounds and varies, which `livecode.playing` plays."""
