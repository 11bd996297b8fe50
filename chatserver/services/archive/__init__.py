"""What is kept of conversations: transcripts, the sealed archive, verification and erasure."""
