"""The invented sample company: a seeded generator of vendor files and registers."""
