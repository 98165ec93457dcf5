"""How many companies a run tries: HYPOTHESIS_PROFILE=thorough for the long way."""

import os

from hypothesis import HealthCheck, settings

# Drawing a company is slow beside running it; neither says anything about the property.
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=SUPPRESSED,
)
settings.register_profile(
    "thorough", max_examples=2000, deadline=None, suppress_health_check=SUPPRESSED
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
