import { render } from "@testing-library/svelte";
import { createRawSnippet, tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import Banner from "$web/components/Banner.svelte";
import Button from "$web/components/Button.svelte";
import Chip from "$web/components/Chip.svelte";
import Dialog from "$web/components/Dialog.svelte";
import Icon from "$web/components/Icon.svelte";
import Progress from "$web/components/Progress.svelte";

const words = (text: string) => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));

describe("components", () => {
  it("a chip has a mark, a word and a colour", () => {
    const { container } = render(Chip, { tone: "ok", children: words("Working") });
    const chip = container.querySelector(".chip.ok");
    expect(chip?.textContent).toBe("●Working");
    expect(chip?.querySelector("[aria-hidden=true]")?.textContent).toBe("●");
  });

  it("a busy button says so and cannot be pressed", () => {
    const onclick = vi.fn();
    const { container } = render(Button, { look: "primary", busy: true, keys: "E", onclick, children: words("Extend") });
    const button = container.querySelector("button") as HTMLButtonElement;
    expect([button.disabled, button.getAttribute("aria-busy"), button.getAttribute("aria-keyshortcuts")]).toEqual([true, "true", "E"]);
    expect(button.type).toBe("button");
    button.click();
    expect(onclick).not.toHaveBeenCalled();
  });

  it("an assertive banner is an alert", () => {
    const { container } = render(Banner, { tone: "critical", live: "assertive", children: words("Gone") });
    expect(container.querySelector("[role=alert]")?.classList.contains("critical")).toBe(true);
  });

  it("progress without a value goes on without end", async () => {
    const { container, rerender } = render(Progress, { label: "Sending" });
    expect(container.querySelector("progress")?.hasAttribute("value")).toBe(false);
    await rerender({ label: "Sending", value: 0.5 });
    expect(container.querySelector("progress")?.value).toBe(0.5);
  });

  it("icons are decoration", () => {
    const { container } = render(Icon, { name: "lock" });
    expect(container.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
  });

  it("a dialog opens modally, names itself and tells when it is closed", async () => {
    const onclose = vi.fn();
    const { container } = render(Dialog, { open: true, title: "Hold the sitting?", onclose, children: words("Clocks stop.") });
    await tick();
    const dialog = container.querySelector("dialog") as HTMLDialogElement;
    expect(dialog.open).toBe(true);
    const title = document.getElementById(dialog.getAttribute("aria-labelledby") ?? "");
    expect(title?.textContent).toBe("Hold the sitting?");
    dialog.close();
    await tick();
    expect(onclose).toHaveBeenCalledTimes(1);
  });

  it("a dialog begins at its first field, or at its first answer, never at Close", async () => {
    const snippet = (html: string) => createRawSnippet(() => ({ render: () => html }));
    const actions = snippet('<button type="button">Go on working</button>');
    render(Dialog, { open: true, title: "Message", children: snippet("<form><p>Why</p><textarea></textarea></form>"), actions });
    await tick();
    expect(document.activeElement?.tagName).toBe("TEXTAREA");
    render(Dialog, { open: true, title: "Hand in for good?", children: words("Nothing can be changed."), actions });
    await tick();
    expect(document.activeElement?.textContent).toBe("Go on working");
  });
});
