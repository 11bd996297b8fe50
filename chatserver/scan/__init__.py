"""Looking for viruses in what people send."""
