"""Statements: their pennies and their pages."""
