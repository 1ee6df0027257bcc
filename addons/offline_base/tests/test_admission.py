import itertools
import os
from contextlib import closing, contextmanager
from unittest.mock import patch

from ..core.errors import Problem
from ..store import admission
from .common import OfflineCase, Phone

_PARAMETER = "offline_base.resyncs_at_once"


class TestAdmission(OfflineCase):
    """Few devices are given everything at a time; all others are served meanwhile."""

    def setUp(self):
        super().setUp()
        self.new_partner("Contact 1")
        self.new_partner("Contact 2")
        self.settle()
        self.set_places("1")
        self.crowds = itertools.count(1)
        self.patch(os, "getloadavg", lambda: (0.0, 0.0, 0.0))

    def set_places(self, number):
        self.env["ir.config_parameter"].set_param(_PARAMETER, number)

    @contextmanager
    def crowd(self, places=1):
        """Another transaction has taken this many places; what this one had, from earlier pulls, it has no more."""
        other = patch.object(admission, "LOCK_CLASS", admission.LOCK_CLASS + next(self.crowds))
        with other, closing(self.registry.cursor()) as cr:
            for place in range(1, places + 1):
                cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [admission.LOCK_CLASS, place])
                self.assertTrue(cr.fetchone()[0])
            yield

    def test_first_pull_waits_while_others_are_given_everything(self):
        """Proves I10. It is served as soon as a place is free, from where it stood."""
        with self.crowd(), self.assert_problem("crowded"):
            self.phone.ask()
        self.assert_converged()

    def test_those_that_are_sent_away_come_again_at_times_of_their_own(self):
        told = set()
        with self.crowd():
            for _try in range(60):
                with self.assertRaises(Problem) as caught:
                    self.phone.ask()
                told.add(caught.exception.extra["retry_after_s"])
        self.assertGreater(len(told), 1)
        self.assertLessEqual(told, set(range(2, 7)))

    def test_there_are_as_many_places_as_the_parameter_says(self):
        self.set_places("3")
        with self.crowd(2):
            self.assertEqual(3, len(self.upserts(self.phone.pull())))
        with self.crowd(3), self.assert_problem("crowded"):
            Phone(self.enrol(self.colleague)).ask()

    def test_walk_under_way_goes_on_while_all_places_are_taken(self):
        """Proves I10. Whoever began is never sent away: it would begin in vain."""
        self.assertFalse(self.phone.pull(limit=1)["complete"])
        with self.crowd():
            self.assert_converged()

    def test_changes_idle_pulls_and_pushes_take_no_place(self):
        self.phone.sync()
        with self.crowd():
            self.assertFalse(self.phone.pull()["changes"])
            self.partner.phone = "1"
            self.assertEqual({self.partner.id}, set(self.upserts(self.phone.pull())))
            self.assert_status("applied", self.phone.push_one(self.phone.create({"name": "New"})))

    def test_other_content_for_the_whole_fleet_is_given_to_few_at_a_time(self):
        """A profile that gains a field makes every device read all of its records anew."""
        self.phone.sync()
        self.settle()
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_schema", 77)
        with self.crowd(), self.assert_problem("crowded"):
            self.phone.ask(self.phone.cursor)
        self.assert_converged()

    def test_without_a_word_half_of_the_workers_are_left_to_others(self):
        for told in ("", "none", "0", "-2"):
            self.set_places(told)
            for workers, places in ((0, 4), (1, 1), (2, 1), (9, 4)):
                with self.subTest(told=told, workers=workers):
                    self.patch(admission, "config", {"workers": workers})
                    self.assertEqual(places, admission.places(self.env))

    def test_pause_between_pulls_differs_and_grows_with_the_load(self):
        def pauses(processes):
            self.patch(os, "getloadavg", lambda: (processes * os.cpu_count(), 0.0, 0.0))
            return {admission.pause_s(100) for _time in range(50)}

        self.assertTrue(all(80 <= pause <= 120 for pause in pauses(0.5)))
        self.assertGreater(len(pauses(0.5)), 1)
        self.assertTrue(all(240 <= pause <= 360 for pause in pauses(3)))
        self.assertTrue(
            all(800 <= pause <= 1200 for pause in pauses(1000)), "it never grows more than tenfold"
        )

    def test_answer_carries_the_pause(self):
        self.patch(os, "getloadavg", lambda: (5.0 * os.cpu_count(), 0.0, 0.0))
        self.profile.poll_interval_s = 100
        self.assertGreaterEqual(self.phone.pull()["poll_after_s"], 400)
