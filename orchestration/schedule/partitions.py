"""The days and months that assets are divided into."""

from __future__ import annotations

import os

import dagster as dg

# The first day that a company wants to see in Dagster; what is older lands all the same.
FIRST_DAY = os.environ.get("CHARGEBACK_FIRST_DAY") or "2025-01-01"

days = dg.DailyPartitionsDefinition(start_date=FIRST_DAY)
months = dg.MonthlyPartitionsDefinition(start_date=f"{FIRST_DAY[:7]}-01")


def period_of(context: dg.AssetExecutionContext) -> str:
    """The accounting month (YYYY-MM) of a run of a monthly asset."""
    return context.partition_key[:7]
