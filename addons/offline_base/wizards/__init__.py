from . import offline_enrolment_wizard
