"""Work for later, in the same Postgres and the same transaction as its cause, so that neither exists without the other."""
