"""The contract of each port, tested on every engine that implements it.

A second engine joins by one more entry in `ENGINES` (tests/store/contracts/conftest.py).
"""
