/** Bytes in tests, with what Node and a browser both have. */

export const bytesOf = (text) => new TextEncoder().encode(text);
export const textOf = (bytes) => new TextDecoder().decode(bytes);

/** Bytes of base64 or base64url. */
export function fromBase64(text) {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

/** Several pieces (bytes, or lists of numbers) as one. */
export function joined(...pieces) {
    return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

export function sameBytes(one, other) {
    return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
