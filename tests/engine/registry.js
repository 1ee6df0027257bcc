/** Stands in for Odoo's `@web/core/registry`: things by name, in categories. */
class Registry {
    #entries = new Map();
    #categories = new Map();

    add(name, entry) {
        this.#entries.set(name, entry);
        return this;
    }

    get(name, otherwise) {
        return this.#entries.get(name) ?? otherwise;
    }

    getAll() {
        return [...this.#entries.values()];
    }

    contains(name) {
        return this.#entries.has(name);
    }

    category(name) {
        if (!this.#categories.has(name)) {
            this.#categories.set(name, new Registry());
        }
        return this.#categories.get(name);
    }
}

export const registry = new Registry();
