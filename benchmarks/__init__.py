"""Measurements of speed and memory, and the data they run on."""
