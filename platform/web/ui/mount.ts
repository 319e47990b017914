/** Mounts a Svelte component on the page's island, with the props the server wrote into it. */
import { type Component, mount, unmount } from "svelte";

export type Unmount = () => Promise<void>;

/**
 * Mount `component` on every `<div data-island="name">`.
 *
 * Props are the JSON of `{{ props|json_script:"island-props" }}`; another id is named by
 * `data-props`. What the server drew inside (the loading state) is replaced.
 */
export function mountIsland<P extends Record<string, any>>(name: string, component: Component<P>): Unmount {
  const mounted = [...document.querySelectorAll<HTMLElement>(`[data-island="${name}"]`)].map((target) => {
    const props = readProps<P>(target.dataset.props ?? "island-props");
    target.replaceChildren();
    return mount(component, { target, props });
  });
  return async () => {
    await Promise.all(mounted.map((instance) => unmount(instance)));
  };
}

/** The JSON that Django's `json_script` wrote under this id; an empty object when there is none. */
export function readProps<P>(id: string): P {
  const text = document.getElementById(id)?.textContent;
  return (text ? JSON.parse(text) : {}) as P;
}

/** Address of this page's WebSocket. */
export function socketUrl(): string {
  return document.body.dataset.wsUrl ?? "";
}
