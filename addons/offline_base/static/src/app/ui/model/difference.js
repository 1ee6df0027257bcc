/** What changed in a text, word by word, so that a person need not read all of it twice. Pure. */

/** Above this the comparison would take too long on a phone: then all of it counts as changed. */
const MOST_STEPS = 4_000_000;

/**
 * The new text in parts: `[{kind: "same" | "new" | "gone", text}]`; what is gone stands where it was.
 *
 * `difference("the red fox", "the old fox")` → the, ~red~, +old+, fox.
 *
 * @param {string} before @param {string} after
 */
export function difference(before, after) {
    const [one, other] = [words(before), words(after)];
    let start = 0;
    while (start < one.length && start < other.length && one[start] === other[start]) {
        start++;
    }
    let end = 0;
    while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) {
        end++;
    }
    const middle = compared(one.slice(start, one.length - end), other.slice(start, other.length - end));
    const parts = [
        ["same", other.slice(0, start)],
        ...middle,
        ["same", other.slice(other.length - end)],
    ];
    return joined(parts);
}

/** Words and what stands between them, each a part. */
function words(text) {
    return text.match(/[\p{L}\p{N}]+|\s+|[^\p{L}\p{N}\s]/gu) ?? [];
}

/** The longest common subsequence decides what stayed. */
function compared(one, other) {
    if (!one.length || !other.length || one.length * other.length > MOST_STEPS) {
        return [
            ["gone", one],
            ["new", other],
        ];
    }
    const width = other.length + 1;
    const lengths = new Uint32Array((one.length + 1) * width);
    for (let at = one.length - 1; at >= 0; at--) {
        for (let to = other.length - 1; to >= 0; to--) {
            lengths[at * width + to] =
                one[at] === other[to]
                    ? lengths[(at + 1) * width + to + 1] + 1
                    : Math.max(lengths[(at + 1) * width + to], lengths[at * width + to + 1]);
        }
    }
    const parts = [];
    let [at, to] = [0, 0];
    while (at < one.length || to < other.length) {
        if (at < one.length && to < other.length && one[at] === other[to]) {
            parts.push(["same", [other[to]]]);
            at++;
            to++;
        } else if (to >= other.length || (at < one.length && lengths[(at + 1) * width + to] >= lengths[at * width + to + 1])) {
            parts.push(["gone", [one[at++]]]);
        } else {
            parts.push(["new", [other[to++]]]);
        }
    }
    return parts;
}

/** Neighbours of one kind become one part; empty ones go. */
function joined(parts) {
    const found = [];
    for (const [kind, tokens] of parts) {
        const text = tokens.join("");
        const last = found.at(-1);
        if (last?.kind === kind) {
            last.text += text;
        } else if (text) {
            found.push({ kind, text });
        }
    }
    return found;
}
