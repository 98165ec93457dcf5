"""What runs around dbt: landing, registers, building, publishing and reporting."""
