"""Months and days, all UTC."""

from datetime import date, datetime, time

from tests.reference.records import Charge


def first_of_month(at: datetime) -> date:
    return at.date().replace(day=1)


def day_start(day: date) -> datetime:
    return datetime.combine(day, time())


def accounting_month(charge: Charge) -> date:
    """The month whose invoice carries the charge."""
    return first_of_month(charge.billing_period_start)


def accounting_month_start(charge: Charge) -> datetime:
    return day_start(accounting_month(charge))
