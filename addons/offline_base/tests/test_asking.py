import json
from unittest.mock import patch

from odoo.exceptions import LockError, UserError
from odoo.tests import HttpCase

from ..core import wire
from ..core.errors import Problem, Refusal
from ..core.routes import PREFIX
from ..store.asking import ask
from ..store.operations import question
from .common import ACTIVITY, PARTNER, PullCase


class ShoutArgs(wire.Request):
    """How loud."""

    times: int = 1


@question(args=ShoutArgs)
def shout(self, records, args):
    """What the records are called, and who reads it where."""
    names = [f"{record.name}{'!' * args.times}" for record in records]
    return {"names": names, "user": self.env.user.login, "su": self.env.su, "company": self.env.company.id}


@question(args=ShoutArgs)
def meddle(self, records, args):
    """A question that writes, tells people of it, and would do more after the commit."""
    records.write({"name": "Meddled with"})
    records.message_post(body="Meddled with")
    self.env.cr.postcommit.add(lambda: self.env["res.partner"].create({"name": "After the commit"}))
    self.env.flush_all()
    return records.mapped("name")


@question(args=ShoutArgs)
def finish(self, records, args):
    """One that would end the transaction."""
    self.env.cr.commit()


@question(args=ShoutArgs)
def sulk(self, records, args):
    """One that Odoo refuses, in one way or the other."""
    raise Refusal("access_denied") if args.times > 1 else UserError("Not today.")


@question(args=ShoutArgs)
def meet(self, records, args):
    """One that meets another transaction."""
    raise LockError("Locked.")


class AskCase(PullCase):
    """Questions of contacts, declared for the test."""

    def setUp(self):
        super().setUp()
        adapter = self.env.registry["offline.entity.res_partner"]
        for asked in (shout, meddle, finish, sulk, meet):
            self.enterContext(patch.object(adapter, asked.__name__, asked, create=True))

    def ask(self, name="shout", *targets, entity=PARTNER, **more):
        request = wire.AskRequest(entity=entity, question=name, targets=list(targets), **more)
        answer = ask(self.phone.device, request)
        wire.AskAnswer.model_validate(answer)
        return answer["answer"]

    def by_id(self, record, **more):
        return wire.ById(id=record.id, **more)

    def assert_refused(self, code, *asked, **more):
        with self.assertRaises(Problem) as caught:
            self.ask(*asked, **more)
        self.assertEqual(code, caught.exception.code)
        return caught.exception


class TestAsking(AskCase):
    """What devices ask Odoo: answered as the user, about what the device may hold, and nothing of it lasts."""

    def test_answer_is_that_of_the_user(self):
        """Proves I7."""
        answer = self.ask("shout", self.by_id(self.partner), args={"times": 2})
        self.assertEqual([f"{self.partner.name}!!"], answer["names"])
        self.assertEqual((self.user.login, False), (answer["user"], answer["su"]))

    def test_record_born_on_the_device_is_named_by_its_uid(self):
        create = self.phone.create({"name": "Born Outside"})
        self.assert_status("applied", self.phone.push_one(create))
        uid = create["target"]["uid"]
        self.assertEqual(["Born Outside!"], self.ask("shout", wire.ByUid(uid=uid))["names"])

    def test_question_about_nothing_is_answered(self):
        self.assertEqual([], self.ask("shout")["names"])

    def test_profile_tells_of_the_questions(self):
        entities = self.phone.device.profile_id._describe(self.phone.device)["entities"]
        questions = {entity["name"]: [one["name"] for one in entity["questions"]] for entity in entities}
        self.assertLessEqual({"shout", "meddle"}, set(questions[PARTNER]))
        self.assertNotIn("shout", questions[ACTIVITY])
        [shouted] = [
            one
            for entity in entities
            for one in entity["questions"]
            if entity["name"] == PARTNER and one["name"] == "shout"
        ]
        self.assertEqual("integer", shouted["args"]["properties"]["times"]["type"])

    def test_nothing_that_a_question_does_lasts(self):
        """Proves I7."""
        before = self.partner.name
        messages = len(self.partner.message_ids)
        waiting = len(self.env.cr.postcommit._funcs)
        self.assertEqual(["Meddled with"], self.ask("meddle", self.by_id(self.partner)))
        self.assertEqual((before, messages), (self.partner.name, len(self.partner.message_ids)))
        self.env.cr.execute("SELECT name FROM res_partner WHERE id = %s", [self.partner.id])
        self.assertEqual(before, self.env.cr.fetchone()[0])
        self.assertEqual(waiting, len(self.env.cr.postcommit._funcs))

    def test_question_does_not_end_the_transaction(self):
        with self.assertRaisesRegex(RuntimeError, "commits by itself"):
            self.ask("finish", self.by_id(self.partner))

    def test_what_is_no_question_cannot_be_asked(self):
        """A named operation, a method of the adapter, a question of another entity: all unknown."""
        self.assert_refused("question_unknown", "whisper")
        self.assert_refused("question_unknown", "_offline_scope")
        self.assert_refused("question_unknown", "complete", self.by_id(self.activity), entity=ACTIVITY)
        self.assert_refused("question_unknown", "shout", entity=ACTIVITY)
        self.assert_refused("question_unknown", "shout", entity="res.users")
        self.assert_refused("question_unknown", "shout", entity="no.such.model")

    def test_entity_that_is_only_sent_answers_nothing(self):
        """Proves I4."""
        self.partner_line.direction = "push"
        self.assert_refused("question_unknown", "shout")

    def test_missing_and_unreadable_records_look_alike(self):
        """Proves I4."""
        hidden = self.new_partner("Hidden")
        self.hide(hidden)
        unreadable = self.assert_refused("question_unknown", "shout", self.by_id(hidden))
        missing = self.assert_refused("question_unknown", "shout", wire.ById(id=987_654_321))
        self.assertEqual((unreadable.detail, unreadable.extra), (missing.detail, missing.extra))

    def test_answer_leaves_out_what_the_device_may_not_hold(self):
        """Proves I4."""
        hidden = self.new_partner("Hidden")
        self.hide(hidden)
        targets = [self.by_id(record) for record in (self.others[1], hidden, self.partner, self.partner)]
        names = self.ask("shout", wire.ById(id=987_654_321), *targets)["names"]
        self.assertEqual([f"{self.others[1].name}!", f"{self.partner.name}!"], names)

    def test_records_outside_of_what_the_adapter_gives_are_not_told_of(self):
        """Proves I4. Whoever reads a contact may read its activities in Odoo; devices hold their own."""
        adapter = self.env.registry["offline.entity.mail_activity"]
        summaries = question(args=ShoutArgs)(lambda self, records, args: records.mapped("summary"))
        summaries._offline_question = type(summaries._offline_question)("summaries", ShoutArgs)
        self.enterContext(patch.object(adapter, "summaries", summaries, create=True))
        hers = self.new_activity(self.partner, self.colleague, summary="Hers")
        self.assertEqual(["Call"], self.ask("summaries", self.by_id(self.activity), entity=ACTIVITY))
        self.assert_refused("question_unknown", "summaries", self.by_id(hers), entity=ACTIVITY)

    def test_record_that_the_profile_leaves_out_may_be_asked_about(self):
        outside = self.new_partner("Far Away", ref="elsewhere")
        self.assertEqual(["Far Away!"], self.ask("shout", self.by_id(outside))["names"])

    def test_id_that_was_given_out_again_is_another_record(self):
        born = "2020-01-01T00:00:00.000000Z"
        self.assert_refused("question_unknown", "shout", self.by_id(self.partner, born=born))

    def test_company_is_one_of_the_users(self):
        """Proves I4."""
        other = self.env["res.company"].create({"name": "Other"})
        self.assert_refused("question_unknown", "shout", company=other.id)
        self.user.company_ids += other
        self.assertEqual(other.id, self.ask("shout", company=other.id)["company"])
        self.assertEqual(self.user.company_id.id, self.ask("shout")["company"])

    def test_wrong_arguments_are_named(self):
        problem = self.assert_refused("envelope_invalid", "shout", args={"times": "twice", "more": 1})
        self.assertEqual({"args.times", "args.more"}, set(problem.extra["errors"]))

    def test_refusal_of_odoo_is_told(self):
        self.assertEqual("Not today.", self.assert_refused("question_refused", "sulk").detail)
        problem = self.assert_refused("question_refused", "sulk", args={"times": 2})
        self.assertEqual("The user may not do this.", problem.detail)

    def test_transaction_in_the_way_is_no_refusal(self):
        """The call is made again, see the dispatcher."""
        with self.assertRaises(LockError):
            self.ask("meet")

    def test_too_many_records_are_refused(self):
        with self.assertRaisesRegex(ValueError, "500"):
            self.ask("shout", *(wire.ById(id=number) for number in range(1, 502)))


class TestAskRoute(AskCase, HttpCase):
    """The address."""

    def test_device_asks_over_http(self):
        _token, text = self.env["offline.token"]._issue(self.device)
        self.settle()
        body = {"entity": PARTNER, "question": "meddle", "targets": [{"id": self.partner.id}]}
        headers = {"Authorization": f"Bearer {text}", "Content-Type": "application/json"}
        response = self.url_open(f"{PREFIX}/ask", data=json.dumps(body), headers=headers)
        self.assertEqual(200, response.status_code, response.text)
        answer = wire.AskAnswer.model_validate_json(response.text)
        self.assertEqual(["Meddled with"], answer.answer)
        self.partner.invalidate_recordset()
        self.assertNotEqual("Meddled with", self.partner.name)
        refused = self.url_open(
            f"{PREFIX}/ask", data=json.dumps({**body, "question": "whisper"}), headers=headers
        )
        self.assertEqual((404, "question_unknown"), (refused.status_code, refused.json()["code"]))
