/** Stands in for OWL where nobody looks: what is reactive is the thing itself, and nothing is ever drawn. */
export class Component {}
export const reactive = (value) => value;
export const markRaw = (value) => value;
export const useState = (value) => value;
export const useRef = () => ({ el: null });
export const useEnv = () => ({});
export const useEffect = () => {};
export const useExternalListener = () => {};
export const onWillStart = () => {};
export const onMounted = () => {};
export const onWillUnmount = () => {};
export const onWillDestroy = () => {};
