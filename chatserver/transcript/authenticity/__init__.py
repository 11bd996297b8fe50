"""Proof that transcripts and archived folders are genuine: hash chain, signature, verification."""
