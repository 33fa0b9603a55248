"""What every SCIM endpoint does around its own work: who calls, whose data, which errors."""

from __future__ import annotations

import time
from contextlib import ExitStack
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils import timezone
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin
from typing_extensions import override

from accounts.requests.callers import name_caller
from accounts.services.loss_limits import losing_within
from accounts.tenancy.scoping import tenant_id_scope
from accounts.trail.actors import source_as_actor
from accounts.trail.audit import acting_as
from scim.adapters.resource_types import SourceSchemas, schemas_of
from scim.http import exchanges
from scim.http.authentication import BearerTokenAuthentication, HasBearerToken
from scim.http.exception_handler import as_scim_error, scim_exception_handler
from scim.http.media import (
    MEDIA_TYPE,
    SCIMNegotiation,
    SCIMParser,
    SCIMRenderer,
    decode,
    read_json,
    read_to_the_end,
    respond_without_body,
)
from scim.http.refusals import note_refusal
from scim.protocol.errors import MethodNotAllowedError, PreconditionFailedError
from scim.protocol.preconditions import Preconditions, is_unmodified
from scim.storage.credentials import Credential

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from scim.storage.credentials import UserAlong


class SCIMView(APIView):
    """Base of every SCIM endpoint: no token, no tenant; no tenant, no rows.

    ``route`` is the endpoint's template without the resource's id, for the request log.
    """

    authentication_classes = [BearerTokenAuthentication]
    permission_classes = [HasBearerToken]
    parser_classes = [SCIMParser]
    renderer_classes = [SCIMRenderer]
    content_negotiation_class = SCIMNegotiation
    route: ClassVar[str] = ""
    remark = ""
    """What the request log says of a request that succeeded."""

    credential: Credential
    schemas: SourceSchemas

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        started = time.perf_counter()
        with ExitStack() as self.scopes:
            response = super().dispatch(request, *args, **kwargs)
            if request.method in _READS and response.status_code == HTTPStatus.OK:
                response = self._as_conditions_have_it(response)
            if response.status_code >= 400:  # noqa: PLR2004
                read_to_the_end(request)
            response.headers["Cache-Control"] = "no-store"
            self._tell_observers(request, response, started)
            return response

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        credential = request.auth
        assert isinstance(credential, Credential)  # noqa: S101 - HasBearerToken saw to it
        self.credential = credential
        name_caller(request, credential.tenant_id)
        self.scopes.enter_context(tenant_id_scope(credential.tenant_id))
        actor, source_id = source_as_actor(credential.source_name), credential.source_id
        self.scopes.enter_context(acting_as(actor, source_id=source_id))
        self.scopes.enter_context(losing_within(credential.limits))
        for gate in exchanges.gates:
            gate(credential)
        self.schemas = schemas_of(credential)

    def read_along(self) -> UserAlong | None:
        """Return what the statement of the token is to read besides, if anything."""
        return None

    @override
    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[SCIMRenderer, str]:
        if not force:
            SCIMNegotiation().select_renderer(request, [_RENDERER])
        return _RENDERER, MEDIA_TYPE

    @property
    @override
    def allowed_methods(self) -> list[str]:
        # What ``Allow`` lists: Django REST framework's own answer to OPTIONS is not given.
        return [method for method in super().allowed_methods if method != "OPTIONS"]

    @override
    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        offered = ", ".join(self.allowed_methods)
        raise MethodNotAllowedError(
            f"{request.method} is not offered here. What is: {offered or 'nothing'}."
        )

    @override
    def get_exception_handler(self) -> Any:
        return scim_exception_handler

    @override
    def handle_exception(self, exc: Exception) -> Any:
        if getattr(self, "credential", None) is not None:
            method, path = self.request.method or "", self.request.path
            note_refusal(exc, as_scim_error(exc), method=method, path=path)
        response = scim_exception_handler(exc, {})
        if isinstance(exc, MethodNotAllowedError):
            response.headers["Allow"] = ", ".join(self.allowed_methods)
        return response

    @override
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse: SCIM describes itself under ``/ServiceProviderConfig`` instead."""
        return self.http_method_not_allowed(request, *args, **kwargs)

    def conditions(self) -> Preconditions:
        """Return what the request demands of the version of the resource."""
        headers = self.request.META
        return Preconditions(headers.get("HTTP_IF_MATCH"), headers.get("HTTP_IF_NONE_MATCH"))

    def _as_conditions_have_it(self, response: HttpResponseBase) -> HttpResponseBase:
        """Return the answer, 304 when the client has it already, or 412 when it has another."""
        tag = response.headers.get("ETag", "")
        try:
            if not is_unmodified(self.conditions(), tag):
                return response
        except PreconditionFailedError as error:
            refused: HttpResponseBase = self.handle_exception(error)
            return refused
        kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
        return respond_without_body(HTTPStatus.NOT_MODIFIED, kept)

    def body(self) -> Any:
        """Return what the body of the request says; see :func:`scim.http.media.read_json`."""
        return read_json(self.request._request)  # noqa: SLF001 - DRF's own name for it

    def _tell_observers(
        self, request: HttpRequest, response: HttpResponseBase, started: float
    ) -> None:
        credential: Credential | None = getattr(self, "credential", None)
        if credential is None or not exchanges.observers:
            return
        content: bytes = getattr(response, "content", b"")
        named = str(self.kwargs.get("resource_id", ""))
        error = decode(content) if response.status_code >= 400 and content else {}  # noqa: PLR2004
        exchange = exchanges.Exchange(
            credential=credential,
            at=timezone.now(),
            method=request.method or "",
            route=f"{self.route}/{{id}}" if named else self.route,
            resource_id=named or _made(response),
            status=response.status_code,
            scim_type=error.get("scimType", ""),
            detail=error.get("detail", self.remark),
            duration_ms=(time.perf_counter() - started) * 1000,
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
            request_body=_read_body(request) if credential.log_bodies else None,
            response_body=content if credential.log_bodies else None,
        )
        for observe in exchanges.observers:
            observe(exchange)


class SCIMViewSet(ViewSetMixin, SCIMView):
    """Base of the endpoints whose methods the routes name (``list``, ``create``, …)."""


def _made(response: HttpResponseBase) -> str:
    """Return the id of what the answer says was created; empty if nothing was."""
    if response.status_code != HTTPStatus.CREATED:
        return ""
    return response.headers.get("Location", "").rpartition("/")[2]


_RENDERER = SCIMRenderer()
_READS = frozenset({"GET", "HEAD"})
_KEPT = ("ETag", "Content-Location")


def _read_body(request: HttpRequest) -> bytes | None:
    """Return the body if it was read while the request was served."""
    body: bytes | None = getattr(request, "_body", None)
    return body
