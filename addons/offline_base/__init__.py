from . import controllers, models, store, wizards
from .hooks import post_init_hook, uninstall_hook
