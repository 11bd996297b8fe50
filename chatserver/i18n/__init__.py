"""The languages of pages, errors, e-mails and transcripts."""
