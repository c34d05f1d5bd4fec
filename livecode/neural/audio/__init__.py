"""Sound files, spectra and descriptors that training and analysis share."""
