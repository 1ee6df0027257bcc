"""``python -m offline_device`` is the command ``offline-device``."""

from .cli import main

raise SystemExit(main())
