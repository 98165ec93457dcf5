"""An allocator in plain Python and exact integers, written from the rules and not from the SQL.

The property tests hold the warehouse's ledger against it. It favours the obvious over the fast:
every look-up is a scan, every amount an integer in units of 10⁻¹⁰ of its currency.
"""
