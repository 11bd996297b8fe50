"""The contract of each port, tested on every engine that implements it.

`test_NAME_store.py` tests the port of that name, which `chatserver/store/tables/NAME.py` implements
for SQLite, or a module of `chatserver/store/folder/`. A second engine joins by one more entry in
`ENGINES` (tests/store/contracts/conftest.py).
"""
