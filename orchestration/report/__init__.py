"""Reads the published file, and only that: the short report, and the way from an entry to the raw row."""
