/** A sheet with what Odoo found, of which the person takes one; closes with its id when it is on this device. */
import { Component } from "@odoo/owl";
import { useApp } from "../../model/hooks";
import { fetched } from "./pins";

/** Its state has `fetching`, the id of what is under way or null, and `said`, what `fetched` answered last. */
export class FetchingSheet extends Component {
    setup() {
        this.app = useApp();
    }

    /** What is not here is fetched, and kept. Until it is here the sheet stays. */
    async take({ id }) {
        if (this.state.fetching !== null) {
            return;
        }
        Object.assign(this.state, { fetching: id, said: null });
        try {
            this.state.said = await fetched(this.app, this.props.entity.name, id);
        } finally {
            this.state.fetching = null;
        }
        if (this.state.said === "kept") {
            this.props.close(id);
        }
    }
}
