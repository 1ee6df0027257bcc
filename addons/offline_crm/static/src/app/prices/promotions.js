/**
 * Promotions on an order: codes and rewards in the order in which a person asked for them.
 *
 * The twin of Odoo's `sale_loyalty` for what applies to the order at hand. Points of an order belong to its promotions;
 * a reward costs points; after each step every reward is reckoned anew, as Odoo does.
 */
import { convertAmount } from "./currencies.js";
import { comparable } from "./discounts.js";
import { forTheOffice, offered, pointsOf } from "./eligible.js";
import { dayOf } from "./moments.js";
import { compareAmounts, isZero, roundAmount } from "./numbers.js";
import { discount, gift, noProduct, productsOf, Refused } from "./rewards.js";
import { taxed } from "./taxes.js";

export class Promotions {
    /** @param terms of the order @param lines priced ones @param sumUp what lines come to together */
    constructor(terms, lines, sumUp) {
        this.terms = terms;
        this.base = lines.map((line) =>
            this.summed({ ...line, product: terms.book.product(line.product_id) ?? noProduct(line) }),
        );
        this.sumUp = sumUp;
        this.codes = [];
        this.points = new Map();
        this.claims = [];
        /** Lines that are about to go, at no price: as in Odoo, a fixed tax on one counts until it is gone. */
        this.going = [];
        this.refused = [];
    }

    /** Take steps: `{code}` or `{reward_id, product_id}`. One that is refused leaves nothing behind. */
    take(steps) {
        for (const [index, step] of steps.entries()) {
            const before = { codes: this.codes, points: new Map(this.points), claims: this.claims, going: [] };
            this.codes = [...this.codes];
            this.claims = [...this.claims];
            try {
                if (step.code === undefined) {
                    this._claim(step);
                } else {
                    this._enterCode(step.code);
                }
            } catch (error) {
                if (!(error instanceof Refused)) {
                    throw error;
                }
                Object.assign(this, before);
                this.refused.push({ ...step, index, reason: error.message });
            }
        }
    }

    /** All lines with their amounts, rewards last. */
    get lines() {
        return [...this.base, ...this.claims.flatMap(({ lines }) => lines), ...this.going];
    }

    /** A line with its amounts. */
    summed(line) {
        return { ...line, ...this.terms.sheet.amounts(taxed(line)) };
    }

    // --- steps ------------------------------------------------------------------------------------------------

    _enterCode(code) {
        if (this.codes.includes(code)) {
            return;
        }
        const { book } = this.terms;
        const program = offered(this.terms).find(({ id }) =>
            book.with("loyalty.rule", "program_id", id).some((rule) => rule.mode === "with_code" && rule.code === code),
        );
        if (!program) {
            throw new Refused("code_unknown");
        }
        this._refuseOffice(program);
        this.codes.push(code);
        // Another code of a promotion that counts already: as in Odoo, all that may be had is looked at.
        const isOn = this.points.has(program.id);
        if (isOn) {
            this._update();
        } else {
            this._apply(program);
        }
        const counting = [...this.points.keys()].filter((id) => isOn || id === program.id);
        const rewards = counting.flatMap((id) => this._claimable(book.get("loyalty.program", id)));
        if (rewards.length === 1 && !this._choices(rewards[0])) {
            this._put(rewards[0], null);
        }
    }

    _apply(program) {
        if (this.claims.some(({ reward }) => reward.program_id === program.id)) {
            throw new Refused("promotion_applied");
        }
        const global = this._global();
        const rivals = this._rewards(program).filter(isGlobal);
        if (rivals.length && global) {
            const amount = comparable(this.terms.sheet, this._without(global));
            const best = rivals.reduce((one, other) => (this._worth(other, amount) > this._worth(one, amount) ? other : one));
            if (this._isBetter(global, best)) {
                throw new Refused("promotion_incompatible");
            }
        }
        const status = pointsOf(this.terms, program, this.lines, this.codes);
        if (status.missing) {
            throw new Refused("promotion_missing");
        }
        if (status.points) {
            this.points.set(program.id, status.points);
        }
    }

    _claim({ reward_id, product_id = null }) {
        const { book } = this.terms;
        const isOn = () => this.claims.some(({ reward }) => reward.id === reward_id);
        const reward = book.get("loyalty.reward", reward_id);
        if (!reward) {
            throw new Refused("reward_unknown");
        }
        const program = book.get("loyalty.program", reward.program_id);
        this._refuseOffice(program);
        if (isOn()) {
            return;
        }
        this._update();
        if (isOn()) {
            return;
        }
        if (!this.points.has(program.id) || !this._claimable(program).includes(reward)) {
            throw new Refused("reward_not_earned");
        }
        this._put(reward, product_id);
    }

    _refuseOffice(program) {
        const reason = forTheOffice(this.terms.book, program);
        if (reason) {
            throw new Refused(reason);
        }
    }

    // --- rewards ----------------------------------------------------------------------------------------------

    _rewards(program) {
        return this.terms.book
            .with("loyalty.reward", "program_id", program.id)
            .toSorted((one, other) => one.required_points - other.required_points || one.id - other.id);
    }

    /** The points that a promotion has left on this order. */
    left(program) {
        const spent = this.claims.filter(({ reward }) => reward.program_id === program.id);
        const points = (this.points.get(program.id) ?? 0) - spent.reduce((sum, { cost }) => sum + cost, 0);
        return roundAmount(points, this.terms.book.get("res.currency", program.currency_id) ?? this.terms.currency);
    }

    /** The rewards of a promotion that the order has points for. */
    _claimable(program) {
        const global = this._global();
        const amount = comparable(this.terms.sheet, this._without(global));
        const points = this.left(program);
        return this._rewards(program).filter((reward) => {
            if (isGlobal(reward) && global && this._isBetter(global, reward, amount)) {
                return false;
            }
            if (reward.reward_type === "discount") {
                if (isZero(amount, this.terms.currency) || this.claims.some((claim) => claim.reward.id === reward.id)) {
                    return false;
                }
            } else if (!this.products(reward).some(({ active }) => active)) {
                return false;
            }
            return points >= reward.required_points;
        });
    }

    /** The products that a reward gives one of. */
    products(reward) {
        return productsOf(this.terms.book, reward);
    }

    /** Whether a person has to choose what they get. */
    _choices(reward) {
        return reward.reward_type === "product" && this.products(reward).length > 1;
    }

    _global() {
        return this.claims.find(({ reward }) => isGlobal(reward))?.reward;
    }

    _without(reward) {
        return this.lines.filter((line) => !reward || line.reward?.id !== reward.id);
    }

    _worth(reward, amount) {
        if (reward.discount_mode === "percent") {
            return amount * (reward.discount / 100);
        }
        return this.converted(reward, reward.discount);
    }

    /** An amount of a promotion in the order's currency, at today's rate. */
    converted(reward, amount) {
        const { book, company, currency, now } = this.terms;
        const from = book.get("loyalty.program", reward.program_id).currency_id;
        return convertAmount(book, amount, from, currency.id, company, dayOf(now));
    }

    /** Whether the global discount that is on the order stays when another one is asked for. */
    _isBetter(current, other, amount = comparable(this.terms.sheet, this._without(current))) {
        if (current.id === other.id) {
            return true;
        }
        const { currency } = this.terms;
        const [one, two] = [this._worth(current, amount), this._worth(other, amount)];
        const both = compareAmounts(one, amount, currency) >= 0 && compareAmounts(two, amount, currency) >= 0;
        return both ? compareAmounts(one, two, currency) <= 0 : compareAmounts(one, two, currency) >= 0;
    }

    _put(reward, product_id) {
        const replaced = isGlobal(reward) ? this.claims.findIndex((claim) => isGlobal(claim.reward)) : -1;
        let at = this.claims.length;
        if (replaced >= 0) {
            if (this._isBetter(this.claims[replaced].reward, reward)) {
                throw new Refused("promotion_incompatible");
            }
            const [old] = this.claims.splice(replaced, 1);
            this.going = old.lines.map((line) => this._forgotten(line));
            at = replaced;
        }
        const claim = this._made(reward, product_id);
        this.going = [];
        if (!claim) {
            throw new Refused("nothing_to_discount");
        }
        this.claims.splice(at, 0, claim);
        this._update();
    }

    /** A reward as lines; null where it comes to nothing. */
    _made(reward, product_id) {
        const claim = { reward, product_id, cost: 0, lines: [] };
        return reward.reward_type === "product" ? gift(this, claim) : discount(this, claim);
    }

    // --- everything anew --------------------------------------------------------------------------------------

    /** Reckon points and rewards anew, as they depend on each other. */
    _update() {
        const { book } = this.terms;
        const { lines } = this;
        const available = offered(this.terms).filter((program) => !forTheOffice(book, program));
        const status = new Map(
            available.map((program) => [program.id, pointsOf(this.terms, program, lines, this.codes)]),
        );
        const counting = [...this.points.keys()];
        for (const id of counting) {
            const { points } = status.get(id) ?? {};
            if (points) {
                this.points.set(id, points);
                continue;
            }
            this.points.delete(id);
            if (points === undefined) {
                const codes = book.with("loyalty.rule", "program_id", id).map(({ code }) => code);
                this.codes = this.codes.filter((code) => !codes.includes(code));
                const over = this.claims.filter(({ reward }) => reward.program_id === id);
                this.claims = this.claims.filter((claim) => !over.includes(claim));
                this.going.push(...over.flatMap(({ lines }) => lines).map((line) => this._forgotten(line)));
            }
        }
        const wanted = this.claims;
        this.claims = [];
        const gone = this.going;
        let old = wanted.flatMap(({ lines }) => lines).map((line) => this._free(line));
        this.going = [...old, ...gone];
        for (const { reward, product_id } of wanted) {
            const program = book.get("loyalty.program", reward.program_id);
            if (this.points.has(program.id) && this.left(program) >= reward.required_points) {
                const claim = this._made(reward, product_id);
                if (claim) {
                    claim.lines = claim.lines.map((line, index) => this._reused(line, old[index]));
                    this.claims.push(claim);
                    old = old.slice(claim.lines.length);
                    this.going = [...old, ...gone];
                }
            }
        }
        this.going = [];
        for (const program of available.filter((one) => !counting.includes(one.id) && isAutomatic(book, one))) {
            const { points } = status.get(program.id);
            if (points) {
                this.points.set(program.id, points);
            }
        }
        // With the last line of a promotion that nothing took the place of, its points go.
        for (const { reward } of old) {
            if (!this.claims.some((claim) => claim.reward.program_id === reward.program_id)) {
                this.points.delete(reward.program_id);
            }
        }
    }

    /** A line of a discount that takes the place of a free product: Odoo leaves the discount of that on it. */
    _reused(line, old) {
        const stays = line.reward.reward_type === "discount" && old?.discount;
        return stays ? this.summed({ ...line, discount: old.discount }) : line;
    }

    /** A line of a reward at no price, and one that is of no reward any more. */
    _free(line) {
        return this.summed({ ...line, price_unit: 0 });
    }

    _forgotten(line) {
        return { ...this._free(line), reward: null, claim: null };
    }

    // --- what is told -----------------------------------------------------------------------------------------

    /** The promotions that are on the order, could be, or lack something; and those that the office looks at. */
    overview() {
        const { book } = this.terms;
        return offered(this.terms).map((program) => {
            const reason = forTheOffice(book, program);
            const rewards = this._rewards(program).map(({ id }) => id);
            const told = { program_id: program.id, rewards };
            if (reason) {
                return { ...told, state: "office", reason };
            }
            const applied = this.claims.filter(({ reward }) => reward.program_id === program.id);
            if (applied.length) {
                return { ...told, state: "applied", applied: applied.map(({ reward }) => reward.id) };
            }
            if (!isAutomatic(book, program) && !this.points.has(program.id)) {
                return { ...told, state: "missing", missing: { code: true } };
            }
            const status = pointsOf(this.terms, program, this.lines, this.codes);
            if (status.missing) {
                return { ...told, state: "missing", missing: status.missing };
            }
            const enough = this._rewards(program).filter(({ required_points }) => status.points >= required_points);
            return { ...told, state: "available", rewards: enough.map(({ id }) => id) };
        });
    }
}

function isAutomatic(book, program) {
    return (
        program.trigger === "auto" &&
        book.with("loyalty.rule", "program_id", program.id).some(({ mode }) => mode === "auto")
    );
}

function isGlobal({ reward_type, discount_applicability, discount_mode }) {
    return reward_type === "discount" && discount_applicability === "order" && discount_mode !== "per_point";
}
