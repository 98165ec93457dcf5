"""The command line. Each verb is thin: it asks for the settings, calls plain functions and prints what they found.

Exit codes: 0 done, 1 the build failed or there is nothing to do it with, 2 registers or settings must be mended
first, 3 files are in quarantine (`land` only).
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import duckdb
import typer
from rich.console import Console
from rich.markup import escape

from orchestration import origin, steps
from orchestration.errors import RefusalError
from orchestration.report.wording import counted, money
from orchestration.settings import DEVELOPMENT_PSEUDONYM_KEY, Settings, writer_lock

if TYPE_CHECKING:
    from orchestration.build import BuildOutcome, Failure
    from orchestration.landing import LandingResult
    from orchestration.registers import Fault

EXIT_FAILED = 1
EXIT_QUARANTINE = 3
FAULTS_SHOWN = 25

app = typer.Typer(
    help="Every penny of every AI bill belongs to a cost centre, or to a reason why not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line; what a command cannot do is said in one paragraph, without a traceback."""
    try:
        app()
    except RefusalError as refusal:
        _refuse(str(refusal), refusal.exit_code)
    except duckdb.IOException as error:
        if "Conflicting lock" not in str(error):
            raise
        _refuse(
            "Another program has the warehouse's work file open; close it there and run this again. "
            f"To read figures, open the published file instead. ({str(error).splitlines()[0]})",
            EXIT_FAILED,
        )


@app.command()
def run() -> None:
    """Land, check, build, test, publish and report."""
    console = _console()
    settings = _settings(console)
    _check(settings, console)
    with writer_lock(settings, "run"):
        with console.status("Landing files …"):
            result = steps.land(settings, lambda line: None)
        _print_landed(result, console)
        _build(settings, console)
        _publish(settings, console)
    _report(settings, console)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder to make, or an empty one.")],
) -> None:
    """Make an empty landing folder and registers with headers, for your own company."""
    from orchestration.registers import init as make_registers

    console = _console()
    make_registers(folder)
    console.print(f"Made {escape(str(folder))} with landing/ and seeds/.", soft_wrap=True)
    console.print("Next: put exports into landing/, fill in the registers, and run")
    variables = {"LANDING": "landing", "SEEDS": "seeds", "WAREHOUSE": "warehouse"}
    for variable, name in variables.items():
        path = shlex.quote(str(folder.resolve() / name))
        console.print(
            f"  export CHARGEBACK_{variable}={escape(path)}", highlight=False, soft_wrap=True
        )
    console.print("  make run")


@app.command()
def check() -> None:
    """Look for faults in the registers."""
    console = _console()
    _check(_settings(console), console)
    console.print("Next: chargeback land")


@app.command()
def land() -> None:
    """Take new files from the landing folder into the warehouse. Exits with 3 if files in quarantine."""
    console = _console()
    settings = _settings(console)
    _check(settings, console)
    with writer_lock(settings, "land"):
        result = steps.land(settings, lambda line: console.print(escape(line), soft_wrap=True))
    _print_landed(result, console)
    if result.quarantined:
        console.print(
            "[bold]Next: mend what is in quarantine, drop it again, and land once more. "
            "`chargeback run` goes on without it.[/bold]"
        )
        raise typer.Exit(EXIT_QUARANTINE)
    console.print("Next: chargeback build")


@app.command()
def pull(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="APIs, `stores`, or a store's address; left out, all that the environment has keys for.",
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First day (UTC).")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day (UTC), included.")
    ] = None,
) -> None:
    """Fetch what vendors' APIs and object stores hold into the landing folder. Exits with 1 if any part failed."""
    from orchestration.pull.verb import pull_all

    console = _console()
    settings = Settings.from_environment()
    failures = pull_all(
        settings, sources or [], first, last, lambda line: console.print(escape(line))
    )
    if failures:
        raise RefusalError(
            "\n".join(failures)
            + "\nWhat failed has left nothing behind; what is saved stays saved. Run this again once it is mended.",
            EXIT_FAILED,
        )
    console.print("Next: chargeback land")


@app.command()
def build() -> None:
    """Build and test the marts from what has landed."""
    console = _console()
    settings = _settings(console)
    _check(settings, console)
    with writer_lock(settings, "build"):
        _build(settings, console)
    console.print("Next: chargeback publish")


@app.command()
def forecast() -> None:
    """Forecast the coming months from the last build. `run` and `build` do so by themselves where it is installed."""
    from orchestration.build_record import current_build_record
    from orchestration.forecast import can_forecast, refresh_forecast

    console = _console()
    settings = _settings(console)
    _check(settings, console)
    if not can_forecast():
        raise RefusalError(
            "The forecast needs a library that is not installed: `make forecast` sets it up, and forecasts.",
            EXIT_FAILED,
        )
    with writer_lock(settings, "forecast"):
        current_build_record(settings)
        made = refresh_forecast(settings)
    if made.has_changed:
        console.print(
            f"Forecast {made.forecast_count} series and totals; "
            f"{counted(made.other_count, 'other')} with too little history, or ended."
        )
        console.print("Next: chargeback build")
    else:
        console.print("Nothing has changed since the last forecast.")


@app.command()
def expectations() -> None:
    """Show what the suites of each source found last, and where their pages are."""
    from orchestration.expectations import last_results
    from orchestration.expectations.terminal import print_results

    console = _console()
    settings = _settings(console)
    print_results(settings, last_results(settings), console)


@app.command()
def publish() -> None:
    """Show the tested marts of the last build to readers, in one atomic step."""
    console = _console()
    settings = _settings(console)
    _check(settings, console)
    with writer_lock(settings, "publish"):
        _publish(settings, console)
    console.print("Next: chargeback report")


@app.command()
def rollback(
    publication_id: Annotated[
        str | None,
        typer.Argument(help="A publication that is kept; by default the one before the current."),
    ] = None,
) -> None:
    """Show readers an earlier publication again, in one atomic step."""
    from orchestration.publish import rollback as roll_back

    console = _console()
    settings = _settings(console)
    with writer_lock(settings, "rollback"):
        publication = roll_back(settings, publication_id)
    console.print(
        f"Readers have {publication.publication_id} now: {escape(str(settings.published_file))}",
        highlight=False,
    )
    console.print(
        "A run that makes anything else publishes it as always; what was taken back is published only once it has "
        "changed, or is named: `chargeback rollback PUBLICATION_ID`."
    )


@app.command()
def report(
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with amounts as text.")] = False,
) -> None:
    """Print the figures of what is published."""
    console = _console(stderr=json)
    settings = _settings(console)
    _check(settings, console, quiet=True)
    _report(settings, console, json)


@app.command()
def explain(
    allocation_id: Annotated[
        str | None, typer.Argument(help="An entry's id, or its beginning.")
    ] = None,
    cost_centre: Annotated[
        str | None, typer.Option("--cost-centre", help="A cost centre's code.")
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--identity", metavar="PLATFORM:TYPE:ID", help="A key, project, user …"),
    ] = None,
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM")] = None,
    platform: Annotated[str | None, typer.Option("--platform", help="Only this platform.")] = None,
    charges: Annotated[
        int, typer.Option("--charges", min=1, help="How many charges to print.")
    ] = 10,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with amounts as text.")] = False,
) -> None:
    """Print the way from an entry to its rule, driver, shares, charges, raw file and row."""
    from orchestration.report.explanation import explain_cost_centre, explain_entry
    from orchestration.report.explanation_terminal import print_cost_centre, print_explanation
    from orchestration.report.identity import Identity, explain_identity
    from orchestration.report.identity_terminal import print_identity
    from orchestration.report.published import as_json

    console = _console(stderr=json)
    settings = _settings(console)
    _check(settings, console, quiet=True)
    if allocation_id and not (cost_centre or month or identity):
        explanation = explain_entry(settings, allocation_id, charges)
        if json:
            print(as_json(explanation))
        else:
            print_explanation(explanation, console)
    elif identity and month and not (cost_centre or allocation_id):
        spent = explain_identity(settings, Identity.parsed(identity), month)
        if json:
            print(as_json(spent))
        else:
            print_identity(spent, console)
    elif cost_centre and month and not (allocation_id or identity):
        found = explain_cost_centre(settings, cost_centre, month, platform, charges)
        if json:
            print(as_json(found))
        else:
            print_cost_centre(found, console)
    else:
        raise RefusalError(
            "Name an allocation_id, or both --cost-centre and --month, or both --identity and --month."
        )


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="Which file; an unknown name lists them.")],
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="Accounting month.")],
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to write the CSV.")
    ] = None,
    layout: Annotated[
        Path | None, typer.Option("--layout", metavar="FILE", help="Journal: its columns, as YAML.")
    ] = None,
    reversal: Annotated[
        bool, typer.Option("--reversal", help="Journal: swap the sides, dated the next month.")
    ] = False,
    accrual: Annotated[
        bool,
        typer.Option(
            "--accrual",
            help="Journal: of an ended month, not closed, with its reversal in the next.",
        ),
    ] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help="Journal: write it though the month is open.")
    ] = False,
) -> None:
    """Write a file for another tool from what is published, proven to sum to the ledger."""
    from orchestration.export import JournalOptions
    from orchestration.export import export as write_export

    console = _console()
    settings = _settings(console)
    _check(settings, console, quiet=True)
    given = layout, reversal, accrual, draft
    options = JournalOptions(*given) if any(given) else None
    for exported in write_export(settings, name, period, output, options):
        sums = ", ".join(
            f"{money(amount)} {currency}" for currency, amount in exported.totals.sums.items()
        )
        console.print(
            f"Wrote {escape(str(exported.path))}: {counted(exported.totals.row_count, 'row')}, "
            f"{sums or 'no amount'}, as in the ledger.",
            highlight=False,
            soft_wrap=True,
        )
        for note in exported.notes:
            console.print(f"  {escape(note)}", highlight=False, soft_wrap=True)


@app.command()
def evidence(
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="Accounting month.")],
    department: Annotated[
        str | None, typer.Option("--department", help="Only a department's use cases.")
    ] = None,
    division: Annotated[
        str | None, typer.Option("--division", help="Only a division's use cases.")
    ] = None,
    legal_entity: Annotated[
        str | None, typer.Option("--legal-entity", help="Only a legal entity's use cases.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FOLDER", help="Where to write the files.")
    ] = None,
) -> None:
    """Write the evidence of how AI is governed in a month: CSV files, and a page that maps them to DSIT's headings."""
    from orchestration.evidence import Scope, write_evidence

    console = _console()
    settings = _settings(console)
    _check(settings, console, quiet=True)
    scopes = [
        Scope(kind, code)
        for kind, code in (
            ("department", department),
            ("division", division),
            ("legal entity", legal_entity),
        )
        if code is not None
    ]
    if len(scopes) > 1:
        raise RefusalError("Name one of --department, --division and --legal-entity, not several.")
    pack = write_evidence(settings, period, scopes[0] if scopes else Scope(), output)
    for file, row_count in pack.row_counts.items():
        console.print(
            f"Wrote {escape(str(pack.folder / file))}: {counted(row_count, 'row')}.",
            highlight=False,
            soft_wrap=True,
        )
    console.print(f"Begin with {escape(str(pack.page))}", highlight=False, soft_wrap=True)


@app.command()
def statement(
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="Accounting month.")],
    department: Annotated[
        str | None, typer.Option("--department", help="Only this department's code.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FOLDER", help="Where to write the pages.")
    ] = None,
) -> None:
    """Write each department's statement of a month as an HTML page, from what is published."""
    from orchestration.statement import write_statements

    console = _console()
    settings = _settings(console)
    _check(settings, console, quiet=True)
    for written in write_statements(settings, period, department, output):
        console.print(
            f"{written.department_code or '(none)'}  {written.total:>14,} {written.reporting_currency}  "
            f"{escape(str(written.path))}",
            highlight=False,
            soft_wrap=True,
        )


@app.command()
def policy(
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to write the page.")
    ] = None,
) -> None:
    """Write the allocation policy in force as Markdown: each rule in sentences, reviews, exceptions, settings."""
    from orchestration.report.policy import write_policy

    console = _console()
    settings = _settings(console)
    _check(settings, console, quiet=True)
    written = write_policy(settings, output)
    console.print(
        f"Wrote {escape(str(written.path))}: {counted(written.rule_count, 'rule')}.",
        highlight=False,
        soft_wrap=True,
    )
    if written.overdue:
        console.print(f"Review overdue: {escape(', '.join(written.overdue))}", highlight=False)


@app.command()
def compare_policy(
    rules: Annotated[
        Path,
        typer.Option("--rules", help="A folder with the candidate's registers: any of today's."),
    ],
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with amounts as text.")] = False,
) -> None:
    """Show who would pay what under candidate rules, before anybody approves them. Changes no ledger."""
    from orchestration.comparison.comparing import compare_policy as compare
    from orchestration.report.comparison_terminal import print_comparison
    from orchestration.report.published import as_json

    console = _console(stderr=json)
    settings = _settings(console)
    _check(settings, console, quiet=True)
    with console.status(f"Allocating {period} twice …"):
        comparison = compare(settings, rules, period)
    if json:
        print(as_json(comparison))
    else:
        print_comparison(comparison, console)


@app.command()
def close(
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="Accounting month.")],
    approved_by: Annotated[
        str,
        typer.Option("--approved-by", metavar="PERSON_ID", help="Who approves: a staff number."),
    ],
    override: Annotated[
        list[str] | None,
        typer.Option(
            "--override", metavar="CHECK", help="A check to pass over; repeat with --reason."
        ),
    ] = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", help="Why, one for each --override, in order.")
    ] = None,
) -> None:
    """Post an accounting month: its ledger and journals never change after this. Exits with 1 if it may not close."""
    from orchestration.close.posting import close_period

    console = _console()
    settings = _settings(console)
    _check(settings, console, quiet=True)
    overrides, reasons = override or [], reason or []
    if len(overrides) != len(reasons) or len(set(overrides)) != len(overrides):
        raise RefusalError(
            "Give each --override once, and one --reason with it, in the same order."
        )
    with writer_lock(settings, "close"):
        outcome = close_period(
            settings, period, approved_by, dict(zip(overrides, reasons, strict=True))
        )
        for block in outcome.overridden:
            console.print(f"overridden {block.check}: {escape(block.finding)}", soft_wrap=True)
        if outcome.close is None:
            for block in outcome.blocks:
                console.print(
                    f"[red]{block.check}[/red]: {escape(block.finding)}\n  → {escape(block.remedy)}",
                    highlight=False,
                    soft_wrap=True,
                )
            raise RefusalError(
                f"{period} stays open: {counted(len(outcome.blocks), 'thing')} to mend first, or to override with who "
                "approves and why (--override CHECK --reason …).",
                EXIT_FAILED,
            )
        if outcome.was_closed:
            console.print(
                f"{period} is closed already ({outcome.close.close_id}): nothing has changed.",
                highlight=False,
            )
            return
        console.print(
            f"Closed {period} as {outcome.close.close_id}: {escape(str(outcome.close.folder))}",
            highlight=False,
            soft_wrap=True,
        )
        _build(settings, console)
        _publish(settings, console)
    console.print("Next: chargeback report")


@app.command("verify-close")
def verify_close(
    period: Annotated[
        str | None, typer.Option("--period", metavar="YYYY-MM", help="Only this month.")
    ] = None,
) -> None:
    """Look whether closed months are still what was posted. Exits with 1 if anything differs."""
    from orchestration.close.verify import verify_closes

    console = _console()
    verified = verify_closes(_settings(console), period)
    for month in verified:
        state = "[red]changed[/red]" if month.faults else "[green]as posted[/green]"
        console.print(f"{month.period}  {month.close_id}  {state}", highlight=False)
        for fault in month.faults:
            console.print(f"  {escape(fault)}", highlight=False, soft_wrap=True)
    if not verified:
        console.print("No month is closed yet.")
    if any(month.faults for month in verified):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def alerts(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would go out; send and record nothing.")
    ] = False,
    digest: Annotated[
        bool, typer.Option("--digest", help="The weekly digest in place of single alerts.")
    ] = False,
    statements: Annotated[
        bool, typer.Option("--statements", help="Tell heads of departments of their statement.")
    ] = False,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", metavar="YYYY-MM", help="Statements: of this month, not the last."
        ),
    ] = None,
) -> None:
    """Tell those whom it concerns what stands in the way. Exits with 1 if something could not be delivered."""
    from orchestration.alerts import send_alerts, send_digest, send_statements
    from orchestration.alerts.terminal import print_result

    if (digest and statements) or (period and not statements):
        raise RefusalError(
            "Give --digest or --statements, not both; --period goes with --statements."
        )
    console = _console()
    # A fault of the registers is told of, so it does not refuse this verb.
    settings = _settings(console)
    if statements:
        result = send_statements(settings, period, is_dry=dry_run)
    else:
        result = (send_digest if digest else send_alerts)(settings, is_dry=dry_run)
    print_result(result, dry_run, console)
    if result.undelivered:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def forget(
    person: Annotated[
        str | None,
        typer.Argument(help="An e-mail, login, name or pseudonym; asked for if left out."),
    ] = None,
) -> None:
    """Erase a person from the map of pseudonyms, for good. No cost changes."""
    from orchestration.landing import forget as forget_person

    console = _console()
    forgotten = forget_person(_settings(console), person or typer.prompt("Whom"))
    known = "is forgotten" if forgotten.was_known else "was not known, and never will be"
    console.print(f"{forgotten.pseudonym} {known}.")


def _settings(console: Console) -> Settings:
    """The settings in use, once they are known not to mix the sample company with real files."""
    settings = steps.settings_in_use()
    if origin.is_invented(settings):
        console.print(
            "This is the sample company. `chargeback init DIR` begins your own.", style="dim"
        )
    elif settings.pseudonym_key == DEVELOPMENT_PSEUDONYM_KEY:
        console.print(
            "People are hashed with the development key, which anybody can read: set CHARGEBACK_PSEUDONYM_KEY to a "
            "secret of your own before the first real landing.",
            style="yellow",
        )
    return settings


def _check(settings: Settings, console: Console, quiet: bool = False) -> None:
    """Read all registers first: a fault of severity error refuses every verb."""
    errors, warnings = steps.find_register_faults(settings)
    _print_faults(errors, "red", console)
    if errors:
        raise steps.faulty_registers(settings, errors)
    if not quiet:
        _print_faults(warnings, "yellow", console)
        console.print(
            f"Registers in {escape(str(settings.seeds))}: no errors, {counted(len(warnings), 'warning')}.",
            highlight=False,
            soft_wrap=True,
        )


def _print_faults(faults: list[Fault], style: str, console: Console) -> None:
    for fault in faults[:FAULTS_SHOWN]:
        console.print(
            f"[{style}]{fault.severity}[/{style}] {escape(fault.sentence())}",
            highlight=False,
            soft_wrap=True,
        )
    if len(faults) > FAULTS_SHOWN:
        console.print(f"  … and {len(faults) - FAULTS_SHOWN} more like these")


def _print_landed(result: LandingResult, console: Console) -> None:
    if result.set_aside:
        console.print(
            f"[yellow]The work file was damaged and is now {escape(str(result.set_aside))}; another was made from the "
            "raw zone.[/yellow]",
            highlight=False,
            soft_wrap=True,
        )
    console.print(
        f"Landed {counted(len(result.accepted), 'new delivery')} with {counted(result.row_count, 'row')}; "
        f"{len(result.unchanged)} were there already; {len(result.quarantined)} in quarantine."
    )
    if result.accepted and not result.was_judged:
        how = "`make expectations` sets that up, once"
        if os.environ.get("CHARGEBACK_EXPECTATIONS") == "off":
            how = "CHARGEBACK_EXPECTATIONS is off"
        console.print(f"Nobody looked whether the new deliveries are plausible: {how}.")


def _build(settings: Settings, console: Console) -> BuildOutcome:
    console.print("Building and testing the marts …")
    outcome = steps.build(settings, _progress(console))
    if outcome.failures:
        for failure in outcome.failures:
            _print_failure(failure, console)
        raise steps.failed_build(settings, outcome)
    models, tests = counted(outcome.model_count, "model"), counted(outcome.test_count, "test")
    console.print(f"Built {models}; {tests} ran, none failed.")
    return outcome


def _publish(settings: Settings, console: Console) -> None:
    with console.status("Publishing …"):
        publication = steps.publish(settings)
    console.print(
        f"Published {publication.publication_id} to {escape(str(settings.published_file))}",
        highlight=False,
    )


def _report(settings: Settings, console: Console, json: bool = False) -> None:
    from orchestration.expectations.results import data_docs
    from orchestration.forecast import can_forecast
    from orchestration.report.figures import read_report
    from orchestration.report.published import as_json
    from orchestration.report.terminal import print_report

    figures = read_report(settings)
    if json:
        print(as_json(figures))
    else:
        print_report(figures, console)
        page = data_docs(settings)
        if page.is_file():
            console.print(
                f"Whether deliveries were plausible: {escape(str(page))}",
                highlight=False,
                soft_wrap=True,
            )
        if not can_forecast():
            console.print("The coming months are not forecast: `make forecast` sets that up, once.")


def _progress(console: Console) -> Callable[[int, int, str], None]:
    """Show the step on one line that rewrites itself, or every tenth of the way where there is no terminal."""
    printed = 0

    def show(step: int, total: int, description: str) -> None:
        nonlocal printed
        if console.is_terminal:
            console.print(
                f"\r\x1b[2K  {step} of {total}: {escape(description)}"[: console.width], end=""
            )
            return
        tenth = step * 10 // max(total, 1)
        if tenth > printed:
            printed = tenth
            console.print(f"  {step} of {total}")

    return show


def _print_failure(failure: Failure, console: Console) -> None:
    console.print(f"\n[bold red]{failure.kind}: {escape(failure.name)}[/bold red]")
    for line in (
        failure.meaning,
        failure.message,
        *(f"for example {example}" for example in failure.examples),
    ):
        if line:
            console.print(f"  {escape(line)}", highlight=False)


def _console(stderr: bool = False) -> Console:
    # Figures are never folded: a narrow terminal scrolls or wraps instead.
    return Console(width=max(Console().width, 120), stderr=stderr)


def _refuse(message: str, exit_code: int) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(
        f"[bold red]Stopped.[/bold red] {escape(message)}", highlight=False
    )
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
