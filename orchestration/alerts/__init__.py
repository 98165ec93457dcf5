"""Alerts: what stands in the way of a month is told to whom it concerns, once, with a link and what to do."""

from orchestration.alerts.run import Result, send_alerts, send_digest, send_statements

__all__ = ["Result", "send_alerts", "send_digest", "send_statements"]
