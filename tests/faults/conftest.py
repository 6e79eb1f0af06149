"""A PostgreSQL and a broker of the test's own, which it may kill, as the launcher starts them."""

from tests.launcher.conftest import area, cluster, environment, programs, socket_folder, supervisor

__all__ = ["area", "cluster", "environment", "programs", "socket_folder", "supervisor"]
