"""`make bench`: what Seloste costs beside nginx, a bare route and pgbench, measured in one run. Writes docs/performance.md."""
