"""The limits of an incoming letter; beyond them it is kept as a file and not taken apart."""

HEAD_BYTES = 262_144
"""The largest header section of a letter or a part."""

HEADER_BYTES = 16_384
"""The longest header with its continuation lines; a longer one is left out."""

HEADERS = 1_000
"""The most headers of a letter or a part."""

PARTS = 200
"""The most parts of a letter, those that contain others included."""

LEVELS = 20
"""The deepest nesting of parts in parts."""

TEXT_CHARACTERS = 400_000
"""The longest text of a letter, after decoding: 60 times that of a long business letter."""

TAGS = 100_000
"""The most elements of an HTML part: a newsletter of 1 MB has some 20,000."""

IDENTIFIERS = 100
"""The most message identifiers that are read of a References header, the newest of them."""

RECIPIENTS = 100
SUBJECT_CHARACTERS = 400
NAME_CHARACTERS = 200
"""Characters of a sender's display name."""
