"""From 19.0.1.0.0: what the new code writes while it is still being loaded."""


def migrate(cr, version):
    """Dropping a column is noted in the change log, which says more than before."""
    cr.execute("ALTER TABLE offline_change ADD COLUMN IF NOT EXISTS columns text")
    cr.execute("ALTER TABLE offline_change ADD COLUMN IF NOT EXISTS at timestamptz")
