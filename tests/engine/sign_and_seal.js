/**
 * Says what the engine's keys make of contents, for tests in other languages (`tests/unit/test_app_keys.py`).
 *
 * Standard input: `{"to": JWK of the office, "contents": [JSON text]}`. Output: `{"public", "signatures", "boxes"}`;
 * a signature is null where the content cannot be signed.
 */
import { newKey, publicPart, seal, sign } from "../../addons/offline_base/static/src/app/engine/keys.js";

const said = await new Response(process.stdin).json();
const contents = said.contents.map((text) => JSON.parse(text));
const key = await newKey();
const orNull = (error) => (error instanceof RangeError ? null : Promise.reject(error));
const answer = {
    public: await publicPart(key),
    signatures: await Promise.all(contents.map((content) => sign(key, content).catch(orNull))),
    boxes: await Promise.all(contents.map((content) => seal(said.to, content, key))),
};
process.stdout.write(JSON.stringify(answer));
