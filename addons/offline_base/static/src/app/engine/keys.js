/**
 * The device's key: what it signs to prove that it is itself, and the box in which it hands over its work.
 *
 * Signatures are ES256 over canonical JSON (RFC 8785), as base64url of r‖s. Boxes are JWE, ECDH-ES with A256GCM
 * (RFC 7516, 7518). All of it is the platform's own cryptography; the private key cannot be read by anybody, not even
 * by this program, and is stored as it is.
 */
import { toBase64Url } from "./base64.js";
import { dump } from "./canonical.js";

const CURVE = { namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256", ...CURVE };
const ECDH = { name: "ECDH", ...CURVE };
const ENCRYPTION = "A256GCM";
const TAG_BYTES = 16;
// From here on numbers are written with an exponent: then they are read as floats everywhere.
const EXPONENT_FROM = 1e21;

const utf8 = (text) => new TextEncoder().encode(text);

/** A new EC P-256 key. @returns {Promise<CryptoKeyPair>} */
export function newKey(subtle = crypto.subtle) {
    return subtle.generateKey(ECDSA, false, ["sign", "verify"]);
}

/** What the server may know of it, as JWK. */
export async function publicPart(key, subtle = crypto.subtle) {
    const { kty, crv, x, y } = await subtle.exportKey("jwk", key.publicKey);
    return { kty, crv, x, y };
}

/**
 * The signature; RangeError for what canonical JSON does not know: whole numbers beyond 2^53, halves of characters.
 *
 * @param {CryptoKeyPair} key
 * @param {object} content
 */
export async function sign(key, content, subtle = crypto.subtle) {
    check(content);
    return toBase64Url(await subtle.sign(ECDSA, key.privateKey, utf8(dump(content))));
}

/** The signature, or null where there is no key, or the content cannot be signed. @param {CryptoKeyPair | null} key */
export async function signatureOf(key, content, subtle = crypto.subtle) {
    try {
        return key ? await sign(key, content, subtle) : null;
    } catch (error) {
        if (error instanceof RangeError) {
            return null;
        }
        throw error;
    }
}

function check(value) {
    if (typeof value === "number") {
        const isCounted = Number.isSafeInteger(value) || !Number.isInteger(value) || Math.abs(value) >= EXPONENT_FROM;
        if (!Number.isFinite(value) || !isCounted) {
            throw new RangeError(`${value} cannot be signed`);
        }
    } else if (typeof value === "string") {
        if (/\p{Surrogate}/u.test(value)) {
            throw new RangeError("half a character cannot be signed");
        }
    } else if (value !== null && typeof value === "object") {
        for (const [name, item] of Object.entries(value)) {
            check(name);
            check(item);
        }
    } else if (!["boolean", "undefined"].includes(typeof value) && value !== null) {
        throw new RangeError(`a ${typeof value} cannot be signed`);
    }
}

/**
 * A box that only the office opens, with the content signed by this device where it can be.
 *
 * @param {{kty: string, crv: string, x: string, y: string, kid: string}} to The office's key, as the profile has it.
 * @param {object} content
 * @param {CryptoKeyPair | null} key
 */
export async function seal(to, content, key, subtle = crypto.subtle) {
    const signature = await signatureOf(key, content, subtle);
    const text = utf8(JSON.stringify({ content, signature }));
    const { kty, crv, x, y, kid } = to;
    const theirs = await subtle.importKey("jwk", { kty, crv, x, y }, ECDH, false, []);
    const own = await subtle.generateKey(ECDH, false, ["deriveBits"]);
    const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
    const secret = await subtle.importKey("raw", await derived(shared, subtle), "AES-GCM", false, ["encrypt"]);
    const header = { alg: "ECDH-ES", enc: ENCRYPTION, kid, epk: await publicPart(own, subtle) };
    const head = toBase64Url(utf8(JSON.stringify(header)));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = new Uint8Array(
        await subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(head) }, secret, text),
    );
    const [body, tag] = [sealed.subarray(0, -TAG_BYTES), sealed.subarray(-TAG_BYTES)];
    // The second part is empty: the secret is agreed on, not sent.
    return [head, "", toBase64Url(iv), toBase64Url(body), toBase64Url(tag)].join(".");
}

/** The Concat KDF of NIST SP 800-56A as RFC 7518 (4.6.2) uses it, for one key of 256 bits. */
function derived(shared, subtle) {
    const algorithm = utf8(ENCRYPTION);
    const said = new Uint8Array(4 + shared.byteLength + 4 + algorithm.length + 12);
    const view = new DataView(said.buffer);
    view.setUint32(0, 1);
    said.set(new Uint8Array(shared), 4);
    let at = 4 + shared.byteLength;
    view.setUint32(at, algorithm.length);
    said.set(algorithm, at + 4);
    at += 4 + algorithm.length;
    // Nobody is named on either side: two empty texts. Then how long the key is, in bits.
    view.setUint32(at + 8, 256);
    return subtle.digest("SHA-256", said);
}
