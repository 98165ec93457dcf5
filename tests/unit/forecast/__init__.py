"""The forecast: its method, its totals, and where it is kept."""
