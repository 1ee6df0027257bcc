/** `node price_check.js FILE`: check the baskets of a file; what was found, as JSON. For the tests that run in Odoo. */
import { readFile } from "node:fs/promises";
import { checkAll } from "./prices.js";

const { worlds } = JSON.parse(await readFile(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify(checkAll(worlds)));
