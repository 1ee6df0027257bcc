/**
 * A UUID of version 7 (RFC 9562): 48 bits of time, the rest by chance. Rows that are born together lie together.
 *
 * @param {number} [now] milliseconds since 1970
 */
export function newUid(now = Date.now()) {
    const random = crypto.getRandomValues(new Uint8Array(16));
    let time = now;
    for (let at = 5; at >= 0; at--) {
        random[at] = time % 256;
        time = Math.floor(time / 256);
    }
    random[6] = 0x70 | (random[6] & 0x0f);
    random[8] = 0x80 | (random[8] & 0x3f);
    const hex = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
