"""Capture in a database that was dumped and restored, and in sessions that switch ordinary triggers off."""

from __future__ import annotations

import psycopg2


def test_restored_database_captures_also_what_loading_tools_write(make_cluster):
    """Proves I1. `session_replication_role = replica` keeps quiet every trigger that is not enabled always."""
    with make_cluster() as cluster:
        connection = psycopg2.connect(**cluster.dsn() | {"user": "cluster_owner"})
        cursor = connection.cursor()
        cursor.execute("TRUNCATE offline_change")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE res_partner SET phone = 'loaded' WHERE id = 1")
        cursor.execute("SELECT model, res_id, op FROM offline_change")
        assert cursor.fetchall() == [("res.partner", 1, "u")]
        connection.close()
