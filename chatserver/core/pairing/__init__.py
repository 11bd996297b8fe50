"""The rules of pairing: the queue, the technicians and the choice between them."""
