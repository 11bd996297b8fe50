"""The files beside the database: uploads, the sealed archive, receipts and the signing key."""
