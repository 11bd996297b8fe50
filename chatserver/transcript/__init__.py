"""Render conversations as documents, prove them with a signature, and verify such proofs."""
