"""Landing vendors' files: find, check, read, load, quarantine. `land` and `forget` are all that others call."""

from orchestration.landing.run import Forgotten, LandingResult, forget, land

__all__ = ["Forgotten", "LandingResult", "forget", "land"]
