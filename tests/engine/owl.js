/** Stands in for OWL where nobody looks: what is reactive is the thing itself. */
export const reactive = (value) => value;
export const markRaw = (value) => value;
