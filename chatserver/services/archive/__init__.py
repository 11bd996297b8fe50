"""The archive: transcripts, sealed folders, verification, export and erasure."""
