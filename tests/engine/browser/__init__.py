"""The tests of `tests/engine`, unchanged, in a page of Chromium: its IndexedDB, its locks, its keys."""
