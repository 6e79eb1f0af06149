"""Loanwright refuses to start as a role that the fence does not bind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import ProgrammingError, connections

from tenants.current import NoTenant, current_tenant_id, tenant_context
from tests import database
from tests.conftest import make_tenant

ROOT = Path(__file__).resolve().parents[2]


def run(url: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": ""}
    command = [
        sys.executable,
        "manage.py",
        "shell",
        "-c",
        "from tenants.current import every_tenant_id as e; print(e())",
    ]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("tenant")
def test_it_refuses_to_work_as_the_owner_of_the_tables() -> None:
    name = connections["default"].settings_dict["NAME"]
    refused = run(database.on(database.OWNER_URL, name))
    assert refused.returncode != 0
    assert "an owner of tables: one lender could see the rows of another" in refused.stderr
    allowed = run(database.on(os.environ["DATABASE_URL"], name))
    assert allowed.returncode == 0, allowed.stderr


def test_one_transaction_belongs_to_one_tenant(tenant: Any) -> None:
    with pytest.raises(NoTenant, match="One transaction belongs to one tenant"), tenant_context(tenant.pk + 1):
        pass


@pytest.mark.usefixtures("committed")
def test_outside_a_tenant_there_is_none() -> None:
    from tenants.models import LegalEntity

    made = make_tenant()
    with pytest.raises(NoTenant, match="No tenant is set"):
        current_tenant_id()
    assert LegalEntity.objects.count() == 0
    with tenant_context(made.pk):
        assert LegalEntity.objects.count() == 1
    with pytest.raises(ProgrammingError, match="violates row-level security policy"):
        LegalEntity.objects.create(name="x")
