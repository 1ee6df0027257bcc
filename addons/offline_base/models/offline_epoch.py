import logging
import secrets
import uuid
from collections import namedtuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..core.errors import Problem
from ..core.position import life_mark
from ..store import replay

_logger = logging.getLogger(__name__)

_SECRET = "offline_base.secret"
_GROUP_MANAGER = "offline_base.offline_base_group_manager"
#: A device that meets a suspected copy asks again this much later: a person has to look first.
_SUSPECTED_RETRY_S = 300

#: Where a database lives: the cluster, its number there, its name. A dump carries none of them.
Home = namedtuple("Home", "cluster oid name")


class OfflineEpoch(models.Model):
    """One life of this database, from its beginning, or from the moment it was found to have gone back in time.

    Exactly one has not ended. Cursors carry the mark of the life that gave them out. The secret that authenticates
    them outlives a restore, because old cursors are what proves it; a copy gets a new one.
    """

    _name = "offline.epoch"
    _description = "Life of the Database"
    _log_access = False
    _order = "id desc"
    _rec_name = "uid"

    uid = fields.Char("Identifier", required=True, readonly=True)
    reason = fields.Selection(
        [
            ("first", "First life"),
            ("time_back", "Restored from a backup"),
            ("moved", "Declared the live database"),
            ("copy", "Copy of another database"),
        ],
        required=True,
        readonly=True,
    )
    proof = fields.Char("How It Was Found", readonly=True)
    lost_life = fields.Char(readonly=True, help="The mark of the lost life, if the backup was older than it.")
    device_id = fields.Many2one("offline.device", "Found by", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", "Said by", readonly=True, ondelete="set null")
    started_at = fields.Datetime("Began", required=True, readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    home = fields.Char(required=True, readonly=True, help="Cluster, number and name of the database.")
    snapshot = fields.Char(required=True, readonly=True, help="What was visible when it began.")
    is_suspected = fields.Boolean(compute="_compute_is_suspected")

    _one_current = models.UniqueIndex("((1)) WHERE ended_at IS NULL", "The database has one present life.")

    def init(self):
        super().init()
        self._ensure()

    @api.model
    def _ensure(self):
        """Give the database a first life and a secret if it has none."""
        # sudo: parameters are for the system only; the secret stays on the server.
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param(_SECRET):
            parameters.set_param(_SECRET, secrets.token_hex(32))
        self.env.cr.execute("SELECT 1 FROM offline_epoch WHERE ended_at IS NULL")
        if not self.env.cr.fetchone():
            self._insert("first")

    # --- the present life -----------------------------------------------------------------------------------

    @api.model
    def _present(self):
        """(id, uid, home as stored, home in fact) of the present life. Plain SQL: caches may be of another life."""
        self.env.cr.execute(
            """SELECT e.id, e.uid, e.home, c.system_identifier, d.oid, d.datname
                 FROM offline_epoch e, pg_control_system() c, pg_database d
                WHERE e.ended_at IS NULL AND d.datname = current_database()"""
        )
        number, uid, home, *here = self.env.cr.fetchone()
        return number, uid, Home(*home.split("/", 2)), Home(*map(str, here))

    @api.model
    def _current(self):
        """The epoch's identifier."""
        return self._present()[1]

    @api.model
    def _secret(self):
        """The key of cursor authentication, bytes."""
        return bytes.fromhex(self.env["ir.config_parameter"].sudo().get_param(_SECRET))  # sudo: see _ensure

    @api.model
    def _had(self, mark):
        """Whether this was the mark of a former life, or of one that is lost and was noticed already."""
        self.env.cr.execute("SELECT uid, lost_life FROM offline_epoch")
        return any(mark in (life_mark(uid), lost and int(lost, 16)) for uid, lost in self.env.cr.fetchall())

    @api.model
    def _went_back(self):
        """Whether the database ever lost part of its past: ids may have been given out twice then."""
        self.env.cr.execute("SELECT 1 FROM offline_epoch WHERE reason IN ('time_back', 'moved') LIMIT 1")
        return bool(self.env.cr.fetchone())

    @api.model
    def _replay_is_open(self):
        """Whether devices may still bring what the database lost: for some days after it went back in time."""
        days = self.env["offline.retention"]._days("replay")
        self.env.cr.execute(
            SQL(
                """SELECT 1 FROM offline_epoch WHERE ended_at IS NULL AND reason IN ('time_back', 'moved')
                      AND started_at > now() AT TIME ZONE 'UTC' - make_interval(days => %s)""",
                days,
            )
        )
        return bool(self.env.cr.fetchone())

    # --- a new one --------------------------------------------------------------------------------------------

    @api.model
    def _begin(self, reason, expected, *, proof=None, lost=None, device=None, user=None):
        """End the life ``expected`` (a uid) and begin another. False if somebody else did so already.

        ``lost`` is the mark of a life that only a cursor tells of: the backup is older than its beginning.
        Several callers at once make one: the row of the present life is locked, and who waited for it starts again.
        """
        cr = self.env.cr
        cr.execute("SET LOCAL synchronous_commit = on")
        cr.execute("SELECT uid, home FROM offline_epoch WHERE ended_at IS NULL FOR UPDATE")
        uid, home = cr.fetchone()
        if uid != expected:
            return False
        *_ids, here = self._present()
        cr.execute(
            "UPDATE offline_epoch SET ended_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE ended_at IS NULL"
        )
        self._insert(reason, proof, lost, device, user)
        # Positions of the former life are found by nobody any more.
        cr.execute("DELETE FROM offline_position")
        if Home(*home.split("/", 2)).cluster != here.cluster or self._numbers_are_ahead():
            # Transactions are numbered anew here: what was noted under other numbers would pass for new, or for old.
            cr.execute("DELETE FROM offline_fence")
            cr.execute("DELETE FROM offline_change")
        self.env.invalidate_all(flush=False)
        _logger.warning("This database began another life (%s): %s", reason, proof or "said by a manager")
        return True

    def _insert(self, reason, proof=None, lost=None, device=None, user=None):
        self.env.cr.execute(
            SQL(
                """INSERT INTO offline_epoch
                          (uid, reason, proof, lost_life, device_id, user_id, started_at, home, snapshot)
                   SELECT %s, %s, %s, %s, %s, %s, clock_timestamp() AT TIME ZONE 'UTC',
                          c.system_identifier || '/' || d.oid || '/' || d.datname, pg_current_snapshot()::text
                     FROM pg_control_system() c, pg_database d WHERE d.datname = current_database()""",
                str(uuid.uuid4()), reason, proof, lost and f"{lost:08x}", device and device.id, user and user.id,
            )
        )  # fmt: skip

    def _numbers_are_ahead(self):
        """Whether the newest fence saw transaction numbers that are still to come."""
        self.env.cr.execute(
            """SELECT pg_snapshot_xmax(snapshot::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
                 FROM offline_fence ORDER BY id DESC LIMIT 1"""
        )
        row = self.env.cr.fetchone()
        return bool(row and row[0])

    @api.depends("reason")
    def _compute_display_name(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for epoch in self:
            epoch.display_name = reasons.get(epoch.reason) or epoch.uid

    def _compute_is_suspected(self):
        suspected = self._is_suspected()
        for epoch in self:
            epoch.is_suspected = suspected and not epoch.ended_at

    # --- copies -----------------------------------------------------------------------------------------------

    @api.model
    def _is_suspected(self):
        """Whether this may be a copy of a database whose devices work elsewhere.

        So it is in another cluster, or under another name and number in the same. A restore in place keeps cluster
        and name, a renamed database cluster and number. Where no device works there is nothing to mistake.
        """
        _number, _uid, home, here = self._present()
        return self._is_elsewhere(home, here) and self._has_devices()

    def _is_elsewhere(self, home, here):
        return home.cluster != here.cluster or (home.oid != here.oid and home.name != here.name)

    def _has_devices(self):
        return bool(self.env["offline.device"].search_count([("state", "=", "active")], limit=1))

    @api.model
    def _admit(self):
        """Refuse devices while a copy is suspected, as `Problem`."""
        if self._is_suspected():
            raise Problem("copy_suspected", retry_after_s=_SUSPECTED_RETRY_S)

    @api.model
    def _settle_in(self):
        """Note where the database lives now, unless a manager has to say whether it is the live one."""
        _number, uid, home, here = self._present()
        if home == here or self._is_suspected():
            return
        if self._is_elsewhere(home, here):
            self._become_copy(uid, None)
        else:
            self.env.cr.execute(
                SQL("UPDATE offline_epoch SET home = %s WHERE ended_at IS NULL", "/".join(here))
            )

    def _become_copy(self, uid, user):
        if not self._begin("copy", uid, user=user):
            raise UserError(self.env._("Somebody else has just decided this."))
        # A copy authenticates nothing that the original gave out, and the other way round.
        self.env["ir.config_parameter"].sudo().set_param(_SECRET, secrets.token_hex(32))  # sudo: see _ensure

    @api.model
    def get_standing(self):
        """What a manager must know: {"epoch", "suspected", "home", "here"}; ``home`` is where it used to be."""
        self.check_access("read")
        _number, uid, home, here = self._present()
        return {
            "epoch": uid,
            "suspected": self._is_suspected(),
            "home": "/".join(home),
            "here": "/".join(here),
        }

    @api.model
    def declare_live(self):
        """Say that this is the live database, wherever it came from: devices start again and deliver what it lost."""
        user = self._check_manager()
        if not self.sudo()._begin("moved", self._current(), user=user):  # sudo: the right was checked
            raise UserError(self.env._("Somebody else has just decided this."))
        return True

    @api.model
    def declare_copy(self):
        """Say that this is a copy: it serves none of the original's devices, now or ever."""
        user = self._check_manager()
        self.sudo()._become_copy(self._current(), user)  # sudo: the right was checked
        # sudo: the right was checked; the devices of the original are revoked here, not wiped.
        self.env["offline.device"].sudo().search([("state", "=", "active")]).action_revoke()
        return True

    def _check_manager(self):
        if not self.env.user.has_group(_GROUP_MANAGER):
            raise AccessError(self.env._("Only an offline manager may say which database this is."))
        return self.env.user

    def action_declare_live(self):
        """The button of the screen."""
        self.declare_live()
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_declare_copy(self):
        """The button of the screen."""
        self.declare_copy()
        return {"type": "ir.actions.client", "tag": "reload"}

    # --- what waits for another device ------------------------------------------------------------------------

    @api.model
    def _run_waiting(self):
        """Try again what waits for a record that another device may bring; after the window it is rejected."""
        replay.run_waiting(self.env)
