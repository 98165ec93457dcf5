"""Dagster: what runs when, in which order, and what became of it. Nothing outside this folder imports Dagster.

Each asset, check, schedule and sensor here calls the same plain function as the command line; none knows more than it.
"""
