import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { insert, startComposer } from "./composer";

const FORM = `
  <form data-composer data-preview-url="/notices/preview">
    <input type="radio" name="when" value="before" checked><input type="radio" name="when" value="at">
    <div data-for="before"></div><div data-for="at"></div>
    <textarea id="id_text_en" name="text_en">Hello </textarea>
    <button type="button" data-insert="name" data-into="id_text_en">name</button>
  </form><aside id="preview">old</aside>`;

const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector)!;

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = FORM;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("shows only the timing that was chosen", () => {
  startComposer();
  expect(find("[data-for=before]").hidden).toBe(false);
  expect(find("[data-for=at]").hidden).toBe(true);
  find<HTMLInputElement>("[value=at]").checked = true;
  find("[value=at]").dispatchEvent(new Event("change", { bubbles: true }));
  expect(find("[data-for=before]").hidden).toBe(true);
  expect(find("[data-for=at]").hidden).toBe(false);
});

it("puts a variable where the cursor is", () => {
  const field = find<HTMLTextAreaElement>("#id_text_en");
  field.setSelectionRange(5, 6);
  insert(field, "{exam}");
  expect(field.value).toBe("Hello{exam}");
});

it("asks for the preview once after typing, with what is in the form", async () => {
  const fetching = vi.fn(async (_url: string, _init: RequestInit) => new Response("<p>new</p>"));
  vi.stubGlobal("fetch", fetching);
  startComposer();
  find("[data-insert]").click();
  find("[data-insert]").click();
  await vi.advanceTimersByTimeAsync(400);
  expect(fetching).toHaveBeenCalledTimes(1);
  const [url, init] = fetching.mock.calls[0]!;
  expect(url).toBe("/notices/preview");
  expect(init.redirect).toBe("manual"); // after the session's end: not the login page as preview
  expect((init.body as FormData).get("text_en")).toBe("Hello {name}{name}");
  expect(find("#preview").innerHTML).toBe("<p>new</p>");
});

it("never lets an older answer replace a newer one", async () => {
  const answers: ((response: Response) => void)[] = [];
  vi.stubGlobal("fetch", vi.fn((_url: string, init: RequestInit) => new Promise<Response>((resolve, reject) => {
    init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    answers.push(resolve);
  })));
  startComposer();
  find("[data-insert]").click();
  await vi.advanceTimersByTimeAsync(400);
  find("[data-insert]").click();
  await vi.advanceTimersByTimeAsync(400);
  answers[1]?.(new Response("second"));
  await vi.advanceTimersByTimeAsync(0);
  answers[0]?.(new Response("first"));
  await vi.advanceTimersByTimeAsync(0);
  expect(find("#preview").innerHTML).toBe("second");
});

it("keeps the last preview when the server cannot be reached or refuses", async () => {
  const fetching = vi.fn<() => Promise<Response>>();
  fetching.mockRejectedValueOnce(new TypeError("offline"));
  fetching.mockResolvedValueOnce(new Response("no", { status: 500 }));
  vi.stubGlobal("fetch", fetching);
  startComposer();
  for (const _try of [1, 2]) {
    find("[data-insert]").click();
    await vi.advanceTimersByTimeAsync(400);
  }
  expect(find("#preview").innerHTML).toBe("old");
});

it("leaves pages without a composer alone", () => {
  document.body.innerHTML = "";
  expect(() => startComposer()).not.toThrow();
});
