from . import models, passwords
from .passwords import post_init_hook

passwords.make_quick()
