"""The declaration is the only one: what else names the registers' columns keeps to it."""

import pytest
import yaml

from orchestration.landing.contracts import load_contracts
from orchestration.registers import dbt_seeds
from orchestration.registers.declared import REGISTERS, register_named
from orchestration.registers.schema import Kind, Register
from tests.support.registers import SEED_COLUMNS

LANDED = [declared for declared in REGISTERS if declared.is_landed]
SEEDED = [declared for declared in REGISTERS if not declared.is_landed]


def test_the_seeds_yaml_is_what_the_declaration_says() -> None:
    assert dbt_seeds.TARGET.read_text(encoding="utf-8") == dbt_seeds.seeds_yaml()


def test_every_column_of_a_seed_is_text() -> None:
    for seed in yaml.safe_load(dbt_seeds.seeds_yaml())["seeds"]:
        names = [column.name for column in register_named(seed["name"]).columns]
        assert seed["config"]["column_types"] == dict.fromkeys(names, "text")


@pytest.mark.parametrize("declared", LANDED, ids=lambda declared: declared.name)
def test_the_contract_of_a_landed_register_has_the_same_columns(declared: Register) -> None:
    table = next(t for t in load_contracts() if t.qualified == f"registers__{declared.name}")
    assert {c.name for c in table.columns} == {c.name for c in declared.columns}
    # What the loader would put in quarantine, `check` must have named before.
    required = {column.name for column in declared.fixed_columns}
    assert {column.name for column in table.columns if column.required} <= required
    filled = {column.name for column in declared.columns if column.is_required}
    assert {column.name for column in table.columns if column.not_null} <= filled


@pytest.mark.parametrize("declared", SEEDED, ids=lambda declared: declared.name)
def test_compiled_tests_see_the_same_columns(declared: Register) -> None:
    assert set(SEED_COLUMNS[declared.name]) == {column.name for column in declared.columns}


def test_declarations_make_sense() -> None:
    for declared in REGISTERS:
        names = [column.name for column in declared.columns]
        assert len(set(names)) == len(names)
        assert set(declared.key) <= set(names)
        for column in declared.columns:
            assert column.description
            assert (column.kind is Kind.CHOICE) == bool(column.choices)
            if column.refers_to:
                assert register_named(column.refers_to).key
