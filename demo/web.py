"""The demo identity provider's web application (WSGI, no framework)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT

from demo.connection import Connection, NotConnectedError, load_connection
from demo.identity_provider import AuthnRequestRefusedError, IdentityProvider
from demo.pages import STATIC_FILES, render
from demo.people import PEOPLE, STRANGER, Person, person_by_key
from demo.provisioning import Provisioner, ProvisioningError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_LARGEST_FORM_BYTES: Final = 256 * 1024
_HTML: Final = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Page:
    """What one request is answered with."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = _HTML


@dataclass(frozen=True)
class Request:
    """The parts of a request that the pages here look at.

    Attributes:
        method: ``GET`` or ``POST``.
        path: Without the query string.
        fields: Query and form fields; of a repeated one the last.
    """

    method: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def required(self, name: str) -> str:
        """The field ``name``.

        Raises:
            LookupError: It was not sent.
        """
        if name not in self.fields:
            raise LookupError(f"The form lacks the field {name!r}.")
        return self.fields[name]


class DemoApplication:
    """Serves the dashboard, the metadata and the SSO endpoint.

    Args:
        base_url: Where this application is reached, without a trailing slash.
        gatehouse_url: Where the product is reached, without a trailing slash.
        state: The folder with the connection, read anew for each request.
        identity_provider: What signs.
    """

    def __init__(
        self, base_url: str, gatehouse_url: str, state: Path, identity_provider: IdentityProvider
    ) -> None:
        self._base_url = base_url
        self._gatehouse_url = gatehouse_url
        self._state = state
        self._identity_provider = identity_provider
        self._routes: dict[tuple[str, str], Callable[[Request], Page]] = {
            ("GET", "/"): self._dashboard,
            ("GET", "/metadata"): self._metadata,
            ("POST", "/provision"): self._provision,
            ("POST", "/deactivate"): self._deactivate,
            ("POST", "/open"): self._open,
            ("GET", "/sso"): self._choose,
            ("POST", "/sso"): self._choose,
            ("POST", "/sso/answer"): self._answer,
        }

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        page = self._respond(environ)
        headers = [
            ("Content-Type", page.content_type),
            ("Content-Length", str(len(page.body))),
            ("Content-Security-Policy", self._content_security_policy()),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        start_response(f"{page.status.value} {page.status.phrase}", headers)
        return [page.body]

    def _content_security_policy(self) -> str:
        return (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
            f"form-action 'self' {self._gatehouse_url}; base-uri 'none'; frame-ancestors 'none'"
        )

    def _respond(self, environ: "WSGIEnvironment") -> Page:
        if (refusal := self._foreign(environ)) is not None:
            return refusal
        method = "GET" if environ["REQUEST_METHOD"] == "HEAD" else environ["REQUEST_METHOD"]
        path = environ.get("PATH_INFO") or "/"
        if method == "GET" and path in STATIC_FILES:
            content_type, content = STATIC_FILES[path]
            return Page(content, content_type=content_type)
        route = self._routes.get((method, path))
        if route is None:
            return self._failure(HTTPStatus.NOT_FOUND, "There is no such page here.")
        try:
            return route(Request(method, path, _fields(environ)))
        except (LookupError, AuthnRequestRefusedError) as error:
            return self._failure(HTTPStatus.BAD_REQUEST, str(error))
        except NotConnectedError as error:
            return self._failure(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    def _foreign(self, environ: "WSGIEnvironment") -> Page | None:
        """A refusal when another site is behind the request, else nothing.

        Whoever reaches the buttons can sign in as anybody, so a page elsewhere on the web must
        not be able to press them, nor pose as this host by DNS rebinding.
        """
        port = urlsplit(self._base_url).port
        if environ.get("HTTP_HOST") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
            return self._failure(
                HTTPStatus.MISDIRECTED_REQUEST, f"This demo answers at {self._base_url} only."
            )
        pressed = environ["REQUEST_METHOD"] == "POST" and environ.get("PATH_INFO") != "/sso"
        if pressed and environ.get("HTTP_SEC_FETCH_SITE", "same-origin") == "cross-site":
            return self._failure(HTTPStatus.FORBIDDEN, "Another site sent this form.")
        return None

    def _dashboard(self, _request: Request) -> Page:
        return self._dashboard_with({})

    def _dashboard_with(self, outcome: dict[str, Any]) -> Page:
        connection = load_connection(self._state)
        try:
            states = Provisioner(connection).states(PEOPLE)
        except ProvisioningError:  # Whoever presses a button is told.
            states = {}
        values = {
            "people": [(person, states.get(person.key)) for person in PEOPLE],
            "stranger": STRANGER,
            "connection": connection,
            "gatehouse_url": self._gatehouse_url,
            "metadata_url": f"{self._base_url}/metadata",
            **outcome,
        }
        return Page(render("dashboard.html", values))

    def _metadata(self, _request: Request) -> Page:
        metadata = self._identity_provider.metadata().encode()
        return Page(metadata, content_type="application/samlmetadata+xml")

    def _provision(self, request: Request) -> Page:
        return self._write(request, Provisioner.provision)

    def _deactivate(self, request: Request) -> Page:
        return self._write(request, Provisioner.deactivate)

    def _write(self, request: Request, act: Callable[[Provisioner, Person], str]) -> Page:
        person = person_by_key(request.required("person"))
        provisioner = Provisioner(load_connection(self._state))
        try:
            outcome, kind = act(provisioner, person), "done"
        except ProvisioningError as error:
            outcome, kind = str(error), "refused"
        return self._dashboard_with(
            {"outcome": outcome, "kind": kind, "exchanges": provisioner.exchanges}
        )

    def _open(self, request: Request) -> Page:
        person = person_by_key(request.required("person"))
        return self._post_response(person, load_connection(self._state))

    def _choose(self, request: Request) -> Page:
        if "SAMLRequest" not in request.fields:
            raise AuthnRequestRefusedError(
                "There is no SAMLRequest. Service providers send people here; "
                "to start from this side, use the dashboard."
            )
        binding = BINDING_HTTP_POST if request.method == "POST" else BINDING_HTTP_REDIRECT
        asked = self._identity_provider.read_authn_request(
            request.fields["SAMLRequest"], binding=binding
        )
        connection = load_connection(self._state)
        if asked.issuer != connection.sp_entity_id:
            raise AuthnRequestRefusedError(
                f"The AuthnRequest comes from {asked.issuer}, and this provider is connected to "
                f"{connection.sp_entity_id} only."
            )
        if asked.assertion_consumer_service_url not in {None, connection.sign_on_page_url}:
            raise AuthnRequestRefusedError(
                f"The AuthnRequest asks for an answer to {asked.assertion_consumer_service_url}, "
                f"but answers go to {connection.sign_on_page_url} only."
            )
        values = {
            "people": (*PEOPLE, STRANGER),
            "connection": connection,
            "request_id": asked.request_id,
            "relay_state": request.fields.get("RelayState", ""),
        }
        return Page(render("choose.html", values))

    def _answer(self, request: Request) -> Page:
        return self._post_response(
            person_by_key(request.required("person")),
            load_connection(self._state),
            in_response_to=request.required("request_id"),
            relay_state=request.fields.get("relay_state", ""),
        )

    def _post_response(
        self,
        person: Person,
        connection: Connection,
        *,
        in_response_to: str | None = None,
        relay_state: str = "",
    ) -> Page:
        response = self._identity_provider.signed_response(
            person,
            assertion_consumer_service_url=connection.sign_on_page_url,
            sp_entity_id=connection.sp_entity_id,
            in_response_to=in_response_to,
        )
        values = {
            "person": person,
            "connection": connection,
            "saml_response": response,
            "relay_state": relay_state,
        }
        return Page(render("post_response.html", values))

    def _failure(self, status: HTTPStatus, reason: str) -> Page:
        values = {"title": status.phrase, "reason": reason}
        return Page(render("failure.html", values), status=status)


def _fields(environ: "WSGIEnvironment") -> Mapping[str, str]:
    text = environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] == "POST":
        length = min(int(environ.get("CONTENT_LENGTH") or 0), _LARGEST_FORM_BYTES)
        text = f"{text}&{environ['wsgi.input'].read(length).decode(errors='replace')}"
    return {name: values[-1] for name, values in parse_qs(text).items()}
