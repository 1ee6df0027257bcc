from psycopg2.errors import DiskFull, QueryCanceled
from psycopg2.pool import PoolError

from odoo.exceptions import ConcurrencyError, LockError, UserError
from odoo.tools import mute_logger

from ..core.wire import Operation
from ..store.apply import Applier
from ..store.history import History
from .common import ACTIVITY, PARTNER, PushCase, new_uid

_APPLY_LOG = "odoo.addons.offline_base.store.refused"


class TestEdges(PushCase):
    """Input that nobody sends on purpose, and hooks of Odoo's around a refusal."""

    # --- malformed work must not stop what comes after it ---------------------------------------------------

    def test_work_whose_values_are_no_object_holds_up_nothing(self):
        """Proves I8, I10. It is stored as it came and read again by every later call."""
        for values in (5, True, [[1]], [{}], "text", 1.5):
            with self.subTest(values=values):
                self.assert_rejected(
                    self.phone.push_one(self.phone.update(self.partner, {}) | {"values": values}),
                    "operation_invalid",
                    "values",
                )
                self.assert_status("applied", self.phone.push_one(self.phone.create({"name": "Later"})))

    def test_work_whose_kind_or_verb_is_no_text_holds_up_nothing(self):
        """Proves I8, I10. A fault of one operation that failed the whole call would stop the device for good."""
        for name in ("entity", "verb"):
            for value in (5, {"a": 1}, ["res.partner"], True):
                with self.subTest(name=name, value=value):
                    self.assert_rejected(
                        self.phone.push_one(self.phone.update(self.partner, {}) | {name: value}),
                        "operation_invalid",
                        name,
                    )
                    self.assert_status("applied", self.phone.push_one(self.phone.create({"name": "Later"})))

    def test_work_whose_values_are_no_object_can_be_shown_and_discarded(self):
        """Proves I8."""
        for values in (5, [[1]], [{}]):
            with self.subTest(values=values):
                receipt = self.phone.push_one(self.phone.update(self.partner, {}) | {"values": values})
                operation = self.phone.stored(receipt).with_user(self.reviewer)
                self.assertFalse(operation.content_text)
                with self.assertRaises(UserError):
                    operation.action_retry()
                operation.action_discard()
                self.assertEqual("discarded", operation.status)

    def test_result_that_cannot_be_stored_is_that_operations_fault_alone(self):
        """Proves I10. A receipt that cannot be stored would fail the device's every push."""
        for result in (self.partner, float("nan"), {1, 2}):
            activity = self.new_activity(self.partner, self.user)
            adapter = type(self.env["offline.entity.mail_activity"])
            with self.subTest(result=result), mute_logger(_APPLY_LOG):
                self.patch(adapter, "complete", lambda self, record, args, result=result: result)
                receipt = self.phone.push_one(
                    self.phone.operation("complete", ACTIVITY, target={"id": activity.id})
                )
                self.assert_rejected(receipt, "internal_error")

    def test_named_operation_can_be_overridden_as_any_method(self):
        activity = self.new_activity(self.partner, self.user)
        seen = []

        def complete(self, record, args):
            seen.append(args.feedback)

        self.patch(type(self.env["offline.entity.mail_activity"]), "complete", complete)
        receipt = self.phone.push_one(
            self.phone.operation(
                "complete", ACTIVITY, target={"id": activity.id}, args={"feedback": "Overridden"}
            )
        )
        self.assert_status("applied", receipt)
        self.assertEqual(["Overridden"], seen)

    def test_dates_at_the_ends_of_the_calendar(self):
        for day in ("0001-01-01", "9999-12-31"):
            activity = self.new_activity(self.partner, self.user)
            with self.subTest(day):
                receipt = self.phone.push_one(
                    self.phone.update(
                        activity, {"date_deadline": day}, {"date_deadline": str(activity.date_deadline)},
                        entity=ACTIVITY, at=f"{day}T00:00:00Z",
                    )
                )  # fmt: skip
                self.assertIn(receipt["status"], ("applied", "rejected"))
                self.assertNotEqual("internal_error", receipt["code"])
                self.assert_converged()

    # --- references -----------------------------------------------------------------------------------------

    def test_expectation_may_name_a_record_by_its_uid(self):
        parent = new_uid()
        self.phone.push(
            self.phone.create({"name": "Parent", "is_company": True, "ref": self.partner.ref}, parent)
        )
        self.partner.parent_id = self.by_uid(parent)
        self.assert_status(
            "applied",
            self.phone.push_one(
                self.phone.update(self.partner, {"function": "Boss"}, expect={"parent_id": {"uid": parent}})
            ),
        )
        for other in ({"uid": new_uid()}, None, self.user.partner_id.id):
            edit = self.phone.update(self.partner, {"city": "X"}, expect={"parent_id": other})
            self.assert_status("conflict", self.phone.push_one(edit))
            self.env["offline.operation"].search([("status", "=", "conflict")]).status = "discarded"
        self.partner.parent_id = False
        edit = self.phone.update(self.partner, {"city": "X"}, expect={"parent_id": {"uid": new_uid()}})
        self.assert_status("conflict", self.phone.push_one(edit))

    def test_model_of_an_activity_cannot_be_changed_to_reach_an_unreadable_record(self):
        """Odoo computes the name of the document with all rights. Proves I4."""
        secret = self.env["ir.rule"].search([], limit=1)
        activity = self.new_activity(self.partner, self.user)
        self.env.cr.execute("UPDATE mail_activity SET res_id = %s WHERE id = %s", [secret.id, activity.id])
        activity.invalidate_recordset()
        receipt = self.phone.push_one(
            self.phone.update(activity, {"res_model": "ir.rule"}, {"res_model": PARTNER}, entity=ACTIVITY)
        )
        self.assert_rejected(receipt, "reference_unknown", "res_id")

    # --- hooks of Odoo's ------------------------------------------------------------------------------------

    def test_refused_work_does_not_silence_the_notifications_of_what_follows(self):
        """Odoo adds one hook for all notifications of a transaction; a refusal must not take its mark along."""

        def notify_and_refuse(records):
            records.env.user._bus_send("offline_test", {})
            records.env.cr.flush()
            raise UserError("No")

        self.env.cr.postcommit.clear()
        with self.failing(notify_and_refuse):
            self.assert_rejected(
                self.phone.push_one(self.phone.update(self.partner, {"phone": "1"})), "validation_failed"
            )
        self.assertNotIn("bus.bus.channels", self.env.cr.postcommit.data)

    def test_refused_work_keeps_the_hooks_of_what_came_before(self):
        """What still waited to be flushed when the operation began is not the operation's own."""
        self.env.cr.flush()
        before = len(self.env.cr.postcommit._funcs)

        @self.env.cr.precommit.add
        def earlier():
            self.env.cr.postcommit.add(lambda: None)

        def refuse(records):
            raise UserError("No")

        operation = Operation.model_validate(self.phone.update(self.partner, {"phone": "1"}))
        with self.failing(refuse):
            outcome = Applier(self.phone.device, History(self.phone.device)).run(operation, None)
        self.assertEqual("rejected", outcome.status)
        self.assertEqual(before + 1, len(self.env.cr.postcommit._funcs))

    # --- transactions that meet -----------------------------------------------------------------------------

    def test_failure_that_only_a_new_transaction_can_mend_is_no_refusal(self):
        """Proves I8. Business methods raise Odoo's own signal for it."""

        def meet(records):
            raise ConcurrencyError("Try again")

        with self.failing(meet), self.assertRaises(ConcurrencyError):
            self.phone.push_one(self.phone.update(self.partner, {"phone": "1"}))

    def test_fault_that_passes_takes_no_number(self):
        """Proves I8, I10. No disk, a cancelled query, no connection left, a lock: the work itself is not at fault."""
        operation = self.phone.update(self.partner, {"phone": "1"})
        for error in (QueryCanceled(), DiskFull(), PoolError("full"), LockError("Locked")):

            def fail(records, error=error):
                raise error

            with self.subTest(error=error), self.failing(fail), self.assertRaises(type(error)):
                self.phone.push_one(operation)
        self.assertFalse(self.env["offline.operation"].search([("device_id", "=", self.device.id)]))
