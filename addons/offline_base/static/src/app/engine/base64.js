/** Bytes as base64, and as base64url without padding (RFC 4648). */

// One call takes so many arguments at least, in every engine.
const PIECE = 0x8000;

/** @param {Uint8Array | ArrayBuffer} data */
export function toBase64(data) {
    const bytes = new Uint8Array(data);
    let text = "";
    for (let at = 0; at < bytes.length; at += PIECE) {
        text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
    }
    return btoa(text);
}

/** @param {Uint8Array | ArrayBuffer} data */
export function toBase64Url(data) {
    return toBase64(data).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {Uint8Array | ArrayBuffer} data */
export function toHex(data) {
    return Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes of base64. @param {string} text */
export function fromBase64(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
