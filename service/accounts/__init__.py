"""Who is who: tenants, their controllers, delegations, OAuth clients and how each gets its first credential."""
