"""The files beside the database: uploads, archive, receipts, ledger, signing key, e-mail, lock."""
