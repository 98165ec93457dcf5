"""The settings of policy.csv: known, stated, readable."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, quoted
from orchestration.registers.policy_settings import SETTINGS, PolicySetting, setting_named
from orchestration.registers.reading import Registers, Row
from orchestration.registers.values import UnreadableError, read_value

_FILE = register_named("policy").file


def policy_faults(registers: Registers) -> Iterator[Fault]:
    """Settings that are unknown, missing, or hold what cannot be read."""
    rows = registers["policy"]
    stated = {row["setting"] for row in rows}
    for setting in SETTINGS:
        if setting.is_required and setting.name not in stated:
            example = f"{setting.name},{setting.proposal}" if setting.proposal else setting.name
            yield Fault(
                _FILE,
                None,
                "setting",
                f"the setting {setting.name} is missing",
                f"Add a row that begins `{example}`",
            )
    codes = {row["cost_centre_code"] for row in registers["cost_centres"]}
    for row in rows:
        declared = setting_named(row["setting"])
        if declared is not None:
            yield from _value_faults(row, declared)
        elif row["setting"]:
            yield Fault(
                _FILE,
                row.number,
                "setting",
                f"no setting is called {quoted(row['setting'])}",
                f"Known are {', '.join(setting.name for setting in SETTINGS)}, "
                "required_assessments.<data_classification> and token_weight.<token_type>",
            )
        if row["setting"] == "programme_cost_centre" and row["value"] not in {"", *codes}:
            yield Fault(
                _FILE,
                row.number,
                "value",
                f"the programme's cost centre {quoted(row['value'])} is not in cost_centres.csv",
                "Add it there, or correct the code: it funds sandboxes and everything `central`",
            )


def _value_faults(row: Row, setting: PolicySetting) -> Iterator[Fault]:
    if not row["value"]:
        if not setting.may_be_empty:
            yield Fault(
                _FILE,
                row.number,
                "value",
                f"{setting.name} has no value",
                "Enter the code of the cost centre that funds the AI programme"
                if setting.name == "programme_cost_centre"
                else "Fill it in",
            )
        return
    items = row["value"].split("|") if setting.is_list else [row["value"]]
    for item in items:
        try:
            read_value(item.strip(" "), setting.kind, setting.choices)
        except UnreadableError as error:
            yield Fault(
                _FILE, row.number, "value", f"{setting.name}: {error.message}", error.remedy
            )
