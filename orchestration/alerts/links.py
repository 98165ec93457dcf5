"""Where to look: a page below the address that CHARGEBACK_SITE_URL gives, else a file or a command."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from orchestration.alerts.events import Event
from orchestration.settings import Settings

SITE_VARIABLE = "CHARGEBACK_SITE_URL"

_PAGES = {
    "unallocated": "unallocated",
    "anomaly": "anomalies",
    "sandbox_cap": "sandboxes",
    "sandbox_expiry": "sandboxes",
    "budget": "budgets",
    "stale_feed": "data-quality",
    "quarantine": "data-quality",
    "failed_build": "builds",
    "close_blocked": "close",
    "digest": "",
}


def link_of(event: Event, settings: Settings, environment: Mapping[str, str]) -> str:
    """The link of an event: the site's page, else what shows the same on this machine."""
    base = environment.get(SITE_VARIABLE, "").rstrip("/")
    if event.kind == "statement":
        file = event.facts["path"]
        return f"{base}/statements/{quote(file.name)}" if base else str(file)
    if base:
        return f"{base}/{_PAGES[event.kind]}"
    return _COMMANDS[event.kind](event, settings)


def _query(mart: str, settings: Settings) -> str:
    return f"marts.{mart} in {settings.published_file}"


_COMMANDS = {
    "unallocated": lambda event, settings: _query("fct_unallocated_spend", settings),
    "anomaly": lambda event, settings: (
        f"chargeback explain --cost-centre {event.facts['cost_centre_code']} "
        f"--month {event.facts['calendar_date']:%Y-%m} --platform {event.facts['platform']}"
        if event.facts["cost_centre_code"]
        else _query("fct_cost_anomalies", settings)
    ),
    "sandbox_cap": lambda event, settings: _query("fct_sandbox_status", settings),
    "sandbox_expiry": lambda event, settings: _query("fct_sandbox_status", settings),
    "budget": lambda event, settings: (
        f"chargeback explain --cost-centre {event.facts['cost_centre_code']} "
        f"--month {event.facts['accounting_month']:%Y-%m}"
        if event.facts["cost_centre_code"]
        else _query("fct_budget_variance", settings)
    ),
    "stale_feed": lambda event, settings: _query("fct_data_quality", settings),
    "quarantine": lambda event, settings: (
        str(settings.landing / event.facts["file"])
        if event.facts["file"]
        else _query("fct_deliveries", settings)
    ),
    "failed_build": lambda event, settings: str(settings.warehouse / "logs"),
    "close_blocked": lambda event, settings: "chargeback report",
    "digest": lambda event, settings: "chargeback report",
}
