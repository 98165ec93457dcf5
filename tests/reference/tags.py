"""Tag keys as rules and registers compare them."""

from collections.abc import Mapping

VENDOR_PREFIXES = (
    "resourcetags/",
    "iamprincipal/",
    "accounttag/",
    "costcategory/",
    "userattribute/",
    "resource_tags_",
    "user:",
    "user_",
)


def normalised_key(key: str) -> str:
    """A tag key without the vendor's prefixes (they nest) and without case."""
    stripped = key.strip().lower()
    for prefix in VENDOR_PREFIXES:
        stripped = stripped.removeprefix(prefix)
    return stripped


def normalised_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Normalised key to trimmed value; of two spellings of a key the lower value stays.

    A tag without a value is none.
    """
    pairs = sorted((normalised_key(key), value.strip()) for key, value in tags.items())
    return {key: value for key, value in reversed(pairs) if value}


def split_pair(identity_id: str) -> tuple[str, str]:
    """Key and value of a register's `key=value`; a value may itself hold an equals sign."""
    key, _, value = identity_id.partition("=")
    return normalised_key(key), value.strip()
