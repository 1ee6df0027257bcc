"""The page that loads tests of the engine: which modules take the place of Node's, and of Odoo's loader."""

from __future__ import annotations

import json
from pathlib import Path

_ADDONS = ("offline_base", "offline_crm")
_OF_NODE = ("harness.js", "screens.js")
#: Modules of the installed Odoo that are used as they are; they are served under /odoo/.
_OF_ODOO = {
    "@account/helpers/account_tax": "account/static/src/helpers/account_tax",
    "@web/core/utils/numbers": "web/static/src/core/utils/numbers",
    "@web/core/utils/strings": "web/static/src/core/utils/strings",
    "@web/core/l10n/localization": "web/static/src/core/l10n/localization",
}


def page(root: Path) -> str:
    """An HTML document with `window.run`, for the repository that is served under `/`."""
    imports = {f"/tests/engine/{name}": f"/tests/engine/browser/{name}" for name in _OF_NODE}
    imports["@web/core/l10n/translation"] = "/tests/engine/translation.js"
    imports["@web/core/registry"] = "/tests/engine/registry.js"
    imports["@odoo/owl"] = "/tests/engine/owl.js"
    imports |= {name: f"/odoo/{path}.js" for name, path in _OF_ODOO.items()}
    imports["/odoo/web/static/src/core/utils/objects"] = "/odoo/web/static/src/core/utils/objects.js"
    # Screens import each other without an ending, as Odoo's loader wants it; one module has to have one address.
    for addon in _ADDONS:
        app = root / "addons" / addon / "static/src/app"
        for module in app.rglob("*.js"):
            address = f"/{module.relative_to(root)}"
            imports[address.removesuffix(".js")] = address
            imports[f"@{addon}/app/{module.relative_to(app).with_suffix('')}"] = address
    return f"""<!doctype html>
<title>Tests of the engine</title>
<link rel="icon" href="data:,">
<script type="importmap">{json.dumps({"imports": imports})}</script>
<script type="module">
    import {{ run }} from "/tests/engine/browser/harness.js";

    window.run = run;
</script>
"""
