from odoo import fields, models
from odoo.tools import SQL


class OfflineBlobHash(models.Model):
    """The SHA-256 of bytes that Odoo's file store knows by their SHA-1; computed once, kept with their size.

    Odoo itself takes equal SHA-1 sums for equal bytes: it stores such files once.
    """

    _name = "offline.blob.hash"
    _description = "Offline Hash of a File"
    _log_access = False

    checksum = fields.Char("Checksum (SHA-1)", required=True)
    sha256 = fields.Char("Hash (SHA-256)", required=True, index=True)
    size = fields.Integer(required=True)

    _checksum_unique = models.Constraint("UNIQUE (checksum)", "A file has one hash.")

    def _remember(self, checksum, sha256, size):
        """Keep the pair; others may do the same at the same time."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO offline_blob_hash (checksum, sha256, size) VALUES (%s, %s, %s)
                   ON CONFLICT (checksum) DO NOTHING""",
                checksum, sha256, size,
            )
        )  # fmt: skip

    def _checksums(self, sha256):
        """The checksums by which the file store may know these bytes."""
        self.env.cr.execute(SQL("SELECT checksum FROM offline_blob_hash WHERE sha256 = %s", sha256))
        return [checksum for (checksum,) in self.env.cr.fetchall()]
