"""The database functions of a checkout, and which processes may call them."""

from sphinxext.nova.openstack.database.catalogue import Database, DbFunction, database
from sphinxext.nova.openstack.database.inner import Inner
from sphinxext.nova.openstack.database.layers import has_database
from sphinxext.nova.openstack.database.processes import Access, database_access

__all__ = ["Access", "Database", "DbFunction", "Inner", "database", "database_access", "has_database"]
