"""The composition: every service, session and page is made here, once, from concrete classes."""
