"""Transcripts for readers: access, links, ZIPs of many, verification and import."""
