import io
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

from ..core.errors import CATALOGUE

_I18N = Path(__file__).resolve().parents[1] / "i18n"


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        entries = polib.pofile(_I18N / "offline_base.pot")
        cls.template = {entry.msgid for entry in entries}
        cls.own = cls._own(entries)
        cls.french = polib.pofile(_I18N / "fr.po")

    @classmethod
    def _own(cls, entries):
        """The texts of this addon; fields of Odoo's mixins, which other addons add to, left out."""
        mixed_in = {f"__{name}" for name in cls.env["mail.thread"]._fields}
        mixed_in |= {f"__{name}" for name in cls.env["mail.activity.mixin"]._fields}
        return {
            entry.msgid
            for entry in entries
            if any(f"__{place.rpartition('__')[2]}" not in mixed_in for place, _line in entry.occurrences)
        }

    def test_template_has_the_texts_that_odoo_exports(self):
        """Mend it by ``python -m tools.gen_pot``."""
        exported = io.BytesIO()
        trans_export(False, ["offline_base"], exported, "po", self.env)
        entries = polib.pofile(exported.getvalue().decode())
        self.assertEqual(self._own(entries) ^ self.own, set())

    def test_sentences_of_the_error_catalogue_are_exported(self):
        for entry in CATALOGUE.values():
            self.assertLessEqual({entry.title, entry.remedy}, self.template)

    def test_french_translates_every_text(self):
        self.assertEqual({entry.msgid for entry in self.french} ^ self.template, set())
        self.assertEqual([e.msgid for e in self.french if not e.msgstr.strip() or e.fuzzy or e.obsolete], [])

    def test_french_keeps_placeholders_and_markup(self):
        for entry in self.french:
            for mark in ("%s", "%(", "<span", "</span>"):
                with self.subTest(text=entry.msgid, mark=mark):
                    self.assertEqual(entry.msgid.count(mark), entry.msgstr.count(mark))
