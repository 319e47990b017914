/** The light/dark switch: the system's choice until the person makes one, kept in a cookie. */

export type Theme = "auto" | "light" | "dark";
const YEAR_S = 365 * 86_400;

/** The theme chosen on this page. */
export function chosenTheme(): Theme {
  return (document.documentElement.dataset.theme as Theme | undefined) ?? "auto";
}

/** Apply a theme now and for the pages to come. */
export function chooseTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const age = theme === "auto" ? 0 : YEAR_S;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${age}; SameSite=Lax${secure}`;
}

/** Bind every `[data-theme-choice]` button. */
export function startThemeSwitch(): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-theme-choice]")];
  const show = () => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosenTheme()));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      chooseTheme(button.dataset.themeChoice as Theme);
      show();
    });
  }
  show();
}
