"""Defects that a careless change of the engine could bring: each replaces a function of it while the process lives.

`tests/model/prove` plants them one at a time and sees that the histories notice.
"""

from contextlib import nullcontext

from odoo.addons.offline_base.core.position import Snapshot
from odoo.addons.offline_base.store import apply, batch, blob_reading, cuts, feed, holdings, units, walk
from odoo.addons.offline_base.store.apply import Applier
from odoo.addons.offline_base.store.desk import Desk
from odoo.addons.offline_base.store.history import History
from odoo.addons.offline_base.store.holdings import Holdings
from odoo.addons.offline_base.store.push import Push
from odoo.addons.offline_base.store.scope import Scope
from odoo.tools import SQL


def _put(owner, name, function):
    """Replace a function of the engine; one that has another name by now is an error, not a defect that works."""
    getattr(owner, name)
    setattr(owner, name, function)


def date_cursor():
    """Changes are found by their date instead of by what the last cut had seen."""

    def changes(self):
        if not self.position.snapshot:
            return {}
        found = {}
        for name, scope in self.scopes.items():
            self.user_env.cr.execute(
                SQL(
                    "SELECT id FROM %s WHERE write_date > %s",
                    SQL.identifier(scope.model._table),
                    self.position.taken_at,
                )
            )
            found[name] = {row[0] for row in self.user_env.cr.fetchall()}
        # What is told to devices besides records is found as it should be.
        logged = feed.changes_since(self.user_env.cr, Snapshot.parse(self.position.snapshot))
        return {name: ids for name, ids in logged.items() if name not in self.scopes} | found

    _put(cuts.Cuts, "changes", property(changes))


def cursor_without_xip():
    """A cursor is one transaction's number: what was under way below it is never looked for again."""
    _put(feed, "_since", lambda snapshot: SQL("xid >= %s::text::xid8", str(snapshot.xmax)))


def receipt_apart():
    """Effects are committed before their receipts."""
    store = Push._store

    def _store(self, rows=()):
        self.env.flush_all()
        self.env.cr.commit()
        store(self, rows)

    _put(Push, "_store", _store)


def lost_maybe_held():
    """What was sent and not confirmed is forgotten when something has to be removed."""
    _put(holdings, "pending_ids", lambda cr, positions, entity: set())


def suppressed_by_maybe_held():
    """A record that was sent is taken for received."""
    versions = Holdings.versions

    def with_pending(self, entity, ids):
        found = versions(self, entity, ids)
        self.cr.execute(
            SQL(
                """SELECT i, v FROM offline_delta d JOIN offline_position p ON p.id = d.position_id,
                          unnest(d.ids, d.versions) AS given(i, v)
                    WHERE p.device_id = %s AND d.entity = %s AND i = ANY(%s) AND v IS NOT NULL""",
                self.device_id, entity, list(ids),
            )
        )  # fmt: skip
        return found | {record_id: version % 2**64 for record_id, version in self.cr.fetchall()}

    _put(Holdings, "versions", with_pending)


def skipped_scope_check():
    """A changed record is sent to everybody who has its entity."""
    query = Scope.query

    def unscoped(self, ids=None, after=0, limit=None):
        if ids is None or self.model._name == "ir.attachment":
            return query(self, ids, after, limit)
        return self.model.sudo()._search([("id", "in", list(ids))], order="id", limit=limit)

    _put(Scope, "query", unscoped)


def silent_leave():
    """What leaves the scope stays on the device: nobody says that it has to go."""
    remove = walk.Page.remove

    def only_strangers(self, entity, record_id, held):
        if held is None:
            remove(self, entity, record_id, held)

    _put(walk.Page, "remove", only_strangers)


def repeat_runs_again():
    """An operation that arrives again runs again."""
    run = Push.run

    def forgetful(self):
        if heads := self.request.operations:
            device = self.device.id
            for statement in (
                "DELETE FROM offline_conflict WHERE operation_id IN (SELECT id FROM offline_operation"
                " WHERE device_id = %s AND seq >= %s)",
                "DELETE FROM offline_operation WHERE device_id = %s AND seq >= %s",
            ):
                self.env.cr.execute(SQL(statement, device, heads[0].seq))
            self.env.cr.execute(
                SQL(
                    "UPDATE offline_lane SET counter = least(counter, %s) WHERE device_id = %s AND direction = 'push'",
                    heads[0].seq, device,
                )
            )  # fmt: skip
            self.env.invalidate_all()
        return run(self)

    _put(Push, "run", forgetful)


def merged_without_base():
    """The device's value wins, whoever changed the field since the person saw it."""
    merge = apply.merge_record

    def blind(base, mine, theirs, policies, **more):
        return merge({name: theirs[name] for name in base}, mine, theirs, policies, **more)

    _put(apply, "merge_record", blind)
    _put(batch, "merge_record", blind)


def chains_off():
    """A device's second edit of a field is compared with what it saw, not with what became of its first."""
    _put(History, "current_base", lambda self, operation, res_id, base, theirs, policies: dict(base))


def differences_from_merged():
    """A device's second difference is taken from what both sides came to, which its person never saw."""
    current_base = History.current_base

    def blind(self, operation, res_id, base, theirs, policies):
        return current_base(self, operation, res_id, base, theirs, {})

    _put(History, "current_base", blind)


def units_half_done():
    """The members of a unit before the one that failed keep their effect."""
    _put(units, "guarded", lambda cr: nullcontext())


def released_out_of_order():
    """What waited for a decision runs from the last to the first, and nothing of it waits for anything else."""

    def release(self):
        waiting = self.env["offline.operation"].search(
            [("device_id", "=", self.device.id), ("status", "=", "deferred"), ("is_repeat", "=", False)]
        )
        open_seqs = {one.seq for one in self.history.waiting()} - set(waiting.mapped("seq"))
        for operation in waiting.sorted("seq", reverse=True):
            if operation.status == "deferred" and not open_seqs & set(operation.blocked_by or ()):
                task = self.task(operation)
                self.finish(
                    operation, (task.applier or self.applier).run(task.operation, task.at, task.force)
                )

    _put(Desk, "release", release)


def open_blobs():
    """Whoever knows the hash of a file gets its bytes."""
    _put(blob_reading, "may_read", lambda attachment: True)


def newest_by_arrival():
    """Of two stages the one that arrives last counts as the newest, whenever they were chosen."""
    _put(Applier, "newer", lambda self, record, policies, at, names: set(names))


def closed_orders_change():
    """What devices change of an order that was confirmed or cancelled counts as if it were a quotation still."""
    from odoo.addons.offline_crm.models.sale_order import SaleOrder

    _put(SaleOrder, "_offline_park_if_closed", lambda self: None)


def agreed_prices_forgotten():
    """A line has Odoo's price, whatever the person agreed with the customer."""
    from odoo.addons.offline_crm.models.sale_order_line import SaleOrderLine

    settle = SaleOrderLine._offline_settle_price
    _put(SaleOrderLine, "_offline_settle_price", lambda self, *_agreed, **_named: settle(self))


def unseen_orders_cancelled():
    """An order is cancelled, or opened again, though the office made another of it than the person saw."""
    from odoo.addons.offline_crm.models.offline_entity_sale_order_work import OfflineEntitySaleOrder

    _put(OfflineEntitySaleOrder, "_offline_park_unseen", lambda self, order, seen, usual: None)


DEFECTS = {
    function.__name__: function
    for function in (
        date_cursor, cursor_without_xip, receipt_apart, lost_maybe_held, suppressed_by_maybe_held,
        skipped_scope_check, silent_leave, repeat_runs_again, merged_without_base, chains_off,
        differences_from_merged, units_half_done, released_out_of_order, open_blobs,
        newest_by_arrival, closed_orders_change, agreed_prices_forgotten,
        unseen_orders_cancelled,
    )
}  # fmt: skip


def plant(name):
    """Have this process work with the defect."""
    DEFECTS[name]()
