"""Who asks, and whose rows: tenants, delegations, the directory and the database's own isolation. No HTTP here."""
