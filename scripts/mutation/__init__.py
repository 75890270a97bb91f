"""Mutation testing of the harness: one-line breaks, and whether a test notices."""
