"""The runner itself, on a toy project: what it builds, what it leaves out, what it reports."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.support.compiled_project import CompiledProject

TOY = {
    "dbt_project.yml": """
        name: toy
        profile: toy
        test-paths: [singular]
        seed-paths: ["{{ env_var('CHARGEBACK_SEEDS') }}"]
        target-path: "{{ env_var('DBT_TARGET_PATH') }}"
        seeds: {toy: {+schema: registers, +column_types: {}}}
        """,
    "profiles/profiles.yml": """
        toy:
          target: duckdb
          outputs:
            duckdb:
              type: duckdb
              path: "{{ env_var('CHARGEBACK_WAREHOUSE') }}/chargeback.duckdb"
        """,
    "models/sources.yml": """
        sources:
          - {name: shop, schema: raw, tables: [{name: sales, columns: [{name: amount}]}]}
        """,
    "models/priced.sql": """
        select cast(amount as decimal(38, 10)) as amount from {{ source('shop', 'sales') }}
        """,
    "models/summed.sql": """
        select
            coalesce(sum(amount), 0) as amount,
            (select count(*) from {{ ref('policy') }}) as settings
        from {{ ref('priced') }}
        """,
    "models/apart.sql": "select 1 / (select count(*) from {{ ref('priced') }}) as one",
    "singular/the_sum_is_positive.sql": "select * from {{ ref('summed') }} where amount <= 0",
    "singular/warned.sql": "{{ config(severity='warn') }} select * from {{ ref('summed') }}",
    "macros/generate_schema_name.sql": """
        {% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}
        """,
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CompiledProject]:
    folder = tmp_path_factory.mktemp("toy")
    for name, content in TOY.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        lines = content.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip())
        file.write_text("\n".join(line[indent:] for line in lines), encoding="utf-8")
    yield CompiledProject.compiled(folder, tmp_path_factory.mktemp("work"))


def test_it_runs_sources_through_models(toy: CompiledProject) -> None:
    sales = [{"amount": "0.1"}, {"amount": "0.2"}]
    with toy.run(["summed"], {"shop.sales": sales, "policy": [{"setting": "a"}]}) as warehouse:
        assert warehouse.rows("select cast(amount as text) as amount, settings from summed") == [
            {"amount": "0.3000000000", "settings": 1}
        ]
        assert warehouse.failures() == []


def test_a_given_model_replaces_what_is_above_it(toy: CompiledProject) -> None:
    with toy.run(["summed"], {"priced": [{"amount": 7}]}) as warehouse:
        assert warehouse.rows("select cast(amount as integer) as amount from summed") == [
            {"amount": 7}
        ]
        with pytest.raises(duckdb.CatalogException):
            warehouse.rows("select * from raw.sales")


def test_a_failing_data_test_is_reported_and_a_warning_is_not(toy: CompiledProject) -> None:
    with toy.run(["summed"], {}) as warehouse:
        assert [failure.test for failure in warehouse.failures()] == ["the_sum_is_positive"]


def test_models_that_no_target_needs_do_not_run(toy: CompiledProject) -> None:
    with toy.run(["priced"], {}) as warehouse, pytest.raises(duckdb.CatalogException):
        warehouse.rows("select * from summed")


def test_an_error_names_the_model(toy: CompiledProject) -> None:
    sales = [{"amount": "ten"}]
    with pytest.raises(duckdb.Error) as caught, toy.run(["priced"], {"shop.sales": sales}):
        pytest.fail("ten is no decimal")
    assert "model.toy.priced" in " ".join(caught.value.__notes__)


def test_an_unknown_name_is_refused(toy: CompiledProject) -> None:
    with pytest.raises(KeyError, match="nowhere"), toy.run(["summed"], {"nowhere": []}):
        pytest.fail("nothing is called nowhere")


def test_the_path_to_a_model_ends_above_at_what_is_given(toy: CompiledProject) -> None:
    assert [node.name for node in toy.path_to(["summed"], given=["priced"])][-1] == "summed"
    assert {node.name for node in toy.path_to(["summed"], given=["priced"])} == {
        "priced",
        "policy",
        "summed",
    }
