"""Posts accounting months: each close is a folder of files beside the work file, which nothing changes later.

closes/<period>/<close_id>/
  close.json           who, when, which overrides, totals, and the SHA-256 of every other file
  ledger.parquet …     what was posted, one file a kind of row
  registers/           every register as it stood: what a restatement of the month is allocated by
"""
