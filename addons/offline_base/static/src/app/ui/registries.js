/**
 * Where screens, fields and entities are found. Domain addons add theirs here, and nowhere else.
 *
 * | category | name | entry |
 * |---|---|---|
 * | `screens` | name | `{path, component}`: `path` is `/list/:entity`; its parts become props, as do the words after `?` |
 * | `fields` | type of a field | `{Show, Edit}`: see `fields/field.js` for the props |
 * | `entities` | entity | what people see of it: see `model/entities.js` |
 * | `tiles` | name | `{component, sequence}`: shown on the home screen |
 * | `bars` | name | `{component}`: stands over every screen while there is something to say; lives as long as the app is open |
 * | `agenda` | entity | `{read(app) → [item]}`: what stands on which day, see `model/agenda.js` |
 * | `readiness` | name | `{check(app) → [{state, label, text?, fix?}]}`: see `screens/ready/ready.js` |
 * | `questions` | name | `{ask(device)}`: asked of Odoo after a sync, while nobody waits; see `model/asking.js` |
 * | `destinations` | name | `{label, short?, icon, screen, count?(app), isThere?(app)}`: the main navigation, five at most; `short` stands on phones where there are more than three |
 */
import { registry } from "@web/core/registry";

const app = registry.category("offline_app");

export const screens = app.category("screens");
export const fields = app.category("fields");
export const entities = app.category("entities");
export const tiles = app.category("tiles");
export const bars = app.category("bars");
export const agenda = app.category("agenda");
export const readiness = app.category("readiness");
export const questions = app.category("questions");
export const destinations = app.category("destinations");
