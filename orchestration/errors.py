"""What the command line says when it cannot go on."""


class RefusalError(Exception):
    """A command cannot do what it was asked; the message tells a newcomer what to change.

    `exit_code` follows the command line's convention: 1 the build failed, 2 the input or the registers
    must be mended first, 3 files are in quarantine.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
