"""One vendor's API over HTTP: retries, limits, the secret, and what time it is there.

`requests` with urllib3's Retry answers refusals for the moment (429, 5xx, Retry-After) and broken connections. What it
lacks is a body that ends too early, because that shows only after Retry has handed the answer over: such an answer is
asked for again here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from orchestration.errors import RefusalError
from orchestration.landing import json_text
from orchestration.landing.json_records import MAXIMUM_DOCUMENT_BYTES
from orchestration.landing.masking import mask_text
from orchestration.pull.endpoints import Parameters

# The next attempt may succeed where nothing was wrong with the request.
_PASSING = frozenset({429, 500, 502, 503, 504, 529})
_BLOCK = 1 << 20
# Clocks that are kept by the network differ by less; a pull is dated by the vendor's where ours is further off.
TOLERATED_SKEW = timedelta(minutes=5)
_REFUSED_SKEW = timedelta(days=1)

# Its warnings and debug lines hold whole addresses, and a signed one is a secret.
logging.getLogger("urllib3").setLevel(logging.ERROR)

Clock = Callable[[], datetime]
T = TypeVar("T")


def utc_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Patience:
    """How long to try. Seconds; `first_wait` doubles with each attempt up to `longest_wait`, as does `Retry-After`.

    A report is asked after every `report_wait` until `report_deadline`.
    """

    attempts: int = 6
    first_wait: float = 1
    longest_wait: float = 120
    connect_timeout: float = 10
    read_timeout: float = 120
    report_wait: float = 10
    report_deadline: float = 1800


PATIENT = Patience()


class PullError(RefusalError):
    """A pull was not possible, or only in part; nothing of the part that failed was saved.

    `may_pass` says whether the same request may succeed later: a limit, an outage, a broken connection. `tables` are
    those that failed, and `status` is the vendor's answer, where there was one.
    """

    def __init__(
        self,
        message: str,
        may_pass: bool = False,
        status: int | None = None,
        tables: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, exit_code=1)
        self.may_pass = may_pass
        self.status = status
        self.tables = tables


@dataclass(frozen=True)
class Answer:
    """A page as it came, what it says, and whether its Link header names another."""

    content: bytes
    document: Any
    has_link_to_next: bool


class _Secret(requests.auth.AuthBase):
    """Adds the secret to a request as it is sent. As `auth` it also keeps `requests` from reading ~/.netrc."""

    def __init__(self, header: str, value: str) -> None:
        self._header = header
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._header] = self._value
        return request


class _Anonymous(requests.auth.AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Client:
    """Asks one vendor. `secret` goes to `address` alone: no redirect is followed."""

    def __init__(
        self,
        address: str,
        secret: str,
        key_header: str,
        key_prefix: str,
        headers: Mapping[str, str],
        patience: Patience,
        clock: Clock = utc_now,
        may_be_plain_http: bool = False,
    ) -> None:
        parts = urlsplit(address)
        is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.scheme != "https" and not (
            parts.scheme == "http" and (is_here or may_be_plain_http)
        ):
            raise RefusalError(
                f"{_shown(address)} is not an https address: the key would travel readably. Mend the variable that "
                "names it."
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise RefusalError(
                "The address of an API may hold no user, password, query or fragment: write the host and path alone."
            )
        self.address = address.rstrip("/")
        self._host = parts.hostname or ""
        self._secret = secret
        self._auth = _Secret(key_header, key_prefix + secret)
        self._patience = patience
        self._clock = clock
        self._offset = timedelta()
        retries = Retry(
            total=patience.attempts - 1,
            status_forcelist=_PASSING,
            allowed_methods={"GET"},
            backoff_factor=patience.first_wait,
            backoff_max=patience.longest_wait,
            retry_after_max=round(patience.longest_wait),
            respect_retry_after_header=True,
            raise_on_status=False,
        )
        self._session = requests.Session()
        self._session.headers.update(
            {"User-Agent": "ai-chargeback", "Cache-Control": "no-cache", **headers}
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retries))

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def now(self) -> datetime:
        """The time: this machine's, corrected by the vendor's where the two differ by more than TOLERATED_SKEW."""
        return self._clock() + self._offset

    @property
    def skew(self) -> timedelta:
        """How far the vendor's clock is ahead of this machine's, where that is more than TOLERATED_SKEW."""
        return self._offset

    def get(self, path: str, parameters: Parameters) -> Answer:
        """The JSON document at a path of the address. Raises PullError."""
        where = f"GET {self.address}{path}"

        def read(response: requests.Response) -> Answer:
            content = _content(response, where)
            try:
                document = json_text.parse(content.decode("utf-8-sig"))
            except ValueError as error:
                raise _CutOffError("is not JSON, or was cut off") from error
            return Answer(content, document, "next" in response.links)

        return self._patiently(
            where,
            lambda: self._session.get(
                f"{self.address}{path}", params=_spelled(parameters), **self._options()
            ),
            read,
        )

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Ask for something to be made; the status and the document. Never repeated by itself. 409 is an answer too."""
        where = f"POST {self.address}{path}"
        try:
            with self._session.post(
                f"{self.address}{path}", json=body, **self._options()
            ) as response:
                if response.status_code != 409:
                    self._look_at(response, where)
                return response.status_code, json_text.parse(
                    _content(response, where).decode("utf-8-sig") or "null"
                )
        except (requests.RequestException, _CutOffError) as error:
            raise _unreachable(where, error) from None
        except ValueError:
            raise PullError(f"{where}: the answer is not JSON.", may_pass=True) from None

    def download(self, address: str) -> bytes:
        """The file at an address that the vendor signed. It is no secret's business, and no log's: it is one itself."""
        host = urlsplit(address).hostname
        where = f"GET a file that {self._host} offers at {host}"
        if urlsplit(address).scheme != "https" and host != self._host:
            raise PullError(f"{where}: the address is not https.")
        options = {**self._options(), "auth": _Anonymous()}
        return self._patiently(
            where,
            lambda: self._session.get(address, **options),
            lambda response: _content(response, where),
        )

    def _options(self) -> dict[str, Any]:
        patience = self._patience
        return {
            "auth": self._auth,
            "allow_redirects": False,
            "stream": True,
            "timeout": (patience.connect_timeout, patience.read_timeout),
        }

    def _patiently(
        self,
        where: str,
        send: Callable[[], requests.Response],
        read: Callable[[requests.Response], T],
    ) -> T:
        """What `read` makes of the answer; asked for again where it is not whole."""
        wait = self._patience.first_wait
        for attempt in range(self._patience.attempts):
            if attempt:
                time.sleep(min(wait, self._patience.longest_wait))
                wait *= 2
            try:
                response = send()
            except requests.RequestException as error:
                # Retry has tried this already.
                raise _unreachable(where, error) from None
            with response:
                self._look_at(response, where)
                try:
                    return read(response)
                except (requests.RequestException, _CutOffError) as error:
                    failure = type(error).__name__.strip("_")
        raise PullError(
            f"{where}: the answer was cut off, or is not JSON, {self._patience.attempts} times over "
            f"({failure}).",
            may_pass=True,
        )

    def _look_at(self, response: requests.Response, where: str) -> None:
        """Note the vendor's time; raise PullError for anything but a plain success."""
        self._note_time(response, where)
        status = response.status_code
        if status in (200, 201, 202):
            return
        said = self._said(response)
        if status in (401, 403) and response.headers.get("x-ratelimit-remaining") != "0":
            meaning = "the key is not accepted, or may not read this"
        elif status in (403, 429):
            meaning = "too many requests; the limit held through every attempt"
        elif status in (301, 302, 303, 307, 308):
            meaning = "it answers with a redirect, which is not followed with a key in hand"
        elif status == 404:
            meaning = "there is nothing at this address for this key"
        elif status in _PASSING:
            meaning = "the vendor failed through every attempt"
        else:
            meaning = "the request was not accepted"
        may_pass = status in _PASSING or meaning.startswith("too many")
        raise PullError(f"{where}: {status}, {meaning}.{said}", may_pass, status)

    def _note_time(self, response: requests.Response, where: str) -> None:
        try:
            told = parsedate_to_datetime(response.headers["Date"])
            if told.tzinfo is None:
                return
            # What a cache kept was told that long ago.
            told += timedelta(seconds=int(response.headers.get("Age", "0")))
        except (KeyError, ValueError, TypeError, OverflowError):
            return
        difference = told - self._clock()
        if abs(difference) > _REFUSED_SKEW:
            raise PullError(
                f"{where}: the vendor's clock says {told:%Y-%m-%d %H:%M} UTC, this machine's "
                f"{self._clock():%Y-%m-%d %H:%M}. Which pull is the newest could not be told: set the clock that is "
                "wrong."
            )
        # Kept as it was first seen: answers take longer or shorter, and clocks do not jump.
        if abs(difference - self._offset) > TOLERATED_SKEW:
            self._offset = difference if abs(difference) > TOLERATED_SKEW else timedelta()

    def _said(self, response: requests.Response) -> str:
        """The vendor's own words, short and without anything secret."""
        try:
            document = json_text.parse(_content(response, "").decode("utf-8-sig"))
            error = document.get("error", document)
            words = str(error["message"] if isinstance(error, dict) else error)
        except (ValueError, KeyError, AttributeError, _CutOffError, requests.RequestException):
            return ""
        words = " ".join(words.replace(self._secret, "…").split())
        return f" It says: {mask_text(words, lambda person: '…')[:300]}"


class _CutOffError(Exception):
    """An answer that is not whole."""


def _content(response: requests.Response, where: str) -> bytes:
    content = bytearray()
    for block in response.iter_content(_BLOCK):
        content += block
        if len(content) > MAXIMUM_DOCUMENT_BYTES:
            raise PullError(
                f"{where}: the answer is larger than {MAXIMUM_DOCUMENT_BYTES >> 20} MiB; ask for fewer days "
                "(--from, --to)."
            )
    return bytes(content)


def _spelled(parameters: Parameters) -> list[tuple[str, str]]:
    """A list is repeated under its name, as both vendors' documents have it."""
    return [
        (name, str(value))
        for name, values in parameters.items()
        for value in (values if isinstance(values, tuple) else (values,))
    ]


def _unreachable(where: str, error: Exception) -> PullError:
    # The exception's own text may hold an address that is a secret.
    return PullError(f"{where}: no whole answer ({type(error).__name__}).", may_pass=True)


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}" if parts.scheme else "the address"
