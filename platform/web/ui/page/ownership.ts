/** Every page tells the browser who is signed in, so that nothing kept for another person stays. */
import { forgetAll, forgetOthers } from "$web/own";

/** Compare with the page's `data-person`, and forget at once when a form that signs out is sent. */
export async function startOwnership(): Promise<void> {
  document.addEventListener("submit", (event) => {
    if ((event.target as HTMLFormElement).hasAttribute("data-signs-out")) void forgetAll();
  });
  const { person } = document.body.dataset;
  if (person !== undefined) await forgetOthers(person); // The page of a failure does not know.
}
