/** The words of an author's markup, for places that hold only text: list entries, announcements. */
export function plainText(html: string): string {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const image of body.querySelectorAll("img")) image.replaceWith(image.alt);
  return body.textContent?.trim() ?? "";
}
