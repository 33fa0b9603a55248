"""Queue jobs of tests in a process of its own: ``python -m tests.support.queue_jobs``.

Standard input has one JSON list: ``[kind, tenant's slug or null, arguments]`` for each job.
"""

import json
import sys

import django


def main() -> None:
    """Queue them, each in a transaction of its own."""
    django.setup()
    from accounts.jobs.kinds import kinds  # noqa: PLC0415 - models exist only after set-up
    from accounts.models import Plan, Tenant  # noqa: PLC0415
    from accounts.services.tenants import create_tenant  # noqa: PLC0415
    from accounts.tenancy.scoping import tenant_scope  # noqa: PLC0415

    for kind, slug, arguments in json.load(sys.stdin):
        if slug is None:
            kinds()[kind].defer(**arguments)
            continue
        tenant = Tenant.objects.filter(slug=slug).first()
        tenant = tenant or create_tenant(slug=slug, name=slug, plan=Plan.ENTERPRISE)
        with tenant_scope(tenant):
            kinds()[kind].defer(**arguments)


if __name__ == "__main__":
    main()
