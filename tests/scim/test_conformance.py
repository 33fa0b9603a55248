"""The whole service provider, checked by an independent suite (scim2-tester)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.wsgi import get_wsgi_application
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

if TYPE_CHECKING:
    from tests.support.scim import SCIMClient

INTENDED = {
    # An account is on or off whatever is removed, and what is shown of it is what is true.
    ("User", "PATCH modify() did not remove attribute 'active'"),
}
"""What the suite finds wrong and we do on purpose: (resource type, reason)."""

GREEN = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}


@pytest.mark.usefixtures("_connection_stays_open")
def test_every_check_of_scim2_tester_is_green(deleting_scim: SCIMClient) -> None:
    client = WSGISCIMClient(
        get_wsgi_application(),
        base_url="http://127.0.0.1/scim/v2",
        headers={"Authorization": f"Bearer {deleting_scim.secret}"},
    )

    results = check_server(client)

    assert len(results) > 100
    unexpected = [
        f"{result.status.name} {result.resource_type} {result.title}: {result.reason}"
        for result in results
        if result.status not in GREEN and (result.resource_type, result.reason) not in INTENDED
    ]
    assert not unexpected, "\n".join(unexpected)
