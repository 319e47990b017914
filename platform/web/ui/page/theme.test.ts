import { beforeEach, expect, it } from "vitest";
import { chooseTheme, chosenTheme, startThemeSwitch } from "$web/page/theme";

beforeEach(() => {
  chooseTheme("auto");
  document.body.innerHTML = ["auto", "light", "dark"]
    .map((theme) => `<button data-theme-choice="${theme}">${theme}</button>`)
    .join("");
});

const pressed = () => document.querySelector('[aria-pressed="true"]')?.textContent;

it("the system decides until the person does", () => {
  startThemeSwitch();
  expect([chosenTheme(), pressed(), document.documentElement.dataset.theme]).toEqual(["auto", "auto", undefined]);
});

it("a choice holds now and for the pages to come", () => {
  startThemeSwitch();
  document.querySelector<HTMLButtonElement>('[data-theme-choice="dark"]')?.click();
  expect([chosenTheme(), pressed()]).toEqual(["dark", "dark"]);
  expect(document.cookie).toContain("theme=dark");
  document.querySelector<HTMLButtonElement>('[data-theme-choice="auto"]')?.click();
  expect(document.documentElement.dataset.theme).toBeUndefined();
  expect(document.cookie).not.toContain("theme=dark");
});
