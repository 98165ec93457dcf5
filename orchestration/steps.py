"""The steps of a run, as the command line and Dagster both take them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from orchestration import origin
from orchestration.errors import RefusalError
from orchestration.report.wording import counted
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.build import BuildOutcome, Progress
    from orchestration.landing import LandingResult
    from orchestration.publish import Publication
    from orchestration.registers import Fault


def settings_in_use() -> Settings:
    """The environment's settings, once they are known not to mix the sample company with real files."""
    settings = origin.with_landing_in_use(Settings.from_environment())
    origin.refuse_mixture(settings)
    return settings


def find_register_faults(settings: Settings) -> tuple[list[Fault], list[Fault]]:
    """What is wrong with the registers: errors, which refuse every verb, and warnings."""
    from orchestration.registers import check

    faults = check(settings)
    return (
        [fault for fault in faults if fault.severity == "error"],
        [fault for fault in faults if fault.severity != "error"],
    )


def faulty_registers(settings: Settings, errors: list[Fault]) -> RefusalError:
    """The refusal of a verb whose registers have errors."""
    return RefusalError(
        f"The registers in {settings.seeds} have {counted(len(errors), 'error')}: mend them and run this again. "
        "What was published before still stands."
    )


def land(settings: Settings, echo: Callable[[str], None]) -> LandingResult:
    """Take new files into the warehouse, and leave it such that dbt may be run on its own next."""
    from orchestration.comparison.views import create_comparison_view
    from orchestration.forecast import can_forecast, create_forecast_view
    from orchestration.landing import land as land_files
    from orchestration.publish.views import create_publications_view
    from orchestration.registers import write_absent_registers

    origin.record_origin(settings)
    write_absent_registers(settings)
    result = land_files(settings, echo)
    create_comparison_view(settings)
    create_forecast_view(settings, is_kept=can_forecast())
    create_publications_view(settings)
    return result


def build(settings: Settings, progress: Progress) -> BuildOutcome:
    """Build and test the marts of what has landed. Raises RefusalError where nothing has."""
    from orchestration.build import build as build_marts

    if not settings.work_file.exists():
        raise RefusalError("Nothing has landed yet: run `chargeback land` first.", 1)
    return build_marts(settings, progress)


def failed_build(settings: Settings, outcome: BuildOutcome) -> RefusalError:
    """The refusal to go on after a build that did not pass."""
    return RefusalError(
        f"The build failed ({counted(len(outcome.failures), 'fault')}): nothing was published, "
        f"and what was published before still stands. {outcome.cause + ' ' if outcome.cause else ''}"
        f"dbt's log is in {settings.warehouse / 'logs'}.",
        1,
    )


def publish(settings: Settings) -> Publication:
    """Show the tested marts of the last build to readers."""
    from orchestration.publish import publish as publish_marts

    return publish_marts(settings, os.environ.get("CHARGEBACK_MEMORY_LIMIT") or "4GB")
