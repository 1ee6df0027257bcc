from . import offline_decision, offline_enrolment_wizard, offline_escrow_import, offline_retention
