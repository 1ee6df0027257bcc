from odoo.addons.offline_base.store.scope import Scope

from .common import PARTNER, PullCase


class TestPages(PullCase):
    """Pages of a walk, and the closing one."""

    def test_pages_together_are_the_scope_and_only_the_last_is_complete(self):
        """Proves I5."""
        pages = self.phone.sync(limit=3)
        self.assertEqual([False] * (len(pages) - 1) + [True], [page["complete"] for page in pages])
        self.assertGreater(len(pages), 1)
        self.assertTrue(all(sum(len(c["upserts"]) for c in page["changes"]) <= 3 for page in pages))
        sent = [i for page in pages for i in self.upserts(page)]
        self.assertEqual(sorted(self.all_contacts().ids), sorted(sent))
        self.assertEqual([{}] * (len(pages) - 1), [page["digests"] for page in pages[:-1]])
        self.assert_converged()

    def test_change_behind_the_walk_comes_with_the_closing_page(self):
        """Proves I1, I5."""
        first = self.phone.pull(limit=2)
        behind = self.env[PARTNER].browse(min(self.upserts(first)))
        behind.phone = "1"
        pages = self.phone.sync(limit=2)
        self.assertEqual("1", self.upserts(pages[-1])[behind.id]["values"]["phone"])
        self.assert_converged()

    def test_record_that_leaves_behind_the_walk_is_removed_by_the_closing_page(self):
        """Proves I4, I5."""
        first = self.phone.pull(limit=2)
        behind = self.env[PARTNER].browse(min(self.upserts(first)))
        behind.active = False
        pages = self.phone.sync(limit=2)
        self.assertEqual({behind.id: "scope"}, self.removes(pages[-1]))
        self.assert_converged()

    def test_scope_that_changes_between_pages_of_a_first_pull_is_that_of_the_closing_page(self):
        """Proves I1, I4. No page before asks again for the scopes of what it does not read."""
        first = self.phone.pull(limit=2)
        behind = self.env[PARTNER].browse(min(self.upserts(first)))
        self.hide(behind)
        pages = self.phone.sync(limit=2)
        self.assertEqual({behind.id: "scope"}, self.removes(pages[-1]))
        self.assert_converged()

    def test_page_of_a_first_pull_evaluates_no_scope_but_that_of_what_it_carries(self):
        """A million contacts made each page search all their files and messages anew."""
        self.phone.pull(limit=1)
        asked = []
        query = Scope.query

        def noted(scope, *arguments, **options):
            asked.append(scope.model._name)
            return query(scope, *arguments, **options)

        self.patch(Scope, "query", noted)
        page = self.phone.pull(limit=1)
        self.assertFalse(page["complete"])
        self.assertEqual({change["entity"] for change in page["changes"]}, set(asked))

    def test_lost_page_is_given_again(self):
        """Proves I1."""
        self.phone.pull(limit=2)
        lost = self.phone.ask(self.phone.cursor, limit=2)
        self.assertEqual(lost["changes"], self.phone.pull(limit=2)["changes"])
        self.phone.sync(limit=2)
        self.assert_converged()

    def test_steady_writer_does_not_put_off_the_closing_page(self):
        """Proves I10."""
        pages = [self.phone.pull(limit=2)]
        while not pages[-1]["complete"]:
            self.assertLess(len(pages), 10)
            for partner in self.all_contacts():
                partner.phone = str(len(pages))
            pages.append(self.phone.pull(limit=2))
        self.assert_converged()

    def test_profile_changed_between_pages_starts_the_walk_again(self):
        """Proves I6."""
        self.phone.pull(limit=2)
        self.hide_field("phone")
        self.phone.sync(limit=2)
        self.assert_converged()
