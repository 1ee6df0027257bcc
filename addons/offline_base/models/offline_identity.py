from odoo import api, fields, models
from odoo.tools import SQL


class OfflineIdentity(models.Model):
    """Which record a uid from a device became; kept for ever, also after the record is gone.

    A record has one uid of its own, by which every device is told of it: that of the device that made it. Others that
    were linked with it, as what they named was this record, lead to it as well.
    """

    _name = "offline.identity"
    _description = "Offline Identity"
    _log_access = False
    _rec_name = "uid"

    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, index=True)
    uid = fields.Char("Device's Identifier", required=True)
    is_linked = fields.Boolean("Linked", help="The record was there before, and is told by its own name.")

    _uid_unique = models.Constraint("UNIQUE (res_model, uid)", "The identifier is already taken.")
    # Of rows that an older version made it stands empty.
    _record_unique = models.UniqueIndex("(res_model, res_id) WHERE is_linked IS NOT TRUE")

    def _record_id(self, model, uid):
        """The id behind a uid, or None. It may name a record that no longer exists."""
        self.env.cr.execute(
            SQL("SELECT res_id FROM offline_identity WHERE res_model = %s AND uid = %s", model, uid)
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    def _ids_of(self, model, uids):
        """{uid: id} of those uids that are known."""
        self.env.cr.execute(
            SQL(
                "SELECT uid, res_id FROM offline_identity WHERE res_model = %s AND uid = ANY(%s)",
                model,
                list(uids),
            )
        )
        return dict(self.env.cr.fetchall())

    def _uids(self, model, ids):
        """{id: uid} of those of the records that were born on a device."""
        self.env.cr.execute(
            SQL(
                # PostgreSQL reads the text of an array much faster than a list of constants.
                """SELECT res_id, uid FROM offline_identity
                    WHERE res_model = %s AND res_id = ANY(%s::integer[]) AND is_linked IS NOT TRUE""",
                model,
                "{" + ",".join(map(str, ids)) + "}",
            )
        )
        return dict(self.env.cr.fetchall())

    def _uids_between(self, model, first, last):
        """{id: uid} of the records with ids in this range, both ends included, that were born on a device."""
        self.env.cr.execute(
            SQL(
                """SELECT res_id, uid FROM offline_identity
                    WHERE res_model = %s AND res_id BETWEEN %s AND %s AND is_linked IS NOT TRUE""",
                model, first, last,
            )
        )  # fmt: skip
        return dict(self.env.cr.fetchall())

    def _remember(self, model, res_id, uid):
        """Keep the pair; a record that was deleted and whose id came back (restore) gives its place up."""
        self.env.cr.execute(
            SQL(
                """WITH former AS (
                       DELETE FROM offline_identity WHERE res_model = %(model)s AND res_id = %(id)s AND is_linked
                   )
                   INSERT INTO offline_identity (res_model, res_id, uid) VALUES (%(model)s, %(id)s, %(uid)s)
                   ON CONFLICT (res_model, res_id) WHERE is_linked IS NOT TRUE DO UPDATE SET uid = EXCLUDED.uid""",
                model=model, id=res_id, uid=uid,
            )
        )  # fmt: skip

    def _link(self, model, res_id, uid):
        """Let a uid that names nothing yet lead to a record that was there before, besides its own."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO offline_identity (res_model, res_id, uid, is_linked) VALUES (%s, %s, %s, TRUE)",
                model, res_id, uid,
            )
        )  # fmt: skip

    def _is_linked(self, model, uid):
        """Whether a uid leads to a record that was there before."""
        self.env.cr.execute(
            SQL("SELECT 1 FROM offline_identity WHERE res_model = %s AND uid = %s AND is_linked", model, uid)
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _bury(self, tables):
        """The records of these models went with their tables: their uids name no record that is made later."""
        self.env.cr.execute("SELECT to_regclass('offline_identity')")
        if self.env.cr.fetchone()[0] is not None:  # else the engine itself is being uninstalled
            self.env.cr.execute(
                SQL("UPDATE offline_identity SET res_id = -id WHERE res_model = ANY(%s)", list(tables))
            )

    def _forget(self, model, uid):
        """Let a uid name another record: the one that it named is gone and is created again."""
        self.env.cr.execute(SQL("DELETE FROM offline_identity WHERE res_model = %s AND uid = %s", model, uid))
