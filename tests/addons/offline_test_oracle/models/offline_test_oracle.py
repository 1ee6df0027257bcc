from odoo import models

from .. import defects, mortal


class OfflineTestOracle(models.AbstractModel):
    """Makes the workers of this database mortal and plants a defect, if its parameters say so."""

    _name = "offline.test.oracle"
    _description = "Test Oracle"

    def _register_hook(self):
        super()._register_hook()
        parameters = self.env[
            "ir.config_parameter"
        ].sudo()  # sudo: reads its own settings, in a test database
        if parameters.get_param("offline_test_oracle.mortal"):
            mortal.install()
        if name := parameters.get_param("offline_test_oracle.defect"):
            defects.plant(name)
