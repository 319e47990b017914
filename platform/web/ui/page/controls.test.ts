import { beforeEach, describe, expect, it, vi } from "vitest";
import { focusFirstError, startDialogs, startFiles, startForms, startMenus, startNavigation, startPrinting } from "$web/page/controls";

startMenus();
startDialogs();
startForms();
startFiles();
startPrinting();

beforeEach(() => {
  document.body.innerHTML = "";
});

describe("a menu", () => {
  beforeEach(() => {
    document.body.innerHTML =
      '<details class="menu" open><summary>Account</summary><a id="in" href="#x">Profile</a></details><p id="out">x</p>';
  });
  const menu = () => document.querySelector("details") as HTMLDetailsElement;

  it("closes on a click elsewhere, not on one inside", () => {
    document.getElementById("in")?.click();
    expect(menu().open).toBe(true);
    document.getElementById("out")?.click();
    expect(menu().open).toBe(false);
  });

  it("closes on Escape and gives the focus back", () => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(menu().open).toBe(false);
    expect(document.activeElement?.textContent).toBe("Account");
  });
});

it("the navigation folds behind its button", () => {
  document.body.innerHTML = '<nav id="mainnav"></nav><button data-nav-toggle aria-controls="mainnav" aria-expanded="false"></button>';
  startNavigation();
  const button = document.querySelector("button") as HTMLButtonElement;
  button.click();
  expect(button.getAttribute("aria-expanded")).toBe("true");
  expect(document.getElementById("mainnav")?.hasAttribute("data-open")).toBe(true);
  button.click();
  expect(button.getAttribute("aria-expanded")).toBe("false");
});

it("a dialog opens and closes by its buttons", () => {
  document.body.innerHTML = '<button data-opens="d">Open</button><dialog id="d"><button data-closes>Close</button></dialog>';
  const dialog = document.querySelector("dialog") as HTMLDialogElement;
  document.querySelector<HTMLButtonElement>("[data-opens]")?.click();
  expect(dialog.open).toBe(true);
  document.querySelector<HTMLButtonElement>("[data-closes]")?.click();
  expect(dialog.open).toBe(false);
});

describe("a form", () => {
  const send = (form: HTMLFormElement): boolean => {
    const submitter = form.querySelector("button");
    return form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter }));
  };

  it("is sent once and says that it works", () => {
    document.body.innerHTML = '<form method="post"><progress data-working hidden></progress><button>Import</button></form>';
    const form = document.querySelector("form") as HTMLFormElement;
    expect(send(form)).toBe(true);
    expect(document.querySelector("button")?.getAttribute("aria-busy")).toBe("true");
    expect(document.querySelector("progress")?.hidden).toBe(false);
    expect(send(form)).toBe(false);
    dispatchEvent(new Event("pageshow"));
    expect(document.querySelector("button")?.hasAttribute("aria-busy")).toBe(false);
    expect(document.querySelector("progress")?.hidden).toBe(true);
    expect(send(form)).toBe(true);
  });

  it("that only searches may be sent again", () => {
    document.body.innerHTML = '<form method="get"><button>Search</button></form>';
    const form = document.querySelector("form") as HTMLFormElement;
    expect([send(form), send(form)]).toEqual([true, true]);
  });
});

it("the first wrong field gets the focus", () => {
  document.body.innerHTML = '<div class="field"><input id="a"></div><div class="field invalid"><input id="b"></div>';
  focusFirstError();
  expect(document.activeElement?.id).toBe("b");
});

it("the name of a chosen file stands beside its button", () => {
  document.body.innerHTML = '<input type="file" id="f"><span data-file-of="f">No file chosen yet</span>';
  const field = document.querySelector("input") as HTMLInputElement;
  const said = document.querySelector("span") as HTMLElement;
  const choose = (files: object[]) => {
    Object.defineProperty(field, "files", { value: files, configurable: true });
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return said.textContent;
  };
  expect(choose([{ name: "10a.csv" }])).toBe("10a.csv");
  expect(choose([])).toBe("No file chosen yet");
});

it("a page is printed by its button only", () => {
  const print = vi.fn();
  vi.stubGlobal("print", print);
  document.body.innerHTML = "<button data-prints><b>Print</b></button><button>Other</button>";
  document.querySelectorAll("button")[1]?.click();
  expect(print).not.toHaveBeenCalled();
  document.querySelector("b")?.click();
  expect(print).toHaveBeenCalledOnce();
});
