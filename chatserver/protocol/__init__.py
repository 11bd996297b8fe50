"""The wire contract as types: frames, their encoding, and the close codes."""
