"""A web site of somebody else, without any policy, as in the tests of hosting."""

from tests.hosting.conftest import Site, site

__all__ = ["Site", "site"]
