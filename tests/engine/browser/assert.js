/** What the engine's tests use of Node's `assert/strict`, with its meanings, for a page in a browser. */

export class AssertionError extends Error {
    name = "AssertionError";
}

/** Any value in words, for a message; BigInts and errors as well. */
function shown(value) {
    const plain = (_key, one) => {
        if (typeof one === "bigint" || typeof one === "function" || typeof one === "symbol") {
            return String(one);
        }
        if (one instanceof Error) {
            return { error: one.name, message: one.message };
        }
        return one === undefined ? "undefined" : one;
    };
    try {
        return JSON.stringify(value, plain, 1);
    } catch {
        return String(value);
    }
}

function fail(message, said) {
    throw said instanceof Error ? said : new AssertionError(said ? `${said}: ${message}` : message);
}

const enumerable = (value) =>
    Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));

/** What an object holds apart from its properties, as something that can be compared; null: nothing. */
function inside(value) {
    if (value instanceof Date) {
        return [value.getTime()];
    }
    if (value instanceof Error) {
        return [value.name, value.message];
    }
    if (value instanceof ArrayBuffer) {
        return [...new Uint8Array(value)];
    }
    return value instanceof Map ? [...value] : null;
}

/** Whether two values are alike down to their leaves: same prototypes, same own keys, leaves by `Object.is`. */
export function alike(one, other) {
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
        return Object.is(one, other);
    }
    if (one === other) {
        return true;
    }
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) {
        return false;
    }
    if (one instanceof Set) {
        return one.size === other.size && [...one].every((item) => [...other].some((twin) => alike(item, twin)));
    }
    const [held, heldByOther] = [inside(one), inside(other)];
    if (held && !alike(held, heldByOther)) {
        return false;
    }
    const keys = enumerable(one);
    return (
        keys.length === enumerable(other).length &&
        one.length === other.length &&
        keys.every((key) => Object.hasOwn(other, key) && alike(one[key], other[key]))
    );
}

/** Whether an error is what was expected: a class, a question, a pattern for its text, or some of its properties. */
function expected(error, how) {
    if (how === undefined) {
        return true;
    }
    if (how instanceof RegExp) {
        return how.test(String(error));
    }
    if (typeof how === "function") {
        return how.prototype ? error instanceof how : how(error) === true;
    }
    const meets = ([key, value]) =>
        value instanceof RegExp && typeof error?.[key] === "string" ? value.test(error[key]) : alike(error?.[key], value);
    return Object.entries(how).every(meets);
}

function refused(error, how, said) {
    if (!expected(error, how)) {
        fail(`another refusal came: ${error?.stack ?? shown(error)}`, said);
    }
}

export const assert = {
    AssertionError,
    ok: (value, said) => value || fail(`${shown(value)} is not so`, said),
    fail: (said) => fail("this must not happen", said),
    equal: (actual, wanted, said) =>
        Object.is(actual, wanted) || fail(`${shown(actual)} is not ${shown(wanted)}`, said),
    notEqual: (actual, other, said) => Object.is(actual, other) && fail(`both are ${shown(actual)}`, said),
    deepEqual: (actual, wanted, said) =>
        alike(actual, wanted) || fail(`${shown(actual)} is not alike ${shown(wanted)}`, said),
    notDeepEqual: (actual, other, said) => alike(actual, other) && fail(`both are ${shown(actual)}`, said),
    match: (text, pattern, said) => pattern.test(text) || fail(`${shown(text)} does not match ${pattern}`, said),
    throws(act, how, said) {
        try {
            act();
        } catch (error) {
            refused(error, how, said);
            return;
        }
        fail("nothing was thrown", said);
    },
    async rejects(act, how, said) {
        try {
            await (typeof act === "function" ? act() : act);
        } catch (error) {
            refused(error, how, said);
            return;
        }
        fail("nothing was refused", said);
    },
};
