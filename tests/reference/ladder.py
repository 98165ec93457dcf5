"""From the identities of a charge or usage row to its owner at an instant."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.reference.patterns import matches_some_text
from tests.reference.records import (
    END,
    Company,
    Identified,
    Identity,
    OwnershipException,
    Person,
)
from tests.reference.registers import (
    Payer,
    is_known_cost_centre,
    is_known_use_case,
    payer,
    tag_keys,
    use_case_payer,
)
from tests.reference.tags import normalised_tags, split_pair

# Rungs below exception and tag, most specific first; within a rung the types in order.
RUNGS = (
    ("api_key", "service_account"),
    ("workflow", "endpoint", "resource", "query_tag"),
    ("role", "warehouse", "namespace", "team"),
    ("project", "workspace"),
    ("account",),
    ("user",),
)
OWNING_EXCEPTION_KINDS = frozenset({None, "ownership", "dispute"})

# Beside which other identities a resource or a user counts only where something knows it.
_PLAIN = [kind for rung in RUNGS for kind in rung if kind not in ("resource", "user")]
BESIDE_WHAT = {"resource": _PLAIN, "user": [*_PLAIN, "resource"]}

# Reasons of a rung on which no register row in force names an owner, weightiest first.
MISSES = ("ownership_expired", "identity_without_owner", "unknown_identity")


@dataclass(frozen=True)
class Candidate:
    """An identity that can be owned. A tag's id is `normalised key=value`."""

    identity_type: str
    identity_id: str


@dataclass(frozen=True)
class Ownership:
    """What the ladder found.

    `found` says that a register row in force names an owner. Its cost centre can still be unknown
    or closed: then `cost_centre_code` is empty and `reason` says so. Without an owner, `reason` is
    why.
    """

    found: bool
    reason: str | None
    identity: Candidate | None = None
    rung: str | None = None
    cost_centre_code: str | None = None
    use_case_id: str | None = None
    environment: str | None = None


@dataclass(frozen=True)
class Step:
    """What one rung says. A register row in force is decisive, also one that names nobody."""

    ownership: Ownership
    is_decisive: bool


def find_owner(company: Company, row: Identified, at: datetime) -> Ownership:
    """Climb the ladder to the first register row in force.

    Without one, the reason is that of the most specific rung with an identity.
    """
    first_miss: Ownership | None = None
    for step in _steps(company, row, at):
        if step.is_decisive:
            return step.ownership
        first_miss = first_miss or step.ownership
    return first_miss or Ownership(found=False, reason="no_identity")


def _steps(company: Company, row: Identified, at: datetime) -> Iterator[Step]:
    """One step for each rung on which the row has an identity."""
    tags = _owning_tags(company, row, at)
    everything = [Candidate("tag", f"{key}={value}") for key, value in tags.items()]
    everything += [
        candidate for rung in RUNGS for candidate in _candidates(company, row, rung, tags)
    ]
    exception_step = _exception_step(company, row.platform, everything, at)
    if exception_step:
        yield exception_step
    if tags:
        yield _tag_step(company, row.platform, tags, at)
    for rung in RUNGS:
        candidates = _candidates(company, row, rung, tags)
        if candidates:
            yield _register_step(company, row.platform, candidates, at)


def _candidates(
    company: Company, row: Identified, rung: Sequence[str], tags: Mapping[str, str]
) -> list[Candidate]:
    """The row's identities of one rung.

    A resource or user beside other identities counts only where a register or rule knows it: bills
    name millions of resources, and what nobody can tell apart decides nothing.
    """
    return [
        Candidate(identity_type, value)
        for identity_type in rung
        if (value := row.identity(identity_type))
        and (
            identity_type not in BESIDE_WHAT
            or _is_told_apart(company, Candidate(identity_type, value))
            or not (tags or any(row.identity(other) for other in BESIDE_WHAT[identity_type]))
        )
    ]


def _is_told_apart(company: Company, candidate: Candidate) -> bool:
    registered = any(
        (row.identity_type, row.identity_id) == (candidate.identity_type, candidate.identity_id)
        for row in (*company.identities, *company.exceptions)
    )
    if candidate.identity_type == "user":
        return registered or any(row.user_id == candidate.identity_id for row in company.people)
    return registered or any(
        rule.match_resource_id and matches_some_text(rule.match_resource_id, candidate.identity_id)
        for rule in company.allocation_rules
    )


def _owning_tags(company: Company, row: Identified, at: datetime) -> dict[str, str]:
    """The tags that can own: their key is a policy key or one that a register of owners uses."""
    keys = {
        *tag_keys(company, "cost_centre_tag_keys", at),
        *tag_keys(company, "use_case_tag_keys", at),
    }
    for identity in (*company.identities, *company.exceptions):
        if identity.identity_type == "tag":
            keys.add(split_pair(identity.identity_id)[0])
    return {key: value for key, value in sorted(normalised_tags(row.tags).items()) if key in keys}


def _exception_step(
    company: Company, platform: str, candidates: Sequence[Candidate], at: datetime
) -> Step | None:
    """The exception rung exists only for what an exception names, now or before."""
    rows = [row for row in company.exceptions if row.exception_kind in OWNING_EXCEPTION_KINDS]
    named = [
        candidate for candidate in candidates if _rows_of(rows, platform, candidate, started_by=at)
    ]
    if not named:
        return None
    for candidate in named:
        for exception in _rows_of(rows, platform, candidate, started_by=at):
            if exception.in_force(at):
                return _owner_step(company, exception, candidate, "exception", at)
    return _miss("ownership_expired", named[0], "exception")


def _tag_step(company: Company, platform: str, tags: dict[str, str], at: datetime) -> Step:
    """Registered tags first; then tag values that are themselves codes."""
    candidates = [Candidate("tag", f"{key}={value}") for key, value in tags.items()]
    registered = _register_step(company, platform, candidates, at)
    if registered.is_decisive:
        return registered
    cost_centre = _first_known(
        tags, tag_keys(company, "cost_centre_tag_keys", at), company, is_known_cost_centre
    )
    use_case = _first_known(
        tags, tag_keys(company, "use_case_tag_keys", at), company, is_known_use_case
    )
    if cost_centre is None and use_case is None:
        return registered
    telling = cost_centre or use_case
    use_case_id = tags[use_case] if use_case else None
    paying = (
        payer(company, tags[cost_centre], at)
        if cost_centre
        else use_case_payer(company, use_case_id, at)
    )
    return _found(paying, use_case_id, None, Candidate("tag", f"{telling}={tags[telling]}"), "tag")


def _first_known(
    tags: dict[str, str],
    keys: Sequence[str],
    company: Company,
    is_known: Callable[[Company, str], bool],
) -> str | None:
    return next((key for key in keys if key in tags and is_known(company, tags[key])), None)


def _register_step(
    company: Company, platform: str, candidates: Sequence[Candidate], at: datetime
) -> Step:
    """The first candidate with a register row in force decides; else the weightiest miss."""
    misses: list[tuple[int, Candidate]] = []
    for candidate in candidates:
        rows = _rows_of(company.identities, platform, candidate, started_by=at)
        people = [
            person
            for person in company.people
            if candidate == Candidate("user", person.user_id) and person.valid_from <= at
        ]
        people.sort(key=lambda person: (person.cost_centre_code is None, person.cost_centre_code))
        for row in (*rows, *people):
            if row.in_force(at):
                return _owner_step(company, row, candidate, candidate.identity_type, at)
        if rows or people:
            misses.append((MISSES.index("ownership_expired"), candidate))
        elif _vendor_knows(company, platform, candidate) or _begins_later(
            company, platform, candidate
        ):
            misses.append((MISSES.index("identity_without_owner"), candidate))
        else:
            misses.append((MISSES.index("unknown_identity"), candidate))
    weight, candidate = min(misses, key=lambda miss: miss[0])
    return _miss(MISSES[weight], candidate, candidate.identity_type)


def _owner_step(
    company: Company,
    row: Identity | OwnershipException | Person,
    candidate: Candidate,
    rung: str,
    at: datetime,
) -> Step:
    """What a register row in force says; one that names nobody is decisive too."""
    use_case_id = getattr(row, "use_case_id", None)
    environment = getattr(row, "environment", None)
    if row.cost_centre_code:
        paying = payer(company, row.cost_centre_code, at)
    elif use_case_id:
        paying = use_case_payer(company, use_case_id, at)
    else:
        nobody = Ownership(
            found=False,
            reason="identity_without_owner",
            identity=candidate,
            rung=rung,
            environment=environment,
        )
        return Step(nobody, is_decisive=True)
    return _found(paying, use_case_id, environment, candidate, rung)


def _found(
    paying: Payer,
    use_case_id: str | None,
    environment: str | None,
    candidate: Candidate,
    rung: str,
) -> Step:
    ownership = Ownership(
        found=True,
        reason=paying.reason,
        identity=candidate,
        rung=rung,
        cost_centre_code=paying.cost_centre_code,
        use_case_id=use_case_id,
        environment=environment,
    )
    return Step(ownership, is_decisive=True)


def _miss(reason: str, candidate: Candidate, rung: str) -> Step:
    ownership = Ownership(found=False, reason=reason, identity=candidate, rung=rung)
    return Step(ownership, is_decisive=False)


def _rows_of(
    rows: Sequence[Identity | OwnershipException],
    platform: str,
    candidate: Candidate,
    started_by: datetime,
) -> list:
    """Register rows of one identity that have begun, the platform's own before those of any."""
    own = [
        row
        for row in rows
        if row.platform in (platform, "")
        and row.valid_from <= started_by
        and any(candidate == spelling for spelling in _spellings(row, candidate))
    ]
    return sorted(own, key=lambda row: (_namespace_depth(row), row.platform == ""))


def _spellings(row: Identity | OwnershipException, candidate: Candidate) -> list[Candidate]:
    """The candidates that a register row speaks of: a bare namespace is one in any cluster."""
    if row.identity_type == "tag":
        key, value = split_pair(row.identity_id)
        return [Candidate("tag", f"{key}={value}")]
    spelling = [Candidate(row.identity_type, row.identity_id)]
    if row.identity_type == "namespace" and "/" not in row.identity_id:
        _, slash, namespace = candidate.identity_id.partition("/")
        if slash and namespace == row.identity_id:
            spelling.append(Candidate("namespace", candidate.identity_id))
    return spelling


def _namespace_depth(row: Identity | OwnershipException) -> int:
    """`cluster/namespace` is longer than `namespace` and wins."""
    return 0 if row.identity_type != "namespace" or "/" in row.identity_id else 1


def _begins_later(company: Company, platform: str, candidate: Candidate) -> bool:
    """Whether a register has a row of the identity at all: known, but not owned yet."""
    return bool(_rows_of(company.identities, platform, candidate, started_by=END)) or any(
        candidate == Candidate("user", person.user_id) for person in company.people
    )


def _vendor_knows(company: Company, platform: str, candidate: Candidate) -> bool:
    return any(
        (row.platform, row.identity_type, row.identity_id)
        == (platform, candidate.identity_type, candidate.identity_id)
        for row in company.vendor_identities
    )
