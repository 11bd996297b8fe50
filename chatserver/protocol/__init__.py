"""The wire contract as types: frames, their bytes and the close codes."""
