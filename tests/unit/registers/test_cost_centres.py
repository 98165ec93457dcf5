"""Successors."""

from tests.unit.registers.folder import RegisterFolder

MAY, JUNE = "2026-05-01", "2026-06-01"
PROGRAMME = {"cost_centre_code": "CC-1", "department_code": "D1"}


def closed(code: str, successor: str, valid_to: str = MAY, **more: str) -> dict[str, str]:
    return {
        "cost_centre_code": code,
        "department_code": "D1",
        "successor_code": successor,
        "valid_to": valid_to,
        **more,
    }


def test_a_successor_in_no_row_is_refused(registers: RegisterFolder) -> None:
    registers.write("cost_centres", [PROGRAMME, closed("CC-2", "CC-9")])
    fault = registers.only_fault()
    assert (fault.row, fault.column) == (3, "successor_code")
    assert fault.message == "the successor `CC-9` is in no row"


def test_successors_in_a_circle_are_named(registers: RegisterFolder) -> None:
    registers.write(
        "cost_centres", [PROGRAMME, closed("CC-2", "CC-3"), closed("CC-3", "CC-2", JUNE)]
    )
    assert [fault.row for fault in registers.faults()] == [3, 4]
    assert "lead in a circle on 2026-06-01: CC-2 → CC-3 → CC-2" in registers.errors()[0]


def test_a_cost_centre_that_succeeds_itself_is_named(registers: RegisterFolder) -> None:
    registers.write("cost_centres", [PROGRAMME, closed("CC-2", "CC-2")])
    assert "CC-2 → CC-2" in registers.only_fault().message


def test_a_cost_centre_that_opens_again_is_no_circle(registers: RegisterFolder) -> None:
    again = {"cost_centre_code": "CC-2", "department_code": "D1", "valid_from": JUNE}
    registers.write(
        "cost_centres", [PROGRAMME, closed("CC-2", "CC-3"), again, closed("CC-3", "CC-2", JUNE)]
    )
    assert registers.faults() == []


def test_ten_cost_centres_in_a_row_are_followed_and_eleven_are_not(
    registers: RegisterFolder,
) -> None:
    def chain(length: int) -> list[dict[str, str]]:
        return [closed(f"X{n}", f"X{n + 1}") for n in range(1, length)] + [
            {"cost_centre_code": f"X{length}", "department_code": "D1"}
        ]

    registers.write("cost_centres", [PROGRAMME, *chain(10)])
    assert registers.faults() == []
    registers.write("cost_centres", [PROGRAMME, *chain(11)])
    assert "are more than 10" in registers.only_fault().message
